"""A neuron with many inputs: how many synapses a pattern needs."""

from __future__ import annotations

from matplotlib.figure import Figure

from spikemem.experiment.study import Findings, StudyRun
from spikemem.experiments.sdr.figure import FALSE_MATCH, Line, Panel, draw, marks
from spikemem.experiments.sdr.monte_carlo import MonteCarlo
from spikemem.experiments.sdr.points import Point, Result, criteria, table
from spikemem.sdr_theory import false_positive

N, A = 100_000, 2000
SAME, DOUBLE, MIXED = "s = theta", "s = 2 theta", "s = 2 m theta, theta = {}"
PRINTED = (
    (SAME, N, 6, 6, "6.353e-11"), (SAME, N, 8, 8, "2.525e-14"), (SAME, N, 10, 10, "1.0016e-17"),
    (SAME, 2 * N, 10, 10, "9.78e-21"),
    (DOUBLE, N, 12, 6, "5.294e-8"), (DOUBLE, N, 16, 8, "2.817e-10"), (DOUBLE, N, 20, 10, "1.542e-12"),
    (DOUBLE, N, 24, 12, "8.587e-15"),
    (MIXED.format(10), N, 40, 10, "4.915e-9"), (MIXED.format(10), N, 80, 10, "4.626e-6"),
    (MIXED.format(10), N, 120, 10, "1.588e-4"), (MIXED.format(20), N, 240, 20, "1.080e-7"),
)  # fmt: skip
"""Rule, n, s, theta and chance, for a = 2000. A segment that mixes m patterns has 2 theta synapses of each, no two alike."""


class SDRNeuronNumbers(MonteCarlo):
    """The chance of a false match of a neuron with 100,000 inputs (Hawkins & Ahmad 2016, Front. Neural Circuits 10:23).

    Most of these chances are too small to be simulated, and are computed only; segments that mix 4 or 6 patterns are simulated.
    """

    def run(self, how: StudyRun) -> Findings:
        """Simulate what is within reach."""
        points = [
            Point(rule if n == N else f"{rule}, n = {n:,}", s, {"n": n, "a": A, "s": s, "theta": theta},
                  false_positive(n, A, s, theta), printed)
            for rule, n, s, theta, printed in PRINTED
        ]  # fmt: skip
        results = [self.random_segments(how, p) for p in how.each(points, lambda p: f"{p.series}, s = {p.x:g}")]
        return Findings({"false positives": table(results)}, criteria(results), lambda: _draw(results))


def _draw(results: list[Result]) -> Figure:
    same, twice = range(4, 13), range(4, 13)
    mixed = {theta: range(2 * theta, 2 * 6 * theta + 1, 2 * theta) for theta in (10, 20)}
    lines = [
        Line(SAME, same, [false_positive(N, A, s, s) for s in same]),
        Line(f"{SAME}, n = {2 * N:,}", same, [false_positive(2 * N, A, s, s) for s in same]),
        Line(DOUBLE, [2 * theta for theta in twice], [false_positive(N, A, 2 * theta, theta) for theta in twice]),
        *(Line(MIXED.format(theta), s, [false_positive(N, A, k, theta) for k in s]) for theta, s in mixed.items()),
    ]
    panel = Panel("", "synapses s of a segment", FALSE_MATCH, lines, marks(results), floor=1e-26, log_x=True)
    return draw(f"False matches of a segment among {N:,} inputs, {A} active", [panel])
