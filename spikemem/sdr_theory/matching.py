"""One segment and one pattern: how often they match by chance, and how often noise makes them miss (F1, F2, F3)."""

from __future__ import annotations

import math
from fractions import Fraction

from spikemem.sdr_theory.arguments import pattern, rational, segment, whole
from spikemem.sdr_theory.chance import exact_chance


def overlap_set_size(n: int, a: int, s: int, b: int) -> int:
    """Return the number of patterns of a among n cells that share exactly b cells with a given segment of s synapses.

    F1: |Omega(b)| = C(s, b) C(n - s, a - b) (Ahmad & Hawkins 2016, arXiv:1601.00720).

    >>> overlap_set_size(n=6, a=3, s=2, b=1)
    12
    """
    n, a = pattern("overlap_set_size", n, a)
    s = whole("overlap_set_size", "s", s, 1, a, "a")
    b = whole("overlap_set_size", "b", b, 0, s, "s")
    return math.comb(s, b) * math.comb(n - s, a - b)


@exact_chance
def false_positive(n: int, a: int, s: int, theta: int) -> Fraction:
    """Return the probability that a segment matches a random pattern.

    F2: P_fp = sum over b = theta..s of |Omega(b)| / C(n, a) (Ahmad & Hawkins 2016, arXiv:1601.00720), with n cells, a active
    ones, s synapses and the threshold theta. A segment that mixes m patterns, 2 theta synapses of each and no two alike, is
    one of s = 2 m theta synapses (Hawkins & Ahmad 2016).

    >>> round(false_positive.log10(n=200_000, a=2000, s=20, theta=10), 2)
    -14.78
    """
    n, a = pattern("false_positive", n, a)
    s, theta = segment("false_positive", a, s, theta)
    return overlap_tail(n, Fraction(a), s, theta)


@exact_chance
def continued_false_positive(n: int, a: float | Fraction, s: int, theta: int) -> Fraction:
    """Return F2 for a number of active cells that need not be whole, such as the expected size of a union.

    The binomials of F2 are continued by the gamma function, which cancels: C(n - s, a - b) / C(n, a) is the product of
    a - i for i < b and of n - a - j for j < s - b, over n (n - 1) ... (n - s + 1). Where fewer than s - 1 cells are silent,
    these change sign and are no probabilities: there the value lies on the line between those of the whole numbers next to a
    (our choice). s is at most a.

    >>> p = continued_false_positive.exact(n=10, a=5, s=3, theta=2)
    >>> p == false_positive.exact(n=10, a=5, s=3, theta=2)
    True
    >>> continued_false_positive(n=10, a=5.5, s=3, theta=2)
    0.58...
    """
    n = whole("continued_false_positive", "n", n, 1)
    size = rational("continued_false_positive", "a", a, 1, n, "n")
    s, theta = segment("continued_false_positive", math.floor(size), s, theta)
    return continued_tail(n, size, s, theta)


@exact_chance
def false_negative(a: int, s: int, theta: int, v: int) -> Fraction:
    """Return the probability that a segment misses its own pattern, v of whose a active cells have moved elsewhere.

    F3: P_fn = sum over b = s - theta + 1..s of C(s, b) C(a - s, v - b) / C(a, v) (Ahmad & Hawkins 2016, arXiv:1601.00720);
    b counts the synapses lost. The number n of cells has no part in it, since cells join outside the pattern.

    >>> false_negative(a=128, s=30, theta=12, v=64)
    0.0716...
    >>> false_negative(a=128, s=30, theta=12, v=18)
    0.0
    """
    a = whole("false_negative", "a", a, 1)
    s, theta = segment("false_negative", a, s, theta)
    v = whole("false_negative", "v", v, 0, a, "a")
    return overlap_tail(a, Fraction(v), s, s - theta + 1)


def overlap_tail(n: int, a: Fraction, s: int, theta: int) -> Fraction:
    """Return the sum over b = theta..s of C(s, b) C(n - s, a - b) / C(n, a).

    a may be below s. It need not be whole if at least s - 1 cells are silent.

    >>> overlap_tail(5, Fraction(2), 2, 1)
    Fraction(7, 10)
    """
    if a.denominator == 1 and a < s:
        a, s = (
            Fraction(s),
            a.numerator,
        )  # the overlap of two sets is the same either way, and this way has fewer factors
    p, q = a.numerator, a.denominator
    rest = n * q - p  # q times the silent cells
    # Below `first` a whole number of silent cells makes the terms 0, and their ratio 0/0.
    first = max(theta, s - rest) if q == 1 else theta
    if first > s:
        return Fraction(0)
    # term(b) = C(s, b) a (a - 1) ... (a - b + 1) (n - a) (n - a - 1) ... (n - a - (s - b) + 1) q^s is whole, and so is each
    # next one: the division below leaves no remainder.
    term = math.comb(s, first) * _falling(p, q, first) * _falling(rest, q, s - first)
    total = term
    for b in range(first, s):
        term = term * (s - b) * (p - b * q) // ((b + 1) * (rest - (s - b - 1) * q))
        total += term
    return Fraction(total, q**s * math.perm(n, s))


def continued_tail(n: int, a: Fraction, s: int, theta: int) -> Fraction:
    """Return :func:`overlap_tail` for any a from s to n: on straight lines where fewer than s - 1 cells are silent.

    >>> continued_tail(5, Fraction(9, 2), 3, 3) == (overlap_tail(5, Fraction(4), 3, 3) + 1) / 2
    True
    """
    if a.denominator == 1 or n - a >= s - 1:
        return overlap_tail(n, a, s, theta)
    below = math.floor(a)
    lower, upper = (overlap_tail(n, Fraction(whole_number), s, theta) for whole_number in (below, below + 1))
    return lower + (a - below) * (upper - lower)


def _falling(start: int, step: int, count: int) -> int:
    """Return start (start - step) (start - 2 step) ..., of ``count`` factors."""
    return math.prod(range(start, start - count * step, -step))
