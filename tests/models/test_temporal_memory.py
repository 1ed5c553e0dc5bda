"""TemporalMemory: sequences that share symbols stay apart; predictions, replay, forgetting, saving."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem.errors import InvalidInput, OperationError
from spikemem.memory import LiveMemory
from spikemem.models import TemporalMemory

SMALL: dict[str, Any] = {
    "symbols": 6, "columns": 256, "cells": 6, "active": 16, "theta": 8, "theta_match": 7, "new_synapses": 12,
    "most_synapses": 16, "room": 2000, "initial": 0.3,
}  # fmt: skip
ADBE, FDBC = [0, 3, 1, 4], [5, 3, 1, 2]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A memory that has learned two sequences with the same middle."""
    memory = spikemem.open(TemporalMemory(**SMALL))
    for _ in range(60):
        memory.learn(sequence=ADBE)
        memory.learn(sequence=FDBC)
    path = tmp_path_factory.mktemp("memory") / "tm.h5"
    memory.save(path)
    return path


@pytest.fixture
def memory(saved: Path) -> LiveMemory:
    return spikemem.load(saved)


def predicted(memory: LiveMemory, *sequence: int) -> list[int]:
    return sorted(memory.predict(sequence=list(sequence)).symbols)


def test_the_context_decides_what_is_predicted(memory: LiveMemory) -> None:
    assert predicted(memory, 0, 3, 1) == [4]
    assert predicted(memory, 5, 3, 1) == [2]
    assert predicted(memory, 0) == [3]
    assert predicted(memory, 4) == []


def test_without_context_all_that_may_follow_is_predicted(memory: LiveMemory) -> None:
    assert predicted(memory, 1) == [2, 4]


def test_expected_symbols_fire_one_cell_a_mini_column_and_unexpected_ones_all(memory: LiveMemory) -> None:
    steps, cells = memory.predict(sequence=[0, 3, 2]).spikes["cell"]
    first = steps.min()
    counts = [int((steps == first + 2 * k).sum()) for k in range(3)]
    assert counts[:2] == [16 * 6, 16]
    assert 0.8 * 16 * 6 < counts[2] <= 16 * 6  # a mini-column that the expected symbol shares does not burst
    assert np.unique(cells[steps == first + 2] // 6).size == 16


def test_asking_teaches_nothing(memory: LiveMemory) -> None:
    before = memory.weights("cell->basal")
    for sequence in ([0, 2, 4], [3, 5], [1, 1, 1]):
        memory.predict(sequence=sequence)
    after = memory.weights("cell->basal")
    assert np.array_equal(before.weight, after.weight)
    assert np.array_equal(before.pre, after.pre)


def test_a_replay_goes_through_the_sequence_by_itself(memory: LiveMemory) -> None:
    times, symbols = memory.replay(symbol=5).spikes["symbol_out"]
    assert symbols.tolist() == FDBC
    assert np.diff(times).tolist() == [2.0, 2.0, 2.0]


def test_forgetting_takes_one_continuation_and_leaves_the_others(memory: LiveMemory) -> None:
    memory.forget(sequence=[0, 3, 1])
    assert predicted(memory, 0, 3, 1) == []
    assert predicted(memory, 5, 3, 1) == [2]
    assert predicted(memory, 0, 3) == [1]


def test_a_loaded_memory_goes_on_bit_for_bit(saved: Path, tmp_path: Path) -> None:
    one, other = spikemem.load(saved), spikemem.load(saved)
    one.learn(sequence=[2, 2, 0])
    one.save(tmp_path / "later.h5")
    resumed = spikemem.load(tmp_path / "later.h5")
    other.learn(sequence=[2, 2, 0])
    for go_on in (resumed, other):
        go_on.learn(sequence=ADBE)
    for name in ("pre", "post", "weight"):
        assert np.array_equal(
            getattr(resumed.weights("cell->basal"), name), getattr(other.weights("cell->basal"), name)
        )


def test_a_synapse_takes_at_most_eight_bytes_and_a_bit() -> None:
    memory = spikemem.open(TemporalMemory(**SMALL), weight_precision="float32")
    state = memory._program.save_state()
    places = SMALL["room"] * SMALL["most_synapses"]
    own = {
        name: array.nbytes
        for name, array in state.items()
        if name.startswith("projection/cell->basal/") and array.size >= places / 32
    }
    per_place = {"weights", "next", "mark"}
    assert sum(own[f"projection/cell->basal/{name}"] for name in per_place) <= 8.125 * places


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"theta": 17}, "TemporalMemory.theta: must be <= most_synapses = 16, got 17"),
        ({"theta": 0}, "TemporalMemory.theta: must be >= 1, got 0"),
        ({"theta": 300}, "TemporalMemory.theta: must be <= 255, got 300"),
        ({"initial": 1.5}, "TemporalMemory.initial: must be <= 1, got 1.5"),
        ({"connected": float("nan")}, "TemporalMemory.connected: must be <= 1, got nan"),
        ({"active": 257}, "random_codes: active must be <= size = 256, got 257"),
        ({"new_synapses": 20}, "HebbianPermanence.new_synapses: must be <= most_synapses = 16, got 20"),
        ({"theta_match": 13}, "HebbianPermanence.theta_match: must be <= new_synapses = 12, got 13"),
    ],
)  # fmt: skip
def test_wrong_parameters_are_told(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match="^" + message.replace("(", r"\(") + "$"):
        spikemem.open(TemporalMemory(**{**SMALL, **changed}))


def test_wrong_sequences_are_told(memory: LiveMemory) -> None:
    with pytest.raises(OperationError, match=r"TemporalMemory\.learn: sequence element 6 is out of range 0\.\.5"):
        memory.learn(sequence=[0, 6])
    with pytest.raises(OperationError, match=r"TemporalMemory\.learn: sequence is empty"):
        memory.learn(sequence=[])
