"""Many segments, many patterns on one segment, many patterns at once (F4, F5, F6, F9)."""

from __future__ import annotations

import math
from fractions import Fraction

from spikemem.sdr_theory.arguments import pattern, rational, segment, whole
from spikemem.sdr_theory.chance import chance, exact_chance, natural_log
from spikemem.sdr_theory.matching import continued_tail, overlap_tail

_NEGLIGIBLE = Fraction(1, 10**20)
_CERTAIN = 800  # exp(-800) is 0 in floating point


@exact_chance
def union_bound(p: float | Fraction, M: int) -> Fraction:
    """Return a bound on the probability that any of M segments matches, each with probability p, however they depend.

    F4: P <= M p (Ahmad & Hawkins 2016, arXiv:1601.00720), and at most 1. A neuron is the OR of its segments.

    >>> union_bound(0.001, M=500)
    0.5
    """
    p = rational("union_bound", "p", p, 0, 1)
    return min(whole("union_bound", "M", M, 1) * p, Fraction(1))


@chance
def any_of(p: float | Fraction, M: int) -> Fraction:
    """Return the probability that any of M independent segments matches, each with probability p.

    F4: P = 1 - (1 - p)^M (Ahmad & Hawkins 2016, arXiv:1601.00720). A p below the range of floats is given as a fraction.

    >>> any_of(0.001, M=500)
    0.3936...
    >>> any_of(1e-30, M=500)
    5e-28
    """
    p = rational("any_of", "p", p, 0, 1)
    return at_least_once(p, Fraction(whole("any_of", "M", M, 1)))


def synapses_of_union(n: int, s: int, M: int) -> float:
    """Return the expected number of different synapses on a segment that stores M patterns by s synapses each, of n cells.

    F5: s_M = n (1 - (1 - s/n)^M) (Ahmad & Hawkins 2016, arXiv:1601.00720). A Bloom filter's share of set bits is s_M / n.

    >>> synapses_of_union(n=20_000, s=25, M=10)
    248.59...
    """
    n = whole("synapses_of_union", "n", n, 1)
    s = whole("synapses_of_union", "s", s, 1, n, "n")
    return _expected_union(n, s, whole("synapses_of_union", "M", M, 1))


@exact_chance
def segment_union(n: int, a: int, s: int, theta: int, M: int) -> Fraction:
    """Return the probability that a segment which stores M patterns by s synapses each matches a random pattern.

    F5: P = P_fp(n, a, s_M, theta), where s_M is rounded to a whole number (Ahmad & Hawkins 2016, arXiv:1601.00720); it may
    exceed a. Stored patterns are found as long as noise moves at most s - theta of their cells.

    >>> segment_union(n=20_000, a=100, s=25, theta=15, M=10)
    1.73...e-12
    """
    n, a = pattern("segment_union", n, a)
    s, theta = segment("segment_union", a, s, theta)
    synapses = round(_expected_union(n, s, whole("segment_union", "M", M, 1)))
    return overlap_tail(n, Fraction(a), synapses, theta)


def active_in_union(n: int, a: int, M: int) -> float:
    """Return the expected number of active cells where M patterns of a among n cells are active at once.

    F6: a_M = n (1 - (1 - a/n)^M) (Ahmad & Hawkins 2016, arXiv:1601.00720).

    >>> active_in_union(n=1000, a=30, M=5)
    141.2...
    """
    n, a = pattern("active_in_union", n, a)
    return _expected_union(n, a, whole("active_in_union", "M", M, 1))


@chance
def activity_union(n: int, a: int, s: int, theta: int, M: int) -> Fraction:
    """Return the probability that a segment matches by chance where M patterns are active at once.

    F6: P = P_fp(n, a_M, s, theta) with a_M = n (1 - (1 - a/n)^M) not rounded to a whole number (Ahmad & Hawkins 2016,
    arXiv:1601.00720): rounding it would move values by a few percent. See :func:`continued_false_positive`.

    >>> activity_union(n=1000, a=30, s=20, theta=10, M=5)
    0.000122...
    """
    n, a = pattern("activity_union", n, a)
    s, theta = segment("activity_union", a, s, theta)
    active = _expected_union(n, a, whole("activity_union", "M", M, 1))
    return continued_tail(n, Fraction(active), s, theta)


@chance
def union_chance_overlap(n: int, a: int, M: int) -> Fraction:
    """Return the expected share of a random pattern's cells that a union of M predicted patterns predicts.

    F9: 1 - (1 - a/n)^M (Ahmad & Hawkins 2016, arXiv:1601.00720).

    >>> union_chance_overlap(n=2000, a=40, M=10)
    0.1829...
    """
    n, a = pattern("union_chance_overlap", n, a)
    return at_least_once(Fraction(a, n), Fraction(whole("union_chance_overlap", "M", M, 1)))


def at_least_once(p: Fraction, times: Fraction) -> Fraction:
    """Return 1 - (1 - p)^times, true to a relative 1e-14, for ``times`` >= 0 that need not be whole.

    >>> at_least_once(Fraction(1, 10**400), Fraction(5))
    Fraction(1, 200000...)
    """
    if p == 1 or times == 1:
        return p
    # -ln(1 - p), which is p itself where p is negligible: this also holds for p below the range of floats.
    rate = p if p < _NEGLIGIBLE else Fraction(-natural_log(1 - p))
    mean = times * rate
    if mean < _NEGLIGIBLE:
        return mean
    return Fraction(1) if mean > _CERTAIN else Fraction(-math.expm1(-float(mean)))


def _expected_union(n: int, each: int, M: int) -> float:
    """Return n (1 - (1 - each/n)^M): the expected size of the union of M random sets of ``each`` among n."""
    return float(n * at_least_once(Fraction(each, n), Fraction(M)))
