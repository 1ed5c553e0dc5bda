"""The equations against counting, against binomials of whole numbers, and against the gamma function; nothing underflows."""

from __future__ import annotations

import math
import pickle
import sys
from decimal import Decimal, localcontext
from fractions import Fraction
from inspect import signature
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spikemem.errors import InvalidInput
from spikemem.sdr_theory import (
    Chance,
    active_in_union,
    activity_union,
    any_of,
    continued_false_positive,
    false_negative,
    false_positive,
    noisy_prediction_jaccard,
    over,
    overlap_set_size,
    segment_union,
    sequence_network_jaccard,
    synapses_of_union,
    union_bound,
    union_chance_overlap,
)
from spikemem.sdr_theory.chance import natural_log

Parameters = tuple[int, int, int, int]


@st.composite
def parameters(draw: st.DrawFn, most: int = 100_000) -> Parameters:
    """n, a, s, theta: from tiny to n = 1e5, a = 2000, s = 50, and to a = n."""
    n = draw(st.one_of(st.integers(1, 60), st.integers(1, most)))
    a = draw(st.integers(1, min(n, 2000)))
    s = draw(st.integers(1, min(a, 50)))
    return n, a, s, draw(st.integers(1, s))


def by_binomials(n: int, a: int, s: int, theta: int) -> Fraction:
    return Fraction(sum(math.comb(s, b) * math.comb(n - s, a - b) for b in range(theta, s + 1)), math.comb(n, a))


def decimal_log10(value: Fraction) -> float:
    with localcontext() as context:
        context.prec = 60
        return float((Decimal(value.numerator) / Decimal(value.denominator)).log10())


def share(events: list[bool]) -> Fraction:
    return Fraction(sum(events), len(events))


# By counting

TINY = [(n, a, s) for n in range(1, 8) for a in range(1, n + 1) for s in range(1, a + 1)]


def test_overlaps_and_false_positives_by_counting() -> None:
    for n, a, s in TINY:
        overlaps = [len(set(range(s)).intersection(active)) for active in combinations(range(n), a)]
        for b in range(s + 1):
            assert overlap_set_size(n, a, s, b) == overlaps.count(b)
        for theta in range(1, s + 1):
            assert false_positive.exact(n, a, s, theta) == share([overlap >= theta for overlap in overlaps])


def test_false_negatives_by_counting() -> None:
    for a, v, s in [(x, y, z) for x in range(1, 8) for y in range(x + 1) for z in range(1, x + 1)]:
        left = [s - len(set(range(s)).intersection(moved)) for moved in combinations(range(a), v)]
        for theta in range(1, s + 1):
            missed = share([overlap < theta for overlap in left])
            assert false_negative.exact(a, s, theta, v) == missed
            assert noisy_prediction_jaccard.exact(a, s, theta, v) == 1 - missed


@pytest.mark.parametrize(("n", "each", "M"), [(5, 2, 1), (5, 2, 2), (6, 2, 3), (6, 3, 3), (4, 4, 2)])
def test_unions_by_counting(n: int, each: int, M: int) -> None:
    unions = [set().union(*sets) for sets in product([set(c) for c in combinations(range(n), each)], repeat=M)]
    expected = Fraction(sum(map(len, unions)), len(unions))
    assert active_in_union(n, each, M) == synapses_of_union(n, each, M) == pytest.approx(float(expected), rel=1e-14)
    assert union_chance_overlap(n, each, M) == pytest.approx(float(expected / n), rel=1e-14)


def test_independent_segments_by_counting() -> None:
    for M in range(1, 6):
        matched = [any(outcome == 0 for outcome in outcomes) for outcomes in product(range(4), repeat=M)]
        assert any_of(Fraction(1, 4), M) == pytest.approx(float(share(matched)), rel=1e-14)


# Against rational arithmetic


@settings(max_examples=150, deadline=None)
@given(parameters())
@example((100_000, 2000, 50, 50))
@example((100_000, 2000, 50, 1))
@example((2000, 2000, 50, 25))
def test_false_positives_are_those_of_binomials(at: Parameters) -> None:
    exact = by_binomials(*at)
    assert false_positive.exact(*at) == exact
    assert false_positive(*at) == float(exact)
    assert false_positive.log10(*at) == pytest.approx(decimal_log10(exact), rel=1e-14, abs=1e-16)


@settings(max_examples=150, deadline=None)
@given(parameters(), st.data())
def test_false_negatives_are_those_of_binomials(at: Parameters, data: st.DataObject) -> None:
    _, a, s, theta = at
    v = data.draw(st.integers(0, a))
    terms = [math.comb(s, b) * math.comb(a - s, v - b) for b in range(s - theta + 1, s + 1) if b <= v]
    assert false_negative.exact(a, s, theta, v) == Fraction(sum(terms), math.comb(a, v))


@settings(max_examples=100, deadline=None)
@given(parameters(), st.integers(1, 30))
def test_activity_unions_are_those_of_the_unrounded_union(at: Parameters, M: int) -> None:
    n, a, s, theta = at
    union = n - Fraction((n - a) ** M, n ** (M - 1))
    exact = continued_false_positive.exact(n, union, s, theta)
    assert activity_union(*at, M) == pytest.approx(float(exact), rel=1e-12)


@settings(max_examples=100, deadline=None)
@given(parameters(2000), st.integers(1, 60))
def test_segment_unions_are_those_of_binomials(at: Parameters, M: int) -> None:
    n, a, s, theta = at
    synapses = round(synapses_of_union(n, s, M))
    terms = [math.comb(synapses, b) * math.comb(n - synapses, a - b) for b in range(theta, min(synapses, a) + 1)]
    assert segment_union.exact(*at, M) == Fraction(sum(terms), math.comb(n, a))


@settings(max_examples=100, deadline=None)
@given(st.fractions(0, 1), st.integers(0, 400), st.integers(1, 10**12))
@example(Fraction(1), 0, 10**12)
@example(Fraction(1), 400, 1)
@example(1 - Fraction(1, 10**30), 0, 2)
@example(Fraction(1, 2), 20, 1)
@example(Fraction(1, 2), 0, 10**12)
def test_independent_segments_without_cancellation(mantissa: Fraction, decades: int, M: int) -> None:
    p = mantissa / 10**decades
    with localcontext() as context:
        context.prec = 520
        exact = 1 - (1 - Decimal(p.numerator) / Decimal(p.denominator)) ** M
        log10 = float(exact.log10())
    assert any_of.log10(p, M) == pytest.approx(log10, rel=1e-13, abs=1e-13)
    if exact == 0 or log10 > -300:
        assert any_of(p, M) == pytest.approx(float(exact), rel=1e-13)
    assert union_bound.exact(p, M) == min(M * p, Fraction(1))
    assert any_of.log10(p, M) <= union_bound.log10(p, M) + 1e-12


def test_independent_segments_by_powers() -> None:
    p = false_positive.exact(100, 7, 7, 4)
    assert any_of(p, 500) == pytest.approx(float(1 - (1 - p) ** 500), rel=1e-14)


def test_a_network_counts_segments_that_are_no_whole_number() -> None:
    p, M = false_positive(700, 64, 20, 10), 1000 * 20 * 64 / 700
    chance = -math.expm1(M * math.log1p(-p))
    jaccard = sequence_network_jaccard(700, 64, 20, 10, 1000, 20)
    assert jaccard == pytest.approx(64 / (64 + chance * 636), rel=1e-12)
    assert sequence_network_jaccard(64, 64, 20, 10, 1000, 20) == 1.0


# Binomials continued by the gamma function


def by_gamma(n: int, a: float, s: int, theta: int) -> float:
    def log_binomial(top: float, bottom: float) -> float:
        return math.lgamma(top + 1) - math.lgamma(bottom + 1) - math.lgamma(top - bottom + 1)

    whole = log_binomial(n, a)
    return sum(math.comb(s, b) * math.exp(log_binomial(n - s, a - b) - whole) for b in range(theta, s + 1))


@settings(max_examples=150, deadline=None)
@given(st.integers(100, 1000), st.floats(0.0, 1.0), st.integers(1, 30), st.data())
def test_continued_binomials_are_those_of_the_gamma_function(n: int, at: float, s: int, data: st.DataObject) -> None:
    theta = data.draw(st.integers(1, s))
    a = s + at * (n - 2 * s)  # at least s cells active, and as many silent: no gamma function changes sign
    assert continued_false_positive(n, a, s, theta) == pytest.approx(by_gamma(n, a, s, theta), rel=1e-9)


@settings(max_examples=100, deadline=None)
@given(parameters())
def test_whole_numbers_are_not_continued(at: Parameters) -> None:
    n, a, s, theta = at
    assert continued_false_positive.exact(n, Fraction(a), s, theta) == false_positive.exact(*at)
    assert activity_union(*at, M=1) == false_positive(*at)


@settings(max_examples=100, deadline=None)
@given(parameters(300), st.integers(1, 200))
def test_a_saturated_union_stays_a_probability(at: Parameters, M: int) -> None:
    assert 0.0 < activity_union(*at, M) <= 1.0


def by_products(n: int, a: Fraction, s: int, theta: int) -> Fraction:
    """The continued binomials, term by term."""
    total = Fraction(0)
    for b in range(theta, s + 1):
        active, silent = math.prod(a - i for i in range(b)), math.prod(n - a - j for j in range(s - b))
        total += math.comb(s, b) * active * silent
    return total / math.perm(n, s)


@settings(max_examples=100, deadline=None)
@given(parameters(), st.fractions(0, 1, max_denominator=1000))
@example((21, 16, 5, 3), Fraction(1, 2))
@example((21, 17, 5, 3), Fraction(1, 2))
def test_continued_binomials_are_products(at: Parameters, part: Fraction) -> None:
    n, a, s, theta = at
    size = min(a + part, Fraction(n))
    value = continued_false_positive.exact(n, size, s, theta)
    if n - size >= s - 1 or size.denominator == 1:
        assert value == by_products(n, size, s, theta)
    else:
        assert value == (1 - part) * false_positive.exact(n, a, s, theta) + part * false_positive.exact(
            n, a + 1, s, theta
        )
    assert false_positive.exact(n, a, s, theta) <= value <= 1


def test_continued_binomials_of_few_silent_cells_are_no_probabilities() -> None:
    size = Fraction(2095, 100)
    assert by_products(21, size, 20, 6) < 0
    assert continued_false_positive.exact(21, size, 20, 6) == 1
    assert by_products(100, Fraction(199, 2), 20, 19) > 1
    halfway = (1 + false_positive.exact(100, 99, 20, 20)) / 2
    assert continued_false_positive.exact(100, Fraction(199, 2), 20, 20) == halfway


# The range of floats


TINY_PROBABILITY = Fraction(1, 10**400)
UNDERFLOWS: list[tuple[Chance[...], tuple[Any, ...], Fraction]] = [
    (false_positive, (100_000, 2000, 300, 300), by_binomials(100_000, 2000, 300, 300)),
    (activity_union, (100_000, 2000, 300, 300, 2), Fraction(math.perm(3960, 300), math.perm(100_000, 300))),
    (segment_union, (10**9, 300, 100, 100, 1), by_binomials(10**9, 300, 100, 100)),
    (false_negative, (2000, 1500, 1, 1500), Fraction(1, math.comb(2000, 1500))),
    (any_of, (TINY_PROBABILITY, 7), 7 * TINY_PROBABILITY),
    (union_bound, (TINY_PROBABILITY, 7), 7 * TINY_PROBABILITY),
]


@pytest.mark.parametrize(("chance", "arguments", "value"), UNDERFLOWS, ids=[case[0].__name__ for case in UNDERFLOWS])
def test_values_below_the_range_of_floats_are_refused_and_have_a_logarithm(
    chance: Chance[...], arguments: tuple[Any, ...], value: Fraction
) -> None:
    name, exponent = chance.__name__, decimal_log10(value)
    assert chance.log10(*arguments) == pytest.approx(exponent, rel=1e-14)
    with pytest.raises(InvalidInput) as caught:
        chance(*arguments)
    assert str(caught.value) == (
        f"{name}: the value must be 0 or at least 2.23e-308, the smallest normal float, got 10**{exponent:.6g}; "
        f"{name}.log10 gives its logarithm"
    )


def test_the_smallest_floats_are_given() -> None:
    p = 3 * Fraction(sys.float_info.min)
    assert any_of(p, 1) == float(p)
    assert union_bound(p / 3, 1) == sys.float_info.min


def test_what_cannot_happen_is_zero() -> None:
    assert false_negative(a=40, s=20, theta=10, v=10) == 0.0
    assert false_negative.log10(a=40, s=20, theta=10, v=10) == -math.inf
    assert any_of(0.0, 5) == 0.0
    assert any_of.log10(0, 5) == -math.inf


def test_what_is_certain_is_one() -> None:
    assert false_positive(n=40, a=40, s=20, theta=20) == 1.0
    assert any_of(1.0, 3) == 1.0
    assert natural_log(Fraction(1)) == 0.0


def test_arrays_are_broadcast() -> None:
    table = over(false_positive, n=np.array([500, 1000]), a=40, s=20, theta=np.array([[8], [10], [12]]))
    assert table.shape == (3, 2)
    assert table.tolist() == [[false_positive(n, 40, 20, theta) for n in (500, 1000)] for theta in (8, 10, 12)]
    assert over(any_of, p=np.array([0.5], dtype=np.float32), M=2).tolist() == [0.75]
    assert over(false_positive.log10, n=[], a=40, s=20, theta=8).shape == (0,)


def test_chances_are_pickled_by_name_and_documented() -> None:
    assert pickle.loads(pickle.dumps(false_positive)) is false_positive
    assert pickle.loads(pickle.dumps(any_of.log10)) is any_of.log10
    assert pickle.loads(pickle.dumps(union_bound.exact)) is union_bound.exact
    assert (false_positive.__doc__ or "").startswith("Return the probability that a segment matches a random pattern.")
    assert str(signature(false_positive)) == "(n: 'int', a: 'int', s: 'int', theta: 'int') -> 'float'"
