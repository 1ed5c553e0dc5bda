"""Memories of several kinds store what encoders give, and what they answer decodes."""

from __future__ import annotations

import numpy as np

import spikemem
from spikemem.encoders import (
    AddressEvents,
    EventCode,
    IntensityCode,
    ProjectionCode,
    ScalarCode,
    SymbolCode,
    ThresholdCode,
)
from spikemem.experiments.letters import COLUMNS, ROWS, letters
from spikemem.layers import Willshaw, WillshawParameters
from spikemem.models import CA3CAM, ReliableCAM, SDRClassifier
from spikemem.models.sparsey import Level, Sparsey

PICTURES = letters().reshape(-1, ROWS, COLUMNS)[:6]


def test_the_published_memory_gives_pictures_by_cue() -> None:
    code = ThresholdCode(shape=(ROWS, COLUMNS))
    memory = spikemem.open(CA3CAM(cues=6, bits=code.bits))
    for cue, picture in enumerate(PICTURES):
        memory.learn(cue=cue, content=code.encode(picture))
        memory.wait(14.0)
    assert all(np.array_equal(code.decode(memory.recall(cue=k).content), PICTURES[k]) for k in range(6))


def test_grey_numbers_symbols_and_events_are_completed() -> None:
    rng = np.random.default_rng(1)
    grey, numbers = rng.random((3, 4, 5)), [0.1, 0.5, 0.9]
    events = [
        AddressEvents(
            rng.uniform(0, 20, 30), rng.integers(0, 5, 30), rng.integers(0, 4, 30), rng.integers(0, 2, 30) > 0
        )
        for _ in range(3)
    ]
    for code, values in (
        (IntensityCode(shape=(4, 5), draws=3), grey), (ScalarCode(cells=40, active=8), numbers),
        (SymbolCode(symbols=3), [0, 1, 2]), (EventCode(height=4, width=5, duration_ms=20.0, bins=2), events),
    ):  # fmt: skip
        memory = spikemem.open(ReliableCAM(cues=3, bits=code.bits))
        contents = [code.encode(value) for value in values]
        for cue, content in enumerate(contents):
            memory.learn(cue=cue, content=content)
        for cue, content in enumerate(contents):
            answer = memory.complete(content=rng.choice(content, len(content) // 2, replace=False))
            assert answer.cues == {cue}
            assert answer.content == {*content}
            assert code.encode(code.decode(answer.content)) == code.encode(code.decode(content))


def test_dendrites_classify_sparse_codes_of_noisy_vectors() -> None:
    code, rng = ProjectionCode(shape=(50,), cells=1024, active=40), np.random.default_rng(1)
    vectors = rng.normal(size=(6, 50))
    memory = spikemem.open(SDRClassifier(inputs=code.bits, classes=6, synapses=40, theta=24, theta_match=38))
    for label, vector in enumerate(vectors):
        memory.learn(pattern=code.encode(vector), label=label)
    for label, vector in enumerate(vectors):
        noisy = vector + rng.normal(scale=0.2, size=50)
        assert memory.classify(pattern=code.encode(noisy)).classes == {label}


def test_sparsey_gives_pixels_that_decode() -> None:
    code = ThresholdCode(shape=(ROWS, COLUMNS))
    level = Level(modules=16, cells=64, side=None)
    model = Sparsey(height=ROWS, width=COLUMNS, levels=(level,), opposites=True, lambda_first=32.0)
    memory = spikemem.open(model)
    for picture in PICTURES:
        memory.learn(pixels=code.encode(picture))
    answers = [code.decode(memory.recognise(pixels=code.encode(picture)).pixels) for picture in PICTURES]
    assert all(np.array_equal(answer, picture) for answer, picture in zip(answers, PICTURES, strict=True))


def test_layers_take_the_booleans() -> None:
    code, keys = ThresholdCode(shape=(ROWS, COLUMNS)), SymbolCode(symbols=6, cells=200)
    layer = Willshaw(WillshawParameters(d_k=keys.bits, d_v=code.bits))
    for symbol, picture in enumerate(PICTURES):
        layer.write(keys.pattern(symbol), code.pattern(picture))
    read = [code.decode(layer.read(keys.pattern(symbol)).value > 0.5) for symbol in range(6)]
    assert all(np.array_equal(back, picture) for back, picture in zip(read, PICTURES, strict=True))
