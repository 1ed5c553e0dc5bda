"""What all layers have in common: emptiness, sameness, reads without effect, costs, footprints, ways to forget."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spikemem.layers
from spikemem.errors import InvalidInput
from spikemem.layers import Cost, MemoryLayer
from spikemem.layers.slots import SlotLayer
from tests.layers.cases import CASES, ITEMS, Case
from tests.layers.support import Layer

AMOUNTS: dict[str, Any] = {"decay": 0.5, "prune": 3, "quantise": 4}

cases = pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))


def bits_of(layer: Layer) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in layer.state().items()}


def test_every_layer_that_learns_in_context_is_tried() -> None:
    made = {type(case.make()).__name__ for case in CASES.values()}
    named = {name: getattr(spikemem.layers, name) for name in spikemem.layers.__all__}
    layers = {
        n: c for n, c in named.items() if isinstance(c, type) and issubclass(c, MemoryLayer) and c is not MemoryLayer
    }
    assert made == {name for name, layer in layers.items() if layer.traits.recall == "in-context"}
    assert layers.keys() - made == {"GeometricRecall"}


@cases
def test_what_was_written_comes_back_from_its_key(case: Case) -> None:
    layer = case.make()
    for k in range(2):
        case.write(layer, k)
    for k in range(2):
        found = case.read(layer, k).value
        wanted = case.keys[k] if case.values is None else case.values[k]
        named = wanted != 0.0
        assert found.shape == wanted.shape
        assert (np.sign(found.real)[named] == wanted[named]).mean() > 0.7


@cases
def test_a_reset_layer_is_as_new(case: Case) -> None:
    layer, new = case.filled(), case.make()
    assert bits_of(layer) != bits_of(new)
    cost = layer.reset()
    assert bits_of(layer) == bits_of(new)
    assert cost == layer.cost == new.cost
    assert layer.footprint() == new.footprint()


@cases
def test_the_same_calls_give_the_same_bits(case: Case) -> None:
    one, other = case.filled(), case.filled()
    assert bits_of(one) == bits_of(other)
    assert one.cost == other.cost
    for k in range(ITEMS):
        assert case.read(one, k).value.tobytes() == case.read(other, k).value.tobytes()


@cases
def test_reads_change_nothing(case: Case) -> None:
    layer = case.filled()
    before = bits_of(layer)
    first = [case.read(layer, k).value for k in range(ITEMS)]
    assert bits_of(layer) == before
    for k in reversed(range(ITEMS)):
        assert np.array_equal(case.read(layer, k).value, first[k])
    assert not layer.traits.reconsolidates


@cases
def test_an_empty_layer_answers(case: Case) -> None:
    found = case.read(case.make(), 0)
    assert np.isfinite(found.value).all()
    assert found.value.shape == (case.make().parameters.d_v,)


@cases
def test_what_is_returned_is_not_the_layers_own(case: Case) -> None:
    layer = case.filled()
    before = bits_of(layer)
    case.read(layer, 0).value[...] = 7.0
    for array in layer.state().values():
        array[...] = 1
    key = case.keys[0].copy()
    layer.read(key, **case.reading(0)).value[...] = 7.0
    assert np.array_equal(key, case.keys[0])
    assert bits_of(layer) == before


@cases
def test_every_call_has_a_cost_and_the_layer_their_sum(case: Case) -> None:
    layer = case.make()
    total = layer.cost
    for k in range(ITEMS):
        cost = case.write(layer, k)
        assert (cost.steps, cost.spikes) == (1, 0)
        assert cost.weight_updates > 0
        assert cost.bytes_moved > 0
        total += cost
    for k in range(ITEMS):
        found = case.read(layer, k)
        assert found.cost.steps == found.steps >= 1
        assert found.cost.weight_updates == 0
        assert found.cost.sops > 0
        assert found.cost.macs > 0
        total += found.cost
    for mode, amount in AMOUNTS.items():
        if mode in layer.modes:
            total += layer.forget(mode, amount)
    assert layer.cost == total
    assert total - Cost() == total


@cases
def test_footprints_count_state_and_circuit(case: Case) -> None:
    layer = case.filled()
    footprint = layer.footprint()
    per_number = {np.dtype(bool): 1, np.dtype(np.float64): 64, np.dtype(np.complex128): 128}
    assert footprint.state_bits == sum(a.size * per_number[a.dtype] for a in layer.state().values())
    assert footprint.neurons > 0
    assert footprint.synapses > 0
    grown = footprint.state_bits > case.make().footprint().state_bits
    assert grown == layer.traits.growing


@cases
def test_every_way_to_forget_is_offered_or_refused_with_a_reason(case: Case) -> None:
    layer = case.make()
    assert {"decay", "key", "prune", "quantise"} <= layer.modes.keys() | layer.cannot.keys()
    assert layer.modes.keys().isdisjoint(layer.cannot)
    for mode in layer.modes.values():
        assert mode.summary


@cases
def test_forgetting_a_key_takes_away_what_it_brings_up(case: Case) -> None:
    layer = case.filled()
    if isinstance(layer, SlotLayer):
        layer.forget("key", case.keys[2])
        assert not (layer.state()["keys"] == case.keys[2]).all(axis=1).any()
        assert len(layer.state()["keys"]) == ITEMS - 1
    else:
        wanted = case.keys[2] if case.values is None else case.values[2]
        before = case.read(layer, 2).value @ wanted
        if "key" in layer.modes:
            layer.forget("key", case.forgotten(2))
            assert (case.read(layer, 2).value @ wanted).real < 0.7 * before.real


@cases
@pytest.mark.parametrize("mode", AMOUNTS)
def test_to_forget_nothing_changes_nothing(case: Case, mode: str) -> None:
    layer = case.filled()
    if mode not in layer.modes:
        return
    before = bits_of(layer)
    cost = layer.forget(mode, {"decay": 0.0, "prune": 10**6, "quantise": 32}[mode])
    if mode == "quantise":
        for name, array in layer.state().items():
            as_it_was = np.frombuffer(before[name], dtype=array.dtype).reshape(array.shape)
            np.testing.assert_allclose(array, as_it_was, atol=1e-8)
    else:
        assert bits_of(layer) == before
        assert cost == Cost()


@cases
def test_to_forget_all_leaves_nothing(case: Case) -> None:
    layer = case.filled()
    mode = "decay" if "decay" in layer.modes else "prune"
    layer.forget(mode, {"decay": 1.0, "prune": 0}[mode])
    if "prune" in layer.modes and "decay" in layer.modes and "keys" in layer.state():
        layer.forget("prune", 0)  # the matrix fades, the slots are dropped
    kept = {"examples", *(f"u{i}" for i in range(ITEMS))}  # what counts and names, not what answers
    assert all(not array.any() for name, array in layer.state().items() if name not in kept)


@cases
def test_consolidation_writes_items_again(case: Case) -> None:
    layer = case.make()
    values: list[dict[str, Any]] = [{}] * ITEMS if case.values is None else [{"value": v} for v in case.values]
    items = [{"key": case.keys[k]} | values[k] | case.writing(k) for k in range(ITEMS)]
    cost = layer.consolidate(2, items)
    assert cost.steps == 2 * ITEMS
    assert cost.weight_updates > 0
    again = case.make()
    again.consolidate(2, items)
    assert bits_of(layer) == bits_of(again)


@cases
def test_items_are_replayed_as_they_are_given(case: Case) -> None:
    if case.writing(0) or case.reading(0):
        return  # these need more than a key and a value
    items: list[Any] = list(case.keys) if case.values is None else list(zip(case.keys, case.values, strict=True))
    layer, other = case.make(), case.make()
    layer.consolidate(1, items[:1])
    case.write(other, 0)
    assert bits_of(layer) == bits_of(other)


@cases
def test_layers_that_keep_their_items_replay_them(case: Case) -> None:
    layer = case.filled()
    if isinstance(layer, SlotLayer):
        assert layer.consolidate(1).steps == ITEMS
        assert len(layer.state()["keys"]) == 2 * ITEMS
    else:
        with pytest.raises(InvalidInput, match=r"consolidate: keeps no items to replay; give pairs$"):
            layer.consolidate(1)
