"""How fast a board runs: measured, and, if a host talks with its cores as they run, held back to real time."""

from __future__ import annotations

import time
from dataclasses import dataclass

from spikemem.backends.spinnaker_board.layout import CLOCK_MHZ

_CYCLES = CLOCK_MHZ * 1e6
"""Of a core, in a second."""


@dataclass
class Pace:
    """How many cycles were run, and in how many seconds of this process."""

    cycles: int = 0
    seconds: float = 0.0

    def add(self, cycles: int, seconds: float) -> None:
        """Count a tick."""
        self.cycles += cycles
        self.seconds += seconds

    def __str__(self) -> str:
        return f"{1000 * self.cycles / _CYCLES:g} {self.seconds:g}"


class RealTime:
    """Says how long a tick has to wait so that a board is no faster than real ones.

    What was late by more than a tick is not made up for by going faster: the host would find its spikes in the wrong ticks.
    """

    def __init__(self) -> None:
        self._earliest = 0.0

    def ran(self, began: float, cycles: int) -> None:
        """Take note of a tick that is over, when it ``began`` and how many ``cycles`` of the board it was."""
        length = cycles / _CYCLES
        on_time = began - self._earliest < length
        self._earliest = (self._earliest if on_time else began) + length

    def wait(self) -> float:
        """Return how many seconds are left until the next tick may begin."""
        return max(self._earliest - time.monotonic(), 0.0)
