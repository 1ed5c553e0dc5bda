"""P2: what damaged cues bring up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.errors import InvalidInput
from spikemem.experiment.study import Columns, Criterion, columns
from spikemem.experiments.memories.cues_page import draw
from spikemem.experiments.memories.entrants import Choice, Entrant
from spikemem.experiments.memories.items import Damage
from spikemem.experiments.memories.spiking import DAMAGED
from spikemem.experiments.memories.suite import Part, Suite, chosen, rounded

TITLE = "P2 cues"
LOAD = 0.125
"""Items over d that are held: few enough for all but few memories to answer whole cues."""
PARTS: Mapping[str, tuple[float, ...]] = {
    "erased": tuple(0.1 * k for k in range(10)),
    "flipped": tuple(0.05 * k for k in range(10)),
}
"""By kind of damage, the chance of each sign of a key."""
EVERY = tuple(Damage(kind, part) for kind, parts in PARTS.items() for part in parts)
TUNED_AT = (Damage("erased", 0.5), Damage("erased", 0.8), Damage("flipped", 0.2), Damage("flipped", 0.35))
BASIN = 0.9
"""The share of right answers that bounds the basin."""


@dataclass(frozen=True)
class Damaged:
    """An entrant and a kind of damage: right bits and right items (or known keys), (seeds, parts)."""

    entrant: Entrant
    kind: str
    bits: npt.NDArray[np.float64]
    right: npt.NDArray[np.float64]

    @property
    def parts(self) -> tuple[float, ...]:
        """The chances of damage."""
        return PARTS[self.kind]

    def area(self) -> npt.NDArray[np.float64]:
        """Return, by seed, the mean of the share of right items over all damage: the area under the curve."""
        return np.asarray(np.trapezoid(self.right, self.parts, axis=1) / (self.parts[-1] - self.parts[0]))

    def basin(self) -> npt.NDArray[np.float64]:
        """Return, by seed, the damage up to which at least 90 % of items are right."""
        return np.array([radius(self.parts, row, BASIN) for row in self.right])


def radius(parts: Sequence[float], right: npt.NDArray[np.float64], level: float) -> float:
    """Return the part, between two of ``parts``, up to which ``right`` is at least ``level``; 0 if it never is.

    >>> round(radius((0.0, 0.5, 1.0), np.array([1.0, 1.0, 0.5]), 0.9), 6)
    0.6
    """
    below = np.flatnonzero(right < level)
    if not below.size:
        return float(parts[-1])
    k = int(below[0])
    if k == 0:
        return 0.0
    share = (right[k - 1] - level) / (right[k - 1] - right[k])
    return float(parts[k - 1] + share * (parts[k] - parts[k - 1]))


def measure(suite: Suite) -> Part:
    """Fill every memory to the load, and ask for its items by keys that are unknown or wrong in parts."""
    asked = [e for e in suite.entrants.values() if DAMAGED not in e.cannot]
    if not asked:
        reasons = "; ".join(f"{name}: {e.cannot[DAMAGED]}" for name, e in suite.entrants.items())
        raise InvalidInput(f"protocol cues: no memory that takes part can be asked {DAMAGED}: {reasons}")
    choices = suite.tuned(TITLE, asked, _score)
    found = damaged(suite, asked, choices)
    return Part(
        {f"{TITLE}: {suite.held(LOAD)} items": _summary(suite, found, False), f"{TITLE}, tuned": chosen(choices)},
        {f"{TITLE}, by damage": _by_damage(suite, found), f"{TITLE}, all": _summary(suite, found, True)},
        criteria(found),
        lambda: draw(found, suite),
    )


def _score(suite: Suite, entrant: Entrant, choice: Choice, seed: int) -> float:
    (filled,) = suite.filled(entrant, choice, seed, [LOAD])
    recalls = [filled.recall(suite.asked, damage) for damage in TUNED_AT]
    return float(np.mean([r.first + 0.1 * r.bits if entrant.answers == "values" else r.known for r in recalls]))


def damaged(suite: Suite, asked: Sequence[Entrant], choices: Mapping[str, Choice]) -> list[Damaged]:
    """Return what every entrant makes of every kind of damage."""
    jobs = [(e, choices[e.name], s) for e in asked for s in range(suite.seeds)]
    table = np.array(suite.each(TITLE, jobs, _recalled)).reshape(len(asked), suite.seeds, len(EVERY), 2)
    ends = np.cumsum([0, *map(len, PARTS.values())])
    return [
        Damaged(entrant, kind, rows[:, begin:end, 0], rows[:, begin:end, 1])
        for entrant, rows in zip(asked, table, strict=True)
        for kind, begin, end in zip(PARTS, ends, ends[1:], strict=False)
    ]


def _recalled(suite: Suite, entrant: Entrant, choice: Choice, seed: int) -> list[tuple[float, float]]:
    """Return, by damage, the shares of right bits and of right items, or of known keys."""
    (filled,) = suite.filled(entrant, choice, seed, [LOAD])
    recalls = [filled.recall(suite.asked, damage) for damage in EVERY]
    return [(r.bits, r.first if entrant.answers == "values" else r.known) for r in recalls]


def _summary(suite: Suite, found: Sequence[Damaged], intervals: bool) -> Columns:
    """Return a row an entrant: the areas and basins of each kind of damage, rounded or with their intervals."""
    rows: dict[str, dict[str, Any]] = {}
    for d in found:
        row = rows.setdefault(d.entrant.name, {"entrant": d.entrant.name, "whole": float(d.right[:, 0].mean())})
        for name, samples in (("area", d.area()), ("basin", d.basin())):
            spread = suite.spread(f"{d.kind}: {name}", d.entrant.name, samples)
            row |= spread if intervals else {f"{d.kind}: {name}": spread[f"{d.kind}: {name}"]}
    table = columns(list(rows.values()))
    return table if intervals else rounded(table)


def _by_damage(suite: Suite, found: Sequence[Damaged]) -> Columns:
    return columns([
        {"entrant": d.entrant.name, "damage": d.kind, "part": part}
        | suite.spread("bits", f"{d.entrant.name} {d.kind} {k}", d.bits[:, k])
        | suite.spread("right", f"{d.entrant.name} {d.kind} {k}", d.right[:, k])
        for d in found
        for k, part in enumerate(d.parts)
    ])  # fmt: skip


def criteria(found: Sequence[Damaged]) -> tuple[Criterion, ...]:
    """Return what must hold of basins, where those that it speaks of take part."""
    basins = {(d.entrant.name, d.kind): float(d.basin().mean()) for d in found}
    made = []
    for better, worse, kind, why in (
        ("modern Hopfield", "Willshaw", "flipped", "a wrong sign makes a wrong cell of a sparse key active"),
        ("holographic", "Hebbian", "flipped", "where the key is longer, the share of it that is wrong varies less"),
        (
            "memory neurons, exp",
            "memory neurons, winner",
            "erased",
            "the winner is silent where half of the key is unknown",
        ),
    ):
        if {(better, kind), (worse, kind)} <= basins.keys():
            one, two = basins[better, kind], basins[worse, kind]
            made.append(Criterion(f"basin, {kind}: {better} > {worse}: {why}", one > two, f"{one:.3g}, {two:.3g}"))
    whole = [f"{d.entrant.name} {d.right[:, 0].mean():.3g}" for d in found if d.right[:, 0].mean() < BASIN]
    what = "whole cues: 90 % are right at this load, for every memory"
    return (Criterion(what, not whole, ", ".join(whole) or "all"), *made)
