"""Numbers of the supervised dense memory and of the multitasking network. Where no paper is named they are our measurements."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from spikemem.layers import (
    MultitaskingHebbian,
    MultitaskingHebbianParameters,
    SupervisedDense,
    SupervisedDenseParameters,
)
from spikemem.rng import generator
from tests.layers.support import Array, filled, flipped, signs

N = 100


def archetype_overlap(P: int, classes: int, rho: float, examples: int, seeds: int, updates: int | None = None) -> float:
    """The overlap of an archetype with the state that it leads to, after ``updates`` or at rest.

    rho and the number M of examples give the quality r: r^2 = 1 / (1 + M rho). The pairs of M and r are our choice: with
    M = 5, r is from 0.86 (rho = 0.07) to 0.13 (rho = 12), with M = 20 half of that.
    """
    r = 1.0 / sqrt(1.0 + examples * rho)
    layer = SupervisedDense(SupervisedDenseParameters(N=N, P=P, classes=classes))
    found = []
    for seed in range(seeds):
        layer.reset(seed)
        archetypes = signs(seed, "archetypes", classes, N)
        for label, archetype in enumerate(archetypes):
            for k in range(examples):
                layer.write(flipped(archetype, (1.0 - r) / 2.0, seed, f"example {label}", k), label=label)
        found += [layer.read(a, max_steps=updates).value @ a / N for a in archetypes[:30]]
    return float(np.mean(found))


BY_RHO = [(0.07, 1.0), (0.3, 0.93), (1.2, 0.61), (12.0, 0.23)]


@pytest.mark.parametrize(("rho", "wanted"), BY_RHO)
@pytest.mark.parametrize("examples", [5, pytest.param(20, marks=pytest.mark.slow)])
def test_four_bodies_200_archetypes_by_rho(rho: float, wanted: float, examples: int) -> None:
    assert archetype_overlap(4, 200, rho, examples, seeds=1) == pytest.approx(wanted, abs=0.06)


@pytest.mark.parametrize(("rho", "four"), BY_RHO)
@pytest.mark.parametrize("examples", [5, 20])
def test_two_bodies_8_archetypes_have_nearly_the_same_curve(rho: float, four: float, examples: int) -> None:
    """After one update, within 0.1 of that of four bodies at rest: at rest themselves, two bodies drift further off."""
    assert archetype_overlap(2, 8, rho, examples, seeds=12, updates=1) == pytest.approx(four, abs=0.1)


def patterns(K: int, d: float, seed: int, N: int = 3000) -> Array:
    """Ternary patterns, blank with probability d."""
    return signs(seed, "signs", K, N) * (generator(seed, "blanks").random((K, N)) >= d)


def magnetisations(K: int, d: float, seed: int, *, cue: str) -> Array:
    """The overlaps at rest, starting from the first pattern alone (sorted, signs aside) or from the hierarchy of them all.

    Both starting states are our choice.
    """
    stored = patterns(K, d, seed)
    layer = filled(MultitaskingHebbian(MultitaskingHebbianParameters(N=3000)), stored)
    if cue == "first":
        return np.sort(np.abs(stored @ layer.read(stored[0]).value))[::-1] / 3000
    start = np.zeros(3000)
    for pattern in stored:
        start = np.where(start == 0.0, pattern, start)
    return stored @ layer.read(start).value / 3000


@pytest.mark.parametrize("cue", ["first", "hierarchy"])
@pytest.mark.parametrize(
    ("K", "d", "wanted", "within"),
    [(3, 0.45, (0.546, 0.252, 0.114), 0.015), (5, 0.7, (0.26, 0.22, 0.18, 0.13, 0.12), 0.03)],
)
def test_multitasking_magnetisations(K: int, d: float, wanted: tuple[float, ...], within: float, cue: str) -> None:
    found = np.mean([magnetisations(K, d, seed, cue=cue) for seed in range(3)], axis=0)
    np.testing.assert_allclose(found, wanted, atol=within)


@pytest.mark.parametrize("d", [0.3, 0.45])
def test_multitasking_hierarchy_is_that_of_the_theory(d: float) -> None:
    """d^(mu-1) (1-d) (Agliari et al. 2012), for d well below the transition, 0.618 with three patterns."""
    found = np.mean([magnetisations(3, d, seed, cue="hierarchy") for seed in range(3)], axis=0)
    np.testing.assert_allclose(found, [d**m * (1 - d) for m in range(3)], atol=0.02)


@pytest.mark.parametrize(("d", "stable"), [(0.55, True), (0.69, False)])
def test_multitasking_hierarchy_breaks_above_d_c(d: float, stable: bool) -> None:
    """Stable where 1 - 2d + d^K > 0 (d < 0.618 for K = 3): the first pattern keeps the neurons that both others oppose."""
    assert (1 - 2 * d + d**3 > 0) == stable
    kept = np.mean([magnetisations(3, d, seed, cue="hierarchy")[0] for seed in range(3)]) / (1 - d)
    assert (kept > 0.98) == stable
