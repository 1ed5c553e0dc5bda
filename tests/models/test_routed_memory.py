"""RoutedMemory: which blocks open, what reaches them, the same spikes elsewhere, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem.errors import InvalidInput, OperationError
from spikemem.language import Call, call
from spikemem.models import RoutedMemory
from spikemem.models.line_pairs import lines
from tests.layers.support import Array, signs
from tests.models.portable import assert_same_on

DRAWN = RoutedMemory(blocks=3, active=2, key=10, value=4, shared=True, retain=0.9, levels=5)
LEARNED = RoutedMemory(blocks=3, key=10, value=4, router="learned", levels=5, range=3.0)
KEYS, VALUES = signs(2, "keys", 6, 10), signs(2, "values", 6, 4)


def best(scores: Array, count: int) -> list[int]:
    chosen: list[int] = np.argsort(-scores, kind="stable")[:count].tolist()
    return chosen


def protocol(model: RoutedMemory) -> tuple[list[Call], Array]:
    """Writes and reads with the answers of the equation; and all S."""
    S, u = np.zeros((model.blocks + model.shared, 4, 10)), np.zeros((model.blocks, 10))
    calls, at, drawn = [], 0.0, model.router == "drawn"
    for n, (s, v) in enumerate(zip(KEYS, VALUES, strict=True)):
        opened = best(model.drawn() @ s, model.active) if drawn else [n // 2]
        more: dict[str, Any] = {} if drawn else {"opened": opened}
        for b in (*opened, *([model.blocks] if model.shared else [])):
            S[b] = model.retain * S[b] + np.outer(v, s) / np.sqrt(10)
        u[opened] += s
        calls.append(call(at, "write", key=lines(s), value=lines(v), **more))
        at += 20.0
    for s in KEYS:
        opened = best((model.drawn() if drawn else u) @ s, model.active)
        field = S[[*opened, *([model.blocks] if model.shared else [])]].sum(axis=0) @ s
        calls.append(call(at, "recall", key=lines(s), expect={"value": np.flatnonzero(field > -1e-9).tolist()}))
        at += 30.0
    return calls, S


@pytest.mark.parametrize("model", [DRAWN, LEARNED], ids=["drawn", "learned"])
def test_the_greatest_scores_open_their_blocks(model: RoutedMemory) -> None:
    calls, S = protocol(model)
    recording = spikemem.run(model, protocol=calls)
    assert recording.wrong == 0
    assert recording.right == 6
    for b, matrix in enumerate(S):
        w = recording.stored_weights[f"memory{b}"].weight.reshape(2, 10, 4)
        np.testing.assert_allclose(np.sqrt(10) / 2 * (w[0] - w[1]).T, matrix, rtol=0, atol=1e-12)


@pytest.mark.conformance
@pytest.mark.parametrize("model", [DRAWN, LEARNED], ids=["drawn", "learned"])
def test_the_same_spikes_on_brian2(model: RoutedMemory) -> None:
    assert_same_on("brian2", model, protocol(model)[0])


def test_nothing_reaches_a_closed_block_and_all_close_at_the_end() -> None:
    memory = spikemem.open(LEARNED)
    answer = memory.write(key=lines(KEYS[0]), value=lines(VALUES[0]), opened=[1])
    assert answer.spikes["relay1"][1].size == 20
    assert answer.spikes["relay0"][1].size == answer.spikes["relay2"][1].size == 0
    assert answer.spikes["capture1"][1].size == 1
    assert answer.spikes["router"][1].size == 0
    memory.wait(5.0)
    found = memory.recall(key=lines(KEYS[0]), among=[0, 1])
    assert found.spikes["router"][1].tolist() == [1]
    assert np.unique(found.spikes["open"][1]).tolist() == [1]
    assert not memory.recall(key=lines(KEYS[0]), among=[0]).spikes["relay1"][1].size


def test_wrong_parameters_and_arguments_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^RoutedMemory.active: must be <= blocks = 2, got 3$"):
        RoutedMemory(blocks=2, active=3)
    memory = spikemem.open(LEARNED)
    with pytest.raises(OperationError, match=r"^RoutedMemory.recall: key says that bit 1 is \+1 and -1"):
        memory.recall(key=[1, 11])
    with pytest.raises(OperationError, match=r"^RoutedMemory.recall: opened bit 3 is out of range 0..2 \(blocks=3\)$"):
        memory.recall(key=[1], opened=[3])
