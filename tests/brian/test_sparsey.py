"""Sparsey on Brian2: the engine's answers, spikes, weights and costs, and memories that move between the two."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import spikemem
from spikemem.language import Call, call
from spikemem.models.sparsey import FRAME, REST, Level, Sparsey
from tests.brian.support import assert_same_recording, needs

SMALL = Sparsey(height=6, width=6, classes=6, levels=(Level(modules=8, cells=6),), lambda_first=4.0)
TWO = Sparsey(
    height=6, width=6, classes=6, lambda_U=2.0, lambda_first=3.5, back_off=0.4, hypotheses=2, opposites=True,
    levels=(
        Level(rows=2, columns=2, modules=5, cells=6, radius=3.0, side=5.0),
        Level(modules=6, cells=7, radius=10.0, persistence=2),
    ),
)  # fmt: skip
FADING = TWO.model_copy(update={"fade_after": 150.0, "back_off": 0.0})


def images(count: int) -> list[list[int]]:
    rng = np.random.default_rng(3)
    return [sorted(rng.choice(36, 9, replace=False).tolist()) for _ in range(count)]


def protocol() -> list[Call]:
    """Single items, an episode twice, and what follows its first frame."""
    shown, now = [], 0.0
    for label, pixels in enumerate(images(4)):
        shown.append(call(now, "learn", pixels=pixels, label=label))
        now += REST
    for label, pixels in enumerate(images(4)):
        shown.append(call(now, "recognise", pixels=pixels[::2], expect={"label": {label}}))
        now += REST
    for _ in range(2):
        for pixels in images(8)[4:]:
            shown.append(call(now, "learn_frame", pixels=pixels))
            now += FRAME
        now += REST
    shown.append(call(now, "recognise_frame", pixels=images(8)[4]))
    return [*shown, *(call(now + k * FRAME, "predict") for k in (1, 2, 3))]


def assert_same(model: Sparsey, backend: str) -> None:
    needs(backend)
    wanted, found = (spikemem.run(model, protocol=protocol(), backend=name) for name in ("numba", backend))
    assert_same_recording(found, wanted)
    assert sum(answer.correct is True for answer in wanted.answers[4:8]) >= 2


@pytest.mark.parametrize("model", [SMALL, TWO, FADING], ids=["small", "two levels", "fading"])
def test_what_is_learned_and_recognised_is_the_same(model: Sparsey) -> None:
    assert_same(model, "brian2")


@pytest.mark.slow
@pytest.mark.parametrize("model", [TWO, FADING], ids=["two levels", "fading"])
def test_a_program_of_its_own_learns_and_recognises_the_same(model: Sparsey) -> None:
    assert_same(model, "brian2-cpp")


@pytest.mark.parametrize(("first", "second"), [("numba", "brian2"), ("brian2", "numba")])
def test_a_memory_moves_and_goes_on_learning(first: str, second: str, tmp_path: Path) -> None:
    needs("brian2")
    memory = spikemem.open(TWO, backend=first)
    for label, pixels in enumerate(images(3)):
        memory.learn(pixels=pixels, label=label)
    memory.save(tmp_path / "sparsey.h5")
    one, other = (spikemem.load(tmp_path / "sparsey.h5", backend=name) for name in (first, second))
    for memory in (one, other):
        memory.learn(pixels=images(4)[3], label=3)
    answers = [[memory.recognise(pixels=p[1:]) for p in images(4)] for memory in (one, other)]
    assert [(a.label, a.pixels) for a in answers[0]] == [(a.label, a.pixels) for a in answers[1]]
    assert one.cost == other.cost
    for level in ("level1", "level2", "class"):
        assert one.variable(level, "G").tolist() == other.variable(level, "G").tolist()
