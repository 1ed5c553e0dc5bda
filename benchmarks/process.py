"""Run a script in a process of its own and measure it from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
INSTALL: Mapping[str, str] = {
    "spikemem": "pip install --editable .",
    "brian2": "pip install 'spikemem[brian2]'",
    "nest": "pip install 'spikemem[nest]'",
    "unicorn": "pip install 'spikemem[spinnaker,board]'",
}
TIMEOUT_S = 600.0


class CannotRun(Exception):
    """A script that gives no numbers, and why."""


@dataclass(frozen=True)
class Outcome:
    """What a script printed, the wall time of its process (s) and the most memory that it or a child of it held (MB)."""

    values: Mapping[str, Any]
    process_s: float
    peak_mb: float


def run_script(
    script: str, package: str, arguments: Sequence[str | int | float], env: Mapping[str, str] | None = None
) -> Outcome:
    """Run ``benchmarks.scripts.<script>``, which needs ``package``; raise :class:`CannotRun` if there are no numbers."""
    if find_spec(package) is None:
        raise CannotRun(f"not installed: {INSTALL[package]}")
    command = [sys.executable, "-m", f"benchmarks.scripts.{script}", *map(str, arguments)]
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    single = dict.fromkeys(("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    whole = {**os.environ, **single, "PYTHONPATH": os.pathsep.join(paths), **(env or {})}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env=whole)
        try:
            status, peak_mb = _wait(process, begin + TIMEOUT_S)
        except TimeoutError:
            raise CannotRun(f"stopped after {TIMEOUT_S:g} s") from None
        process_s = time.perf_counter() - begin
        out.seek(0)
        err.seek(0)
        lines, complaints = (f.read().decode(errors="replace").strip().splitlines() for f in (out, err))
    if status != 0 or not lines:
        raise CannotRun(f"failed: {complaints[-1] if complaints else f'exit status {status}'}")
    return Outcome(json.loads(lines[-1]), process_s, peak_mb)


def _wait(process: subprocess.Popen[bytes], deadline: float) -> tuple[int, float]:
    """Return exit code and peak memory; end the process and raise :class:`TimeoutError` at the deadline."""
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_maxrss / 1024.0
        if time.perf_counter() > deadline:
            process.kill()
            process.wait()
            raise TimeoutError
        time.sleep(0.002)
