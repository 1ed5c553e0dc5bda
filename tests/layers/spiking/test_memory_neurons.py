"""Networks of memory neurons as layers: they answer as the oracles do whose equation their transfer function selects."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spikemem.backend import backend
from spikemem.errors import InvalidInput, MissingDependency
from spikemem.layers import DenseHebbian, DenseHebbianParameters, SoftmaxAttention, SoftmaxAttentionParameters
from spikemem.layers.spiking.memory_neurons import (
    MemoryNeuronPairs,
    MemoryNeuronPairsParameters,
    MemoryNeuronPatterns,
    MemoryNeuronPatternsParameters,
)
from tests.layers.support import flipped, perfect, signs

N, STORED = 64, 6


def patterns(**parameters: Any) -> MemoryNeuronPatterns:
    return MemoryNeuronPatterns(MemoryNeuronPatternsParameters(N=N, slots=STORED, **parameters))


@pytest.mark.parametrize("exponent", [2, 3])
def test_dense_hebbian_patterns_come_back_as_from_the_oracle(exponent: int) -> None:
    stored = signs(1, "patterns", STORED, N)
    spiking, oracle = patterns(exponent=exponent), DenseHebbian(DenseHebbianParameters(N=N, P=exponent + 1))
    for pattern in stored:
        spiking.write(pattern)
        oracle.write(pattern)
    cues = [flipped(p, 0.2, 1, "cue", k) for k, p in enumerate(stored)]
    assert perfect(oracle, cues, list(stored)) == 1.0
    assert perfect(spiking, cues, list(stored)) == 1.0


def test_votes_are_shared_as_softmax_says() -> None:
    """The share of the winner in 2,000 races is within four standard deviations of the oracle's largest a."""
    keys, values, beta, races = signs(2, "keys", STORED, 24), signs(2, "values", STORED, 10), 0.06, 2000
    spiking = MemoryNeuronPairs(
        MemoryNeuronPairsParameters(d_k=24, d_v=10, slots=STORED, beta=beta, races=races), seed=3
    )
    oracle = SoftmaxAttention(SoftmaxAttentionParameters(d_k=24, d_v=10, beta=beta))
    for key, value in zip(keys, values, strict=True):
        spiking.write(key, value)
        oracle.write(key, value)
    for k, key in enumerate(keys[:2]):
        cue = flipped(key, 0.15, 2, "cue", k)
        found, wanted = spiking.read(cue), oracle.read(cue)
        assert found.confidence is not None
        assert wanted.confidence is not None
        assert found.confidence == pytest.approx(
            wanted.confidence, abs=4 * (wanted.confidence * (1 - wanted.confidence) / races) ** 0.5
        )
        sure = np.abs(wanted.value) > 4 * ((1 - wanted.value**2) / races) ** 0.5
        assert sure.sum() >= 7
        np.testing.assert_array_equal(found.value[sure], np.sign(wanted.value[sure]))


def test_the_hard_winner_answers_from_one_race_and_says_what_it_took() -> None:
    keys, values = signs(4, "keys", STORED, N), signs(4, "values", STORED, 12)
    layer = MemoryNeuronPairs(MemoryNeuronPairsParameters(d_k=N, d_v=12, slots=STORED, transfer="winner", races=1))
    for key, value in zip(keys, values, strict=True):
        layer.write(key, value)
    found = layer.read(flipped(keys[2], 0.25, 4, "cue", 0))
    np.testing.assert_array_equal(found.value, values[2])
    assert found.confidence == 1.0
    # The key's lines, the memory neuron, the bits that are told, all of them as they are cleared, what clears, what tells.
    assert found.cost.spikes == N + 1 + 12 + 24 + 2
    assert found.cost.weight_updates == 0
    assert found.cost.steps == 1
    holds = layer.footprint()
    assert holds.state_bits == STORED * 2 * (N + 12)
    assert holds.neurons == STORED + 2 * 12


def test_other_backends_give_the_same_answers() -> None:
    try:
        backend("brian2")
    except MissingDependency as error:
        pytest.skip(str(error))
    keys = signs(5, "keys", 3, 16)
    parameters = MemoryNeuronPairsParameters(d_k=16, d_v=16, slots=3, beta=0.1, races=8)
    answers = []
    for name in ("numba", "brian2"):
        layer = MemoryNeuronPairs(parameters, seed=2, backend=name)
        for key in keys:
            layer.write(key, key[::-1])
        answers.append([layer.read(key) for key in keys])
    for ours, theirs in zip(*answers, strict=True):
        np.testing.assert_array_equal(ours.value, theirs.value)
        assert (ours.confidence, ours.cost) == (theirs.confidence, theirs.cost)


def test_what_it_cannot_do_is_told() -> None:
    layer = patterns(transfer="winner", races=1)
    for pattern in signs(6, "patterns", STORED, N):
        layer.write(pattern)
    with pytest.raises(InvalidInput, match=r"^MemoryNeuronPatterns.write: all slots are taken \(slots=6\)$"):
        layer.write(np.ones(N))
    with pytest.raises(
        InvalidInput, match=r"^MemoryNeuronPatterns.forget: has no mode 'key': its synapses are on or off"
    ):
        layer.forget("key", np.ones(N))
    with pytest.raises(InvalidInput, match=r"^MemoryNeuronPatternsParameters.slots: must be >= 1, got 0$"):
        MemoryNeuronPatternsParameters(N=4, slots=0)
