"""False matches by the number of cells."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Self

from matplotlib.figure import Figure
from pydantic import model_validator

from spikemem.experiment.study import Criterion, Findings, StudyRun
from spikemem.experiments.sdr.figure import FALSE_MATCH, Line, Panel, draw, marks
from spikemem.experiments.sdr.monte_carlo import MonteCarlo, Wholes, check_fits, check_threshold
from spikemem.experiments.sdr.points import Point, Result, criteria, table
from spikemem.language import parameter
from spikemem.sdr_theory import false_positive

PRINTED = {
    64: ("1.094617e-3", "5.695711e-6", "1.412532e-7", "8.30107e-9", "8.36247e-10"),
    128: (
        "0.292078", "7.36788e-3", "3.20106e-4", "2.50256e-5", "2.99642e-6", "4.89400e-7", "1.00959e-7", "2.49639e-8",
        "7.13144e-9",
    ),
    256: ("0.999998", "0.629373", "0.121088", "0.0193598", "3.50550e-3", "7.48966e-4", "1.86510e-4"),
}  # fmt: skip
"""For n = 300, 500, ..., s = 24 and theta = 12."""
OBSERVED = {
    64: ("1.09318e-3", "5.74e-6", "1.1e-7"),
    128: (".292048", ".00737836", "3.2014e-4", "2.585e-5"),
    256: ("", ".629267", ".121048"),
}
ANOMALOUS = {(256, 300): "observed .997368 left out: anomalous"}
"""0.999998 of the patterns should have matched there, and here they do."""
STAYS = 0.01
"""Decades, ours: what a dense code may fall by over the whole range of n."""
DENSE = "a = n/2"


class SDRPopulationSize(MonteCarlo):
    """How the chance of a false match falls with the number of cells (Ahmad & Hawkins 2016, arXiv:1601.00720).

    Patterns of a fixed number of active cells, and dense ones of half the cells, which do not profit. The dense line that was
    published is not that of s = 24 and theta = 12; what is tested is what it is said to show.
    """

    cells: Wholes = parameter(tuple(range(300, 2000, 200)), doc="numbers of cells n")
    active: Wholes = parameter((64, 128, 256), doc="numbers of active cells a, one a line")
    synapses: int = parameter(24, ge=1, le=255, doc="synapses s of a segment")
    theta: int = parameter(12, ge=1, le=255, doc="active synapses that make a segment match")

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_threshold(self, self.synapses, self.theta)
        check_fits(self, "synapses", self.synapses, "the least of active", min(self.active))
        check_fits(self, "synapses", self.synapses, "half the least of cells", min(self.cells) // 2)
        check_fits(self, "active", max(self.active), "the least of cells", min(self.cells))
        return self

    def points(self) -> list[Point]:
        """Return the points, line by line."""
        sparse = [(f"a = {a}", n, a) for a in self.active for n in self.cells]
        return [self._point(*p) for p in [*sparse, *((DENSE, n, n // 2) for n in self.cells)]]

    def _point(self, series: str, n: int, a: int) -> Point:
        place, odd = divmod(n - 300, 200)
        known = (self.synapses, self.theta, odd) == (24, 12, 0) and place >= 0 and series != DENSE
        printed, observed = (
            values[a][place] if known and place < len(values.get(a, ())) else "" for values in (PRINTED, OBSERVED)
        )
        return Point(
            series, n, {"n": n, "a": a, "s": self.synapses, "theta": self.theta},
            false_positive(n, a, self.synapses, self.theta), printed, observed,
            note=ANOMALOUS.get((a, n), "") if known else "dense" if series == DENSE else "",
        )  # fmt: skip

    def run(self, how: StudyRun) -> Findings:
        """Simulate every point."""
        points = how.each(self.points(), lambda p: f"{p.series}, n = {p.x:g}")
        results = [self.random_segments(how, point) for point in points]
        return Findings(
            {"false positives": table(results)},
            (*criteria(results), self._scaling(results)),
            lambda: self._draw(results),
        )

    def _scaling(self, results: list[Result]) -> Criterion:
        """Return whether every sparse line falls from each n to the next, and the dense one, simulated too, does not."""
        lines = {
            series: [r for r in results if r.point.series == series]
            for series in dict.fromkeys(r.point.series for r in results)
        }
        falls = {s: math.log10(line[0].point.theory / line[-1].point.theory) for s, line in lines.items()}
        sparse = [line for series, line in lines.items() if series != DENSE]
        steady = all(here.point.theory > there.point.theory for line in sparse for here, there in pairwise(line))
        (least, _), (_, most) = lines[DENSE][0].interval(), lines[DENSE][-1].interval()
        stays = abs(falls[DENSE]) <= STAYS and most >= least * 10**-STAYS
        found = ", ".join(f"{series} falls by {fall:.3g} decades" for series, fall in falls.items())
        return Criterion("only sparse codes profit from n", steady and stays, found)

    def _draw(self, results: list[Result]) -> Figure:
        n = range(min(self.cells), max(self.cells) + 1, 10)
        lines = [Line(f"a = {a}", n, [false_positive(k, a, self.synapses, self.theta) for k in n]) for a in self.active]
        lines.append(Line(DENSE, n, [false_positive(k, k // 2, self.synapses, self.theta) for k in n]))
        panel = Panel("", "cells n", FALSE_MATCH, lines, marks(results))
        return draw(f"False matches by the number of cells (s = {self.synapses}, theta = {self.theta})", [panel])
