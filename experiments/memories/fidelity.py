"""P0: whether spiking forms answer as their oracles do, and backends as each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binom, t

from spikemem.backend import backend as find_backend
from spikemem.errors import MissingDependency
from spikemem.experiment.study import Columns, Criterion, columns
from spikemem.experiments.memories.entrants import Entrant, Order
from spikemem.experiments.memories.fidelity_page import draw
from spikemem.experiments.memories.fidelity_pairs import HELD, PAIRS, SIZE, Pair
from spikemem.experiments.memories.items import Array, Damage, Items
from spikemem.experiments.memories.suite import Part, Suite, rounded
from spikemem.experiments.memories.trial import Filled

TITLE = "P0 fidelity"
CUE = Damage("flipped", 0.2)
SURE = 4.0
"""Standard deviations of the mean vote that an answer of the oracle must be away from 0 to be one that must be equal."""
CHANCE = 1e-4
"""Of being told apart from the votes that it is drawn by; reads are few, and so their spread is not well known."""
OTHER_HELD, OTHER_D = 4, 32
"""Items, and signs of a value, that the other backend is given."""


@dataclass(frozen=True)
class Compared:
    """All bits of all seeds: what the oracle answers, and whether the spiking form answers +1 (0.5: neither)."""

    pair: Pair
    oracle: Array
    up: Array

    @property
    def equal(self) -> npt.NDArray[np.bool_]:
        """Whether the signs are equal."""
        return np.asarray(np.sign(self.oracle) == np.sign(self.up - 0.5))

    @property
    def sure(self) -> npt.NDArray[np.bool_]:
        """Whether the oracle's answer, a mean vote, is so far from 0 that drawn votes must agree; none, if it is no mean."""
        if self.pair.votes is None:
            return np.zeros(self.oracle.shape, dtype=bool)
        deviation = np.sqrt((1.0 - np.minimum(self.oracle**2, 1.0)) / self.pair.votes)
        return np.asarray(np.abs(self.oracle) > SURE * deviation)

    @property
    def expected(self) -> float:
        """The share of equal bits that votes drawn by the oracle's weights have; not a number of oracles that answer signs."""
        return float("nan") if self.pair.votes is None else float(majority(np.abs(self.oracle), self.pair.votes).mean())

    @property
    def surplus(self) -> tuple[float, float]:
        """What the share of equal bits is above the expected one, and its standard error over reads, whose bits share votes."""
        gaps = (self.equal - majority(np.abs(self.oracle), self.pair.votes or 1)).reshape(-1, SIZE).mean(axis=1)
        return float(gaps.mean()), float(gaps.std(ddof=1) / np.sqrt(gaps.size))


def majority(mean: Array, votes: int) -> Array:
    """Return the chance that more than half of votes are +1, each of which is so with the chance (1 + mean) / 2.

    >>> float(majority(np.array([1.0]), 5)[0])
    1.0
    """
    return np.asarray(binom.sf(votes // 2, votes, 0.5 * (1.0 + np.minimum(mean, 1.0))))


def measure(suite: Suite) -> Part:
    """Ask oracles and spiking forms for the same items, and two backends for the same answers."""
    jobs = [(pair, s) for pair in PAIRS for s in range(suite.seeds)]
    rows = suite.each(TITLE, jobs, _answers)
    found = [
        Compared(pair, *np.concatenate([row for (p, _), row in zip(jobs, rows, strict=True) if p is pair], axis=1))
        for pair in PAIRS
    ]
    backends = on_backends(suite)
    return Part(
        {TITLE: _summary(found), f"{TITLE}: {suite.how.backend} and {suite.other or 'no other'}": backends},
        {},
        criteria(found, backends),
        lambda: draw(found, suite),
    )


def _answers(suite: Suite, pair: Pair, number: int) -> Array:
    """Return the oracle's answers, and whether the spiking form answers +1, to all items by damaged keys."""
    seed = suite.how.seed + number
    items, oracle, spiking = Items(seed, SIZE), pair.oracle(seed), pair.spiking(seed, suite.how.backend)
    values, size = items.values(HELD), oracle.parameters.d_k
    for k in range(HELD):
        pairs = (items.key(k, size),) if oracle.traits.auto else (items.key(k, size), values[k])
        oracle.write(pair.scale * pairs[0], *pairs[1:])
        spiking.write(*pairs)
    cues = [items.damaged(k, size, CUE) for k in range(HELD)]
    wanted = np.concatenate([oracle.read(pair.scale * cue).value for cue in cues])
    return np.array([wanted, 0.5 * (1.0 + np.concatenate([np.sign(spiking.read(cue).value) for cue in cues]))])


def _summary(found: Sequence[Compared]) -> Columns:
    return rounded(columns([
        {
            "oracle": c.pair.name, "bits": c.oracle.size, "equal": float(c.equal.mean()), "expected": c.expected,
            "bits with margin": float(c.sure.sum()) if c.pair.votes else np.nan,
            "equal of these": float(c.equal[c.sure].mean()) if c.pair.votes else np.nan,
        }
        for c in found
    ]))  # fmt: skip


def on_backends(suite: Suite) -> Columns:
    """Return, for every spiking entrant, whether the two backends answer and fire alike, or why that was not asked."""
    spiking, why = [(e,) for e in suite.entrants.values() if e.spiking], "left out in the short form"
    if suite.other is not None:
        try:
            find_backend(suite.other)
            return columns(suite.each(f"{TITLE}: {suite.other}", spiking, _both) or [NOBODY])
        except MissingDependency as error:
            why = str(error)
    return columns([{**NOBODY, "entrant": e.name, "note": why} for (e,) in spiking] or [NOBODY])


NOBODY: Mapping[str, Any] = {"entrant": "none", "reads": 0, "equal answers": 0, "equal costs": 0, "note": ""}


def _both(suite: Suite, entrant: Entrant) -> dict[str, Any]:
    """Return how many reads of a small memory are answered, and how many cost, the same on both backends."""
    answers = []
    for backend in (suite.how.backend, suite.other or suite.how.backend):
        choice = next(entrant.choices())
        filled = Filled(entrant, Order(OTHER_D, OTHER_HELD, suite.how.seed, backend), choice).hold(OTHER_HELD)
        code, layer = filled.fitted.code, filled.fitted.layer
        answers.append([layer.read(code.cue(k, filled.items.key(k, code.length))) for k in range(OTHER_HELD)])
    pairs = list(zip(*answers, strict=True))
    return {
        "entrant": entrant.name, "reads": len(pairs),
        "equal answers": sum(bool((a.value == b.value).all()) and a.confidence == b.confidence for a, b in pairs),
        "equal costs": sum(a.cost == b.cost for a, b in pairs), "note": "",
    }  # fmt: skip


def criteria(found: Sequence[Compared], backends: Mapping[str, Sequence[Any]]) -> tuple[Criterion, ...]:
    """Return what must be equal: bits with a margin, shares within sampling, answers of two backends."""
    made = []
    for c in found:
        if c.pair.votes is not None:
            sure, equal = int(c.sure.sum()), int(c.equal[c.sure].sum())
            what = f"{c.pair.name}: bits {SURE:g} deviations from 0 are equal"
            made.append(Criterion(what, sure > 0 and equal == sure, f"{equal} of {sure}"))
            share, (gap, error) = float(c.equal.mean()), c.surplus
            within = float(t.isf(CHANCE / 2.0, c.oracle.size // SIZE - 1)) * error
            what = f"{c.pair.name}: as many bits are equal as of votes drawn by the oracle's weights (t test, p > {CHANCE:g})"
            made.append(Criterion(what, abs(gap) <= within, f"{share:.4f}, {c.expected:.4f} expected"))
        else:
            what = f"{c.pair.name}: 95 % of the bits are equal (ours)"
            made.append(Criterion(what, float(c.equal.mean()) >= 0.95, f"{c.equal.mean():.4f}"))
    if reads := sum(backends.get("reads", [])):
        same = sum(backends["equal answers"]), sum(backends["equal costs"])
        what = "both backends answer, and fire, alike"
        made.append(Criterion(what, same == (reads, reads), f"{same[0]} answers and {same[1]} costs of {reads}"))
    return tuple(made)
