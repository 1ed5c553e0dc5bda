"""The two counters of a core. Source: SpiNNaker Datasheet 2.02, section 6 (an ARM SP804).

Time is counted in cycles, and moves only from one event to the next: within a tick a core is infinitely fast. A program that
reads a counter again and again waits for it; ``poll`` is called with each such read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from spikemem.backends.spinnaker_board.device import Device
from spikemem.backends.spinnaker_board.vic import TIMER1, TIMER2, Vic

_SECOND = 0x20
_RUNS, _PERIODIC, _INTERRUPTS, _ONCE = 0x80, 0x40, 0x20, 0x01
_LOAD, _COUNT, _CONTROL, _CLEAR, _RAW, _MASKED, _BACKGROUND = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18
_DIVISORS = (1, 16, 256, 256)


class Clock(Protocol):
    """What tells the time, in cycles."""

    now: int


class Counter:
    """One counter; ``due`` is when it next reaches zero, None while it stands."""

    def __init__(self, line: int, vic: Vic, clock: Clock) -> None:
        self._line, self._vic, self._clock = line, vic, clock
        self._load = self._background = self._control = 0
        self._raised = False
        self.due: int | None = None

    @property
    def period(self) -> int:
        """Cycles from one zero to the next."""
        return max(1, self._background * self._divisor)

    @property
    def _divisor(self) -> int:
        return _DIVISORS[self._control >> 2 & 3]

    def fire(self) -> None:
        """Reach zero: raise the interrupt, if it is wanted, and begin anew, if periodic."""
        self._raised = True
        if self._control & _INTERRUPTS:
            self._vic.lines |= self._line
        self.due = None
        if not self._control & _ONCE:
            self.due = self._clock.now + (self.period if self._control & _PERIODIC else 1 << 32)

    def count(self) -> int:
        """Return what is left to count."""
        if self.due is None:
            return 0 if self._raised else self._load
        return max(0, self.due - self._clock.now) // self._divisor & 0xFFFFFFFF

    def read(self, offset: int) -> int | None:
        """Return a register, None if it is not one of a counter's."""
        match offset:
            case 0x00:
                return self._load
            case 0x04:
                return self.count()
            case 0x08:
                return self._control
            case 0x10:
                return int(self._raised)
            case 0x14:
                return int(self._raised and bool(self._control & _INTERRUPTS))
            case 0x18:
                return self._background
        return None

    def write(self, offset: int, value: int) -> bool:
        """Set a register; return whether there is such a one."""
        if offset == _CLEAR:
            self._raised = False
            self._vic.lines &= ~self._line
        elif offset == _BACKGROUND:
            self._background = value
        elif offset == _LOAD:
            self._load = self._background = value
            self._start()
        elif offset == _CONTROL:
            ran, self._control = self._control & _RUNS, value
            if value & _RUNS and not ran:
                self._start()
            elif not value & _RUNS:
                self.due = None
        else:
            return False
        return True

    def _start(self) -> None:
        if self._control & _RUNS:
            self._raised = False
            self.due = self._clock.now + max(1, self._load * self._divisor)


class Timers(Device):
    """Both counters: ``first`` makes the ticks."""

    name = "timers"

    def __init__(self, vic: Vic, clock: Clock, poll: Callable[[], None]) -> None:
        self.first, self.second = Counter(TIMER1, vic, clock), Counter(TIMER2, vic, clock)
        self._poll = poll

    def _which(self, offset: int) -> tuple[Counter, int]:
        return (self.second, offset - _SECOND) if offset >= _SECOND else (self.first, offset)

    def read(self, offset: int) -> int:
        """Return a register."""
        counter, own = self._which(offset)
        if own in (_COUNT, _RAW, _MASKED):
            self._poll()
        value = counter.read(own)
        if value is None:
            raise self.refuse(offset)
        return value

    def write(self, offset: int, value: int) -> None:
        """Set a register."""
        counter, own = self._which(offset)
        if not counter.write(own, value):
            raise self.refuse(offset, value)
