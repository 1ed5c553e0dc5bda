"""PhaseMemory: one pair computed by hand, the same spikes elsewhere, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import spikemem
from spikemem.errors import InvalidInput, OperationError
from spikemem.language import Call, call
from spikemem.models import PhaseMemory
from spikemem.rng import generator
from tests.models.portable import assert_same_on

MODEL = PhaseMemory(key=6, value=4, period=16, retain=0.9)


def protocol() -> list[Call]:
    """Four pairs, with a number that is 0, and what brings them up."""
    keys, values = (generator(1, name).integers(0, 16, (4, n)).tolist() for name, n in (("keys", 6), ("values", 4)))
    keys[1][2] = values[1][0] = 16
    writes = [
        call(90.0 * k, "write", key=key, value=value) for k, (key, value) in enumerate(zip(keys, values, strict=True))
    ]
    return writes + [
        call(400.0 + 100.0 * k, "recall", key=key, expect={"value": [0, 1, 2, 3]}) for k, key in enumerate(keys)
    ]


def test_a_pair_comes_back_in_its_own_phases() -> None:
    model = PhaseMemory(key=6, value=16, period=16)
    memory = spikemem.open(model)
    key = generator(1, "key").integers(0, 16, 6).tolist()
    memory.write(key=key, value=list(range(16)))
    for turn in (0, 5):  # what is asked a part of a cycle ahead is answered so
        answer = memory.recall(key=[(m + turn) % 16 for m in key])
        steps, (first, last) = np.rint(answer.spikes["out"][0] - answer.at_ms).astype(int), model.told
        told = (steps >= first) & (steps <= last)
        found = {int(i): model.phase(int(t)) for t, i in zip(steps[told], answer.spikes["out"][1][told], strict=True)}
        assert found == {i: (i + turn) % 16 for i in range(16)}
        assert memory.variable("out", "v") == pytest.approx(0.0, abs=1e-12)
        assert memory.variable("out", "v_imag") == pytest.approx(0.0, abs=1e-12)


def test_the_answers_of_the_protocol() -> None:
    recording = spikemem.run(MODEL, protocol=protocol())
    assert (recording.right, recording.wrong) == (4, 0)


@pytest.mark.conformance
def test_the_same_spikes_on_brian2() -> None:
    assert_same_on("brian2", MODEL, protocol())


def test_wrong_parameters_and_phases_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^PhaseMemory.period: must be divisible by 4, got 10$"):
        PhaseMemory(period=10)
    memory = spikemem.open(MODEL)
    with pytest.raises(OperationError, match=r"^PhaseMemory.write: value must be 4 phases, one a number, got 3$"):
        memory.write(key=[0] * 6, value=[1, 2, 3])
    with pytest.raises(
        OperationError, match=r"^PhaseMemory.recall: key element 17 is out of range 0..16 \(codes=17\)$"
    ):
        memory.recall(key=[17] * 6)
