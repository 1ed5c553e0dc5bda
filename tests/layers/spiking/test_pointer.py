"""The pointer in spikes: matrix, slots and answers beside the oracle's, after slots were written over."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spikemem.backend import backend
from spikemem.errors import InvalidInput, MissingDependency
from spikemem.layers import SparsePointer, SparsePointerParameters
from spikemem.layers.spiking import SpikingSparsePointer, SpikingSparsePointerParameters
from tests.layers.support import Array, flipped, signs

D, V, SLOTS, WRITTEN, LEVELS = 48, 20, 6, 10, 31


def both(on: str = "numba", decay: float = 0.9) -> tuple[SparsePointer, SpikingSparsePointer, Array, Array]:
    """Oracle and spiking form after the same writes, more than there are slots."""
    keys, values = signs(1, "keys", WRITTEN, D), signs(1, "values", WRITTEN, V)
    oracle = SparsePointer(SparsePointerParameters(d_k=D, d_v=V, slots=SLOTS, decay=decay, weight=2.0))
    spiking = SpikingSparsePointer(
        SpikingSparsePointerParameters(d_k=D, d_v=V, slots=SLOTS, decay=decay, weight=2.0, levels=LEVELS, range=6.0),
        backend=on,
    )
    for k, v in zip(keys, values, strict=True):
        oracle.write(k / np.sqrt(D), v)
        spiking.write(k, v)
    return oracle, spiking, keys, values


def test_matrix_and_slots_are_the_oracles() -> None:
    oracle, spiking, keys, values = both()
    np.testing.assert_allclose(spiking.matrix, oracle.state()["S"], atol=1e-12)
    held = spiking.state()
    latest = [*range(SLOTS, WRITTEN), *range(WRITTEN - SLOTS, SLOTS)]  # the slots in their order
    lines = np.concatenate([keys > 0, keys < 0], axis=1)[latest]
    np.testing.assert_array_equal(held["keys"].reshape(2 * D, SLOTS), lines.T)
    np.testing.assert_array_equal(held["values"].reshape(SLOTS, V), values[latest])


@pytest.mark.parametrize("flips", [0.0, 0.15])
def test_answers_are_the_oracles_but_for_the_levels(flips: float) -> None:
    oracle, spiking, keys, _ = both()
    for n in range(WRITTEN - SLOTS, WRITTEN):
        cue = flipped(keys[n], flips, 2, "cue", n)
        wanted = oracle.read(cue / np.sqrt(D)).value
        np.testing.assert_allclose(spiking.read(cue).value, np.clip(wanted, -6.0, 6.0), atol=6.0 / LEVELS + 1e-9)


def test_a_read_costs_no_updates_and_repeats() -> None:
    _, spiking, keys, _ = both()
    before, first = spiking.state(), spiking.read(keys[9])
    again = spiking.read(keys[9])
    assert first.cost.weight_updates == 0
    assert np.array_equal(first.value, again.value)
    assert all(np.array_equal(array, before[name]) for name, array in spiking.state().items())


def test_the_pointer_finds_what_the_matrix_confuses() -> None:
    """64 pairs in a matrix of 16 x 16: nearly all found with slots, few without."""
    keys, values = signs(3, "keys", 64, 16), signs(3, "values", 64, 16)
    found = []
    for slots in (1, 64):
        layer = SpikingSparsePointer(
            SpikingSparsePointerParameters(d_k=16, d_v=16, slots=slots, weight=20.0, range=40.0)
        )
        for k, v in zip(keys, values, strict=True):
            layer.write(k, v)
        found.append(np.mean([np.argmax(values @ layer.read(k).value) == n for n, k in enumerate(keys)]))
    assert found[0] < 0.4
    assert found[1] > 0.9


def test_brian2_gives_the_same_answers() -> None:
    try:
        backend("brian2")
    except MissingDependency as error:
        pytest.skip(str(error))
    (_, here, keys, _), (_, there, _, _) = both("numba"), both("brian2")
    for key in keys[4:7]:
        one, other = here.read(key), there.read(key)
        np.testing.assert_array_equal(one.value, other.value)
        assert one.cost == other.cost


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"active": 2}, "SpikingSparsePointerParameters.active: must be 1, as one slot wins the race, got 2"),
        ({"weight": 0.0}, "SpikingSparsePointerParameters.weight: must be > 0, got 0; ThreeFactorHebbian has no slots"),
    ],
)
def test_what_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        SpikingSparsePointerParameters(d_k=4, d_v=4, **wrong)
    assert str(refused.value) == message
