"""Sweeps that are killed, resumed, or get into each other's way."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import time
from pathlib import Path

import pytest

from spikemem.cli.main import main
from spikemem.errors import FileError, SpikememWarning
from spikemem.rng import generator
from spikemem.suite.executor import InProcess
from spikemem.suite.load import load_suite
from spikemem.suite.store import Store
from spikemem.suite.sweep import sweep
from tests.suite.small_sweep import STEM, ended, files, started, store, undisturbed, wait_until, write_suite


@pytest.mark.parametrize("conditions", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_sweep_killed_three_times_gives_the_same_and_runs_nothing_twice(tmp_path: Path, conditions: int) -> None:
    suite = write_suite(tmp_path, conditions)
    right = undisturbed(suite, tmp_path / "undisturbed")
    folder = tmp_path / "killed"
    rng = generator(8, "kill")
    for kill in range(3):
        done = len(store(folder).runs())
        after = done + 1 + int(rng.integers(conditions // 4))
        process = started(suite, folder, "--workers", "1")
        wait_until(lambda after=after: len(store(folder).runs()) >= after, process)  # type: ignore[misc]
        time.sleep(float(rng.random()) * 0.03)
        process.kill()
        assert ended(process)[0] == -signal.SIGKILL, kill
        assert len(files(folder)) < conditions
    code, out, err = ended(started(suite, folder, "--workers", "1"))
    assert code == 0, err
    assert f"wrote {folder / STEM}.h5" in out
    assert files(folder) == right
    runs = [run["condition"] for run in store(folder).runs()]
    assert len(set(runs)) == len(runs)
    assert len(runs) >= conditions - 3  # killed between the file and its line
    assert not list(folder.rglob("*.partial"))


def test_what_was_half_written_is_not_taken_for_finished_and_is_swept_away(tmp_path: Path) -> None:
    suite = write_suite(tmp_path, 3)
    right = undisturbed(suite, tmp_path / "undisturbed")
    folder = tmp_path / f"{STEM}.conditions"
    folder.mkdir()
    name, content = next(iter(right.items()))
    halves = [folder / f".{name}.1.partial", tmp_path / f".{STEM}.h5.1.partial"]
    for half in halves:
        half.write_bytes(content[: len(content) // 2])
    other = tmp_path / ".another.h5.1.partial"
    other.touch()
    assert main(["suite", str(suite), "--out", str(tmp_path)]) == 0
    assert files(tmp_path) == right
    assert not any(half.exists() for half in halves)
    assert other.exists()


@pytest.mark.parametrize("kept", [0, 100, -100])
def test_a_condition_whose_file_is_cut_off_is_run_again(tmp_path: Path, kept: int) -> None:
    suite = write_suite(tmp_path, 3)
    right = undisturbed(suite, tmp_path)
    name, content = next(iter(right.items()))
    (tmp_path / f"{STEM}.conditions" / name).write_bytes(content[:kept])
    with pytest.warns(SpikememWarning, match=rf"{name}: is .* HDF5 file; the condition is run again"):
        assert undisturbed(suite, tmp_path) == right
    runs = [run["condition"] for run in store(tmp_path).runs()]
    assert sorted(runs) == sorted([*(n.removesuffix(".h5") for n in right), name.removesuffix(".h5")])


def test_a_condition_damaged_inside_is_named(tmp_path: Path) -> None:
    suite = load_suite(str(write_suite(tmp_path, 1)))
    undisturbed(Path(suite.source), tmp_path)
    path = store(tmp_path).path(suite.first)
    path.write_bytes(path.read_bytes().replace(b"queries", b"queryes"))
    with pytest.raises(FileError, match=rf"{path.name}: is damaged: .*; remove it, and run the suite again"):
        store(tmp_path).read(suite.first)


def test_a_file_of_another_condition_is_refused(tmp_path: Path) -> None:
    suite = load_suite(str(write_suite(tmp_path, 2)))
    undisturbed(Path(suite.source), tmp_path)
    first, second = (store(tmp_path).path(c) for c in suite.conditions)
    second.write_bytes(first.read_bytes())
    with pytest.raises(FileError, match="is of another condition; remove it"):
        sweep(suite, store(tmp_path), InProcess())


def test_what_older_code_of_the_users_own_found_is_run_again(tmp_path: Path) -> None:
    task = tmp_path / "own_code_task.py"
    task.write_text("from spikemem.suite.tasks.fragments import Fragments\nclass Mine(Fragments):\n    pass\n")
    suite = write_suite(tmp_path, 2)
    suite.write_text(suite.read_text().replace("spikemem.suite.tasks.fragments:Fragments", "own_code_task:Mine"))
    right = undisturbed(suite, tmp_path)
    undisturbed(suite, tmp_path)
    assert len(store(tmp_path).runs()) == 2
    task.write_text(task.read_text() + "# changed\n")
    with pytest.warns(SpikememWarning, match="the code of its task or model has changed since"):
        assert set(undisturbed(suite, tmp_path)) == set(right)
    assert len(store(tmp_path).runs()) == 4


def test_a_second_sweep_into_one_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suite = write_suite(tmp_path, 400)
    process = started(suite, tmp_path, "--workers", "1")
    try:
        wait_until(lambda: len(store(tmp_path).runs()) > 1, process)
        assert main(["suite", str(suite), "--out", str(tmp_path)]) == 2
    finally:
        process.kill()
        ended(process)
    said = capsys.readouterr().err.splitlines()
    assert f"another sweep (process {process.pid} on " in said[-1]
    assert said[-1].endswith("writes into this folder; wait for its end, or give another one with --out")


def test_the_lock_is_free_again_and_may_be_nested(tmp_path: Path) -> None:
    one, other = Store(tmp_path), Store(tmp_path)
    with one.locked(), one.locked(), pytest.raises(FileError, match="another sweep"), other.locked():
        pass
    with other.locked():
        assert f"process {os.getpid()} on " in (tmp_path / ".lock").read_text()


def test_a_file_system_without_locks_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.warns(SpikememWarning, match="its file system has no locks .* run no second sweep"):
        undisturbed(write_suite(tmp_path, 1), tmp_path)


def test_the_log_says_what_each_condition_took(tmp_path: Path) -> None:
    undisturbed(write_suite(tmp_path, 2), tmp_path)
    first, second = store(tmp_path).runs()
    assert sorted(first) == ["condition", "finished", "seconds", "worker"]
    assert first["worker"] == "this process"
    assert first["finished"] <= second["finished"]
