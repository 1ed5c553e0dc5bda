"""How false matches become rare: power law in n, exponential in s, not at all at fixed density."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from spikemem.sdr_theory import (
    decades_per_synapse,
    fall_with_n,
    fall_with_theta,
    false_positive,
    large_n_limit,
    tail_bound,
)
from tests.sdr_theory.test_exact import Parameters, parameters


@pytest.mark.parametrize(("a", "s", "theta"), [(64, 24, 12), (128, 24, 12), (40, 20, 15), (30, 10, 1)])
def test_a_power_law_in_the_number_of_cells(a: int, s: int, theta: int) -> None:
    n = 10**8
    assert false_positive(n, a, s, theta) == pytest.approx(
        math.comb(s, theta) * math.perm(a, theta) / n**theta, rel=1e-3
    )
    assert fall_with_n(n, a, s, theta) == pytest.approx(theta * math.log10(2), rel=1e-4)
    assert fall_with_n(n, a, s, theta, 10) == pytest.approx(theta, rel=1e-4)


def test_sparse_codes_hardly_match_above_2000_cells() -> None:
    for a, most in [(64, 1e-12), (128, 1e-8)]:
        assert false_positive(2100, a, 24, 12) < most
        falls = [fall_with_n(n, a, 24, 12) for n in (300, 600, 1200, 2400)]
        assert falls == sorted(falls)  # towards 12 log10(2): each doubling of n helps more than the one before
        assert falls[-1] < 12 * math.log10(2)


def test_dense_codes_do_not_fall_with_n() -> None:
    values = [false_positive(n, n // 2, 24, 12) for n in (300, 700, 2000, 20_000, 200_000)]
    limit = large_n_limit(Fraction(1, 2), 24, 12)
    assert all(limit <= value < 1.01 * limit for value in values)
    assert fall_with_n(20_000, 10_000, 24, 12, fixed_density=True) == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize("density", [0.02, 0.1, 0.5])
def test_codes_of_fixed_density_go_to_the_binomial_limit(density: float) -> None:
    n = 10_000_000
    limit = large_n_limit(density, 20, 10)
    assert limit == pytest.approx(stats.binom.sf(9, 20, density), rel=1e-9)
    assert false_positive(n, round(density * n), 20, 10) == pytest.approx(limit, rel=1e-3)
    assert fall_with_n(n, round(density * n), 20, 10, fixed_density=True) == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("density", [Fraction(1, 50), Fraction(1, 10), Fraction(1, 4)])
def test_exponential_in_the_number_of_synapses(density: Fraction) -> None:
    n = 10_000_000
    a = int(density * n)
    per_synapse = (false_positive.log10(n, a, 400, 200) - false_positive.log10(n, a, 600, 300)) / 200
    assert per_synapse == pytest.approx(decades_per_synapse(density, 0.5), rel=0.01)


def test_rates_of_large_deviations() -> None:
    assert decades_per_synapse(Fraction(1, 4), Fraction(1, 2)) == pytest.approx(0.5 * math.log10(4 / 3), rel=1e-14)
    assert decades_per_synapse(0.01, 1) == pytest.approx(2.0, rel=1e-14)
    assert decades_per_synapse(0.5, 0.5) == decades_per_synapse(0.7, 0.5) == decades_per_synapse(1, 0) == 0.0


@settings(max_examples=150, deadline=None)
@given(parameters())
def test_the_bound_holds_everywhere(at: Parameters) -> None:
    n, a, s, theta = at
    bound = tail_bound.exact(*at)
    assert false_positive.exact(*at) <= bound <= 1
    assert tail_bound.log10(*at) == pytest.approx(
        -s * decades_per_synapse(Fraction(a, n), Fraction(theta, s)), rel=1e-9, abs=1e-12
    )


@settings(max_examples=100, deadline=None)
@given(parameters(10_000).filter(lambda at: at[2] > 1), st.data())
def test_a_higher_threshold_never_adds_matches(at: Parameters, data: st.DataObject) -> None:
    n, a, s, _ = at
    theta = data.draw(st.integers(1, s - 1))
    fewer = false_positive.exact(n, a, s, theta + 1)
    assert fewer <= false_positive.exact(n, a, s, theta)
    assert fall_with_theta(n, a, s, theta) == pytest.approx(
        false_positive.log10(n, a, s, theta) - false_positive.log10(n, a, s, theta + 1)
    )
    assert 10 ** -fall_with_theta(n, a, s, theta) == pytest.approx(
        float(fewer / false_positive.exact(n, a, s, theta)), rel=1e-9
    )
