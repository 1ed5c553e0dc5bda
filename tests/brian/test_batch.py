"""Trials of one network on the compiled backend: written and compiled once, run as often as asked."""

import tempfile
from pathlib import Path

import numpy as np
import pytest

import spikemem
from spikemem.backend import RunOptions, StepEvents, backend
from spikemem.ir import (
    AllToAll,
    IF_curr_delta,
    Network,
    Population,
    Projection,
    SpikeSource,
    SpikeSourcePoisson,
    Static,
)
from spikemem.language import call
from spikemem.models import CA3CAM
from spikemem.passes import lower
from spikemem.simulate import Trial
from tests.brian.support import assert_same_recording, assert_same_spikes, assert_same_state, needs

LEARN, RECALL = call(0.0, "learn", cue=1, content=[0, 2]), call(10.0, "recall", cue=1, expect={"content": [0, 2]})


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the list of the folders that are compiled from now on."""
    needs("brian2-cpp")
    from spikemem.backends.brian import compiler, standalone

    folders: list[Path] = []
    compile_project = compiler.compile_project

    def noted(folder: Path, compiler: str, jobs: int) -> None:
        folders.append(folder)
        compile_project(folder, compiler, jobs)

    monkeypatch.setattr(standalone, "compile_project", noted)
    return folders


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which temporary ones are made, which is the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def network() -> Network:
    populations = (
        Population("in", 3, SpikeSource()),
        Population("noise", 2, SpikeSourcePoisson(rate=100.0)),
        Population("out", 2, IF_curr_delta()),
    )
    projections = (
        Projection("drive", "in", "out", AllToAll(), 9.0, 2.0, "excitatory", Static()),
        Projection("shake", "noise", "out", AllToAll(), 3.0, 3.0, "excitatory", Static()),
    )
    return Network("trio", 1.0, populations, projections)


def at(*pairs: tuple[int, int]) -> dict[str, StepEvents]:
    steps, neurons = zip(*pairs, strict=True) if pairs else ((), ())
    return {"in": (np.array(steps, dtype=np.int64), np.array(neurons, dtype=np.int32))}


@pytest.mark.parametrize("threads", [1, 2])
def test_trials_of_different_stimuli_and_lengths_share_one_program(
    compilations: list[Path], temporary: Path, threads: int
) -> None:
    trials = [
        Trial(protocol=[LEARN, RECALL]),
        Trial(protocol=[LEARN]),
        Trial(protocol=[LEARN, RECALL, call(20.0, "recall", content=[2], expect={"cues": [1]})]),
    ]
    found, wanted = (
        spikemem.run_batch(CA3CAM(cues=2, bits=3), trials, backend=name, threads=threads)
        for name in ("brian2-cpp", "numba")
    )
    for ours, theirs in zip(found, wanted, strict=True):
        assert_same_recording(ours, theirs)
    assert [recording.right for recording in found] == [1, 0, 2]
    assert len(compilations) == 1
    assert list(temporary.glob("spikemem-*")) == []  # Brian2's own log is there


def test_no_spike_one_spike_and_more_than_there_was_room_for(
    compilations: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from spikemem.backends.brian import project

    monkeypatch.setattr(project, "_LEAST", 16)
    stimuli = [
        at(),
        at((4, 1)),
        at(*((step, neuron) for step in range(20) for neuron in range(3))),
        at((0, 0), (29, 2)),
    ]
    steps = 30
    made = {}
    for name in ("brian2-cpp", "numba"):
        target = backend(name)
        made[name] = target.run_batch(lower(network(), target.abilities, "exact", 7), RunOptions(), stimuli, steps)
    for found, wanted in zip(made["brian2-cpp"], made["numba"], strict=True):
        assert_same_spikes(found.spikes(), wanted.spikes())
        assert_same_state(found, wanted)
    assert len(compilations) == 2  # the third trial has 60 spikes


def test_a_failed_compilation_leaves_nothing_and_is_not_taken_for_done(
    compilations: list[Path], temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spikemem.backends.brian import standalone

    def fail(folder: Path, compiler: str, jobs: int) -> None:
        raise KeyboardInterrupt

    target = backend("brian2-cpp")
    program = target.compile(lower(network(), target.abilities, "exact", 7), RunOptions())
    with monkeypatch.context() as interrupted:
        interrupted.setattr(standalone, "compile_project", fail)
        with pytest.raises(KeyboardInterrupt):
            program.run(5)
    assert list(temporary.glob("spikemem-*")) == []  # Brian2's own log is there
    program.run(5)
    assert program.now == 5
    assert len(compilations) == 1


def test_a_program_that_dies_is_told_with_what_it_said(
    compilations: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from spikemem.backends.brian import standalone

    def write_another(folder: Path, compiler: str, jobs: int) -> None:
        (folder / "main").write_text("#!/bin/sh\necho no memory >&2\nexit 3\n")
        (folder / "main").chmod(0o755)

    monkeypatch.setattr(standalone, "compile_project", write_another)
    target = backend("brian2-cpp")
    program = target.compile(lower(network(), target.abilities, "exact", 7), RunOptions())
    with pytest.raises(RuntimeError, match="the program that Brian2 generated failed: no memory"):
        program.run(5)
    assert program.now == 0


def test_a_main_function_with_other_than_one_run_is_not_changed(tmp_path: Path) -> None:
    needs("brian2")
    from spikemem.backends.brian.project import read_duration

    path = tmp_path / "main.cpp"
    for text in ("", "a.run(0.1, NULL, 10.0); b.run(0.1, NULL, 10.0);"):
        path.write_text(text)
        with pytest.raises(RuntimeError, match=r"main\.cpp that Brian2 generated has (0|2) runs in place of one"):
            read_duration(path)
        assert path.read_text() == text
