"""A sweep of many cheap conditions, in this process or as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import spikemem
from spikemem.suite.executor import Executor, InProcess
from spikemem.suite.load import load_suite
from spikemem.suite.store import Store
from spikemem.suite.sweep import sweep

SUITE = """
task = "spikemem.suite.tasks.fragments:Fragments"
seeds = 1
[fixed]
items = 3
bits = 6
active = 2
[[grids]]
name = "losses"
[grids.over]
loss = [{}]
"""
STEM = "small.reliable-cam.numba"


def write_suite(folder: Path, conditions: int) -> Path:
    """Write a suite of so many conditions; in most of them nothing, and in some a little, goes wrong."""
    path = folder / "small.toml"
    path.write_text(SUITE.format(", ".join(f"{0.2 * k / conditions:.6f}" for k in range(conditions))))
    return path


def undisturbed(suite: Path, folder: Path, executor: Executor | None = None) -> dict[str, bytes]:
    """Run all of it here, and return what :func:`files` does."""
    sweep(load_suite(str(suite)), Store(folder / f"{STEM}.conditions"), executor or InProcess())
    return files(folder)


def files(folder: Path) -> dict[str, bytes]:
    """Return the finished conditions: names and bytes."""
    return {path.name: path.read_bytes() for path in (folder / f"{STEM}.conditions").glob("*.h5")}


def store(folder: Path) -> Store:
    """Return where the command keeps the conditions."""
    return Store(folder / f"{STEM}.conditions")


def started(suite: Path, folder: Path, *options: str, **environment: str) -> subprocess.Popen[str]:
    """Start ``spikemem suite`` in a process group of its own, as a shell does."""
    root = str(Path(spikemem.__file__).parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    return subprocess.Popen(
        [sys.executable, "-m", "spikemem", "suite", str(suite), "--out", str(folder), *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, cwd=suite.parent,
        env={**os.environ, "PYTHONPATH": path, **environment},
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr; the process has ten minutes, and all of its group is gone after it."""
    try:
        out, err = process.communicate(timeout=600)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, out, err


def wait_until(reached: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    """Wait until something is so; fail after a minute, or when the process has ended before."""
    for _ in range(6000):
        if reached():
            return
        if process is not None and process.poll() is not None:
            break
        time.sleep(0.01)
    said = "" if process is None or process.poll() is None else process.communicate()[1]
    raise AssertionError(f"it never came to that: {said}")


def group_is_gone(process: subprocess.Popen[str]) -> bool:
    """Return whether no process is left of the group that ``process`` led."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False
