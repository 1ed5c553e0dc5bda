"""The spiking mixture of memories and memory caching beside their oracles; and the multitasking network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spikemem.errors import InvalidInput
from spikemem.layers import (
    HebbianLinear,
    HebbianLinearParameters,
    MemoryCaching,
    MemoryCachingParameters,
    MixtureOfMemories,
    MixtureOfMemoriesParameters,
)
from spikemem.layers.spiking import (
    SpikingMemoryCaching,
    SpikingMemoryCachingParameters,
    SpikingMixtureOfMemories,
    SpikingMixtureOfMemoriesParameters,
    ThreeFactorHebbian,
    ThreeFactorHebbianParameters,
)
from tests.layers.support import Array, Layer, bits_right, filled, signs

TOLD: dict[str, Any] = {"levels": 201, "range": 3.0}
D, N, COUNT = 24, 10, 15
KEYS, ITEMS = signs(1, "keys", COUNT, D), signs(1, "values", COUNT, N)
UNIT = 1 / np.sqrt(D)


def mixture(**parameters: Any) -> tuple[SpikingMixtureOfMemories, MixtureOfMemories]:
    """Of several active memories, all weigh 1 in spikes; test_routed_weights.py has what weighs them."""
    told = SpikingMixtureOfMemoriesParameters(d_k=D, d_v=N, races=0, **TOLD, **parameters)
    spiking = SpikingMixtureOfMemories(told, seed=5)
    oracle = MixtureOfMemories(MixtureOfMemoriesParameters(d_k=D, d_v=N, **parameters), seed=5)
    return filled(spiking, KEYS, ITEMS), filled(oracle, KEYS * UNIT, ITEMS)


@pytest.mark.parametrize("parameters", [{}, {"decay": 0.9, "shared": True}, {"blocks": 3, "active": 2, "decay": 0.8}])
def test_each_key_is_routed_and_stored_as_by_the_oracle(parameters: dict[str, Any]) -> None:
    spiking, oracle = mixture(**parameters)
    S = oracle.state()["S"]
    np.testing.assert_allclose(spiking.matrices, S, rtol=0, atol=1e-9)
    R = spiking._constants()["R"]
    for key in KEYS[:5]:
        if "active" in parameters:  # all weigh 1
            chosen = np.argsort(-R @ key)[:2]
            wanted = S[chosen].sum(axis=0) @ key * UNIT
            assert np.abs(wanted - oracle.read(key * UNIT).value).max() > 0.3
        else:
            wanted = oracle.read(key * UNIT).value
        assert np.abs(spiking.read(key).value - wanted.clip(-3, 3)).max() <= 3 / 201 + 1e-9


def test_a_label_opens_its_block_alone() -> None:
    spiking, oracle = mixture()
    before = spiking.matrices
    spiking.write(KEYS[0], ITEMS[1], label=2)
    changed = np.abs(spiking.matrices - before).max(axis=(1, 2))
    assert (changed > 0).tolist() == [False, False, True, False]
    oracle.write(KEYS[0] * UNIT, ITEMS[1], label=2)
    found, wanted = spiking.read(KEYS[0], label=2).value, oracle.read(KEYS[0] * UNIT, label=2).value
    assert np.abs(found - wanted.clip(-3, 3)).max() <= 3 / 201 + 1e-9


def caching(**parameters: Any) -> SpikingMemoryCaching:
    p = SpikingMemoryCachingParameters(d_k=D, d_v=N, segment=5, decay=0.95, **TOLD, **parameters)
    return filled(SpikingMemoryCaching(p), KEYS, ITEMS)


def test_all_caches_add_up_and_the_best_is_found_by_its_keys() -> None:
    oracle = filled(MemoryCaching(MemoryCachingParameters(d_k=D, d_v=N, segment=5, decay=0.95)), KEYS * UNIT, ITEMS)
    sharp = MemoryCaching(MemoryCachingParameters(d_k=D, d_v=N, segment=5, decay=0.95, beta=1e4))
    filled(sharp, KEYS * UNIT, ITEMS)
    every, best, state = caching(), caching(best=1), oracle.state()
    np.testing.assert_allclose(every.matrices[:3], [state[f"S{i}"] for i in range(3)], rtol=0, atol=1e-9)
    assert not every.matrices[3].any()
    u = np.array([state[f"u{i}"] for i in range(3)])
    np.testing.assert_allclose(best.state()["keys"][:D, :3].T * np.sqrt(D) / 5, u, rtol=0, atol=1e-12)
    scores = np.sort(u @ KEYS.T, axis=0)
    sure = scores[-1] - scores[-2] > 1e-9  # between equal ones rounding decides in the oracle
    assert sure.sum() >= 10
    for key in KEYS[sure]:
        for found, wanted in (
            (every.read(key).value, oracle.read(key * UNIT).value),
            (best.read(key).value, sharp.read(key * UNIT).value / 3),  # weighed 3 there
        ):
            assert np.abs(found - wanted.clip(-3, 3)).max() <= 3 / 201 + 1e-9


def held(seed: int) -> dict[str, float]:
    """The bits right of 60 pairs in 16,384 numbers, of one matrix and of four, spiking and of the oracles."""
    wide, narrow, values = signs(seed, "wide", 60, 256), signs(seed, "narrow", 60, 64), signs(seed, "values", 60, 64)
    four = SpikingMixtureOfMemoriesParameters(d_k=64, d_v=64, levels=1)
    layers: dict[str, tuple[Layer, Array]] = {
        "one": (ThreeFactorHebbian(ThreeFactorHebbianParameters(d_k=256, d_v=64, levels=1)), wide),
        "one, oracle": (HebbianLinear(HebbianLinearParameters(d_k=256, d_v=64)), wide / 16),
        "four": (SpikingMixtureOfMemories(four, seed=seed), narrow),
        "four, oracle": (MixtureOfMemories(MixtureOfMemoriesParameters(d_k=64, d_v=64), seed=seed), narrow / 8),
    }
    return {name: bits_right(filled(layer, keys, values), keys, values) for name, (layer, keys) in layers.items()}


def test_four_matrices_hold_hardly_less_than_one_of_their_size() -> None:
    """One matrix of 64 x 256 and four of 64 x 64: the oracle's anchor (ours; tests/layers/test_traps.py), 0.982 and 0.969."""
    found = held(1)
    assert found["one"] == pytest.approx(0.982, abs=0.01)
    assert found["four"] == pytest.approx(0.969, abs=0.02)
    assert found["one"] == pytest.approx(found["one, oracle"], abs=0.005)
    assert found["four"] == pytest.approx(found["four, oracle"], abs=0.01)


def test_what_is_lost_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^SpikingMemoryCachingParameters.best: must be <= caches = 2, got 3$"):
        SpikingMemoryCachingParameters(d_k=4, d_v=4, caches=2, best=3)
    layer = SpikingMemoryCaching(SpikingMemoryCachingParameters(d_k=4, d_v=4, caches=1, segment=1))
    with pytest.raises(
        InvalidInput, match=r"^SpikingMemoryCaching.write: key and value must have a sign that is not 0$"
    ):
        layer.write(np.zeros(4), np.ones(4))
    layer.write(np.ones(4), np.ones(4))
    with pytest.raises(InvalidInput, match=r"^SpikingMemoryCaching.write: all caches are full \(caches=1\)$"):
        layer.write(np.ones(4), np.ones(4))
    with pytest.raises(
        InvalidInput, match=r"^SpikingMemoryCaching.forget: has no mode 'decay': a block fades when it is"
    ):
        layer.forget("decay", 0.5)
