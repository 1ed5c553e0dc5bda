"""What each way to forget takes away, and what it leaves."""

from __future__ import annotations

import numpy as np
import pytest

from spikemem.layers import (
    Conjunctive,
    ConjunctiveParameters,
    DenseHebbian,
    DenseHebbianParameters,
    GatedDelta,
    GatedDeltaParameters,
    HebbianLinear,
    HebbianLinearParameters,
    MemoryCaching,
    MemoryCachingParameters,
    MixtureOfMemories,
    MixtureOfMemoriesParameters,
    MultitaskingHebbian,
    MultitaskingHebbianParameters,
    NormalisedHebbian,
    NormalisedHebbianParameters,
    NoveltyGated,
    NoveltyGatedParameters,
    PhaseAssociative,
    PhaseAssociativeParameters,
    Ridge,
    RidgeParameters,
    SoftmaxAttention,
    SoftmaxAttentionParameters,
    SparsePointer,
    SparsePointerParameters,
    SupervisedDense,
    SupervisedDenseParameters,
    Titans,
    TitansParameters,
    Willshaw,
    WillshawParameters,
)
from spikemem.layers.forgetting import largest, quantised
from tests.layers.support import Layer, filled, signs

# Orthogonal keys: what one of them forgets, the others need not.
BASIS = np.linalg.qr(signs(1, "basis", 8, 8) + 0.1 * np.eye(8))[0]
VALUES = signs(1, "values", 8, 5)
MATRICES: dict[str, Layer] = {
    "hebbian": HebbianLinear(HebbianLinearParameters(d_k=8, d_v=5)),
    "delta": GatedDelta(GatedDeltaParameters(d_k=8, d_v=5)),
    "titans": Titans(TitansParameters(d_k=8, d_v=5, eta=0.5, theta=0.5)),
    "ridge": Ridge(RidgeParameters(d_k=8, d_v=5)),
    "phase": PhaseAssociative(PhaseAssociativeParameters(d_k=8, d_v=5)),
    "mixture": MixtureOfMemories(MixtureOfMemoriesParameters(d_k=8, d_v=5, blocks=2)),
    "caching": MemoryCaching(MemoryCachingParameters(d_k=8, d_v=5, segment=3)),
    "novelty": NoveltyGated(NoveltyGatedParameters(d_k=8, d_v=5)),
    "pointer": SparsePointer(SparsePointerParameters(d_k=8, d_v=5)),
    "softmax": SoftmaxAttention(SoftmaxAttentionParameters(d_k=8, d_v=5, beta=60.0)),
}

# What is left competes, however little it matches.
ALWAYS_ANSWER = (MATRICES["pointer"], MATRICES["softmax"])


@pytest.mark.parametrize("layer", MATRICES.values(), ids=list(MATRICES))
def test_a_forgotten_key_leaves_orthogonal_ones_as_they_were(layer: Layer) -> None:
    layer.reset()
    filled(layer, BASIS, VALUES)
    before = [layer.read(k).value for k in BASIS]
    layer.forget("key", BASIS[3])
    for k in range(8):
        found = layer.read(BASIS[k]).value
        if k == 3 and layer in ALWAYS_ANSWER:
            assert (np.sign(found) != VALUES[3]).any()
        elif k == 3:
            np.testing.assert_allclose(found, 0.0, atol=1e-9)
        else:
            np.testing.assert_allclose(found, before[k], atol=1e-9)


def test_titans_does_not_bring_back_by_momentum_what_it_forgot() -> None:
    layer = filled(Titans(TitansParameters(d_k=8, d_v=5, eta=0.9, theta=0.5)), BASIS[:1], VALUES[:1])
    layer.forget("key", BASIS[0])
    layer.write(BASIS[1], VALUES[1])
    np.testing.assert_allclose(layer.read(BASIS[0]).value, 0.0, atol=1e-12)


@pytest.mark.parametrize("name", ["hebbian", "delta", "titans", "phase"])
def test_decay_scales_answers(name: str) -> None:
    layer = MATRICES[name]
    layer.reset()
    filled(layer, BASIS, VALUES)
    before = layer.read(BASIS[2]).value
    layer.forget("decay", 0.25)
    np.testing.assert_allclose(layer.read(BASIS[2]).value, 0.75 * before)


def test_a_normalised_layer_answers_as_before_after_decay_but_gives_way_to_what_is_new() -> None:
    """S and z fade together: the mean stays, and its weight against later pairs falls."""
    k, other = np.array([1.0, 0.0]), np.array([1.0, 1.0])
    layer = NormalisedHebbian(NormalisedHebbianParameters(d_k=2, d_v=1))
    layer.write(k, [1.0])
    layer.forget("decay", 0.75)
    assert layer.read(k).value == pytest.approx([1.0])
    layer.write(other, [-1.0])
    assert layer.read(k).value == pytest.approx([(0.25 - 1.0) / 1.25])


def test_ridge_decays_in_both_matrices() -> None:
    """Keys that are one: the old value weighs a quarter of the new; were A alone to fade, the answer would shrink."""
    layer = Ridge(RidgeParameters(d_k=2, d_v=1, penalty=1e-9))
    layer.write([1.0, 0.0], [1.0])
    layer.forget("decay", 0.75)
    assert layer.read([1.0, 0.0]).value == pytest.approx([1.0])
    layer.write([1.0, 0.0], [-1.0])
    assert layer.read([1.0, 0.0]).value == pytest.approx([(0.25 - 1.0) / 1.25])


@pytest.mark.parametrize("penalty", [1e-3, 0.1, 1.0])
def test_ridge_forgets_keys_that_are_not_orthogonal_and_no_others(penalty: float) -> None:
    """Eight of 24 one after the other: no more of them is found than by chance or little more, and all others as before."""
    keys, values = signs(5, "keys", 24, 48) / 48**0.5, signs(5, "values", 24, 40)
    layer = Ridge(RidgeParameters(d_k=48, d_v=40, penalty=penalty))
    filled(layer, keys, values)
    for k in keys[:8]:
        layer.forget("key", k)
        assert np.abs(layer.read(k).value).max() < 1e-9
    found = np.argmax(np.array([layer.read(k).value for k in keys]) @ values.T, axis=1) == np.arange(24)
    assert found[:8].sum() <= 2
    assert found[8:].all()
    assert np.linalg.eigvalsh(layer.state()["C"]).min() > -penalty


def test_ridge_forgets_an_orthogonal_key_as_if_it_had_not_been_written() -> None:
    keys, layers = np.eye(3), [Ridge(RidgeParameters(d_k=3, d_v=2, penalty=0.3)) for _ in range(2)]
    filled(layers[0], keys, [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    filled(layers[1], keys[1:], [[3.0, 4.0], [5.0, 6.0]])
    layers[0].forget("key", keys[0])
    for name, array in layers[1].state().items():
        np.testing.assert_allclose(layers[0].state()[name], array, atol=1e-12)


def test_a_normalised_layer_forgets_a_key_by_its_inputs() -> None:
    layer = NormalisedHebbian(NormalisedHebbianParameters(d_k=4, d_v=1))
    filled(layer, [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]], [[1.0], [2.0], [3.0]])
    layer.forget("key", [0.0, 1.0, 0.5, 0.0])
    np.testing.assert_allclose(layer.state()["z"], [1.0, 0.0, 0.5, 1.0])
    np.testing.assert_allclose(layer.state()["S"], [[1.0, 0.0, 1.0, 3.0]])
    assert layer.read([0.0, 1.0, 0.0, 0.0]).value == pytest.approx([0.0])
    assert layer.read([0.0, 0.0, 1.0, 0.0]).value == pytest.approx([2.0])


def test_quantised_numbers_lie_on_levels() -> None:
    values = signs(1, "values", 50) * np.linspace(0.0, 3.0, 50)
    for bits in (2, 3, 8):
        step = 3.0 / (2 ** (bits - 1) - 1)
        found = quantised(values, bits)
        np.testing.assert_allclose(found / step, np.round(found / step), atol=1e-12)
        assert np.abs(found - values).max() <= step / 2 + 1e-12
        assert len(np.unique(found)) <= 2**bits - 1
    np.testing.assert_allclose(quantised(values, 1), np.sign(values) * np.abs(values).mean())
    np.testing.assert_array_equal(quantised(np.zeros(3), 4), np.zeros(3))


def test_the_largest_weights_stay() -> None:
    np.testing.assert_array_equal(largest(np.array([3.0, -4.0, 1.0, 4.0]), 2), [0.0, -4.0, 0.0, 4.0])


@pytest.mark.parametrize("name", ["hebbian", "delta", "phase"])
def test_pruned_to_a_number_of_weights(name: str) -> None:
    layer = MATRICES[name]
    layer.reset()
    filled(layer, BASIS, VALUES)
    cost = layer.forget("prune", 7)
    (S,) = layer.state().values()
    assert np.count_nonzero(S) == 7
    assert cost.weight_updates == (S.size - 7) * (2 if name == "phase" else 1)  # a complex number is two


def test_slots_are_pruned_to_the_latest() -> None:
    layer = filled(SoftmaxAttention(SoftmaxAttentionParameters(d_k=8, d_v=5)), BASIS, VALUES)
    layer.forget("prune", 2)
    np.testing.assert_array_equal(layer.state()["keys"], BASIS[-2:])
    layer.write(BASIS[0], VALUES[0])
    np.testing.assert_array_equal(layer.state()["values"], VALUES[[6, 7, 0]])


def test_all_of_one_pattern_are_dropped() -> None:
    patterns = signs(1, "patterns", 4, 30)
    layer = filled(DenseHebbian(DenseHebbianParameters(N=30)), patterns[[0, 1, 2, 1, 3]])
    layer.forget("key", patterns[1])
    np.testing.assert_array_equal(layer.state()["keys"], patterns[[0, 2, 3]])
    np.testing.assert_array_equal(layer.read(patterns[2]).value, patterns[2])


@pytest.mark.parametrize("name", ["softmax", "novelty", "pointer"])
def test_a_key_that_was_never_written_drops_no_item(name: str) -> None:
    layer = MATRICES[name]
    layer.reset()
    filled(layer, BASIS[:5], VALUES[:5])
    before = layer.state()["keys"]
    layer.forget("key", BASIS[6])
    layer.forget("key", np.zeros(8))
    np.testing.assert_array_equal(layer.state()["keys"], before)
    layer.forget("quantise", 6)
    layer.forget("key", BASIS[2])  # rounded, it is the same key still
    assert np.count_nonzero(layer.state()["keys"].any(axis=1)) == 4


def test_caches_are_pruned_to_the_latest() -> None:
    layer = filled(MemoryCaching(MemoryCachingParameters(d_k=8, d_v=5, segment=2)), BASIS, VALUES)
    layer.forget("prune", 1)
    for k in range(8):
        wanted = VALUES[k] if k >= 6 else np.zeros(5)
        np.testing.assert_allclose(layer.read(BASIS[k]).value, wanted, atol=1e-12)
    layer.forget("prune", 0)
    layer.write(BASIS[0], VALUES[0])
    assert len(layer.state()) == 2


def test_willshaw_loses_synapses_with_the_probability_that_is_given() -> None:
    layer = Willshaw(WillshawParameters(d_k=100, d_v=100))
    layer.write(np.ones(100), np.ones(100))
    cost = layer.forget("decay", 0.3)
    left = layer.state()["W"]
    assert left.mean() == pytest.approx(0.7, abs=0.02)
    assert cost.weight_updates == 10_000 - left.sum()
    layer.forget("decay", 0.3)
    assert layer.state()["W"].mean() == pytest.approx(0.49, abs=0.02)


def test_willshaw_forgets_a_key_and_what_shares_its_synapses() -> None:
    layer = Willshaw(WillshawParameters(d_k=4, d_v=3))
    layer.write([1, 1, 0, 0], [1, 0, 0])
    layer.write([0, 1, 1, 0], [1, 1, 0])
    layer.forget("key", [1, 1, 0, 0])
    np.testing.assert_array_equal(layer.state()["W"], [[0, 0, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]])


def test_supervised_frees_the_memory_neuron_of_a_class() -> None:
    archetypes = signs(1, "archetypes", 3, 40)
    layer = SupervisedDense(SupervisedDenseParameters(N=40, classes=3))
    for label, archetype in enumerate(archetypes):
        layer.write(archetype, label=label)
    layer.forget("key", archetypes[1])
    np.testing.assert_array_equal(layer.state()["examples"], [1, 0, 1])
    np.testing.assert_array_equal(layer.state()["mean"][1], np.zeros(40))
    layer.write(-archetypes[1], label=1)
    np.testing.assert_array_equal(layer.state()["mean"][1], -archetypes[1])


def test_a_bound_key_is_forgotten_in_one_context_alone() -> None:
    contexts, key, values = signs(1, "contexts", 2, 64), signs(1, "key", 64) / 8.0, signs(1, "values", 2, 5)
    layer = Conjunctive(ConjunctiveParameters(d_k=64, d_v=5))
    for context, value in zip(contexts, values, strict=True):
        layer.write(key, value, context=context)
    layer.forget("key", key * contexts[0])
    np.testing.assert_allclose(layer.read(key, context=contexts[0]).value, 0.0, atol=1e-12)
    np.testing.assert_array_equal(np.sign(layer.read(key, context=contexts[1]).value), values[1])


def test_multitasking_forgets_one_of_the_patterns_that_it_retrieves() -> None:
    patterns = signs(1, "patterns", 3, 300) * (signs(1, "blanks", 3, 300) > 0)
    layer = filled(MultitaskingHebbian(MultitaskingHebbianParameters(N=300)), patterns)
    layer.forget("key", patterns[0])
    state = layer.state()["J"]
    np.testing.assert_allclose(state @ patterns[0], 0.0, atol=1e-9)
    assert np.abs(state @ patterns[1]).max() > 50.0
