"""How many patterns a neuron can store."""

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
from spikemem.sdr_theory import any_of, false_positive

N, A, S, THETA = 10_000, 300, 30, 15
PRINTED = {1: "1.049e-15", 10**6: "1.05e-9"}
"""By the number M of stored patterns, for n = 10,000, a = 300, s = 30 and theta = 15."""
CLAIM = {10**6: "published as better than one in 1e9"}


class SDRCapacity(Study):
    """How the chance of a false match grows with the patterns that a neuron stores (Ahmad & Hawkins 2016, arXiv:1601.00720).

    The published example, a million patterns at theta = 15, is far below what can be simulated. That the chance of a neuron is
    the one of any of its segments is seen at lower thresholds (ours), which have the same equation.
    """

    samples: int = parameter(100_000, ge=1, le=10**8, doc="samples of a point, at least: neurons times patterns")
    neurons: int = parameter(5, ge=1, le=1000, doc="neurons that store patterns of their own")
    stored: Wholes = parameter((1, 10, 100, 1000), doc="numbers M of stored patterns that are simulated")
    thetas: Wholes = parameter((6, 8), doc="thresholds theta that are simulated")

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_fits(self, "thetas", max(self.thetas), "synapses", S)
        return self

    def run(self, how: StudyRun) -> Findings:
        """Compute the published example, and simulate the others."""
        published = [Result(self._point(THETA, M, PRINTED[M])) for M in PRINTED]
        points = [self._point(theta, M) for theta in self.thetas if theta != THETA for M in self.stored]
        each = how.each(points, lambda p: f"{p.series}, M = {p.x:g}")
        results = [*published, *(recognised(how, point, self.neurons, self.samples) for point in each)]
        return Findings({"false positives": table(results)}, criteria(results), lambda: self._draw(results))

    def _point(self, theta: int, M: int, printed: str = "") -> Point:
        chance = any_of(false_positive.exact(N, A, S, theta), M)
        parameters = {"n": N, "a": A, "s": S, "theta": theta, "M": M}
        return Point(f"theta = {theta}", M, parameters, chance, printed, note=CLAIM.get(M, "") if printed else "")

    def _draw(self, results: list[Result]) -> Figure:
        M = [round(10 ** (k / 4)) for k in range(25)]
        lines = [
            Line(f"theta = {theta}", M, [any_of(false_positive.exact(N, A, S, theta), m) for m in M])
            for theta in dict.fromkeys((*self.thetas, THETA))
        ]
        panel = Panel("", "stored patterns M", FALSE_MATCH, lines, marks(results), floor=1e-16, log_x=True)
        return draw(f"False matches of a neuron by the patterns it stores (n = {N:,}, a = {A}, s = {S})", [panel])
