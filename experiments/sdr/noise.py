"""Missed patterns by noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import numpy as np
from matplotlib.figure import Figure
from pydantic import model_validator

from spikemem.experiment.study import Findings, StudyRun
from spikemem.experiments.sdr.figure import Line, Panel, draw, marks
from spikemem.experiments.sdr.monte_carlo import MonteCarlo, Wholes, check_fits
from spikemem.experiments.sdr.points import Point, Result, criteria, table
from spikemem.experiments.sdr.segments import Round, Trial, count_matches
from spikemem.experiments.sdr.subsets import Index, Shown, as_shown, random_subsets
from spikemem.language import Subsamples, parameter
from spikemem.sdr_theory import false_negative

PRINTED = {
    38: {8: "7.90e-10", 12: "1.0925e-5", 16: "6.275e-3"},
    64: {8: "7.354e-4", 12: "7.170e-2", 16: "0.58250"},
    96: {8: ".50871", 12: ".97034", 16: ".99989"},
}
"""By the number of moved cells v and the threshold, for a = 128 and s = 30."""
OBSERVED = {64: {8: "7.358e-4", 12: ".0716827", 16: ".582524"}}
AT_ONCE = 2000
"""Noisy forms of a pattern in a round: to make segments that store it takes as long as to show some thousands of them."""
MISS = "chance of missing the pattern"


class SDRNoise(MonteCarlo):
    """How often a segment misses its own pattern when some of its active cells have moved (Ahmad & Hawkins 2016).

    arXiv:1601.00720. In each round all segments store one pattern, by synapses of their own, and are shown noisy forms of it:
    v of its cells are silent, and v cells outside it are active. Segments of all thresholds are shown the same forms.
    """

    cells: int = parameter(6000, ge=2, doc="cells n")
    active: int = parameter(128, ge=1, doc="active cells a of a pattern")
    synapses: int = parameter(30, ge=1, le=255, doc="synapses s of a segment")
    thetas: Wholes = parameter((8, 12, 16), doc="thresholds theta, one a line")
    moved: Wholes = parameter((26, 38, 45, 51, 64, 77, 90, 96, 109), doc="numbers v of active cells that have moved")

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_fits(self, "synapses", self.synapses, "active", self.active)
        check_fits(self, "thetas", max(self.thetas), "synapses", self.synapses)
        check_fits(self, "moved", max(self.moved), "active", self.active)
        check_fits(self, "active", self.active, "half of cells", self.cells // 2)
        return self

    def run(self, how: StudyRun) -> Findings:
        """Simulate every number of moved cells."""
        each = how.each(self.moved, lambda v: f"v = {v}")
        results = [result for v in each for result in self._with_noise(how, v)]
        return Findings({"false negatives": table(results)}, criteria(results), lambda: self._draw(results))

    def _with_noise(self, how: StudyRun, v: int) -> list[Result]:
        points = {theta: self._point(v, theta) for theta in self.thetas}
        reached = tuple(theta for theta, point in points.items() if point.within_reach(self.samples))
        if not reached:
            return [Result(point) for point in points.values()]
        trial = Trial(self.cells, reached, self._draw_round(v), AT_ONCE)
        names = (f"n={self.cells}", f"a={self.active}", f"s={self.synapses}", f"v={v}")
        counts = count_matches(how, trial, self.segments, self.samples, *names)
        return [Result(p, counts[theta].misses if theta in counts else None) for theta, p in points.items()]

    def _point(self, v: int, theta: int) -> Point:
        known = (self.active, self.synapses) == (128, 30)
        return Point(
            f"theta = {theta}", 100.0 * v / self.active, {"a": self.active, "s": self.synapses, "theta": theta, "v": v},
            false_negative(self.active, self.synapses, theta, v),
            PRINTED.get(v, {}).get(theta, "") if known else "", OBSERVED.get(v, {}).get(theta, "") if known else "",
        )  # fmt: skip

    def _draw_round(self, v: int) -> Callable[[np.random.Generator, int], Round]:
        def round_(rng: np.random.Generator, count: int) -> Round:
            order = random_subsets(rng, 1, self.cells, self.cells)[0]
            pattern, outside = order[: self.active], order[self.active :]
            stored = Subsamples((tuple(pattern.tolist()),) * self.segments, self.synapses)
            return Round(stored, noisy(rng, count, pattern, outside, v))

        return round_

    def _draw(self, results: list[Result]) -> Figure:
        moved = range(self.active + 1)
        lines = [
            Line(
                f"theta = {theta}", [100.0 * v / self.active for v in moved],
                [false_negative(self.active, self.synapses, theta, v) for v in moved],
            )
            for theta in self.thetas
        ]  # fmt: skip
        panel = Panel("", "active cells that have moved (%)", MISS, lines, marks(results), floor=1e-10)
        return draw(f"Missed patterns by noise (a = {self.active}, s = {self.synapses})", [panel])


def noisy(rng: np.random.Generator, count: int, pattern: Index, outside: Index, v: int) -> Shown:
    """Return ``count`` forms of ``pattern`` in which v of its cells are silent, and v of ``outside`` are active.

    >>> which, cells = noisy(np.random.default_rng(1), 1, np.arange(3), np.arange(3, 6), v=3)
    >>> sorted(cells.tolist())
    [3, 4, 5]
    """
    kept = pattern[random_subsets(rng, count, pattern.size, pattern.size - v)]
    strange = outside[random_subsets(rng, count, outside.size, v)]
    return as_shown(np.concatenate([kept, strange], axis=1))
