"""What the studies of sparse representations are made of: random sets, intervals, variances, counts, rows."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product
from statistics import fmean, pvariance

import numpy as np
import pytest
from scipy import stats

from spikemem.experiment.study import StudyRun
from spikemem.experiments.sdr import subsets
from spikemem.experiments.sdr.chance import interval, joint_level, mixture, spread
from spikemem.experiments.sdr.figure import Line, Panel, draw, marks
from spikemem.experiments.sdr.monte_carlo import random_patterns
from spikemem.experiments.sdr.neurons import variance_of_neurons
from spikemem.experiments.sdr.noise import noisy
from spikemem.experiments.sdr.points import Point, Result, printed_digits, simulated_rates, table
from spikemem.experiments.sdr.segments import Count, Round, Trial, count_matches
from spikemem.experiments.sdr.subsets import random_subsets, random_unions
from spikemem.experiments.sdr.union_sizes import over_sizes, union_sizes
from spikemem.language import FixedNumberPre
from spikemem.rng import generator
from spikemem.sdr_theory import any_of, false_positive
from spikemem.sdr_theory.matching import overlap_tail

POINT = Point("a = 20", 40.0, {"n": 40, "a": 20}, theory=0.25)


def test_every_set_is_as_likely() -> None:
    drawn = random_subsets(generator(1, "sets"), 30_000, 5, 2)
    counts = Counter(tuple(sorted(pair)) for pair in drawn.tolist())
    assert set(counts) == set(combinations(range(5), 2))
    assert stats.chisquare(list(counts.values())).pvalue > 1e-4


def test_sets_are_drawn_the_same_whatever_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = random_subsets(generator(1, "sets"), 100, 1000, 10)
    assert all(len(set(row)) == 10 for row in whole.tolist())
    assert 0 <= whole.min() < 100
    assert 900 <= whole.max() < 1000
    monkeypatch.setattr(subsets, "_ROOM", 30_000)
    parts = random_subsets(generator(1, "sets"), 100, 1000, 10)
    assert parts.shape == whole.shape
    assert all(len(set(row)) == 10 for row in parts.tolist())


def test_a_union_holds_each_cell_once_and_in_order() -> None:
    which, cells = random_unions(generator(1, "unions"), 200, 50, 10, 3)
    assert np.array_equal(np.unique(which), np.arange(200))
    assert np.all((np.diff(which) > 0) | (np.diff(cells) > 0))
    sizes = np.bincount(which)
    assert 10 <= sizes.min() < sizes.max() <= 30
    expected = sum(size * weight for size, weight in union_sizes(50, 10, 3).items())
    assert fmean(sizes) == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize(("n", "each", "members"), [(5, 2, 3), (6, 3, 2), (4, 4, 3), (5, 1, 4)])
def test_sizes_of_unions(n: int, each: int, members: int) -> None:
    every = list(product(combinations(range(n), each), repeat=members))
    counts = Counter(len(set().union(*sets)) for sets in every)
    assert union_sizes(n, each, members) == pytest.approx({size: c / len(every) for size, c in counts.items()})


@pytest.mark.parametrize(
    ("n", "a", "s", "theta", "stored"), [(5, 2, 2, 1, 2), (6, 3, 2, 2, 3), (6, 2, 2, 2, 2), (7, 3, 3, 2, 2)]
)
def test_the_variance_of_neurons_is_that_of_all_neurons(n: int, a: int, s: int, theta: int, stored: int) -> None:
    patterns = [set(p) for p in combinations(range(n), a)]
    segments = [set(p) for p in combinations(range(n), s)]
    shares = [
        fmean(any(len(segment & pattern) >= theta for segment in neuron) for pattern in patterns)
        for neuron in product(segments, repeat=stored)
    ]
    assert fmean(shares) == pytest.approx(any_of(false_positive.exact(n, a, s, theta), stored))
    assert variance_of_neurons(n, a, s, theta, stored) == pytest.approx(pvariance(shares), rel=1e-9)


@pytest.mark.parametrize("p", [0.3, 0.01])
def test_the_interval_holds_the_chance_as_often_as_it_says(p: float) -> None:
    samples = 500
    inside = sum(
        float(stats.binom.pmf(k, samples, p))
        for k in range(samples + 1)
        if interval(k, samples, 0.99)[0] <= p <= interval(k, samples, 0.99)[1]
    )
    assert 0.99 <= inside < 0.9985


def test_the_interval_is_that_of_the_exact_binomial_test() -> None:
    found = stats.binomtest(37, 400).proportion_ci(0.99, "exact")
    assert interval(37, 400, 0.99) == pytest.approx((found.low, found.high))
    assert interval(0, 400, 0.99)[0] == 0.0
    assert interval(400, 400, 0.99)[1] == 1.0


def test_levels_for_all_at_once() -> None:
    assert joint_level(1) == pytest.approx(0.99)
    assert joint_level(20) == pytest.approx(0.9995)


def test_shared_chances_spread_the_count() -> None:
    """Clusters of ten samples that share a chance of 0.1 or of 0.3: the variance of their sums."""
    mean, variance = mixture([(0.5, 0.1), (0.5, 0.3)])
    factor = spread(mean, variance, sharing=10)
    rng = generator(1, "clusters")
    sums = rng.binomial(10, rng.choice([0.1, 0.3], size=200_000))
    assert sums.var() == pytest.approx(factor * 10 * mean * (1 - mean), rel=0.02)
    assert spread(1.0, 0.0, sharing=10) == 1.0


def test_counts_vary_as_binomial_ones_do() -> None:
    """Segments and patterns that are shared by many samples do not widen the count (chi-square, two-sided, level 0.1%)."""
    n, a, s, theta, segments, patterns, times = 200, 60, 12, 6, 100, 100, 200
    trial = replace(random_patterns(n, a, s, (theta,)), at_once=patterns)
    counts = [
        count_matches(StudyRun(seed=k), trial, segments, segments * patterns, "variance")[theta].matches
        for k in range(times)
    ]
    p, samples = false_positive(n, a, s, theta), segments * patterns
    statistic = sum((c - samples * p) ** 2 for c in counts) / (samples * p * (1 - p))
    low, high = stats.chi2.interval(0.999, times)
    assert low <= statistic <= high


def test_counts_of_unions_vary_as_much_more_as_is_said() -> None:
    """Segments that are shown unions share their sizes: 100 patterns, variance 4.45 times the binomial one (level 0.1%)."""
    trial = Trial(1000, (10,), lambda rng, count: Round(FixedNumberPre(20), random_unions(rng, count, 1000, 30, 20)))
    chance, variance = over_sizes(1000, 30, 20, lambda active: float(overlap_tail(1000, Fraction(active), 20, 10)))
    factor, times = spread(chance, variance, sharing=1000), 100
    counts = [count_matches(StudyRun(seed=k), trial, 1000, 50_000, "unions")[10] for k in range(times)]
    statistic = sum((c.matches - 50_000 * chance) ** 2 for c in counts) / (factor * 50_000 * chance * (1 - chance))
    low, high = stats.chi2.interval(0.999, times)
    assert factor == pytest.approx(4.45, abs=0.01)
    assert low <= statistic <= high


def test_several_thresholds_are_counted_at_once() -> None:
    counts = count_matches(StudyRun(), random_patterns(100, 40, 10, (3, 5, 10)), 50, 4900, "thresholds")
    assert [c.samples for c in counts.values()] == [4900] * 3
    assert counts[3].matches > counts[5].matches > counts[10].matches
    assert counts[3].misses == Count(4900 - counts[3].matches, 4900)


def test_samples_are_rounded_up_to_whole_patterns() -> None:
    counts = count_matches(StudyRun(), random_patterns(50, 20, 5, (1,)), 30, 61, "few")
    assert counts[1].samples == 90


def test_rounds_draw_their_own_segments_and_patterns() -> None:
    trial = random_patterns(100, 40, 10, (5,))
    one = count_matches(StudyRun(), trial, 40, 4000, "rounds")
    ten = count_matches(StudyRun(), replace(trial, at_once=10), 40, 4000, "rounds")
    assert one[5].samples == ten[5].samples == 4000
    assert one[5].matches != ten[5].matches


def test_noise_moves_cells_out_of_the_pattern() -> None:
    pattern, outside = np.array([1, 3, 5, 7]), np.array([0, 2, 4, 6, 8, 9])
    which, cells = noisy(generator(1, "noise"), 100, pattern, outside, v=3)
    for form in range(100):
        own = set(cells[which == form].tolist())
        assert (len(own), len(own & {1, 3, 5, 7})) == (4, 1)


def test_rows_of_a_table() -> None:
    seen = Result(replace(POINT, printed="0.25", observed=".26"), Count(260, 1000))
    few = Result(replace(POINT, theory=1e-3, note="rare"), Count(2, 1000))
    none = Result(replace(POINT, theory=1e-9, exact=2e-9))
    columns = table([seen, few, none])
    assert list(columns)[:6] == ["n", "a", "printed", "observed", "theory", "exact"]
    assert columns["printed"] == ["0.25", "", ""]
    assert columns["simulated"][0] == 0.26
    assert all(math.isnan(rate) for rate in columns["simulated"][1:])
    assert columns["samples"] == [1000, 1000, 0]
    assert columns["inside"] == ["yes", "yes", ""]
    assert columns["note"] == ["", "rare; upper bound only", "not simulated: too rare"]
    assert columns["low 99%"][0] == pytest.approx(interval(260, 1000, 0.99)[0])
    assert "observed" not in table([few, none])
    assert "exact" not in table([seen, few])


def test_the_criterion_of_printed_values() -> None:
    good, bad = replace(POINT, printed="0.250"), replace(POINT, printed="0.26")
    assert printed_digits([good, POINT]).passed
    assert printed_digits([good, bad]).found == "1 of 2 printed values are met to the last digit: 0.25 for 0.26"
    assert not printed_digits([good, bad]).passed


def test_the_criterion_of_simulated_rates() -> None:
    inside, outside = Result(POINT, Count(250, 1000)), Result(POINT, Count(350, 1000))
    near = Result(POINT, Count(289, 1000))
    assert not near.inside()
    assert simulated_rates([inside] * 9 + [near]).passed  # one of ten may be outside the interval of a single one
    assert not simulated_rates([near]).passed
    failed = simulated_rates([inside, outside])
    assert not failed.passed
    assert failed.found.endswith("1 inside that of 99%; 2 with 5 matches or more expected; outside: a = 20 at 40")
    assert not simulated_rates([Result(POINT)]).passed  # nothing was simulated


def test_the_spread_of_a_count_widens_its_interval() -> None:
    narrow, wide = Result(POINT, Count(289, 1000)), Result(POINT, Count(289, 1000), spread=4.0)
    assert wide.interval() == pytest.approx(interval(289 / 4, 250, 0.99))
    assert (narrow.inside(), wide.inside()) == (False, True)


def test_a_figure_shows_rates_bounds_and_observations() -> None:
    results = [
        Result(replace(POINT, observed=".26"), Count(250, 1000)),
        Result(replace(POINT, theory=1e-3), Count(0, 1000)),
        Result(replace(POINT, theory=1e-9)),
    ]
    drawn = marks(results)
    assert len(drawn) == 2
    panel = Panel("", "x", "y", [Line("a = 20", [1.0, 2.0, 3.0], [0.1, 0.0, 0.3])], drawn, band=(1.0, 2.0, "measured"))
    (axes,) = draw("title", [panel]).axes
    assert axes.lines[0].get_xydata().tolist() == [[1.0, 0.1], [3.0, 0.3]]  # type: ignore[union-attr]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        "a = 20", "measured", "simulated, 99% interval", "simulated, upper bound (99%)", "observed in the publication",
    ]  # fmt: skip
