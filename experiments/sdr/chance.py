"""What chance allows: intervals of a simulated rate, and how much variance shared sizes add."""

from __future__ import annotations

from collections.abc import Iterable

from scipy import stats

LEVEL = 0.99
"""Level of the intervals that are shown, and of each study as a whole."""


def interval(matches: float, samples: float, level: float) -> tuple[float, float]:
    """Return the interval of Clopper and Pearson 1934 (Biometrika 26:404) for the chance of a match.

    A true chance lies outside with a probability of at most 1 - level. Without a match, the lower bound is 0.

    >>> low, high = interval(0, 1000, level=0.99)
    >>> low, round(high, 5)
    (0.0, 0.00528)
    """
    tail = (1.0 - level) / 2.0
    low = 0.0 if matches <= 0 else float(stats.beta.ppf(tail, matches, samples - matches + 1))
    high = 1.0 if matches >= samples else float(stats.beta.isf(tail, matches + 1, samples - matches))
    return low, high


def joint_level(points: int) -> float:
    """Return the level of each of ``points`` intervals at which all hold at once with :data:`LEVEL` (Bonferroni).

    >>> round(1 - joint_level(50), 6)
    0.0002
    """
    return 1.0 - (1.0 - LEVEL) / max(points, 1)


def mixture(parts: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Return mean and variance of a chance of a match that itself varies; ``parts`` are its (probability, value).

    >>> mean, variance = mixture([(0.5, 0.1), (0.5, 0.3)])
    >>> round(mean, 9), round(variance, 9)
    (0.2, 0.01)
    """
    known = [(weight, value) for weight, value in parts if weight > 0.0]
    mean = sum(weight * value for weight, value in known)
    return mean, sum(weight * (value - mean) ** 2 for weight, value in known)


def spread(mean: float, variance: float, sharing: int) -> float:
    """Return by which factor the variance of a count exceeds the binomial one (the design effect; Kish 1965).

    Each sample shares its chance, of that mean and variance, with ``sharing - 1`` others.

    >>> spread(0.5, 0.01, sharing=11)
    1.4
    """
    return 1.0 + (sharing - 1) * variance / (mean * (1.0 - mean)) if 0.0 < mean < 1.0 else 1.0
