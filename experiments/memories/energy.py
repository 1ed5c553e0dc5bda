"""P7: what a write and a right answer take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.experiment.study import Columns, Criterion, columns
from spikemem.experiments.memories.energy_page import draw
from spikemem.experiments.memories.entrants import Entrant
from spikemem.experiments.memories.suite import Part, Suite, rounded

TITLE = "P7 cost"
LOAD = 0.125
"""Items over d that are held."""
COUNTS: Mapping[str, str] = {
    "sops": "synaptic operations", "spikes": "spikes", "macs": "multiply-accumulates", "weight_updates": "updates",
    "bytes_moved": "bytes",
}  # fmt: skip
"""What is counted, by the names of :class:`spikemem.layers.Cost`. Nothing of it is added to anything else."""
NOT_COUNTED = ("bytes_moved",)
"""What backends do not count of what runs as spikes."""


@dataclass(frozen=True)
class Spent:
    """What an entrant took, (seeds, counts), for a write and for a right answer (a known key, where there are no values)."""

    entrant: Entrant
    write: npt.NDArray[np.float64]
    right: npt.NDArray[np.float64]


def measure(suite: Suite) -> Part:
    """Fill every memory to the load, ask for its items by whole keys, and divide by what was right."""
    everyone = list(suite.entrants.values())
    jobs = [(e, s) for e in everyone for s in range(suite.seeds)]
    table = np.array(suite.each(TITLE, jobs, _spent)).reshape(len(everyone), suite.seeds, 2, len(COUNTS))
    found = [Spent(e, rows[:, 0], rows[:, 1]) for e, rows in zip(everyone, table, strict=True)]
    tables = {f"{TITLE}: a write": _counts(found, "write"), f"{TITLE}: a right answer": _counts(found, "right")}
    if suite.joules:
        tables[f"{TITLE}: joules of a right answer, by what is counted"] = joules(found, suite.joules)
    return Part(
        tables, {f"{TITLE}, intervals": _intervals(suite, found)}, criteria(suite, found), lambda: draw(found, suite)
    )


def _spent(suite: Suite, entrant: Entrant, seed: int) -> list[list[float]]:
    """Return the counts of a write, and of a right answer."""
    (filled,) = suite.filled(entrant, next(entrant.choices()), seed, [LOAD])
    recall = filled.recall(suite.asked)
    share = recall.first if entrant.answers == "values" else recall.known
    known = [np.nan if entrant.spiking and name in NOT_COUNTED else 1.0 for name in COUNTS]
    return [
        [k * getattr(recall.write, name) / recall.writes for k, name in zip(known, COUNTS, strict=True)],
        [k * getattr(recall.read, name) / recall.reads / share for k, name in zip(known, COUNTS, strict=True)],
    ]


def _counts(found: Sequence[Spent], which: str) -> Columns:
    rows = [
        {"entrant": s.entrant.name} | dict(zip(COUNTS.values(), getattr(s, which).mean(axis=0).tolist(), strict=True))
        for s in found
    ]
    return rounded(columns(rows))


def joules(found: Sequence[Spent], coefficients: Mapping[str, float]) -> Columns:
    """Return counts times the user's joules, a column a count, not a number where no coefficient is given; no sum is made."""
    rows: list[dict[str, Any]] = []
    for spent in found:
        row: dict[str, Any] = {"entrant": spent.entrant.name}
        for k, (name, word) in enumerate(COUNTS.items()):
            row[f"J of {word}"] = float(spent.right[:, k].mean()) * coefficients.get(name, np.nan)
        rows.append(row)
    return rounded(columns(rows))


def _intervals(suite: Suite, found: Sequence[Spent]) -> Columns:
    rows: list[dict[str, Any]] = []
    for spent in found:
        for what, samples in (("a write", spent.write), ("a right answer", spent.right)):
            row: dict[str, Any] = {"entrant": spent.entrant.name, "of": what}
            for k, word in enumerate(COUNTS.values()):
                row |= suite.spread(word, f"{spent.entrant.name} {what}", samples[:, k])
            rows.append(row)
    return columns(rows)


def criteria(suite: Suite, found: Sequence[Spent]) -> tuple[Criterion, ...]:
    """Return what the equations say of counts, where those that they speak of take part."""
    by_name = {s.entrant.name: dict(zip(COUNTS, s.right.mean(axis=0).tolist(), strict=True)) for s in found}
    made = []
    if "Hebbian" in by_name:
        sops, macs = by_name["Hebbian"]["sops"], by_name["Hebbian"]["macs"]
        what = "Hebbian: a read takes d x d synaptic operations and as many multiply-accumulates"
        made.append(Criterion(what, sops == macs == suite.d**2, f"{sops:g} and {macs:g}, d x d = {suite.d**2}"))
    oracles = [s for s in found if not s.entrant.spiking]
    spikes = sum(float(s.right[:, list(COUNTS).index("spikes")].sum()) for s in oracles)
    made.append(Criterion("oracles fire no spikes", spikes == 0.0, f"{spikes:g} in {len(oracles)} of them"))
    if {"memory neurons, exp", "memory neurons, winner"} <= by_name.keys():
        one, many = (by_name[f"memory neurons, {kind}"]["spikes"] for kind in ("winner", "exp"))
        made.append(Criterion("one race takes fewer spikes than several", one < many, f"{one:.4g}, {many:.4g}"))
    return tuple(made)
