"""Numbers of linear layers, ridge regression and softmax attention: our measurements, but where a paper is named."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from spikemem.layers import (
    GatedDelta,
    GatedDeltaParameters,
    HebbianLinear,
    HebbianLinearParameters,
    Ridge,
    RidgeParameters,
    SoftmaxAttention,
    SoftmaxAttentionParameters,
)
from tests.layers.support import Layer, bits_right, directions, filled, first_choices, signs


def hebbian(d: int, decay: float = 1.0) -> HebbianLinear:
    return HebbianLinear(HebbianLinearParameters(d_k=d, d_v=d, decay=decay))


def bits(layer: Layer, count: int, seed: int, *, sphere: bool = False) -> float:
    """Bits right after ``count`` pairs of random keys and signs."""
    d = layer.parameters.d_k
    keys = directions(seed, "keys", count, d) if sphere else signs(seed, "keys", count, d) / np.sqrt(d)
    values = signs(seed, "values", count, d)
    layer.reset(seed)
    return bits_right(filled(layer, keys, values), keys, values)


@pytest.mark.parametrize("d", [32, 64, 128, 256])
def test_hebbian_99_percent_of_bits_at_016_d(d: int) -> None:
    assert np.mean([bits(hebbian(d), round(0.16 * d), s) for s in range(8)]) >= 0.99


@pytest.mark.parametrize("load", [0.1, 0.185, 0.3, 0.5, 1.0, 2.0])
def test_hebbian_bit_errors_are_those_of_gaussian_cross_talk(load: float) -> None:
    """Q(sqrt(d / (N - 1))): 1 % at N = 0.185 d."""
    d, count = 128, round(load * 128)
    wanted = NormalDist().cdf(np.sqrt(d / (count - 1)))
    assert np.mean([bits(hebbian(d), count, s) for s in range(10)]) == pytest.approx(wanted, abs=0.004)


@pytest.mark.parametrize(("d", "count"), [(64, 106), (256, 1530)])
def test_hebbian_finds_the_right_value_of_many_more(d: int, count: int) -> None:
    keys, values = directions(1, "keys", count, d), signs(1, "values", count, d)
    assert np.mean(first_choices(filled(hebbian(d), keys, values), keys, values) == np.arange(count)) >= 0.99


def latest_found(layer: Layer, seed: int) -> float:
    """32 keys x 4 values, in rounds of all keys: the part of keys of whose values among all 128 the latest is found."""
    keys, values = directions(seed, "keys", 32, 64), signs(seed, "values", 4, 32, 64)
    for rounds in values:
        filled(layer, keys, rounds)
    return float(np.mean(first_choices(layer, keys, values.reshape(-1, 64)) == np.arange(96, 128)))


@pytest.mark.parametrize(
    ("layer", "wanted"),
    [
        (hebbian(64), 0.25),
        (hebbian(64, decay=0.98), 0.97),
        (GatedDelta(GatedDeltaParameters(d_k=64, d_v=64)), 1.0),
    ],
    ids=["hebbian", "decay", "delta"],
)
def test_overwriting_d_64(layer: Layer, wanted: float) -> None:
    found = []
    for seed in range(10):
        layer.reset(seed)
        found.append(latest_found(layer, seed))
    assert np.mean(found) == pytest.approx(wanted, abs=0.03)


@pytest.mark.parametrize(("d", "load"), [(64, 0.16), (128, 0.16), (256, 0.22)])
def test_one_pass_of_the_delta_rule_holds_hardly_more_than_hebbian(d: int, load: float) -> None:
    """99 % of bits at 0.16 d to 0.22 d, and not beyond."""
    layer = GatedDelta(GatedDeltaParameters(d_k=d, d_v=d))
    assert np.mean([bits(layer, round(load * d), s) for s in range(6)]) >= 0.988
    assert np.mean([bits(layer, round(0.35 * d), s) for s in range(6)]) < 0.98


@pytest.mark.parametrize("d", [32, 64, 128])
def test_ridge_99_percent_of_bits_at_11_d(d: int) -> None:
    layer = Ridge(RidgeParameters(d_k=d, d_v=d))
    assert np.mean([bits(layer, round(1.1 * d), s, sphere=True) for s in range(6)]) >= 0.99
    assert np.mean([bits(layer, round(1.3 * d), s, sphere=True) for s in range(6)]) < 0.98


@pytest.mark.parametrize(("beta", "wanted", "within"), [(5.0, 0.78, 0.03), (10.0, 1.0, 0.0), (20.0, 1.0, 0.0)])
def test_softmax_8192_keys_in_32_dimensions(beta: float, wanted: float, within: float) -> None:
    keys, values = directions(1, "keys", 8192, 32), signs(1, "values", 8192, 32)
    layer = filled(SoftmaxAttention(SoftmaxAttentionParameters(d_k=32, d_v=32, beta=beta)), keys, values)
    assert bits_right(layer, keys[::64], values[::64]) == pytest.approx(wanted, abs=within)
