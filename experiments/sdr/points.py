"""Points of a study: an equation's value, what was printed, what segments did, and whether the three agree."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from spikemem.experiment.study import Columns, Criterion
from spikemem.experiments.sdr.chance import LEVEL, interval, joint_level
from spikemem.experiments.sdr.segments import Count

ENOUGH = 5.0
"""Matches expected, at least, where a simulated rate is given; with fewer, its upper bound alone means something."""
WITHIN_REACH = 1.0
"""Matches expected, at least, where there is a point in simulating."""


@dataclass(frozen=True)
class Point:
    """One set of parameters: ``theory`` is the publication's equation, ``printed`` its value and ``observed`` what was seen.

    ``exact``, where it differs, is the chance that the simulated event has: the equation may be a bound or an approximation.
    """

    series: str
    x: float
    parameters: Mapping[str, int]
    theory: float
    printed: str = ""
    observed: str = ""
    exact: float | None = None
    note: str = ""

    @property
    def chance(self) -> float:
        """What a simulation must find."""
        return self.theory if self.exact is None else self.exact

    def within_reach(self, samples: int) -> bool:
        """Return whether so many samples are expected to hold a match."""
        return self.chance * samples >= WITHIN_REACH


@dataclass(frozen=True)
class Result:
    """A point and its count, if it was simulated; ``spread`` is how much the count varies beyond a binomial one."""

    point: Point
    count: Count | None = None
    spread: float = 1.0

    @property
    def rate(self) -> float:
        """The share of samples that match; not a number where it was not simulated, or where it means nothing."""
        if self.count is None or self.point.chance * self.count.samples < ENOUGH:
            return math.nan
        return self.count.matches / self.count.samples

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Return the interval of the chance of a match, from what was counted."""
        if self.count is None:
            return math.nan, math.nan
        return interval(self.count.matches / self.spread, self.count.samples / self.spread, level)

    def inside(self, level: float = LEVEL) -> bool:
        """Return whether theory lies in the interval."""
        low, high = self.interval(level)
        return low <= self.point.chance <= high

    @property
    def verdict(self) -> str:
        """Whether theory lies in the interval that is shown; nothing where it was not simulated."""
        return "" if self.count is None else "yes" if self.inside() else "no"

    @property
    def note(self) -> str:
        """What is to be known about the point."""
        seen = ""
        if self.count is None:
            seen = "not simulated: too rare"
        elif math.isnan(self.rate):
            seen = "upper bound only"
        return "; ".join(filter(None, (self.point.note, seen)))


def agrees(value: float | Fraction, text: str) -> bool:
    """Return whether ``value``, rounded to the last digit of ``text``, is ``text``; zeros at its end count as digits.

    >>> agrees(0.0035054, "3.505e-3"), agrees(0.0035054, "3.5050e-3")
    (True, False)
    """
    exponent = Decimal(text).as_tuple().exponent
    assert isinstance(exponent, int), text
    return abs(Fraction(value) - Fraction(Decimal(text))) <= Fraction(10) ** exponent / 2


def table(results: Sequence[Result]) -> Columns:
    """Return the table of a study: parameters, printed value, theory, simulated rate, its interval, samples, verdict."""
    intervals = [r.interval() for r in results]
    columns: dict[str, list[Any]] = {
        **{name: [r.point.parameters[name] for r in results] for name in results[0].point.parameters},
        "printed": [r.point.printed for r in results],
        "observed": [r.point.observed for r in results],
        "theory": [r.point.theory for r in results],
        "exact": [math.nan if r.point.exact is None else r.point.exact for r in results],
        "simulated": [r.rate for r in results],
        "low 99%": [low for low, _ in intervals],
        "high 99%": [high for _, high in intervals],
        "samples": [0 if r.count is None else r.count.samples for r in results],
        "inside": [r.verdict for r in results],
        "note": [r.note for r in results],
    }
    empty = [name for name in ("printed", "observed", "exact") if not _any(columns[name])]
    return {name: values for name, values in columns.items() if name not in empty}


def criteria(results: Sequence[Result]) -> tuple[Criterion, ...]:
    """Return what every study must show: the printed digits, and simulated rates within what chance allows.

    The interval of each point is widened so that with all of them true, the study fails in one of a hundred runs at most.
    """
    return (printed_digits([r.point for r in results]), simulated_rates(results))


def printed_digits(points: Sequence[Point]) -> Criterion:
    """Return whether theory gives every printed value to its last digit."""
    given = [p for p in points if p.printed]
    wrong = [f"{p.theory:.6g} for {p.printed}" for p in given if not agrees(p.theory, p.printed)]
    found = f"{len(given) - len(wrong)} of {len(given)} printed values are met to the last digit"
    return Criterion("printed values", not wrong, f"{found}: {', '.join(wrong)}" if wrong else found)


def simulated_rates(results: Sequence[Result]) -> Criterion:
    """Return whether every simulated point agrees with theory, and whether any could have disagreed."""
    counted = [r for r in results if r.count is not None]
    level = joint_level(len(counted))
    telling = sum(not math.isnan(r.rate) for r in counted)
    outside = [f"{r.point.series} at {r.point.x:g}" for r in counted if not r.inside(level)]
    found = (
        f"{len(counted) - len(outside)} of {len(counted)} points inside the interval of level {_percent(level)} "
        f"({_percent(LEVEL)} for all at once), {sum(r.inside() for r in counted)} inside that of {_percent(LEVEL)}; "
        f"{telling} with {ENOUGH:g} matches or more expected"
    )
    if outside:
        found += f"; outside: {', '.join(outside)}"
    return Criterion("simulated rates", not outside and telling > 0, found)


def _percent(level: float) -> str:
    return f"{100 * level:.6g}%"


def _any(values: Sequence[object]) -> bool:
    return any(not (value == "" or (isinstance(value, float) and math.isnan(value))) for value in values)
