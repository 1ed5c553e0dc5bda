"""ThreeFactorMemory: what its rule leaves in the weights, what latencies tell, what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem.errors import InvalidInput, OperationError
from spikemem.language import Call, call
from spikemem.models import ThreeFactorMemory
from spikemem.models.line_pairs import lines
from tests.layers.support import Array, signs
from tests.models.portable import assert_same_on

TITANS = ThreeFactorMemory(key=12, value=6, rate=0.7, prediction=1.0, momentum=0.4, retain=0.95, levels=41, range=2.0)
CONTEXTS = ThreeFactorMemory(key=12, value=6, levels=41, range=4.0, contexts=True)


def recursion(model: ThreeFactorMemory, keys: Array, values: Array) -> Array:
    """S after all writes, by the equation."""
    S = np.zeros((model.value, model.key))
    m = np.zeros_like(S)
    for s, v in zip(keys, values, strict=True):
        k = s / np.sqrt(model.key)
        m = model.momentum * m + model.rate * np.outer(v - model.prediction * S @ k, k)
        S = model.retain * S + m
    return S


def protocol(model: ThreeFactorMemory, count: int = 6) -> tuple[list[Call], Array]:
    """Writes, then reads of what was written, with the answers of the equation; and S."""
    keys, values = signs(1, "keys", count, model.key), signs(1, "values", count, model.value)
    contexts = signs(1, "contexts", count, model.key) if model.contexts else np.ones_like(keys)
    calls, at, S = [], 0.0, recursion(model, keys * contexts, values)
    extra: list[dict[str, Any]] = [{"context": lines(c)} if model.contexts else {} for c in contexts]
    for s, v, more in zip(keys, values, extra, strict=True):
        calls.append(call(at, "write", key=lines(s), value=lines(v), **more))
        at += 8.0
    for s, c, more in zip(keys, contexts, extra, strict=True):
        found = np.flatnonzero(S @ (s * c) > 0).tolist()
        calls.append(call(at, "recall", key=lines(s), expect={"value": found}, **more))
        at += model.levels + 8.0
    return calls, S


@pytest.mark.parametrize("model", [TITANS, CONTEXTS], ids=["titans", "contexts"])
def test_writes_follow_the_equation_and_reads_tell_the_signs(model: ThreeFactorMemory) -> None:
    calls, S = protocol(model)
    recording = spikemem.run(model, protocol=calls)
    assert (recording.right, recording.wrong) == (6, 0)
    w = recording.stored_weights["memory"].weight.reshape(2, model.key, model.value)
    np.testing.assert_allclose(np.sqrt(model.key) / 2 * (w[0] - w[1]).T, S, rtol=0, atol=1e-12)


@pytest.mark.conformance
@pytest.mark.parametrize("model", [TITANS, CONTEXTS], ids=["titans", "contexts"])
def test_the_same_spikes_on_brian2(model: ThreeFactorMemory) -> None:
    assert_same_on("brian2", model, protocol(model)[0])


def test_the_larger_number_is_told_first() -> None:
    memory = spikemem.open(ThreeFactorMemory(key=8, value=3, levels=9, range=1.0))
    known = [2, 5, 8]
    for i, count in enumerate(known):
        value = [i] if i < 2 else [3 + i]
        memory.write(key=list(range(count)), value=value)
    answer = memory.recall(key=list(range(8)))
    times, neurons = answer.spikes["out"]
    assert neurons[:2].tolist() == [1, 0]  # 5/8 and 2/8; the third, of -1, is only cleared
    assert (times[:2] - answer.at_ms - 1).tolist() == [2.0, 3.0]  # 1 - 2 n/9: 0.56 and 0.33
    assert neurons[2:].tolist() == [0, 1, 2]
    assert answer.value == {0, 1}


def test_without_a_value_the_key_is_unlearned() -> None:
    memory = spikemem.open(ThreeFactorMemory(key=8, value=2, prediction=1.0))
    memory.write(key=[0, 1, 2, 3, 4, 5, 6, 7], value=[0, 3])
    assert np.abs(memory.weights("memory").weight).max() == 1 / 8
    memory.write(key=[0, 1, 2, 3, 4, 5, 6, 7])
    assert np.abs(memory.weights("memory").weight).max() < 1e-12


def test_no_bit_hears_itself_in_a_recurrent_one() -> None:
    memory = spikemem.open(ThreeFactorMemory(key=4, value=4, recurrent=True))
    synapses = memory.weights("memory")
    assert synapses.pre.size == 2 * 4 * 3
    assert (synapses.pre % 4 != synapses.post).all()


def test_wrong_parameters_and_arguments_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^ThreeFactorMemory.value: must be key = 4, whose bits it has"):
        ThreeFactorMemory(key=4, value=3, recurrent=True)
    memory = spikemem.open(ThreeFactorMemory(key=4, value=2))
    with pytest.raises(OperationError, match=r"^ThreeFactorMemory.write: key says that bit 1 is \+1 and -1"):
        memory.write(key=[1, 5], value=[0])
    with pytest.raises(OperationError, match=r"^ThreeFactorMemory.write: value says that bit 0 is \+1 and -1"):
        memory.write(key=[1], value=[0, 2])
    with pytest.raises(OperationError, match=r"^ThreeFactorMemory.recall: context must be left out \(contexts=False\)"):
        memory.recall(key=[1], context=[1])
    bound = spikemem.open(ThreeFactorMemory(key=4, value=2, contexts=True))
    with pytest.raises(
        OperationError, match=r"^ThreeFactorMemory.write: context is required \(contexts=True\): some of"
    ):
        bound.write(key=[1], value=[0])
    with pytest.raises(OperationError, match=r"^ThreeFactorMemory has no operation 'forget': let the matrix fade"):
        memory.forget()
