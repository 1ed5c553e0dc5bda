"""Nengo's memories as memory layers: what they recall, beside the oracle, what it takes, how they forget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

nengo = pytest.importorskip("nengo", reason="nengo is not installed: pip install 'spikemem[nengo]'")

from spikemem.errors import InvalidInput  # noqa: E402
from spikemem.layers import SoftmaxAttention, SoftmaxAttentionParameters  # noqa: E402
from spikemem.nengo import (  # noqa: E402
    AssociativeMemory,
    AssociativeMemoryParameters,
    PESVoja,
    PESVojaParameters,
)
from spikemem.nengo.presentation import fired, opened  # noqa: E402
from tests.bad_input.support import Wrong, assert_refused  # noqa: E402
from tests.layers.support import Array, Layer, directions, filled, first_choices  # noqa: E402
from tests.nengo.page import D_K, D_V, apart  # noqa: E402

ITEMS = 4
KINDS = ("associative memory", "PES and Voja")


KEYS, VALUES = apart(ITEMS), directions(1, "values", ITEMS, D_V)


def empty(kind: str, seed: int = 1, **parameters: Any) -> Layer:
    if kind == "associative memory":
        return AssociativeMemory(AssociativeMemoryParameters(d_k=D_K, d_v=D_V, **parameters), seed)
    return PESVoja(PESVojaParameters(d_k=D_K, d_v=D_V, **parameters), seed)


def errors(layer: Layer, keys: Array, values: Array) -> Array:
    """How far from its value what each key brings up is."""
    return np.array([np.linalg.norm(layer.read(k).value - v) for k, v in zip(keys, values, strict=True)])


@pytest.mark.parametrize("kind", KINDS)
def test_pairs_come_back_as_from_the_oracle(kind: str) -> None:
    peer = filled(empty(kind), KEYS, VALUES)
    oracle = filled(SoftmaxAttention(SoftmaxAttentionParameters(d_k=D_K, d_v=D_V, beta=30.0)), KEYS, VALUES)
    assert first_choices(oracle, KEYS, VALUES).tolist() == list(range(ITEMS))
    assert first_choices(peer, KEYS, VALUES).tolist() == list(range(ITEMS))
    assert errors(oracle, KEYS, VALUES).max() < 0.05
    assert errors(peer, KEYS, VALUES).max() < 0.1
    noisy = KEYS + 0.3 * directions(2, "noise", ITEMS, D_K)
    assert first_choices(peer, noisy, VALUES).tolist() == list(range(ITEMS))


def test_voja_keeps_apart_what_pes_alone_mixes() -> None:
    """Encoders that move to the keys guard earlier pairs from later ones: errors of 0.00 against 0.28 (ours)."""
    keys, values = apart(8), directions(1, "v", 8, D_V)
    with_voja, without = (filled(empty(KINDS[1], voja_rate=rate), keys, values) for rate in (0.05, 0.0))
    assert errors(with_voja, keys, values).mean() < 0.02
    assert errors(without, keys, values).mean() > 0.15


def test_pairs_are_lost_whose_keys_overlap_more_than_the_intercept() -> None:
    near = np.array([KEYS[0], 0.8 * KEYS[0] + 0.6 * np.linalg.qr(KEYS[:2].T)[0][:, 1]])
    layer = filled(empty(KINDS[1]), near, VALUES[:2])
    first, second = errors(layer, near, VALUES[:2])
    assert first > 0.5  # the later write took its neurons
    assert second < 0.05


def test_without_inhibition_all_items_above_the_threshold_answer() -> None:
    near = np.array([KEYS[0], 0.8 * KEYS[0] + 0.6 * np.linalg.qr(KEYS[:2].T)[0][:, 1]])
    alone, together = (filled(empty(KINDS[0], wta=wta), near, VALUES[:2]).read(near[0]) for wta in (True, False))
    assert alone.confidence is not None
    assert together.confidence is not None
    assert alone.confidence > 0.95
    assert together.confidence < 0.6
    np.testing.assert_allclose(alone.value, VALUES[0], atol=0.1)
    np.testing.assert_allclose(together.value, VALUES[0] + VALUES[1], atol=0.3)


def test_a_query_that_matches_nothing_is_answered_by_nothing() -> None:
    layer = filled(empty(KINDS[0]), KEYS[:2], VALUES[:2])
    away = np.linalg.qr(KEYS[:3].T)[0][:, 2]
    found = layer.read(away)
    assert np.linalg.norm(found.value) < 0.01
    assert found.confidence == 0.0
    assert (found.cost.spikes, found.latency_ms) == (0, None)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_memory_answers_zero(kind: str) -> None:
    found = empty(kind).read(KEYS[0])
    np.testing.assert_array_equal(found.value, np.zeros(D_V))
    assert found.latency_ms is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bits_and_another_others(kind: str) -> None:
    layer = filled(empty(kind), KEYS[:2], VALUES[:2])
    first, again = layer.read(KEYS[1]), layer.read(KEYS[1])
    np.testing.assert_array_equal(first.value, again.value)
    assert first.cost == again.cost
    whole = layer.cost
    layer.reset(1)
    filled(layer, KEYS[:2], VALUES[:2])
    np.testing.assert_array_equal(layer.read(KEYS[1]).value, first.value)
    layer.read(KEYS[1])
    assert layer.cost == whole
    other = filled(empty(kind, seed=2), KEYS[:2], VALUES[:2])
    assert other.read(KEYS[1]).cost.spikes != first.cost.spikes


@pytest.mark.parametrize("kind", KINDS)
def test_reads_change_nothing_and_say_nothing(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    layer = filled(empty(kind), KEYS[:2], VALUES[:2])
    before = layer.state()
    layer.read(KEYS[0])
    assert before.keys() == layer.state().keys()
    for name, array in layer.state().items():
        np.testing.assert_array_equal(array, before[name])
    assert capfd.readouterr() == ("", "")


def test_what_is_written_is_kept_until_the_first_read_builds_the_network() -> None:
    layer = empty(KINDS[0])
    cost = layer.write(KEYS[0], VALUES[0])
    assert (cost.weight_updates, cost.steps, cost.spikes) == (D_K + D_V, 1, 0)
    np.testing.assert_allclose(layer.read(KEYS[0]).value, VALUES[0], atol=0.1)
    layer.write(KEYS[1], VALUES[1])
    np.testing.assert_allclose(layer.read(KEYS[1]).value, VALUES[1], atol=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_is_written_again_brings_up_its_latest_value(kind: str) -> None:
    layer = filled(empty(kind), KEYS[[0, 1, 0]], VALUES[:3])
    assert errors(layer, KEYS[:2], VALUES[[2, 1]]).max() < 0.1


def test_replay_leaves_one_ensemble_an_item() -> None:
    layer = filled(empty(KINDS[0]), KEYS[:2], VALUES[:2])
    layer.consolidate(2)
    assert layer.footprint().neurons == 100
    found = layer.read(KEYS[1])
    assert found.confidence is not None
    assert found.confidence > 0.95
    np.testing.assert_allclose(found.value, VALUES[1], atol=0.1)


@pytest.mark.parametrize("wta", [True, False])
def test_synaptic_operations_are_counted_in_neurons_not_in_factors(wta: bool) -> None:
    """The reach of each item's neurons is taken from the network that Nengo has when nodes that only pass on are gone."""
    values = VALUES[:3].copy()
    values[0, 3:] = 0.0
    layer = filled(empty(KINDS[0], wta=wta, n_neurons=20), KEYS[:3], values)
    cost = layer.read(KEYS[0]).cost
    assert isinstance(layer, AssociativeMemory)
    circuit = layer._current()
    with opened(circuit.model) as sim:
        sim.run_steps(200, progress_bar=False)
        spikes = [int(fired(sim.data[probe]).sum()) for probe in circuit.neurons]
    gone = nengo.utils.builder.remove_passthrough_nodes
    with nengo.Network() as net:
        memory = nengo.networks.AssociativeMemory(KEYS[:3], values, n_neurons=20)
        if wta:
            memory.add_wta_network()
        sink = nengo.Node(lambda t, x: None, size_in=D_V)
        nengo.Connection(memory.output, sink, synapse=None)
    reach = dict.fromkeys(memory.am_ensembles, 0)
    for connection in gone(*nengo.utils.builder.objs_and_connections(net))[1]:
        if connection.pre_obj in reach:
            weights = np.atleast_2d(connection.transform.sample())
            hit = int(np.count_nonzero(weights.any(axis=1)))
            reach[connection.pre_obj] += hit * getattr(connection.post_obj, "n_neurons", 1)
    assert list(reach.values()) == [c + 40 * wta for c in (3, 8, 8)]
    assert cost.spikes == sum(spikes) > 0
    assert cost.sops == sum(n * r for n, r in zip(spikes, reach.values(), strict=True)) + 3 * 20 * D_K


def test_a_write_of_pes_and_voja_counts_what_changes_step_by_step() -> None:
    layer = empty(KINDS[1], n_neurons=50, write_ms=100.0, intercept=0.0)
    key = np.zeros(D_K)
    key[:2] = 0.8, 0.6
    cost = layer.write(key, VALUES[0])
    assert cost.steps == 100
    assert cost.spikes > 0
    assert cost.sops == cost.spikes * D_V + 2 * 50
    # All encoders and decoders of the neurons that fired change in nearly each of 100 steps; others never.
    moved = int(np.count_nonzero((layer.state()["decoders"] != 0.0).any(axis=0)))
    assert 0.8 < cost.weight_updates / (100 * moved * (D_K + D_V)) <= 1.0
    assert cost.bytes_moved == 16 * cost.weight_updates


def test_encoders_move_to_the_key_and_only_those_of_neurons_that_fire() -> None:
    layer = empty(KINDS[1])
    assert isinstance(layer, PESVoja)
    gain = layer._made.gain[:, None]
    before = layer.state()["encoders"] / gain
    layer.write(KEYS[0], VALUES[0])
    after = layer.state()["encoders"] / gain
    near = before @ KEYS[0] > 0.55
    assert near.sum() > 3
    assert (after[near] @ KEYS[0]).min() > 0.99
    far = before @ KEYS[0] < 0.5
    np.testing.assert_array_equal(after[far], before[far])


@pytest.mark.parametrize("kind", KINDS)
def test_footprints(kind: str) -> None:
    holds = filled(empty(kind), KEYS[:2], VALUES[:2]).footprint()
    if kind == "associative memory":
        assert (holds.neurons, holds.synapses) == (100, 100 * (D_K + D_V) + 2 * 50 * 50)
        assert (holds.state_bits, holds.parameter_bits) == (64 * 2 * (D_K + D_V), 64 * 3 * 100)
    else:
        assert (holds.neurons, holds.synapses) == (500, 500 * (D_K + D_V))
        assert (holds.state_bits, holds.parameter_bits) == (64 * 500 * (D_K + D_V), 64 * 2 * 500)


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_forgotten_and_the_others_stay(kind: str) -> None:
    layer = filled(empty(kind), KEYS, VALUES)
    layer.forget("key", KEYS[1])
    assert np.linalg.norm(layer.read(KEYS[1]).value) < 0.05
    rest = [0, 2, 3]
    assert errors(layer, KEYS[rest], VALUES[rest]).max() < 0.1


def test_pes_and_voja_forget_by_decay_pruning_and_quantising() -> None:
    layer = filled(empty(KINDS[1]), KEYS[:2], VALUES[:2])
    whole = layer.read(KEYS[0]).value
    layer.forget("quantise", 12)
    np.testing.assert_allclose(layer.read(KEYS[0]).value, whole, atol=0.1)
    layer.forget("decay", 0.5)
    np.testing.assert_allclose(layer.read(KEYS[0]).value, whole / 2, atol=0.1)
    layer.forget("prune", 5)
    assert np.count_nonzero(layer.state()["decoders"]) == 5
    layer.forget("prune", 0)
    assert not layer.read(KEYS[0]).value.any()


def test_the_associative_memory_keeps_the_latest_and_has_no_decay() -> None:
    layer = filled(empty(KINDS[0]), KEYS, VALUES)
    layer.forget("prune", 2)
    assert np.linalg.norm(layer.read(KEYS[0]).value) < 0.1
    np.testing.assert_allclose(layer.read(KEYS[3]).value, VALUES[3], atol=0.1)


def bad(kind: str, name: str, *given: Any) -> Callable[[], object]:
    return lambda: getattr(empty(kind), name)(*given)


WRONG: dict[str, Wrong] = {
    "key": (
        bad(KINDS[0], "write", [1.0], VALUES[0]),
        "AssociativeMemory.write: key must be 16 numbers (d_k), got the shape (1,)",
    ),
    "value": (
        bad(KINDS[1], "write", KEYS[0]),
        "PESVoja.write: value is required: 8 numbers (d_v)",
    ),
    "nan": (
        bad(KINDS[1], "read", np.full(D_K, np.nan)),
        "PESVoja.read: query must be finite numbers, got nan at 0",
    ),
    "decay": (
        bad(KINDS[0], "forget", "decay", 0.1),
        "AssociativeMemory.forget: has no mode 'decay': its items are equally strong, and a factor common to all of them "
        "changes no answer; valid: key, prune, quantise",
    ),
    "amount": (
        bad(KINDS[1], "forget", "decay", 2.0),
        "PESVoja.forget: decay must be a number from 0 to 1, got 2.0",
    ),
    "replay": (bad(KINDS[1], "consolidate", 1), "PESVoja.consolidate: keeps no items to replay; give pairs"),
    "neurons": (lambda: empty(KINDS[0], n_neurons=0), "AssociativeMemoryParameters.n_neurons: must be >= 1, got 0"),
    "intercept": (lambda: empty(KINDS[1], intercept=1.0), "PESVojaParameters.intercept: must be < 1, got 1.0"),
    "parameter": (
        lambda: empty(KINDS[1], rate=1.0),
        "PESVojaParameters: unknown parameter 'rate'; did you mean 'pes_rate'? valid: d_k, d_v, "
        "intercept, mean_ms, n_neurons, pes_rate, read_ms, voja_rate, write_ms",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_refused(case: str) -> None:
    assert_refused(WRONG[case])


def test_parameters_of_another_layer_are_refused() -> None:
    with pytest.raises(InvalidInput) as raised:
        PESVoja(AssociativeMemoryParameters(d_k=2, d_v=2))  # type: ignore[arg-type]
    assert str(raised.value) == ("PESVoja: parameters must be PESVojaParameters, got AssociativeMemoryParameters")
