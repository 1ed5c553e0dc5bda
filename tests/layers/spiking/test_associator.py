"""The spiking Hebbian sum and Willshaw memory beside their oracles, on the same items."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spikemem.backend import backend
from spikemem.errors import InvalidInput, MissingDependency
from spikemem.layers import HebbianLinear, HebbianLinearParameters, Willshaw, WillshawParameters
from spikemem.layers.spiking import (
    SpikingHebbianLinear,
    SpikingHebbianLinearParameters,
    SpikingWillshaw,
    SpikingWillshawParameters,
)
from spikemem.rng import generator
from tests.layers.support import Array, bits_right, filled, flipped, perfect, signs


def hebbian(d_k: int, d_v: int, **parameters: Any) -> tuple[SpikingHebbianLinear, HebbianLinear]:
    spiking = SpikingHebbianLinear(SpikingHebbianLinearParameters(d_k=d_k, d_v=d_v, **parameters))
    return spiking, HebbianLinear(HebbianLinearParameters(d_k=d_k, d_v=d_v))


@pytest.mark.parametrize(("levels", "step"), [(300, 1), (30, 10), (2, 20)])
def test_numbers_are_the_oracles_to_half_a_class_and_signs_the_same(levels: int, step: int) -> None:
    keys, values = signs(1, "keys", 8, 24), signs(1, "values", 8, 10)
    keys[generator(1, "unknown").random(keys.shape) < 0.2] = 0.0
    values[0, :4] = 0.0
    spiking, oracle = (filled(layer, keys, values) for layer in hebbian(24, 10, most=16, levels=levels, step=step))
    largest = 0.0
    for k, key in enumerate(keys):
        cue = flipped(key, 0.2, 1, "cue", k)
        found, wanted = spiking.read(cue), oracle.read(cue).value
        np.testing.assert_array_equal(np.sign(found.value), np.sign(wanted))
        inside = np.abs(wanted) <= step * levels - step * (levels < 30)
        assert np.abs(found.value - wanted)[inside].max() <= (step - 1) / 2
        assert (np.abs(found.value[~inside]) == step * (levels - 1) + 1).all()
        largest = max(largest, float(np.abs(wanted).max()))
        assert found.latency_ms is not None
        assert found.confidence is not None
        assert 0.0 < found.confidence <= 1.0
    assert largest > 30.0


def test_a_single_pair_is_answered_with_all_confidence_and_sooner_than_a_part_of_it() -> None:
    spiking, _ = hebbian(16, 4)
    key, value = signs(2, "key", 16), signs(2, "value", 4)
    spiking.write(key, value)
    whole, part = spiking.read(key), spiking.read(np.where(np.arange(16) < 6, -key, key))
    np.testing.assert_array_equal(whole.value, 16.0 * value)
    np.testing.assert_array_equal(part.value, 4.0 * value)
    assert (whole.confidence, part.confidence) == (1.0, 0.25)
    assert whole.latency_ms is not None
    assert part.latency_ms == whole.latency_ms + 12.0


@pytest.mark.parametrize("seed", range(4))
def test_at_016_pairs_a_number_99_of_100_bits_are_right(seed: int) -> None:
    """The oracle's anchor (ours; tests/layers/test_anchors_linear.py), side by side: 10 pairs at d = 64, within .03."""
    keys, values = signs(seed, "keys", 10, 64), signs(seed, "values", 10, 64)
    spiking, oracle = (filled(layer, keys, values) for layer in hebbian(64, 64, most=10, levels=16, step=8))
    found = bits_right(spiking, keys, values)
    assert found == bits_right(oracle, keys, values)
    assert found == pytest.approx(0.99, abs=0.03)


def sparse(seed: int, count: int, n: int, active: int) -> Array:
    rng, made = generator(seed, "sparse"), np.zeros((count, n))
    for row in made:
        row[rng.choice(n, active, replace=False)] = 1.0
    return made


def willshaw(n: int, active: int, count: int) -> tuple[float, float, float]:
    """The parts of pairs that come back whole, spiking and from the oracle, and the part of synapses that are on."""
    keys, values = sparse(1, count, n, active), sparse(2, count, n, active)
    spiking = filled(SpikingWillshaw(SpikingWillshawParameters(d_k=n, d_v=n)), keys, values)
    oracle = filled(Willshaw(WillshawParameters(d_k=n, d_v=n)), keys, values)
    np.testing.assert_array_equal(spiking.state()["W"].reshape(n, n), oracle.state()["W"].T)
    found, wanted = (perfect(layer, list(keys), list(values)) for layer in (spiking, oracle))
    return found, wanted, float(spiking.state()["W"].mean())


def test_willshaws_memory_answers_as_its_oracle_does() -> None:
    """0.29 of the synapses, as at n = 1,000, k = 10 and 3,465 pairs."""
    found, wanted, filled_part = willshaw(256, 8, 355)
    assert found == wanted
    assert found == pytest.approx(0.96, abs=0.02)
    assert filled_part == pytest.approx(0.29, abs=0.01)


@pytest.mark.slow
def test_willshaws_memory_holds_3465_pairs_of_10_among_1000() -> None:
    """The oracle's anchor (ours; tests/layers/test_anchors_willshaw.py)."""
    found, wanted, filled_part = willshaw(1000, 10, 3465)
    assert found == wanted
    assert found == pytest.approx(0.99, abs=0.01)
    assert filled_part == pytest.approx(0.29, abs=0.01)


def test_fragments_bring_up_the_value_where_theta_allows() -> None:
    keys, values = sparse(3, 30, 100, 6), sparse(4, 30, 100, 6)
    for theta in (0.5, 1.0):
        spiking = filled(SpikingWillshaw(SpikingWillshawParameters(d_k=100, d_v=100, theta=theta)), keys, values)
        oracle = filled(Willshaw(WillshawParameters(d_k=100, d_v=100, theta=theta)), keys, values)
        for k, key in enumerate(keys):
            part = key * (generator(3, "part", k).random(100) < 0.6)
            np.testing.assert_array_equal(spiking.read(part).value, oracle.read(part).value)


def test_it_says_what_it_took_and_what_it_is() -> None:
    spiking, _ = hebbian(16, 4)
    written = spiking.write(np.ones(16), np.ones(4))
    # -v, k and v twice, 16 and 4 of each; k and -k again; all 8 neurons as they are cleared by one spike. Forced neurons too.
    assert written.spikes == 2 * (16 + 4 + 4) + 2 * 16 + 1 + (4 * 4) + 8
    assert written.steps == 1
    found = spiking.read(np.ones(16))
    assert found.cost.spikes > 16 + 4 + 8
    assert found.cost.weight_updates == 16 * 8  # of less than 1e-8 of a write each: the state below is the same
    holds = spiking.footprint()
    assert holds.state_bits == 16 * (2 * 16) * (2 * 4)
    assert holds.neurons == 8
    before = spiking.state()["w"]
    assert not spiking.read(np.zeros(16)).value.any()
    assert np.array_equal(spiking.state()["w"], before)
    assert spiking.write(np.zeros(16), np.ones(4)).spikes == 0
    spiking.reset()
    assert (spiking.state()["w"] == 32).all()


def test_other_backends_give_the_same_answers() -> None:
    try:
        backend("brian2")
    except MissingDependency as error:
        pytest.skip(str(error))
    keys, parameters = signs(5, "keys", 3, 16), SpikingHebbianLinearParameters(d_k=16, d_v=16, levels=40)
    answers = []
    for name in ("numba", "brian2"):
        layer = filled(SpikingHebbianLinear(parameters, backend=name), keys, keys[:, ::-1])
        answers.append([layer.read(key) for key in keys])
    for ours, theirs in zip(*answers, strict=True):
        np.testing.assert_array_equal(ours.value, theirs.value)
        assert (ours.confidence, ours.latency_ms, ours.cost) == (theirs.confidence, theirs.latency_ms, theirs.cost)


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("decay", "a pair of spikes changes a weight by a whole write, never by a part of what it is"),
        ("key", "a key is taken back in whole writes only; write it with the opposite of its value"),
        ("prune", "no neuron knows which of its synapses are small"),
        ("quantise", "its weights are whole numbers of writes already"),
    ],
)
def test_ways_to_forget_that_it_has_not_are_refused_with_the_reason(mode: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^SpikingHebbianLinear.forget: has no mode '{mode}': {reason}"):
        hebbian(4, 4, levels=8)[0].forget(mode, 1)
    with pytest.raises(InvalidInput, match=rf"^SpikingWillshaw.forget: has no mode '{mode}': "):
        SpikingWillshaw(SpikingWillshawParameters(d_k=4, d_v=4)).forget(mode, 1)


def test_items_that_are_none_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^SpikingHebbianLinear.write: key must be -1 or 0 or 1, got 0.5 at 1$"):
        hebbian(2, 2, levels=8)[0].write([1, 0.5], [1, 1])
    with pytest.raises(InvalidInput, match=r"^SpikingHebbianLinear.write: takes no gate"):
        hebbian(2, 2, levels=8)[0].write([1, 1], [1, 1], gate=0.5)
    with pytest.raises(InvalidInput, match=r"^SpikingWillshaw.read: query must be 0 or 1, got -1 at 0$"):
        SpikingWillshaw(SpikingWillshawParameters(d_k=2, d_v=2)).read([-1, 1])
