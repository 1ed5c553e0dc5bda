"""Which executor a sweep gets, with Dask and without."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from spikemem.cli.main import main
from spikemem.suite import workplace
from spikemem.suite.executor import InProcess
from spikemem.suite.workplace import Local, executor_for
from tests.suite.small_sweep import write_suite


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--cluster", "slrum", "--workers", "2"], 2, "--cluster slrum: is unknown; did you mean 'slurm'?"),
        (["--cluster", "pbs"], 2, "--cluster pbs: say how many jobs to submit with --workers"),
        (["--scheduler", "tcp://a:1", "--workers", "2"], 2, "--scheduler: has workers of its own"),
        (["--scheduler", "tcp://a:1", "--cluster", "lsf"], 2, "--scheduler: has workers of its own"),
        (["--scheduler", "tcp://a:1"], 3, "workers: distributed is not installed: pip install 'spikemem[dask]'"),
        (["--workers", "2"], 3, "workers: distributed is not installed: pip install 'spikemem[dask]'"),
    ],
)  # fmt: skip
def test_what_cannot_be_gets_one_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    code: int,
    said: str,
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["suite", str(write_suite(tmp_path, 2)), "--out", str(tmp_path), *options]) == code
    assert said in capsys.readouterr().err.splitlines()[-1]


def test_the_default_is_this_process_where_workers_cannot_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workplace, "find_spec", lambda name: object())
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2})
    made = executor_for("numba")
    assert isinstance(made, Local)
    assert made.workers == 3
    assert isinstance(executor_for("numba", workers=1), InProcess)
    assert isinstance(executor_for("spinnaker"), InProcess)
    monkeypatch.setattr(workplace, "find_spec", lambda name: None)
    assert isinstance(executor_for("numba"), InProcess)
    monkeypatch.setattr(workplace, "find_spec", lambda name: object())
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0})
    assert isinstance(executor_for("numba"), InProcess)
