"""False matches by the number of synapses."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Self

from annotated_types import Ge
from matplotlib.figure import Figure
from pydantic import Field, model_validator

from spikemem.experiment.study import Criterion, Findings, StudyRun
from spikemem.experiments.sdr.figure import FALSE_MATCH, Line, Panel, draw, marks
from spikemem.experiments.sdr.monte_carlo import MonteCarlo, check_fits
from spikemem.experiments.sdr.points import Point, Result, criteria, table
from spikemem.language import parameter
from spikemem.sdr_theory import decades_per_synapse, false_positive

PRINTED = {
    (32, 2000): {2: "3.175e-2", 4: "1.459e-3", 6: "7.210e-5", 20: "3.904e-14", 30: "3.270e-21"},
    (32, 4000): {10: "5.7958e-9", 20: "3.967e-17", 30: "1.033e-25"},
    (512, 16000): {2: ".062978", 10: "7.259e-6", 20: "1.4298e-10", 30: "3.078e-15"},
    (4000, 16000): {2: ".4375", 10: ".07806", 20: ".01381", 30: "2.725e-3"},
}
"""By (a, n) and s, for theta = s/2."""
Code = tuple[Annotated[int, Ge(1)], Annotated[int, Ge(1)]]
Codes = Annotated[tuple[Code, ...], Field(min_length=1)]


class SDRSynapses(MonteCarlo):
    """How the chance of a false match falls with the synapses of a segment, half of which make it match.

    It falls exponentially, the faster the sparser the code (Ahmad & Hawkins 2016, arXiv:1601.00720).
    """

    codes: Codes = parameter(tuple(PRINTED), doc="codes, one a line: active cells a and cells n")
    most: int = parameter(30, ge=2, le=510, doc="synapses s of a segment go from 2 to so many, by twos")

    @model_validator(mode="after")
    def _check(self) -> Self:
        for a, n in self.codes:
            check_fits(self, "codes: a", a, "n", n)
        check_fits(self, "most", self.most, "the least a of codes", min(a for a, _ in self.codes))
        return self

    def run(self, how: StudyRun) -> Findings:
        """Simulate every point."""
        points = [self._point(a, n, s) for a, n in self.codes for s in range(2, self.most + 1, 2)]
        results = [self.random_segments(how, p) for p in how.each(points, lambda p: f"{p.series}, s = {p.x:g}")]
        return Findings(
            {"false positives": table(results)}, (*criteria(results), self._exponential()), lambda: _draw(results)
        )

    def _point(self, a: int, n: int, s: int) -> Point:
        return Point(
            f"a = {a}, n = {n}", s, {"n": n, "a": a, "s": s, "theta": s // 2},
            false_positive(n, a, s, s // 2), PRINTED.get((a, n), {}).get(s, ""),
        )  # fmt: skip

    def _exponential(self) -> Criterion:
        """Return whether every two synapses lower the chance at least as the rate of large deviations says, on every line."""
        falls, passed = [], True
        for a, n in self.codes:
            line = [false_positive.log10(n, a, s, s // 2) for s in range(2, self.most + 1, 2)]
            steps, least = [here - there for here, there in pairwise(line)], 2.0 * decades_per_synapse(a / n, 0.5)
            passed = passed and all(step >= least for step in steps)
            if steps:
                falls.append(f"{min(steps):.3g} or more (rate {least:.3g}) for a = {a}, n = {n}")
        return Criterion("exponential in s", passed, f"decades for every two synapses: {', '.join(falls)}")


def _draw(results: list[Result]) -> Figure:
    lines = []
    for series in dict.fromkeys(r.point.series for r in results):
        own = [r.point for r in results if r.point.series == series]
        lines.append(Line(series, [p.x for p in own], [p.theory for p in own]))
    panel = Panel("", "synapses s of a segment", FALSE_MATCH, lines, marks(results), floor=1e-26)
    return draw("False matches by the number of synapses (theta = s/2)", [panel])
