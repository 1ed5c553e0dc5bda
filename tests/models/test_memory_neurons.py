"""MemoryNeurons: what is written, and that its answers are those of the equation that the transfer function selects."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import spikemem
from spikemem.backend import backend
from spikemem.errors import MissingDependency, OperationError
from spikemem.memory import LiveMemory
from spikemem.models import MemoryNeurons
from spikemem.models.line_pairs import lines, signs

Signs = npt.NDArray[np.int64]
BITS, STORED = 40, 6
SURE = 4.0
"""Standard deviations of the sampled sum within which a bit may be either."""


def filled(keys: Signs, values: Signs, **parameters: Any) -> LiveMemory:
    memory = spikemem.open(
        MemoryNeurons(slots=len(keys), key=keys.shape[1], value=values.shape[1], **parameters), seed=2
    )
    for slot, (key, value) in enumerate(zip(keys, values, strict=True)):
        memory.write(slot=slot, key=lines(key), value=lines(value))
    return memory


@pytest.fixture(scope="module")
def pairs() -> tuple[Signs, Signs]:
    rng = np.random.default_rng(3)
    return rng.choice([-1, 1], (STORED, BITS)), rng.choice([-1, 1], (STORED, 25))


@pytest.mark.parametrize(
    ("transfer", "exponent", "sign"), [("winner", 1, 0), ("linear", 1, -1), ("power", 2, 1), ("power", 3, -1)]
)
def test_synapses_are_the_bits_that_are_written(
    pairs: tuple[Signs, Signs], transfer: str, exponent: int, sign: int
) -> None:
    keys, values = pairs
    memory = filled(keys, values, transfer=transfer, exponent=exponent)
    keys = np.concatenate([keys, -keys]) if sign else keys
    values = np.concatenate([values, sign * values]) if sign else values
    for name, wanted in {"in_key->memory": keys, "memory->bit": values}.items():
        found = memory.weights(name)
        matrix = np.zeros((found.pre.max() + 1, found.post.max() + 1))
        matrix[found.pre, found.post] = found.weight
        lines_on = np.concatenate([wanted > 0, wanted < 0], axis=1)
        both = np.concatenate([wanted, -wanted], axis=1)
        assert np.array_equal(matrix, lines_on.T if name == "in_key->memory" else both)


@pytest.mark.parametrize("flips", [0, 4, 10])
def test_the_winner_is_the_nearest_neighbour(pairs: tuple[Signs, Signs], flips: int) -> None:
    keys, values = pairs
    memory, rng = filled(keys, values, transfer="winner", races=1), np.random.default_rng(flips)
    for key in keys:
        cue = key * np.where(rng.permutation(BITS) < flips, -1, 1)
        answer = memory.recall(key=lines(cue))
        assert np.array_equal(signs(answer.value, 25), values[np.argmax(keys @ cue)])


@pytest.mark.parametrize(
    ("transfer", "parameters", "f"),
    [
        ("linear", {}, lambda h: h),
        ("power", {"exponent": 2}, lambda h: h**2),
        ("power", {"exponent": 3}, lambda h: h**3),
        ("exponential", {"beta": 0.04}, lambda h: np.exp(0.08 * h)),
    ],
)
def test_the_majority_is_the_sign_of_the_equation(
    pairs: tuple[Signs, Signs], transfer: str, parameters: dict[str, Any], f: Any
) -> None:
    """With keys and cues of known bits, h is half the overlap; the sum over races is a sample of the sum over memories."""
    keys, values = pairs
    races, rng, decided = 150, np.random.default_rng(8), 0
    memory = filled(keys, values, transfer=transfer, races=races, **parameters)
    for key in keys:
        cue = key * np.where(rng.permutation(BITS) < 12, -1, 1)
        amounts = f(keys @ cue / 2)
        mean = values.T @ amounts / np.abs(amounts).sum()
        sure = np.abs(mean) * races**0.5 > SURE * np.sqrt(1 - mean**2)
        found = signs(memory.recall(key=lines(cue)).value, 25)
        assert np.array_equal(found[sure], np.sign(mean[sure]))
        decided += int(sure.sum())
    assert decided > 40


def test_unknown_bits_of_a_cue_are_left_out(pairs: tuple[Signs, Signs]) -> None:
    keys, values = pairs
    memory = filled(keys, values, transfer="winner", races=1)
    for key, value in zip(keys, values, strict=True):
        cue = np.where(np.arange(BITS) < 3 * BITS // 4, key, 0)
        assert np.array_equal(signs(memory.recall(key=lines(cue)).value, 25), value)


def test_a_cue_of_which_too_little_is_known_has_no_answer(pairs: tuple[Signs, Signs]) -> None:
    """Fewer than half of the bits agree with no memory more than by chance."""
    keys, values = pairs
    memory = filled(keys, values, transfer="winner", races=1)
    assert memory.recall(key=lines(np.where(np.arange(BITS) < BITS // 2, keys[0], 0))).value == frozenset()


def test_an_empty_memory_has_no_answer() -> None:
    memory = spikemem.open(MemoryNeurons(slots=3, key=8, value=8, transfer="linear", races=20))
    assert memory.recall(key=range(8)).value == frozenset()


def test_wrong_lines_are_refused(pairs: tuple[Signs, Signs]) -> None:
    memory = filled(*pairs, transfer="winner", races=1)
    with pytest.raises(
        OperationError, match=r"^MemoryNeurons.recall: key bit 80 is out of range 0..79 \(key_lines=80\)$"
    ):
        memory.recall(key=[80])
    with pytest.raises(OperationError, match=r"^MemoryNeurons.write: slot 6 is out of range 0..5 \(slots=6\)$"):
        memory.write(slot=6, key=[0], value=[0])


def test_brian2_learns_the_same_mean_of_examples(pairs: tuple[Signs, Signs]) -> None:
    """Two examples a slot: the amount of a write matters, which a bound of 1 does not hide."""
    try:
        backend("brian2")
    except MissingDependency as error:
        pytest.skip(str(error))
    keys, values = pairs
    model = MemoryNeurons(slots=2, key=BITS, value=25, transfer="exponential", races=1, examples=2)
    found = []
    for name in ("numba", "brian2"):
        memory = spikemem.open(model, backend=name, seed=2)
        for slot, (key, value) in zip((0, 0, 1), zip(keys, values, strict=True), strict=False):
            memory.write(slot=slot, key=lines(key), value=lines(value))
        found.append([memory.weights(name).weight for name in ("in_key->memory", "memory->bit")])
    for ours, theirs in zip(*found, strict=True):
        assert set(np.unique(ours)) >= {0.0, 0.5}
        np.testing.assert_allclose(theirs, ours, atol=1e-12)
