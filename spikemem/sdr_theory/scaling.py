"""How false matches become rare: a power law in n, exponential in s, and not at all in n for codes of fixed density.

Ahmad & Hawkins 2016 (arXiv:1601.00720) describe these laws in words and figures; the limits and rates here are ours.
"""

from __future__ import annotations

import math
from fractions import Fraction

from spikemem.errors import InvalidInput, shown
from spikemem.sdr_theory.arguments import pattern, rational, segment, whole
from spikemem.sdr_theory.chance import exact_chance, natural_log
from spikemem.sdr_theory.matching import false_positive


def fall_with_n(n: int, a: int, s: int, theta: int, factor: int = 2, *, fixed_density: bool = False) -> float:
    """Return by how many decades P_fp falls when n grows by ``factor``.

    With a fixed, P_fp goes as C(s, theta) (a/n)^theta for n >> s a, so that it falls by theta log10(factor) decades. With
    ``fixed_density`` a grows with n, and P_fp goes to :func:`large_n_limit`: the fall goes to 0.

    >>> round(fall_with_n(n=1_000_000, a=64, s=24, theta=12), 2), round(12 * math.log10(2), 2)
    (3.61, 3.61)
    >>> round(fall_with_n(n=20_000, a=10_000, s=24, theta=12, fixed_density=True), 3)
    0.0
    """
    n, a = pattern("fall_with_n", n, a)
    s, theta = segment("fall_with_n", a, s, theta)
    factor = whole("fall_with_n", "factor", factor, 2)
    larger = false_positive.log10(factor * n, factor * a if fixed_density else a, s, theta)
    return false_positive.log10(n, a, s, theta) - larger


def fall_with_theta(n: int, a: int, s: int, theta: int) -> float:
    """Return by how many decades P_fp falls when the threshold rises from theta to theta + 1 (at most s).

    >>> round(fall_with_theta(n=2000, a=40, s=20, theta=10), 2)
    1.86
    """
    n, a = pattern("fall_with_theta", n, a)
    s = whole("fall_with_theta", "s", s, 2, a, "a")
    theta = whole("fall_with_theta", "theta", theta, 1, s - 1, "s - 1")
    return false_positive.log10(n, a, s, theta) - false_positive.log10(n, a, s, theta + 1)


@exact_chance
def large_n_limit(density: float | Fraction, s: int, theta: int) -> Fraction:
    """Return the limit of P_fp for n to infinity with a/n = ``density``: more cells alone take a code no lower.

    P = sum over b = theta..s of C(s, b) x^b (1 - x)^(s - b) with x the density.

    >>> large_n_limit(0.5, s=24, theta=12)
    0.58...
    """
    x = rational("large_n_limit", "density", density, 0, 1)
    s = whole("large_n_limit", "s", s, 1)
    theta = whole("large_n_limit", "theta", theta, 1, s, "s")
    p, q = x.numerator, x.denominator
    ways: int = sum(math.comb(s, b) * p**b * (q - p) ** (s - b) for b in range(theta, s + 1))
    return Fraction(ways, q**s)


def decades_per_synapse(density: float | Fraction, match: float | Fraction) -> float:
    """Return by how many decades P_fp falls per synapse when s grows with theta = match s and a/n = ``density`` << match.

    D = match log10(match/density) + (1 - match) log10((1 - match)/(1 - density)), the rate of large deviations; 0 where
    density >= match: such codes match by chance however many synapses there are. The density must be above 0.

    >>> round(decades_per_synapse(density=0.02, match=0.5), 3)
    0.553
    """
    x = rational("decades_per_synapse", "density", density, 0, 1)
    y = rational("decades_per_synapse", "match", match, 0, 1)
    if x == 0:
        raise InvalidInput(f"decades_per_synapse: density must be a number above 0, up to 1, got {shown(density)}")
    return _divergence(y, x) / math.log(10.0)


@exact_chance
def tail_bound(n: int, a: int, s: int, theta: int) -> Fraction:
    """Return the bound P_fp <= 10^(-s D), with D of :func:`decades_per_synapse` for density x = a/n and match theta/s.

    P = (x s/theta)^theta ((1 - x) s/(s - theta))^(s - theta) for theta > s x, else 1. It holds for every n, since drawing
    without replacement only lightens the tail (Hoeffding 1963, J. Am. Stat. Assoc. 58:13).

    >>> tail_bound(n=2000, a=40, s=20, theta=10) >= false_positive(n=2000, a=40, s=20, theta=10)
    True
    """
    n, a = pattern("tail_bound", n, a)
    s, theta = segment("tail_bound", a, s, theta)
    if theta * n <= s * a:
        return Fraction(1)
    silent = s - theta
    return Fraction((s * a) ** theta * (s * (n - a)) ** silent, n**s * theta**theta * silent**silent)


def _divergence(y: Fraction, x: Fraction) -> float:
    """Return the Kullback-Leibler divergence of two coins, of chance y from chance x > 0, in nats; 0 for y <= x."""
    if y <= x:
        return 0.0
    unlike = 0.0 if y == 1 else (1 - y) * (natural_log(1 - y) - natural_log(1 - x))
    matched = 0.0 if y == 0 else y * (natural_log(y) - natural_log(x))
    return float(matched + unlike)
