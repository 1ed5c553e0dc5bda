"""Unions: many patterns active at once, and many patterns on one segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from fractions import Fraction
from typing import Self

import numpy as np
from matplotlib.figure import Figure
from pydantic import model_validator

from spikemem.experiment.study import Criterion, Findings, StudyRun
from spikemem.experiments.sdr.chance import spread
from spikemem.experiments.sdr.figure import FALSE_MATCH, Line, Panel, draw, marks
from spikemem.experiments.sdr.monte_carlo import MonteCarlo, Wholes, check_least, named
from spikemem.experiments.sdr.points import Point, Result, criteria, table
from spikemem.experiments.sdr.segments import AT_ONCE, Round, Trial, count_matches
from spikemem.experiments.sdr.subsets import as_shown, random_subsets, random_unions
from spikemem.experiments.sdr.union_sizes import over_sizes
from spikemem.language import FixedNumberPre, FromList, parameter
from spikemem.sdr_theory import activity_union, segment_union
from spikemem.sdr_theory.matching import overlap_tail


@dataclass(frozen=True)
class Code:
    """The code of a published table."""

    a: int
    s: int
    theta: int


ACTIVITY, SEGMENT = Code(a=30, s=20, theta=10), Code(a=200, s=25, theta=15)
NEAR = 0.1
"""Ours: how far, relative to it, the equations may be from the exact chance."""
PRINTED_ACTIVITY = {
    1000: {1: "1.750e-11", 5: "1.225e-4", 10: ".01857", 20: ".4301"},
    4000: {5: "4.710e-10", 10: "3.326e-7", 20: "1.298e-4"},
    8000: {10: "5.323e-10", 20: "3.481e-7"},
}
"""By n and M, the number of patterns that are active at once."""
PRINTED_SEGMENT = {
    1000: {1: "1.0014e-5", 2: ".04739", 5: ".99108"},
    10_000: {5: "2.279e-8", 10: "1.271e-4"},
    20_000: {5: "2.038e-12", 10: "3.322e-8"},
}
"""By n and M, the number of patterns that a segment stores."""


class SDRUnions(MonteCarlo):
    """False matches where M patterns are active at once, and where a segment stores M patterns (Ahmad & Hawkins 2016).

    arXiv:1601.00720. The published equations take a union to be of its expected size. Its real size varies, and is whole: the
    column "exact" has the mean over all sizes, which is what is simulated, and intervals account for segments (or patterns)
    that share a size.
    """

    together: Wholes = parameter((1, 5, 10, 20), doc="numbers M of patterns that are active at once")
    stored: Wholes = parameter((1, 2, 5, 10), doc="numbers M of patterns that a segment stores")
    activity_cells: Wholes = parameter(
        tuple(PRINTED_ACTIVITY), doc="numbers of cells n, one a line, for unions of activity"
    )
    segment_cells: Wholes = parameter(
        tuple(PRINTED_SEGMENT), doc="numbers of cells n, one a line, for unions on a segment"
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_least(self, "activity_cells", min(self.activity_cells), 2 * ACTIVITY.a)
        check_least(self, "segment_cells", min(self.segment_cells), 2 * SEGMENT.a)
        return self

    def run(self, how: StudyRun) -> Findings:
        """Simulate both."""
        tasks = [(self._activity, n, M) for n in self.activity_cells for M in self.together]
        tasks += [(self._segment, n, M) for n in self.segment_cells for M in self.stored]
        results = [do(how, n, M) for do, n, M in how.each(tasks, lambda task: f"n = {task[1]}, M = {task[2]}")]
        split = len(self.activity_cells) * len(self.together)
        activity, segment = results[:split], results[split:]
        return Findings(
            {"unions of activity": table(activity), "unions on a segment": table(segment)},
            (*criteria(results), _expected_sizes(results)),
            lambda: self._draw(activity, segment),
        )

    def _activity(self, how: StudyRun, n: int, M: int) -> Result:
        """Simulate M patterns that are active at once. Samples of one union share its size, with as many segments."""
        a, s, theta = astuple(ACTIVITY)
        exact, variance = over_sizes(n, a, M, lambda active: float(overlap_tail(n, Fraction(active), s, theta)))
        point = _point(ACTIVITY, n, M, activity_union(n, a, s, theta, M), PRINTED_ACTIVITY, exact)
        draw_round = Trial(n, (theta,), lambda rng, k: Round(FixedNumberPre(s), random_unions(rng, k, n, a, M)))
        return self._count(how, point, draw_round, "activity", spread(exact, variance, self.segments))

    def _segment(self, how: StudyRun, n: int, M: int) -> Result:
        """Simulate segments that store M patterns. Samples of one segment share its size, with the patterns of a round."""
        a, s, theta = astuple(SEGMENT)
        exact, variance = over_sizes(n, s, M, lambda synapses: float(overlap_tail(n, Fraction(a), synapses, theta)))
        point = _point(SEGMENT, n, M, segment_union(n, a, s, theta, M), PRINTED_SEGMENT, exact)

        def draw_round(rng: np.random.Generator, k: int) -> Round:
            segments, cells = random_unions(rng, self.segments, n, s, M)
            pairs = zip(cells.tolist(), segments.tolist(), strict=True)
            return Round(FromList(tuple(pairs)), as_shown(random_subsets(rng, k, n, a)))

        sharing = min(AT_ONCE, -(-self.samples // self.segments))
        return self._count(how, point, Trial(n, (theta,), draw_round), "segment", spread(exact, variance, sharing))

    def _count(self, how: StudyRun, point: Point, trial: Trial, which: str, factor: float) -> Result:
        if not point.within_reach(self.samples):
            return Result(point)
        counts = count_matches(how, trial, self.segments, self.samples, which, *named(point))
        return Result(point, counts[trial.thetas[0]], factor)

    def _draw(self, activity: Sequence[Result], segment: Sequence[Result]) -> Figure:
        panels = [
            Panel(
                f"{title} (a = {code.a}, s = {code.s}, theta = {code.theta})", x, FALSE_MATCH,
                [Line(f"n = {n}", members, [equation(n, code.a, code.s, code.theta, M) for M in members]) for n in cells],
                marks(results), floor=1e-12,
            )
            for title, code, x, cells, members, equation, results in (
                ("Many active at once", ACTIVITY, "patterns active at once, M", self.activity_cells,
                 range(1, max(self.together) + 1), activity_union, activity),
                ("Many on one segment", SEGMENT, "patterns on a segment, M", self.segment_cells,
                 range(1, max(self.stored) + 1), segment_union, segment),
            )
        ]  # fmt: skip
        return draw("False matches of unions", panels)


def _point(code: Code, n: int, M: int, theory: float, printed: Mapping[int, Mapping[int, str]], exact: float) -> Point:
    parameters = {"n": n, "a": code.a, "s": code.s, "theta": code.theta, "M": M}
    return Point(f"n = {n}", M, parameters, theory, printed.get(n, {}).get(M, ""), exact=exact)


def _expected_sizes(results: Sequence[Result]) -> Criterion:
    """Return whether the equations, which know only the expected size of a union, are near the exact chance."""
    points = [r.point for r in results if r.point.chance > 0.0]
    worst = max(points, key=lambda p: abs(p.theory / p.chance - 1.0))
    error = worst.theory / worst.chance - 1.0
    found = f"off by {100 * error:+.2g}% at most (s = {worst.parameters['s']}, {worst.series}, M = {worst.x:g})"
    return Criterion("equations for the expected size", abs(error) <= NEAR, found)
