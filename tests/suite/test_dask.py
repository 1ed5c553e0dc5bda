"""Sweeps on Dask's workers: the same bits, errors, lost workers, schedulers, queues, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from spikemem.cli.main import main
from spikemem.errors import HardwareError, InvalidInput, Unsupported
from spikemem.suite import dask_executor, dask_places, workplace
from spikemem.suite.dask_executor import Dask
from spikemem.suite.dask_places import Jobs, LocalWorkers, RunningScheduler
from spikemem.suite.executor import Executor, Finished
from spikemem.suite.load import load_suite
from spikemem.suite.remote import work
from spikemem.suite.sweep import sweep
from spikemem.suite.workplace import Local
from tests.suite.small_sweep import (
    ended,
    files,
    group_is_gone,
    started,
    store,
    undisturbed,
    wait_until,
    write_suite,
)

distributed = pytest.importorskip("distributed")
pytest.importorskip("dask_jobqueue")

OWN = """
import os
from spikemem.errors import InvalidInput
from spikemem.suite.tasks.fragments import Fragments

class Mine(InvalidInput):
    def __init__(self, one, two):
        super().__init__(f"mine: {one} and {two}")

class Broken(Fragments):
    def fill(self, stream, rng):
        if self.loss > 0.15:
            ERROR
        super().fill(stream, rng)
"""


def with_own_task(folder: Path, error: str) -> Path:
    """Write a suite of 20 whose task is the user's own, and fails in the last five."""
    (folder / "own_task.py").write_text(OWN.replace("ERROR", error))
    suite = write_suite(folder, 20)
    suite.write_text(suite.read_text().replace("spikemem.suite.tasks.fragments:Fragments", "own_task:Broken"))
    return suite


def test_any_number_of_workers_gives_the_same_bits(tmp_path: Path) -> None:
    suite = write_suite(tmp_path, 12)
    right = undisturbed(suite, tmp_path / "here")
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        assert undisturbed(suite, folder, Dask(LocalWorkers(workers))) == right
        assert {r["worker"].rpartition(":")[2] for r in store(folder).runs()}.isdisjoint(
            {"this process", str(os.getpid())}
        )


def test_the_command_writes_the_same_file_with_workers_and_leaves_no_process(tmp_path: Path) -> None:
    suite = write_suite(tmp_path, 6)
    assert main(["suite", str(suite), "--workers", "1", "--out", str(tmp_path / "a")]) == 0
    process = started(suite, tmp_path / "b", "--workers", "2")
    code, out, err = ended(process)
    assert (code, "wrote" in out) == (0, True), err
    assert not [line for line in err.splitlines() if "distributed" in line or "rror" in line]
    assert (tmp_path / "b/small.reliable-cam.numba.h5").read_bytes() == (
        tmp_path / "a/small.reliable-cam.numba.h5"
    ).read_bytes()
    wait_until(lambda: group_is_gone(process))


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        ("raise Mine(1, 2)", InvalidInput, "^mine: 1 and 2$"),
        ("1 / 0", ZeroDivisionError, "division by zero"),
        pytest.param("os._exit(1)", Unsupported, "every worker that ran it was lost", marks=pytest.mark.slow),
    ],
)
def test_a_condition_that_fails_ends_the_sweep_and_what_is_finished_stays(
    tmp_path: Path, error: str, kind: type[Exception], said: str
) -> None:
    suite = load_suite(str(with_own_task(tmp_path, error)))
    with pytest.raises(kind, match=said):
        sweep(suite, store(tmp_path), Dask(LocalWorkers(1)))
    kept = {name.removesuffix(".h5") for name in files(tmp_path)}
    well = [c.digest for c in suite.conditions if c.keys["loss"] <= 0.15]
    assert len(well) == 16
    assert len(kept) >= 10
    assert kept <= set(well)


class Killing(Executor):
    """Workers of which the first that finishes three conditions is killed."""

    def __init__(self) -> None:
        self.killed: list[int] = []

    def run(self, conditions: Any) -> Any:
        """Yield as the workers do."""
        for number, finished in enumerate(Dask(LocalWorkers(2)).run(conditions)):
            yield finished
            if number == 2:
                self.killed.append(int(finished.worker.rpartition(":")[2]))
                os.kill(self.killed[0], signal.SIGKILL)


def test_a_worker_lost_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    suite = write_suite(tmp_path, 50)
    right = undisturbed(suite, tmp_path / "undisturbed")
    executor = Killing()
    assert undisturbed(suite, tmp_path / "lost", executor) == right
    runs = store(tmp_path / "lost").runs()
    assert len(runs) == len({r["condition"] for r in runs}) == 50
    after = {int(r["worker"].rpartition(":")[2]) for r in runs[-10:]}
    assert executor.killed
    assert after.isdisjoint(executor.killed)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_an_end_in_the_middle_leaves_what_is_finished_and_no_process(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    suite = write_suite(tmp_path, 400)
    process = started(suite, tmp_path, "--workers", "2")
    wait_until(lambda: len(store(tmp_path).runs()) > 4, process)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does: workers get it too
    else:
        process.kill()
    found, _, err = ended(process)
    assert found == code
    if number == signal.SIGINT:
        assert err.splitlines()[-1] == "spikemem: interrupted; no file was left half-written"
        assert "Traceback" not in err
        assert not list(tmp_path.rglob("*.partial"))
    wait_until(lambda: group_is_gone(process))
    assert 4 < len(files(tmp_path)) < 400


@contextmanager
def scheduler(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and a worker of two threads; give the address and the processes."""
    place = folder / "scheduler.json"
    root = os.pathsep.join(filter(None, [str(Path.cwd()), os.environ.get("PYTHONPATH", "")]))
    commands = [
        ["dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(place), "--no-dashboard"],
        ["dask_worker", "--scheduler-file", str(place), "--nthreads", "2", "--no-dashboard", "--no-nanny",
         "--local-directory", str(folder)],
    ]  # fmt: skip
    with (folder / "dask.log").open("w") as log:
        processes = [
            subprocess.Popen([sys.executable, "-m", f"distributed.cli.{command[0]}", *command[1:]], cwd=folder,
                             stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": root})
            for command in commands
        ]  # fmt: skip
    try:
        wait_until(place.exists)
        yield json.loads(place.read_text())["address"], processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.filterwarnings("ignore:scheduler .* has no workers yet")  # the worker may start later than the sweep
def test_a_running_scheduler_serves_a_sweep_and_goes_on(tmp_path: Path) -> None:
    suite = write_suite(tmp_path, 8)
    right = undisturbed(suite, tmp_path / "here")
    with scheduler(tmp_path) as (address, processes):
        for folder in ("there", "again"):
            assert main(["suite", str(suite), "--scheduler", address, "--out", str(tmp_path / folder)]) == 0
            assert files(tmp_path / folder) == right
        assert [process.poll() for process in processes] == [None, None]


@pytest.mark.filterwarnings("ignore:scheduler .* has no workers yet")  # the worker may start later than the sweep
def test_a_scheduler_that_dies_is_told_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suite = write_suite(tmp_path, 400)
    with scheduler(tmp_path) as (address, processes):

        class Dying(Executor):
            def run(self, conditions: Any) -> Any:
                for number, finished in enumerate(Dask(RunningScheduler(address)).run(conditions)):
                    yield finished
                    if number == 2:
                        processes[0].kill()

        with pytest.raises(HardwareError, match=r"connection .* was lost; what is finished is kept"):
            undisturbed(suite, tmp_path, Dying())
    assert 2 < len(files(tmp_path)) < 400


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "nowhere.invalid:8786", "what://is.this", "tcp://127.0.0.1:x"]
)
def test_a_wrong_address_is_told_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(dask_places, "SECONDS_TO_CONNECT", 0.5)
    assert main(["suite", str(write_suite(tmp_path, 3)), "--scheduler", address, "--out", str(tmp_path)]) == 5
    said = capsys.readouterr().err.splitlines()
    assert said[-1].startswith(f"spikemem: scheduler {address}: cannot be reached within 0.5 s (")
    assert said[-1].endswith("start one with: dask scheduler")


def test_a_worker_of_another_version_is_refused(tmp_path: Path) -> None:
    condition = replace(load_suite(str(write_suite(tmp_path, 1))).first, spikemem="9.9")
    answer = work(condition)
    assert answer.error is not None
    assert answer.error[1].endswith("in the place of 9.9: pip install spikemem==9.9")


SBATCH = """#!/bin/bash
cp "$1" {folder}/job.$$.sh
setsid bash {folder}/job.$$.sh >{folder}/job.$$.log 2>&1 </dev/null &
echo $! >>{folder}/jobs
echo Submitted batch job $!
"""
SCANCEL = "#!/bin/bash\nkill -TERM -- -$1\necho $1 >>{folder}/cancelled\n"


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put ``sbatch`` and ``scancel`` on the path that run jobs on this machine, and return where they write."""
    folder = tmp_path / "slurm"
    folder.mkdir()
    for name, text in (("sbatch", SBATCH), ("scancel", SCANCEL)):
        (folder / name).write_text(text.format(folder=folder))
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")]))
    return folder


def test_jobs_of_a_queue_run_a_sweep_and_are_cancelled_after_it(
    slurm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = write_suite(tmp_path, 8)
    right = undisturbed(suite, tmp_path / "here")
    code = main(["suite", str(suite), "--cluster", "slurm", "--workers", "2", "--out", str(tmp_path)])
    assert code == 0, capsys.readouterr().err
    assert files(tmp_path) == right
    jobs = (slurm / "jobs").read_text().split()
    assert len(jobs) == 2
    assert sorted((slurm / "cancelled").read_text().split()) == sorted(jobs)
    script = next(slurm.glob("job.*.sh")).read_text()
    assert "#SBATCH --cpus-per-task=1" in script
    assert "--nthreads 1" in script


def test_a_queue_that_refuses_is_told_in_one_sentence(
    slurm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (slurm / "sbatch").write_text("#!/bin/bash\necho sbatch: error: Invalid account >&2\nexit 1\n")
    suite = write_suite(tmp_path, 2)
    assert main(["suite", str(suite), "--cluster", "slurm", "--workers", "1", "--out", str(tmp_path)]) == 5
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == "spikemem: --cluster slurm: sbatch failed: sbatch: error: Invalid account"


def test_jobs_that_have_all_ended_are_told(slurm: Path) -> None:
    place = Jobs("slurm", 1)
    place._cluster = SimpleNamespace(workers={})
    with pytest.raises(HardwareError, match="all jobs have ended; what is finished is kept"):
        place.check(None)


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("slurm", ["#SBATCH -n 1", "#SBATCH --mem=2G"]),
        ("pbs", ["#PBS -l select=1:ncpus=1:mem=2048MB"]),
        ("lsf", ["#BSUB -n 1", "#BSUB -M 2147"]),
    ],
)
def test_the_script_of_a_job_asks_for_what_a_worker_needs(kind: str, lines: list[str]) -> None:
    with Jobs(kind, 1).made() as cluster:
        script = cluster.job_script()
    for line in lines:
        assert line in script
    assert f"{sys.executable} -m distributed.cli.dask_worker tcp://" in script


def test_the_configuration_of_a_queue_is_honoured() -> None:
    import dask

    said = {"jobqueue.slurm.cores": 4, "jobqueue.slurm.memory": "8 GiB", "jobqueue.slurm.queue": "long"}
    with dask.config.set(said), Jobs("slurm", 1).made() as cluster:
        script = cluster.job_script()
    assert "#SBATCH -p long" in script
    assert "#SBATCH --cpus-per-task=4" in script
    assert "--nthreads 1 --memory-limit 2.00GiB --nworkers 4" in script


class FakePlace:
    """Workers in name: what is sent is answered when nothing has come back for a while, and then they lose threads."""

    def __init__(self) -> None:
        self.threads = 4
        self.sent: list[Any] = []
        self._waiting: list[Any] = []

    def opened(self) -> Any:
        """Give a client that is this place."""
        return nullcontext(self)

    def submit(self, _: Any, condition: Any, pure: bool) -> Any:
        """Return what will be answered."""
        self.sent.append(condition)
        answer = SimpleNamespace(finished=lambda known: Finished(known, None, 0.0))  # type: ignore[arg-type]
        future = Mock(result=lambda: answer)
        future.add_done_callback = lambda call: self._waiting.append((call, future))
        return future

    def nthreads(self) -> dict[str, int]:
        """Return the threads that are left."""
        return {"one": self.threads}

    def cancel(self, futures: Any) -> None:
        """Do nothing."""

    def check(self, client: Any) -> None:
        """Answer all."""
        waiting, self._waiting, self.threads = self._waiting, [], 0
        for call, future in waiting:
            call(future)


def test_no_more_conditions_are_under_way_than_keep_workers_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_executor, "TICK_S", 0.01)
    conditions = load_suite(str(write_suite(tmp_path, 300))).conditions
    place = FakePlace()
    under_way = [len(place.sent) - k for k, _ in enumerate(Dask(place).run(conditions))]  # type: ignore[arg-type]
    assert len(place.sent) == 300
    assert under_way[0] == 32 + 2 * 4
    assert max(under_way[10:]) == 32


def test_workers_take_over_when_they_are_worth_their_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    suite = write_suite(tmp_path, 6)
    right = undisturbed(suite, tmp_path / "few", Local(2))
    assert {r["worker"] for r in store(tmp_path / "few").runs()} == {"this process"}
    monkeypatch.setattr(workplace, "WORTH_S", 0.0)
    assert undisturbed(suite, tmp_path / "many", Local(2)) == right
    assert [r["worker"] == "this process" for r in store(tmp_path / "many").runs()] == [True] * 2 + [False] * 4
