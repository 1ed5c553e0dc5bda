"""Lesions of running networks, their rounding, and their tags by name."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem.errors import InvalidInput
from spikemem.experiments.memories.running import Cam, CamParameters, Macrocolumn, MacrocolumnParameters
from spikemem.layers import Titans, TitansParameters
from spikemem.layers.spiking import (
    MemoryNeuronPairs,
    MemoryNeuronPairsParameters,
    SpikingHebbianLinear,
    SpikingHebbianLinearParameters,
    ThreeFactorDelta,
    ThreeFactorDeltaParameters,
    ThreeFactorTitans,
    ThreeFactorTitansParameters,
)
from spikemem.layers.spiking.running import RunningLayer
from spikemem.models import CA3CAM
from tests.layers.support import Array, signs

KEYS, VALUES = signs(1, "keys", 3, 16), signs(1, "values", 3, 8)
MADE: dict[str, tuple[RunningLayer[Any], list[tuple[Array, ...]]]] = {
    "memory neurons": (
        MemoryNeuronPairs(MemoryNeuronPairsParameters(d_k=16, d_v=8, slots=4, transfer="winner", races=1)),
        list(zip(KEYS, VALUES, strict=True)),
    ),
    "delta": (ThreeFactorDelta(ThreeFactorDeltaParameters(d_k=16, d_v=8)), list(zip(KEYS, VALUES, strict=True))),
    "Titans": (
        ThreeFactorTitans(ThreeFactorTitansParameters(d_k=16, d_v=8, eta=0.5)),
        list(zip(KEYS, VALUES, strict=True)),
    ),
    "CA3": (
        Cam(CamParameters(d_k=3, d_v=8)),
        list(zip(np.eye(3), (VALUES > 0).astype(float), strict=True)),
    ),
    "Sparsey": (
        Macrocolumn(MacrocolumnParameters(N=24, modules=8, cells=8)),
        [(np.concatenate(pair),) for pair in zip(KEYS, VALUES, strict=True)],
    ),
}  # fmt: skip


LEAST = 2.0 / 31 + 1e-9
"""Of the numbers that latencies tell, 0 is told as this one."""


@pytest.mark.parametrize("name", MADE)
def test_a_copy_without_its_memory_answers_nothing_and_the_memory_goes_on(name: str) -> None:
    """Nothing is cut at a share of 0; the copy alone is damaged; what is written to it later is whole."""
    layer, items = MADE[name]
    layer.reset()
    for item in items:
        layer.write(*item)
    before = [layer.read(item[0]).value for item in items]
    assert all(value.any() for value in before)
    copy = deepcopy(layer)
    assert copy.lesion("memory", 0.0) == 0
    assert all((copy.read(item[0]).value == value).all() for item, value in zip(items, before, strict=True))
    assert copy.lesion("memory", 1.0) > 0
    for item, value in zip(items, before, strict=True):
        left = copy.read(item[0]).value
        assert not (np.sign(left) == np.sign(value)).all()
        assert name == "Sparsey" or np.abs(left).max() <= LEAST  # whose modules draw winners of nothing
    assert all((layer.read(item[0]).value == value).all() for item, value in zip(items, before, strict=True))


def test_exactly_the_share_is_cut() -> None:
    """Of the matrix of a key without zeros, of 16 x 2 lines onto 8 neurons."""
    layer = ThreeFactorDelta(ThreeFactorDeltaParameters(d_k=16, d_v=8))
    layer.write(KEYS[0], VALUES[0])
    assert layer.lesion("memory", 0.25) == 64
    assert int(np.count_nonzero(layer.state()["w"])) == 192


def test_one_class_of_weights_still_answers_and_rounding_is_to_levels() -> None:
    layer, items = MADE["CA3"]
    layer.reset()
    for item in items:
        layer.write(*item)
    layer.forget("quantise", 2)
    weights = layer.state()["cue_from_cue->content_from_cue"]
    assert set(np.unique(weights)) <= {0.0, float(weights.max())}
    assert all((layer.read(key).value == value).all() for key, value in items)


def test_who_cannot_be_cut_or_rounded_says_so() -> None:
    layer = SpikingHebbianLinear(SpikingHebbianLinearParameters(d_k=4, d_v=2))
    with pytest.raises(InvalidInput, match=r"no part of its running network is told that could be cut$"):
        layer.lesion("memory", 0.5)
    with pytest.raises(InvalidInput, match="its synapses are of one bit already"):
        MADE["Sparsey"][0].forget("quantise", 4)


def test_tags_are_the_momentum_that_a_write_left() -> None:
    numbers: dict[str, Any] = {"d_k": 16, "d_v": 8, "eta": 0.5, "theta": 0.5, "alpha": 0.01}
    spiking, oracle = ThreeFactorTitans(ThreeFactorTitansParameters(**numbers)), Titans(TitansParameters(**numbers))
    for key, value in zip(KEYS, VALUES, strict=True):
        spiking.write(key, value)
        oracle.write(key / 4.0, value)
    np.testing.assert_allclose(spiking.momentum, 0.5 * oracle.state()["S"], atol=1e-12)
    np.testing.assert_allclose(spiking.matrix, oracle.state()["M"], atol=1e-12)
    assert spiking.state()["tags"].shape == (2, 16, 8)
    assert spiking.footprint().state_bits == 2 * 2 * 16 * 8 * 64  # weights and tags of both lines


def test_states_of_synapses_are_read_and_set_by_name() -> None:
    memory = spikemem.open(CA3CAM(cues=3, bits=4))
    memory.learn(cue=1, content=[0, 2])
    memory.recall(cue=1)  # its rule changes the weights of a cue when that spikes next
    name = "cue_from_cue->content_from_cue"
    held = memory.synaptic(name)
    assert held.shape == (3, 4)
    assert (held.ravel() == memory.weights(name).weight).all()
    memory.set_synaptic(name, "weights", np.roll(np.where(held > 1.0, 6.0, 0.0), 1, axis=0))
    assert memory.recall(cue=2).content == {0, 2}
    assert memory.recall(cue=1).content == set()


@pytest.mark.parametrize(
    ("projection", "name", "values", "message"),
    [
        ("a->b", "weights", np.zeros(1), "projection 'a->b' has no state; valid: "),
        ("cue_from_cue->content_from_cue", "tags", np.zeros(1), "projection cue_from_cue->content_from_cue: 'tags' is no "),
        (
            "cue_from_cue->content_from_cue", "weights", np.zeros(2),
            "set_synaptic: cue_from_cue->content_from_cue weights must have the shape (3, 4), got (2,)",
        ),
    ],
)  # fmt: skip
def test_wrong_names_and_shapes_are_told(projection: str, name: str, values: Array, message: str) -> None:
    memory = spikemem.open(CA3CAM(cues=3, bits=4))
    with pytest.raises(InvalidInput) as refused:
        memory.set_synaptic(projection, name, values)
    assert str(refused.value).startswith(message)
