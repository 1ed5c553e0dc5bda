"""The system controller of a chip: calls between cores, flags and locks. Source: SpiNNaker Datasheet 2.02, section 14."""

from __future__ import annotations

from collections.abc import Callable

from spikemem.backends.spinnaker_board.device import Device

_CHIP_ID = 0x59111012
_SET_CALL, _CLEAR_CALL, _SET_OK, _CLEAR_OK, _MONITOR, _SET_FLAG, _CLEAR_FLAG = 0x08, 0x0C, 0x10, 0x14, 0x34, 0x58, 0x5C
_LOCKS, _LOCKS_END = 0x100, 0x200
"""Test-and-set and test-and-clear: cores run one after the other, so that a lock is always free."""
_CORES = 0x3FFFF


class SystemController(Device):
    """``call`` is told which cores are called, and ``answered`` which have noticed."""

    name = "system controller"

    def __init__(self, call: Callable[[int], None], answered: Callable[[int], None]) -> None:
        self._call, self._answered = call, answered
        self.flags = 0
        """One bit a core, by which the monitor tells cores to go on together."""
        self._calls = self._ok = 0

    def read(self, offset: int) -> int:
        """Return a register."""
        if _LOCKS <= offset < _LOCKS_END:
            return 0
        values = {
            0x00: _CHIP_ID, _SET_CALL: self._calls, _CLEAR_CALL: self._calls, _SET_OK: self._ok, _CLEAR_OK: self._ok,
            _MONITOR: 0, _SET_FLAG: self.flags, _CLEAR_FLAG: self.flags,
        }  # fmt: skip
        if offset in values:
            return values[offset]
        raise self.refuse(offset)

    def write(self, offset: int, value: int) -> None:
        """Set a register."""
        cores = value & _CORES
        if offset == _SET_CALL:
            self._calls |= cores
            self._call(cores)
        elif offset == _CLEAR_CALL:
            self._calls &= ~cores
            self._answered(cores)
        elif offset == _SET_OK:
            self._ok |= cores
        elif offset == _CLEAR_OK:
            self._ok &= ~cores
        elif offset == _SET_FLAG:
            self.flags |= cores
        elif offset == _CLEAR_FLAG:
            self.flags &= ~cores
        elif not _LOCKS <= offset < _LOCKS_END:
            raise self.refuse(offset, value)
