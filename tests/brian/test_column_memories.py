"""Memories whose dendrites learning grows, on Brian2: the engine's answers, spikes and costs, and they move between the two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem.errors import Unsupported
from spikemem.language import call
from spikemem.models import SDRClassifier, TemporalMemory
from tests.brian.support import assert_same_recording, needs

SMALL: dict[str, Any] = {
    "symbols": 6, "columns": 64, "cells": 3, "active": 8, "theta": 5, "theta_match": 4, "new_synapses": 7,
    "most_synapses": 8, "room": 200, "initial": 0.4,
}  # fmt: skip
ADBE, FDBC = [0, 3, 1, 4], [5, 3, 1, 2]


def test_the_temporal_memory_learns_the_same() -> None:
    needs("brian2")
    model, episodes, gap = TemporalMemory(**SMALL), 12, 40.0
    calls = [
        call(2 * gap * k + gap * i, "learn", sequence=sequence)
        for k in range(episodes)
        for i, sequence in enumerate((ADBE, FDBC))
    ]
    calls += [
        call(2 * gap * episodes + gap * i, "predict", sequence=sequence[:-1], expect={"symbols": sequence[-1:]})
        for i, sequence in enumerate((ADBE, FDBC))
    ]
    wanted, found = (spikemem.run(model, protocol=calls, backend=name) for name in ("numba", "brian2"))
    assert_same_recording(found, wanted)
    assert [answer.correct for answer in found.answers[-2:]] == [True, True]


@pytest.mark.parametrize(("first", "second"), [("numba", "brian2"), ("brian2", "numba")])
def test_a_classifier_moves_and_goes_on_learning(first: str, second: str, tmp_path: Path) -> None:
    needs("brian2")
    rng = np.random.default_rng(5)
    patterns = [rng.choice(300, 20, replace=False).tolist() for _ in range(10)]
    memory = spikemem.open(SDRClassifier(inputs=300, classes=3, room=8), backend=first)
    for label, pattern in enumerate(patterns[:6]):
        memory.learn(pattern=pattern, label=label % 3)
    memory.save(tmp_path / "classifier.h5")
    one, other = (spikemem.load(tmp_path / "classifier.h5", backend=name) for name in (first, second))
    for memory in (one, other):
        for label, pattern in enumerate(patterns[6:]):  # there is no room for all of them
            memory.learn(pattern=pattern, label=label % 3)
    answers = [[memory.classify(pattern=p[:16]).classes for p in patterns] for memory in (one, other)]
    assert answers[0] == answers[1]
    assert [bool(found) for found in answers[0]] == [False, False, *[True] * 8]
    assert one.cost == other.cost


def test_compiled_programs_refuse_learning_on_the_host() -> None:
    needs("brian2-cpp")
    sentence = (
        "(?s)brian2-cpp cannot run .*cell->basal.*: HebbianPermanence: synapses that learning makes are on the host"
    )
    with pytest.raises(Unsupported, match=sentence):
        spikemem.run(TemporalMemory(**SMALL), protocol=[call(0.0, "learn", sequence=ADBE)], backend="brian2-cpp")
