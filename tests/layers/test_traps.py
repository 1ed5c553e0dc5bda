"""Comparisons that would be unfair or void, and how the layers avoid them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

import spikemem.layers
from spikemem.errors import InvalidInput
from spikemem.layers import (
    GeometricRecall,
    GeometricRecallParameters,
    HebbianLinear,
    HebbianLinearParameters,
    Holographic,
    HolographicParameters,
    MemoryLayer,
    PhaseAssociative,
    PhaseAssociativeParameters,
    personalised_page_rank,
    transition,
)
from spikemem.rng import generator
from tests.layers.support import Array, directions, filled

SEEDS = range(4)


def phases(seed: int, name: str, count: int) -> npt.NDArray[np.complex128]:
    """Complex vectors of length 1, d = 64, that are phases only."""
    angles = 2.0 * np.pi * generator(seed, name).random((count, 64))
    return (np.cos(angles) + 1j * np.sin(angles)) / 8.0


def complex_choices(count: int) -> float:
    """The values found among ``count`` by the real part of the conjugate product."""
    right = []
    for seed in SEEDS:
        keys, values = phases(seed, "keys", count), phases(seed, "values", count)
        layer = filled(PhaseAssociative(PhaseAssociativeParameters(d_k=64, d_v=64)), keys, values)
        found = np.array([layer.read(k).value for k in keys])
        right.append(np.argmax((found @ values.conj().T).real, axis=1) == np.arange(count))
    return float(np.mean(right))


def real_choices(count: int, d: int) -> float:
    """The same of real vectors."""
    right = []
    for seed in SEEDS:
        keys, values = directions(seed, "keys", count, d), directions(seed, "values", count, d)
        layer = filled(HebbianLinear(HebbianLinearParameters(d_k=d, d_v=d)), keys, values)
        found = np.array([layer.read(k).value for k in keys])
        right.append(np.argmax(found @ values.T, axis=1) == np.arange(count))
    return float(np.mean(right))


@pytest.mark.parametrize(("count", "phase", "real"), [(193, 0.998, 0.997), (256, 0.987, 0.980), (384, 0.903, 0.879)])
def test_phases_bind_hardly_better_than_as_many_real_numbers(count: int, phase: float, real: float) -> None:
    """A complex matrix of 64 x 64 is 8,192 numbers, a real one of 91 x 91 is 8,281. Our measurements."""
    sizes = [
        PhaseAssociative(PhaseAssociativeParameters(d_k=64, d_v=64)).footprint().state_bits,
        HebbianLinear(HebbianLinearParameters(d_k=91, d_v=91)).footprint().state_bits,
    ]
    assert sizes == [8192 * 64, 8281 * 64]
    bound, plain = complex_choices(count), real_choices(count, 91)
    assert bound == pytest.approx(phase, abs=0.03)
    assert plain == pytest.approx(real, abs=0.03)
    assert abs(bound - plain) < 0.05


def test_at_equal_d_phases_seem_better_as_their_state_is_twice_as_large() -> None:
    assert complex_choices(384) - real_choices(384, 64) > 0.2


def test_phases_in_a_matrix_and_pairs_in_one_vector() -> None:
    """With d = 64, N = 193: 0.992 against 0.012 (Agostino & Vishwakarma 2026); 0.993 against 0.023 in our measurements."""
    keys, values = directions(1, "keys", 193, 64), directions(1, "values", 193, 64)
    layer = filled(Holographic(HolographicParameters(d_k=64, d_v=64)), keys, values)
    found = np.array([layer.read(k).value for k in keys])
    assert np.mean(np.argmax(found @ values.T, axis=1) == np.arange(193)) == pytest.approx(0.02, abs=0.03)
    assert complex_choices(193) == pytest.approx(0.992, abs=0.03)


def hub() -> tuple[Array, int]:
    """A random graph of 30 nodes in which node 0 has an edge to and from each."""
    edges = (generator(1, "edges").random((30, 30)) < 0.08).astype(np.float64)
    edges = np.maximum(edges, edges.T)
    edges[0, 1:] = edges[1:, 0] = 1.0
    np.fill_diagonal(edges, 0.0)
    return edges, 0


def test_a_hub_is_damped_where_it_is_entered() -> None:
    edges, at = hub()
    plain = personalised_page_rank(transition(edges), np.eye(30)[5])
    factors = np.where(np.arange(30) == at, 0.25, 1.0)
    damped = personalised_page_rank(transition(edges, factors), np.eye(30)[5])
    assert damped[at] < 0.5 * plain[at]
    assert damped.sum() == pytest.approx(1.0)


def test_damping_the_edges_that_leave_a_hub_would_do_nothing() -> None:
    edges, at = hub()
    scaled = edges.copy()
    scaled[at] *= 0.25
    np.testing.assert_allclose(transition(scaled), transition(edges))


def test_page_rank_is_where_walkers_are() -> None:
    """Walkers that die with probability 1 - alpha: of 20,000, within three standard errors at each node."""
    edges, _ = hub()
    P, drawn, count = transition(edges), generator(1, "walk"), 20_000
    wanted = personalised_page_rank(P, np.eye(30)[5])
    ends = np.zeros(30)
    for _walker in range(count):
        at = 5
        while drawn.random() < 0.85:
            at = int(np.searchsorted(np.cumsum(P[at]), drawn.random()))
        ends[at] += 1
    errors = np.sqrt(wanted * (1 - wanted) / count)
    assert (np.abs(ends / count - wanted) < 4 * errors).all()


def parametric() -> GeometricRecall:
    return GeometricRecall(GeometricRecallParameters(d_k=200, d_v=64, relations=4, d=64))


def facts_right(subjects: int, d: int, tried: int = 100) -> float:
    layer = GeometricRecall(GeometricRecallParameters(d_k=subjects, d_v=64, relations=4, d=d))
    right = []
    for s in range(tried):
        query = np.zeros(subjects)
        query[s] = 1.0
        right += [int(np.argmax(layer.read(query, label=r).value)) == layer.facts[s, r] for r in range(4)]
    return float(np.mean(right))


@pytest.mark.parametrize(("d", "wanted"), [(64, 0.974), (128, 1.0)])
@pytest.mark.parametrize("subjects", [200, pytest.param(5000, marks=pytest.mark.slow)])
def test_geometric_recall_depends_on_d_not_on_subjects(subjects: int, d: int, wanted: float) -> None:
    assert facts_right(subjects, d) == pytest.approx(wanted, abs=0.03)


def test_what_recalls_from_parameters_cannot_be_written() -> None:
    layer = parametric()
    with pytest.raises(InvalidInput) as raised:
        layer.write(np.eye(200)[0], np.zeros(64))
    assert str(raised.value) == (
        "GeometricRecall.write: recalls from its parameters alone and stores nothing; give it other parameters"
    )
    with pytest.raises(InvalidInput, match=r"^GeometricRecall\.consolidate: recalls from its parameters alone"):
        layer.consolidate(1, [(np.eye(200)[0], np.zeros(64))])
    with pytest.raises(InvalidInput, match=r"^GeometricRecall\.forget: has no mode 'decay': nothing was written that"):
        layer.forget("decay", 0.5)
    assert layer.footprint().state_bits == 0
    assert layer.footprint().parameter_bits > 0


def test_parametric_and_in_context_recall_are_told_apart() -> None:
    named = [getattr(spikemem.layers, name) for name in spikemem.layers.__all__]
    layers = [c for c in named if isinstance(c, type) and issubclass(c, MemoryLayer) and c is not MemoryLayer]
    assert {c.__name__ for c in layers if c.traits.recall == "parametric"} == {"GeometricRecall"}
