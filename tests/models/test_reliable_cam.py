"""ReliableCAM: the ideal answers in random streams, recalls that do not write, forgetting that erases, on every backend."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

import spikemem
from spikemem import Recording
from spikemem.ir.values import FloatArray
from spikemem.models import ReliableCAM
from spikemem.models.counting_neurons import UNIT
from tests.models.cam_streams import random_stream

MATRICES = ("cue->recalled", "bit->found")


def in_units(recording: Recording, model: ReliableCAM) -> tuple[FloatArray, FloatArray]:
    """Return both matrices, cues by bits, in units."""
    forward, back = (recording.weights(name, "effective") for name in MATRICES)
    return forward.matrix(model.cues, model.bits) / UNIT, back.matrix(model.bits, model.cues).T / UNIT


def ideal(model: ReliableCAM, stored: Mapping[int, frozenset[int]]) -> FloatArray:
    made = np.zeros((model.cues, model.bits))
    for cue, content in stored.items():
        made[cue, sorted(content)] = 1.0
    return made


@pytest.mark.parametrize(
    ("cues", "bits", "count"), [(1, 1, 40), (5, 10, 500), (7, 2, 100), (16, 32, 200), (64, 128, 100)]
)
def test_every_answer_in_a_random_stream_is_right(cues: int, bits: int, count: int) -> None:
    model, stream = ReliableCAM(cues=cues, bits=bits), random_stream(1, cues, bits, count)
    made = spikemem.run(model, protocol=stream.calls)
    asked = sum(bool(c.expect) for c in stream.calls)
    assert (made.right, made.wrong) == (asked, 0)
    for matrix in in_units(made, model):
        assert np.abs(matrix - ideal(model, stream.stored)).max() < 1e-5
