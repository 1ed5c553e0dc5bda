"""What stops a core whose program never sleeps, as a chip's watchdog would."""

from __future__ import annotations

import threading
import time
from types import TracebackType

from spikemem.backends.spinnaker_board.core import Core

LIMIT_S = 60.0
"""Seconds that a core may run before it sleeps (ours): the longest binaries, which expand synapses, take less than one."""


class Watchdog:
    """A thread that looks at which core runs, and since when, for as long as it is entered."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._running: tuple[Core, float] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def begins(self, core: Core) -> None:
        """Take note that a core runs."""
        self._running = core, time.monotonic()

    def ends(self) -> None:
        """Take note that it does no more."""
        self._running = None

    def _look(self) -> None:
        while not self._ended.wait(self._limit_s / 10):
            running = self._running
            if running is not None and time.monotonic() - running[1] > self._limit_s:
                running[0].interrupt(f"has run for {self._limit_s:g} s and does not end")

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
