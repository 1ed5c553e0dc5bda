"""Sequences as arguments; windows and spacing that count from the stimulus's end; answers that are groups of neurons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest

import spikemem
from spikemem.errors import OperationError
from spikemem.hdf5 import read_answers, write_recording
from spikemem.hdf5_file import open_file
from spikemem.language import (
    IF_curr_delta,
    Memory,
    NetworkBuilder,
    Neurons,
    OneToOne,
    Sequence,
    Stimulus,
    Window,
    call,
    operation,
    parameter,
    window,
)
from spikemem.language.answer import read
from spikemem.report.table import answer_data, operations_table, sets

RELAY = IF_curr_delta(tau_refrac=0.0)
Tune = Annotated[Neurons, Sequence("size")]


def _pairs(model: Player) -> Window:
    return window("out", at=0.0, until=30.0, group=model.size // 3, least=2)


class Player(Memory):
    """Plays a tune, a note each 3 ms, which ``out`` repeats 1 ms later."""

    size: int = parameter(6, ge=3, doc="notes")

    def build(self, net: NetworkBuilder) -> None:
        net.connect(
            net.input("given", self.size), net.population("out", self.size, RELAY), OneToOne(), weight=20.0, delay=1.0
        )

    @operation(spacing=5.0, from_end=True, answers={"last": window("out", at=1.0, until=2.0, from_end=True)})
    def play(self, tune: Tune) -> Stimulus:
        """Play."""
        return Stimulus({"given": tuple((3 * k, note) for k, note in enumerate(tune))})

    @operation(spacing=40.0, answers={"pairs": _pairs})
    def chord(self, tune: Tune) -> Stimulus:
        """Play; the pairs of notes that both sound answer."""
        return self.play.stimulate(self, tune)


@pytest.mark.parametrize(
    "tune", [[3, 1, 3], (3, 1, 3), np.array([3, 1, 3]), iter([3, 1, 3])], ids=["list", "tuple", "array", "iterator"]
)
def test_a_sequence_keeps_its_order_and_repetitions(tune: Any) -> None:
    answer = spikemem.open(Player()).play(tune=tune)
    assert answer.arguments == {"tune": (3, 1, 3)}
    assert answer.last == {3}


@pytest.mark.parametrize(
    ("tune", "text"),
    [
        ([], "Player.play: tune is empty; give at least one of the elements 0..5 (size=6)"),
        ([1, 6], "Player.play: tune element 6 is out of range 0..5 (size=6)"),
        ([1, -1], "Player.play: tune element -1 is out of range 0..5 (size=6)"),
        ([1, True], "Player.play: tune element must be a whole number 0..5 (size=6), got True"),
        ([1.5], "Player.play: tune element must be a whole number 0..5 (size=6), got 1.5"),
        ("ABC", "Player.play: tune must be an ordered list of elements 0..5 (size=6), got 'ABC'"),
        ({1, 2}, "Player.play: tune must be an ordered list of elements 0..5 (size=6), got {1, 2}"),
        (3, "Player.play: tune must be an ordered list of elements 0..5 (size=6), got 3"),
        (None, "Player.play: tune is required: an ordered list of 0..5"),
    ],
)
def test_what_is_no_sequence_is_refused(tune: Any, text: str) -> None:
    with pytest.raises(OperationError) as caught:
        spikemem.open(Player()).play(tune=tune)
    assert str(caught.value) == text


def test_windows_and_spacing_count_from_the_end_of_the_stimulus() -> None:
    calls = [
        call(0.0, "play", tune=[0, 1, 2, 5], expect={"last": [5]}),
        call(14.0, "play", tune=[4], expect={"last": [4]}),
    ]
    recording = spikemem.run(Player(), protocol=calls)
    assert [a.answered["last"] for a in recording.answers] == [{5}, {4}]
    assert [a.correct for a in recording.answers] == [True, True]
    assert [a.latency_ms for a in recording.answers] == [1.0, 1.0]
    assert [a.confidence for a in recording.answers] == [1.0, 1.0]  # earlier notes are no strays
    assert recording.duration_ms == 19.0
    with pytest.raises(OperationError) as caught:
        spikemem.run(Player(), protocol=[calls[0], call(13.0, "play", tune=[4])])
    assert str(caught.value) == (
        "Player.play at 13 ms: 5 ms must pass after the last input of play at 9 ms; earliest: 14 ms"
    )


def test_a_live_memory_goes_on_after_the_end_of_a_sequence(tmp_path: Path) -> None:
    memory = spikemem.open(Player())
    for length in (1, 4, 2):
        began = memory.now_ms
        memory.play(tune=[2] * length)
        assert memory.now_ms - began == 3.0 * (length - 1) + 5.0
    memory.save(tmp_path / "tune.h5")
    again = spikemem.load(tmp_path / "tune.h5", Player)
    assert again.play(tune=[3, 0, 3]).last == {3}


def test_the_answer_may_be_groups_by_a_window_that_the_model_makes() -> None:
    for size, tune, pairs in ((6, [0, 1, 2, 5, 2], {0}), (6, [5, 3, 2, 4], {1, 2}), (9, [0, 2, 3, 8, 8], {0})):
        answer = spikemem.open(Player(size=size)).chord(tune=tune)
        assert answer.pairs == pairs, tune
    assert answer.confidence == pytest.approx(2 / 5)  # what sounds alone is no answer
    assert spikemem.open(Player()).chord(tune=[0, 2, 4]).latency_ms is None


def test_expected_groups_are_checked_against_their_number() -> None:
    with pytest.raises(OperationError, match=r"^Player.chord at 0 ms: expect.pairs 3 is out of range 0..2$"):
        spikemem.run(Player(), protocol=[call(0.0, "chord", tune=[0], expect={"pairs": [3]})])


@pytest.mark.parametrize(("group", "least"), [(3, 0), (3, 4), (0, 1)])
def test_a_group_answers_by_some_of_its_members(group: int, least: int) -> None:
    with pytest.raises(OperationError) as caught:
        window("out", at=1.0, group=group, least=least)
    assert str(caught.value) == (f"window on out: must have 1 <= least <= group, got least={least}, group={group}")


def test_a_function_that_makes_no_window_is_refused() -> None:
    class Wrong(Player):
        @operation(spacing=5.0, answers={"last": lambda model: model.size})
        def other(self, tune: Tune) -> Stimulus:
            """Play."""
            return self.play.stimulate(self, tune)

    with pytest.raises(OperationError, match=r"^Wrong.other: answer 'last' must be a window\(...\), got 6$"):
        spikemem.open(Wrong())


def test_a_neuron_that_fires_twice_counts_once_in_its_group() -> None:
    spikes = {"out": (np.array([5, 6, 6, 7]), np.array([0, 0, 4, 5], dtype=np.int32))}
    reading = read(window("out", at=0.0, until=9.0, group=3, least=2), spikes, 0, 10, 1.0)
    assert (reading.neurons, reading.first_step, reading.counted, reading.stray) == (frozenset({1}), 6, 2, 2)


def test_tables_and_files_keep_the_order_of_a_sequence(tmp_path: Path) -> None:
    recording = spikemem.run(Player(), protocol=[call(0.0, "play", tune=[5, 0, 5])])
    (answer,) = recording.answers
    assert sets(answer.arguments) == "tune 5 0 5"
    assert answer_data(answer)["arguments"] == {"tune": [5, 0, 5]}
    assert operations_table([answer], "t").row_count == 1
    write_recording(tmp_path / "tune.h5", recording)
    with open_file(tmp_path / "tune.h5") as file:
        assert read_answers(file)[0].arguments == {"tune": (5, 0, 5)}
