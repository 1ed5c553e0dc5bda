"""Sparsey: single inputs, fragments, episodes, classes, familiarity, saving; what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem.errors import InvalidInput, OperationError
from spikemem.memory import LiveMemory
from spikemem.models.sparsey import REST, Level, Sparsey

LEVEL = Level(modules=16, cells=16)
SMALL = Sparsey(classes=12, levels=(LEVEL,), lambda_first=4.0)
TWO = Sparsey(
    classes=12, lambda_U=2.0, lambda_H=2.0, lambda_first=4.0,
    levels=(
        Level(rows=2, columns=2, modules=12, cells=24, radius=6.0, side=9.0),
        Level(modules=12, cells=24, radius=20.0, persistence=2),
    ),
)  # fmt: skip


def images(count: int, seed: int = 1) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    return [sorted(rng.choice(144, 30, replace=False).tolist()) for _ in range(count)]


@pytest.fixture
def memory() -> LiveMemory:
    """A memory that has been shown ten images once."""
    memory = spikemem.open(SMALL)
    for label, pixels in enumerate(images(10)):
        memory.learn(pixels=pixels, label=label)
    return memory


def familiarity(memory: LiveMemory, level: str = "level1") -> float:
    return float(memory.variable(level, "G").mean())


def test_one_trial_is_enough(memory: LiveMemory) -> None:
    for label, pixels in enumerate(images(10)):
        answer = memory.recognise(pixels=pixels)
        assert answer.label == {label}
        assert answer.pixels == set(pixels)
        assert familiarity(memory) == 1.0


def test_a_fragment_brings_up_the_whole(memory: LiveMemory) -> None:
    for label, pixels in enumerate(images(10)):
        answer = memory.recognise(pixels=pixels[::2])
        assert answer.label == {label}
        assert len(answer.pixels ^ set(pixels)) <= 2


def test_a_corrupted_image_brings_up_the_right_one_and_is_less_familiar(memory: LiveMemory) -> None:
    for label, pixels in enumerate(images(10)):
        answer = memory.recognise(pixels=[*pixels[3:], *sorted(set(range(144)) - set(pixels))[:3]])
        assert answer.label == {label}
        assert 0.3 < familiarity(memory) < 0.95


def test_what_is_new_is_not_familiar(memory: LiveMemory) -> None:
    found = []
    for pixels in images(10, seed=7):
        memory.recognise(pixels=pixels)
        found.append(familiarity(memory))
    assert max(found) < 0.6


def test_asking_teaches_nothing(memory: LiveMemory) -> None:
    before = {
        name: memory.weights(name).weight for name in ("in_pixel-up->level1", "level1-up->class", "level1-up->pixel")
    }
    for pixels in images(5, seed=3):
        memory.recognise(pixels=pixels)
    memory.predict()
    for name, weights in before.items():
        assert np.array_equal(memory.weights(name).weight, weights)


def test_a_code_has_one_winner_a_module(memory: LiveMemory) -> None:
    _, cells = memory.recognise(pixels=images(1)[0]).spikes["level1"]
    assert (cells // LEVEL.cells).tolist() == list(range(LEVEL.modules))


def test_one_input_learns_no_more_than_its_lines_times_the_winners() -> None:
    memory = spikemem.open(SMALL)
    memory.learn(pixels=images(1)[0])
    assert memory.weights("in_pixel-up->level1").weight.sum() == 30 * LEVEL.modules
    assert memory.weights("level1-up->class").weight.sum() == 0
    assert memory.weights("level1-horizontal->level1").weight.sum() == 0


@pytest.fixture(scope="module")
def episodes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A memory of two levels that has been shown two episodes once."""
    memory = spikemem.open(TWO)
    for seed in (1, 2):
        for pixels in images(7, seed):
            memory.learn_frame(pixels=pixels, label=seed)
        memory.wait(REST)
    path = tmp_path_factory.mktemp("sparsey") / "episodes.h5"
    memory.save(path)
    return path


@pytest.mark.parametrize("seed", [1, 2])
def test_an_episode_goes_on_by_itself_from_its_first_frame(episodes: Path, seed: int) -> None:
    memory, frames = spikemem.load(episodes), images(7, seed)
    memory.recognise_frame(pixels=frames[0])
    for frame in frames[1:]:
        assert len(memory.predict().pixels ^ set(frame)) <= 2


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_frames_is_known(episodes: Path, seed: int) -> None:
    memory = spikemem.load(episodes)
    found: dict[str, list[float]] = {}
    for name, frames in (("forwards", images(7, seed)), ("backwards", images(7, seed)[::-1])):
        found[name] = []
        for frame in frames:
            memory.recognise_frame(pixels=frame)
            found[name].append(familiarity(memory))
        memory.wait(REST)
    assert min(found["forwards"]) > 0.95
    assert found["backwards"][0] > 0.95  # a first frame has no frame before it
    assert np.mean(found["backwards"][1:]) < 0.4


def test_the_second_levels_codes_last_two_frames(episodes: Path) -> None:
    memory, codes = spikemem.load(episodes), []
    for frame in images(4, 1):
        steps, cells = memory.recognise_frame(pixels=frame).spikes["level2"]
        assert np.unique(steps).size == 1
        codes.append(cells.tolist())
    assert codes[0] == codes[1]
    assert codes[2] == codes[3]
    assert codes[1] != codes[2]


def test_without_a_frame_before_there_is_nothing_to_predict(memory: LiveMemory) -> None:
    answer = memory.predict()
    assert answer.spikes["level1"][0].size == 0
    assert answer.pixels == set()


def test_a_loaded_memory_goes_on_bit_for_bit(episodes: Path, tmp_path: Path) -> None:
    one, other = spikemem.load(episodes), spikemem.load(episodes)
    frames = images(4, 9)
    one.learn_frame(pixels=frames[0])
    other.learn_frame(pixels=frames[0])
    one.save(tmp_path / "within.h5")  # within an episode: codes are on their way to the next frame
    resumed = spikemem.load(tmp_path / "within.h5")
    for go_on in (resumed, other):
        for frame in frames[1:]:
            go_on.learn_frame(pixels=frame)
    for name in ("in_pixel-up->level1", "level1-horizontal->level1", "level1-up->level2", "level2-down->level1"):
        assert np.array_equal(resumed.weights(name).weight, other.weights(name).weight)
        assert other.weights(name).weight.any()
    assert np.array_equal(resumed.variable("level1", "V"), other.variable("level1", "V"))


def test_opposites_tell_a_part_from_the_whole() -> None:
    for opposites, wanted in ((False, 1.0), (True, 114 / 144 + 15 / 144)):
        memory = spikemem.open(Sparsey(levels=(LEVEL,), opposites=opposites))
        memory.learn(pixels=range(30))
        memory.recognise(pixels=range(15))
        assert familiarity(memory) == pytest.approx(wanted)


def test_macs_see_their_own_fields_only() -> None:
    model = Sparsey(height=4, width=8, levels=(Level(rows=1, columns=2, modules=2, cells=3, radius=1.5),))
    rows = [divmod(p, 8) for p in model.fields(0)[1]]
    assert all((r - 1.5) ** 2 + (c - 5.5) ** 2 <= 1.5**2 for r, c in rows)
    assert len(rows) == sum((r - 1.5) ** 2 + (c - 5.5) ** 2 <= 1.5**2 for r in range(4) for c in range(8))


WRONG: list[tuple[Callable[[], Any], str]] = [
    (lambda: Sparsey(levels=()), "Sparsey.levels: must be 1 to 7 levels, got 0"),
    (lambda: Sparsey(levels=(LEVEL,) * 8), "Sparsey.levels: must be 1 to 7 levels, got 8"),
    (lambda: Sparsey(levels=[{"modules": 0}]),  # type: ignore[arg-type]  # as from TOML
     "Level.modules: must be >= 1, got 0"),
    (lambda: Sparsey(height=4, levels=(Level(radius=0.4),)), "Sparsey.levels[0].radius: nothing lies within 0.4 of mac 0"),
    (lambda: Level(persistence=5), "Level.persistence: must be <= 4, got 5"),
    (
        lambda: Level(size=5),  # type: ignore[call-arg]  # there is no such parameter
        "Level: unknown parameter 'size'; did you mean 'side'? valid: cells, columns, down, least, modules, most, persistence, "
        "radius, rows, side",
    ),
    (lambda: Sparsey(G_minus=1.0), "Sparsey.G_minus: must be < 1, got 1.0"),
    (lambda: spikemem.open(Sparsey(levels=(Level(least=3, most=2),))), "Mac.pi_plus: must be >= pi_minus = 3, got 2"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), WRONG, ids=[message for _, message in WRONG])
def test_wrong_parameters_are_told(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        make()
    assert str(raised.value) == message


def test_wrong_operations_are_told(memory: LiveMemory) -> None:
    with pytest.raises(
        OperationError, match=r"^Sparsey\.learn: pixels bit 144 is out of range 0\.\.143 \(inputs=144\)$"
    ):
        memory.learn(pixels=[144])
    with pytest.raises(OperationError, match=r"^Sparsey\.learn: label 12 is out of range 0\.\.11 \(classes=12\)$"):
        memory.learn(pixels=[1], label=12)
    with pytest.raises(InvalidInput, match=r"^population level1: state variable 'U' is unknown; "):
        memory.variable("level1", "U")


@pytest.mark.parametrize(("hypotheses", "least", "most"), [(0, 0.2, 0.6), (3, 1.0, 1.0), (1, 1.0, 1.0)])
def test_competing_hypotheses_stay_familiar_until_one_is_left(hypotheses: int, least: float, most: float) -> None:
    """After B alone, of the episodes A B C D and X B C Y, half of the code stands for each, and so it does after C.

    If they are not counted, each half is half familiar. With up to three, it counts twice. With one at most, a mac of two is
    not heard, and the next frame is judged by its pixels alone.
    """
    level = Level(modules=24, cells=32, radius=20.0)
    model = Sparsey(
        levels=(level,), lambda_first=4.0, lambda_U=4.0, lambda_H=2.0, hypotheses=hypotheses, reconstruct=False
    )
    memory = spikemem.open(model)
    a, b, c, d, x, y = images(6)
    for episode in ((a, b, c, d), (x, b, c, y)):
        for pixels in episode:
            memory.learn_frame(pixels=pixels)
        memory.wait(REST)
    for ending in (d, y):
        found = []
        for pixels in (b, c, ending):
            memory.recognise_frame(pixels=pixels)
            found.append(familiarity(memory))
        memory.wait(REST)
        assert found[0] == 1.0
        assert least <= found[1] <= most
        assert hypotheses == 0 or found[2] > 0.95
    for pixels in (a, b, c):
        memory.recognise_frame(pixels=pixels)
        assert familiarity(memory) == 1.0
    memory.recognise_frame(pixels=x)
    assert familiarity(memory) < 0.1


def test_what_was_shown_once_fades_and_what_came_again_in_time_stays() -> None:
    """Synapses fade from 1 s on and are gone after 2 s; those learned twice after 4 s, those learned three times never."""
    memory = spikemem.open(SMALL.model_copy(update={"fade_after": 1000.0}))
    shown = images(3)
    for times, pixels in enumerate(shown, 1):
        for _ in range(times):
            memory.learn(pixels=pixels)

    def familiar() -> list[float]:
        found = []
        for pixels in shown:
            memory.recognise(pixels=pixels)
            found.append(round(familiarity(memory), 2))
        return found

    assert familiar() == [1.0, 1.0, 1.0]
    memory.wait(1000.0)
    once, *others = familiar()
    assert 0.7 < once < 1.0
    assert others == [1.0, 1.0]
    memory.wait(1000.0)
    once, twice, thrice = familiar()
    assert once < 0.3
    assert 0.7 < twice < 1.0
    assert thrice == 1.0
    memory.wait(2000.0)
    assert familiar()[1] < 0.3
    memory.wait(20000.0)
    assert familiar()[2] == 1.0


def test_what_fades_is_not_frozen_as_well() -> None:
    with pytest.raises(
        InvalidInput, match=r"^Sparsey.freeze: must be 1 with fade_after, since what fades makes room, got 0.5$"
    ):
        Sparsey(fade_after=1000.0, freeze=0.5)


def test_a_code_of_the_top_level_generates_the_frames_that_followed_it() -> None:
    lower = Level(rows=2, columns=2, modules=12, cells=24, radius=6.0, side=9.0)
    model = Sparsey(
        generative=True, lambda_first=4.0, lambda_U=4.0, levels=(lower, Level(modules=12, cells=24, radius=20.0))
    )
    memory, episodes, codes = spikemem.open(model), [images(5, seed) for seed in (1, 2)], []
    for episode in episodes:
        codes.append([memory.learn_frame(pixels=pixels).spikes["level2"][1].tolist() for pixels in episode])
        memory.wait(REST)
    for episode, own in zip(episodes, codes, strict=True):
        for start in (0, 2):
            memory.generate(code=own[start])
            assert [memory.predict().pixels for _ in episode[start + 1 :]] == [set(p) for p in episode[start + 1 :]]
            memory.wait(REST)


def test_codes_can_be_given_only_to_a_memory_that_is_made_for_it() -> None:
    with pytest.raises(OperationError, match=r"^Sparsey.generate: codes can be given if generative=True, got"):
        spikemem.open(SMALL).generate(code=[0])
    with pytest.raises(OperationError, match="code"):
        spikemem.open(SMALL.model_copy(update={"generative": True})).generate(code=[256])
