"""A board in software, for the time of a run: a process of its own on a loopback address of its own.

It ends with the block that started it, whatever ends that, and by itself if this process is killed: it reads from a pipe that
nobody else holds.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import IO

from spikemem.errors import HardwareError, MissingDependency

_MODULE = "spikemem.backends.spinnaker_board.server"
MACHINE_OPTIONS = {
    "enable_advanced_monitor_support": False,
    "enable_reinjection": False,
    "post_simulation_overrun_before_error": 600,
}
"""Of sPyNNaker's configuration: the monitor needs no help here, and the board may be slower than real time."""
_REAL_TIME = "--real-time"
_PACE = "pace: "
_PATIENCE = 60.0
_GRACE = 5.0


@dataclass(frozen=True)
class Running:
    """A board that answers at ``address``."""

    address: str
    _log: IO[bytes]

    def _lines(self) -> list[str]:
        self._log.seek(0)
        return [line for line in self._log.read().decode("utf-8", "replace").splitlines() if line.strip()]

    def said(self) -> tuple[str, ...]:
        """Return why cores have stopped, a sentence each."""
        return tuple(line.removeprefix("board: ") for line in self._lines() if not line.startswith(_PACE))

    def pace(self) -> tuple[float, float]:
        """Return how many ms of the board's time have been run, and in how many seconds of its process."""
        runs = [line.removeprefix(_PACE).split() for line in self._lines() if line.startswith(_PACE)]
        return sum(float(ms) for ms, _ in runs), sum(float(seconds) for _, seconds in runs)


@contextmanager
def software_board(version: int, *, real_time: bool = False) -> Iterator[Running]:
    """Start a board of ``version``, and end it with the block. ``real_time``: it is to be no faster than a real one."""
    if find_spec("unicorn") is None:
        raise MissingDependency("a board in software: unicorn is not installed: pip install 'spikemem[board]'")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, str(version), *[_REAL_TIME] * real_time], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=log,
            env=environment, start_new_session=True,
        )  # fmt: skip
        try:
            yield Running(_address(process, log), log)
        finally:
            _end(process)


def _address(process: subprocess.Popen[bytes], log: IO[bytes]) -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], _PATIENCE)
    words = process.stdout.readline().decode().split() if ready else []
    if len(words) == 2 and words[0] == "ready":
        return words[1]
    log.seek(0)
    said = [line for line in log.read().decode("utf-8", "replace").splitlines() if line.strip()]
    raise HardwareError(f"the board in software did not start: {said[-1] if said else 'it said nothing'}")


def _end(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    try:
        process.wait(_GRACE)
    except BaseException as error:
        process.kill()
        process.wait()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
