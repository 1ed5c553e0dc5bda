"""What the simulating studies have in common: how many samples, and segments on cells of which each takes some at random."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge
from pydantic import Field

from spikemem.errors import InvalidInput
from spikemem.experiment.study import Study, StudyRun
from spikemem.experiments.sdr.points import Point, Result
from spikemem.experiments.sdr.segments import Round, Trial, count_matches
from spikemem.experiments.sdr.subsets import as_shown, random_subsets
from spikemem.language import FixedNumberPre, parameter

Wholes = Annotated[tuple[Annotated[int, Ge(1)], ...], Field(min_length=1)]
"""A list of whole numbers, at least one."""


class MonteCarlo(Study):
    """A study that counts matches of simulated segments. The number of samples is ours, and so is that of segments."""

    samples: int = parameter(10_000_000, ge=1, le=10**10, doc="samples of a point, at least: segments times patterns")
    segments: int = parameter(2000, ge=1, le=100_000, doc="segments that each pattern is shown to")

    def random_segments(self, how: StudyRun, point: Point) -> Result:
        """Simulate segments of s of n cells that are shown random patterns of a cells; too rare matches are not tried."""
        if not point.within_reach(self.samples):
            return Result(point)
        n, a, s, theta = (point.parameters[name] for name in ("n", "a", "s", "theta"))
        counts = count_matches(how, random_patterns(n, a, s, (theta,)), self.segments, self.samples, *named(point))
        return Result(point, counts[theta])


def random_patterns(n: int, a: int, s: int, thetas: tuple[int, ...]) -> Trial:
    """Return the trial of random patterns, and of segments with random synapses."""
    return Trial(n, thetas, lambda rng, count: Round(FixedNumberPre(s), as_shown(random_subsets(rng, count, n, a))))


def named(point: Point) -> list[str]:
    """Return what the random numbers of a point are named by: its parameters."""
    return [f"{name}={value}" for name, value in point.parameters.items()]


def check_threshold(owner: Study, synapses: int, theta: int) -> None:
    """Raise :class:`InvalidInput` if a segment of ``owner`` cannot reach its threshold."""
    if theta > synapses:
        raise InvalidInput(f"{type(owner).__name__}.theta: must be <= synapses = {synapses}, got {theta}")


def check_fits(owner: Study, what: str, number: int, bound: str, most: int) -> None:
    """Raise :class:`InvalidInput` if ``number`` exceeds ``most``, the least of what ``bound`` lists."""
    if number > most:
        raise InvalidInput(f"{type(owner).__name__}.{what}: must be <= {bound} = {most}, got {number}")


def check_least(owner: Study, what: str, number: int, least: int) -> None:
    """Raise :class:`InvalidInput` if ``number``, the least of what ``owner`` lists as ``what``, is below ``least``."""
    if number < least:
        raise InvalidInput(f"{type(owner).__name__}.{what}: every number must be >= {least}, got {number}")
