"""Which threshold: false matches over a sweep of codes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from statistics import median
from typing import Self

from matplotlib.figure import Figure
from pydantic import model_validator

from spikemem.errors import InvalidInput
from spikemem.experiment.study import Columns, Criterion, Findings, StudyRun
from spikemem.experiments.sdr.chance import joint_level
from spikemem.experiments.sdr.figure import FALSE_MATCH, Line, Mark, Panel, draw
from spikemem.experiments.sdr.monte_carlo import MonteCarlo, Wholes, check_fits, random_patterns
from spikemem.experiments.sdr.points import ENOUGH, Point, Result, printed_digits, simulated_rates, table
from spikemem.experiments.sdr.segments import count_matches
from spikemem.language import parameter
from spikemem.sdr_theory.matching import overlap_tail

PRINTED = (
    ".0173255", ".00198947", "1.7097e-4", "1.2009e-5", "6.572e-7", "3.334e-8", "1.354e-9", "4.80e-11", "1.54e-12", "3.41e-14",
    "6.40e-16", "9.34e-18", "1.37e-19", "1.43e-21", "1.42e-23", "1.12e-25", "5.18e-28", "3.90e-30", "1.70e-32", "9.21e-35",
    "4.62e-37", "2.07e-39",
)  # fmt: skip
"""Medians for theta = 3, 4, ..., of the published sweep."""
SWEEP = ((1000, 5000, 9000, 13000, 17000), (5, 10, 15, 20, 25, 30), tuple(range(20, 55, 5)))
MEASURED = (8.0, 20.0)
"""Synapses that make a dendrite spike (Hawkins & Ahmad 2016)."""
MEDIAN = "median of the sweep"


class SDRThreshold(MonteCarlo):
    """Which threshold keeps false matches rare whatever the code: the median over many codes (Ahmad & Hawkins 2016).

    arXiv:1601.00720. The published text names n from 1e4 to 2e5; the scripts, whose values these are, went from 1000 to 17,000.
    In sparse codes of few cells s exceeds a, and theta may, too: then nothing matches. Where the median is within reach of the
    samples, every code is simulated, and segments of all such thresholds are shown the same patterns.
    """

    samples: int = parameter(1_000_000, ge=1, le=10**10, doc="samples of a code, at least: segments times patterns")
    cells: Wholes = parameter(SWEEP[0], doc="numbers of cells n")
    densities: Wholes = parameter(SWEEP[1], doc="densities a/n, in thousandths")
    synapses: Wholes = parameter(SWEEP[2], doc="synapses s of a segment")
    thetas: Wholes = parameter(tuple(range(3, 25)), doc="thresholds theta")

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_fits(self, "densities", max(self.densities), "the whole", 1000)
        check_fits(self, "synapses", max(self.synapses), "the least of cells", min(self.cells))
        check_fits(self, "thetas", max(self.thetas), "the most synapses", max(self.synapses))
        least, n = min(self.densities), min(self.cells)
        if round(n * least / 1000) < 1:
            raise InvalidInput(
                "SDRThreshold.densities: must give at least one active cell of each number of cells, "
                f"got {least} thousandths of {n}"
            )
        return self

    def run(self, how: StudyRun) -> Findings:
        """Compute the sweep, and simulate it for the thresholds whose median is within reach."""
        codes = [(n, round(x * n / 1000), s) for n, x, s in product(self.cells, self.densities, self.synapses)]
        swept = {theta: [self._point(*code, theta) for code in codes] for theta in self.thetas}
        medians = [self._median(theta, points) for theta, points in swept.items()]
        seen = tuple(int(m.x) for m in medians if m.theory * self.samples >= ENOUGH)
        results: dict[int, list[Result]] = {theta: [] for theta in seen}
        for k, (n, a, s) in how.each(list(enumerate(codes)), lambda c: "n = {}, a = {}, s = {}".format(*c[1])):
            if seen:
                trial = random_patterns(n, a, s, seen)
                counts = count_matches(how, trial, self.segments, self.samples, f"n={n}", f"a={a}", f"s={s}")
                for theta in seen:
                    results[theta].append(Result(swept[theta][k], counts[theta]))
        found = {theta: _median_of(own) for theta, own in results.items()}
        everything = [result for own in results.values() for result in own]
        return Findings(
            {"medians": _table(medians, found), **({"sweep": table(everything)} if everything else {})},
            (printed_digits(medians), simulated_rates(everything), _medians_inside(medians, found)),
            lambda: _draw(medians, found),
        )

    def _point(self, n: int, a: int, s: int, theta: int) -> Point:
        chance = float(overlap_tail(n, Fraction(a), s, theta))
        return Point(f"theta = {theta}", n, {"n": n, "a": a, "s": s, "theta": theta}, chance)

    def _median(self, theta: int, points: Sequence[Point]) -> Point:
        known = (self.cells, self.densities, self.synapses) == SWEEP and 0 <= theta - 3 < len(PRINTED)
        return Point(
            MEDIAN, theta, {"theta": theta}, median(p.theory for p in points), PRINTED[theta - 3] if known else ""
        )


def _median_of(results: Sequence[Result]) -> Mark:
    """Return the median of simulated rates. Its bounds are the medians of bounds that all hold at once."""
    level = joint_level(len(results))
    low, high = (median(bounds) for bounds in zip(*(r.interval(level) for r in results), strict=True))
    rate = median(r.count.matches / r.count.samples for r in results if r.count is not None)
    return Mark(MEDIAN, results[0].point.parameters["theta"], rate, low, high)


def _table(medians: Sequence[Point], found: Mapping[int, Mark]) -> Columns:
    none = Mark(MEDIAN, math.nan, math.nan, math.nan, math.nan)
    simulated = [found.get(int(p.x), none) for p in medians]
    return {
        "theta": [int(p.x) for p in medians],
        "printed": [p.printed for p in medians],
        "theory": [p.theory for p in medians],
        "simulated": [m.rate for m in simulated],
        "low 99%": [m.low for m in simulated],
        "high 99%": [m.high for m in simulated],
        "note": ["" if m is not none else "not simulated: too rare" for m in simulated],
    }


def _medians_inside(medians: Sequence[Point], found: Mapping[int, Mark]) -> Criterion:
    """Return whether the simulated medians agree with theory."""
    theory = {int(p.x): p.theory for p in medians}
    outside = [f"theta = {theta}" for theta, m in found.items() if not m.low <= theory[theta] <= m.high]
    said = f"{len(found) - len(outside)} of {len(found)} simulated medians within their bounds"
    return Criterion("simulated medians", not outside, f"{said}; outside: {', '.join(outside)}" if outside else said)


def _draw(medians: Sequence[Point], found: Mapping[int, Mark]) -> Figure:
    line = Line(MEDIAN, [p.x for p in medians], [p.theory for p in medians])
    panel = Panel(
        "", "threshold theta (synapses)", FALSE_MATCH, [line], list(found.values()), floor=1e-40,
        band=(*MEASURED, "measured in dendrites"),
    )  # fmt: skip
    return draw("False matches by the threshold: median over codes", [panel])
