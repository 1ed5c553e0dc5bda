"""A neuron that stores whole patterns."""

from __future__ import annotations

from typing import Self

from matplotlib.figure import Figure
from pydantic import model_validator

from spikemem.experiment.study import Findings, Study, StudyRun
from spikemem.experiments.sdr.figure import FALSE_MATCH, Line, Panel, draw, marks
from spikemem.experiments.sdr.monte_carlo import Wholes, check_fits
from spikemem.experiments.sdr.neurons import recognised
from spikemem.experiments.sdr.points import Point, Result, criteria, table
from spikemem.language import parameter
from spikemem.sdr_theory import any_of, false_positive, union_bound

N, W, M = 100, 7, 500
PRINTED = {4: ".144691", 5: ".00282648", 6: "2.03654e-5"}
"""The bound M P_fp by the threshold, for n = 100, patterns of 7 cells, all of them synapses, and M = 500."""
OBSERVED = {4: ".134632", 5: ".00285", 6: "1.7e-5"}


class SDRClassifierCheck(Study):
    """How often a neuron that stores 500 whole patterns takes a random one for one of them (Ahmad & Hawkins 2016).

    arXiv:1601.00720: the check in the published scripts. The printed values are a bound, the sum over segments; the column
    "exact" has the chance that any of independent segments matches, which is what is simulated.
    """

    samples: int = parameter(1_000_000, ge=1, le=10**9, doc="samples of a point, at least: neurons times patterns")
    neurons: int = parameter(20, ge=1, le=1000, doc="neurons that store patterns of their own")
    thetas: Wholes = parameter((4, 5, 6), doc="thresholds theta")

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_fits(self, "thetas", max(self.thetas), "synapses", W)
        return self

    def run(self, how: StudyRun) -> Findings:
        """Simulate every threshold."""
        points = how.each([_point(theta) for theta in self.thetas], lambda p: f"theta = {p.x:g}")
        results = [recognised(how, point, self.neurons, self.samples) for point in points]
        return Findings({"false positives": table(results)}, criteria(results), lambda: self._draw(results))

    def _draw(self, results: list[Result]) -> Figure:
        points = [r.point for r in results]
        lines = [
            Line("any of the segments", self.thetas, [p.chance for p in points]),
            Line("bound: sum over segments", self.thetas, [p.theory for p in points]),
        ]
        panel = Panel("", "threshold theta (synapses)", FALSE_MATCH, lines, marks(results), floor=1e-6)
        return draw(f"False matches of a neuron that stores {M} patterns of {W} of {N} cells", [panel])


def _point(theta: int) -> Point:
    chance = false_positive.exact(N, W, W, theta)
    return Point(
        "any of the segments", theta, {"n": N, "a": W, "s": W, "theta": theta, "M": M},
        union_bound(chance, M), PRINTED.get(theta, ""), OBSERVED.get(theta, ""), exact=any_of(chance, M),
    )  # fmt: skip
