"""The DMA controller of a core: transfers are done at once. Source: SpiNNaker Datasheet 2.02, section 7."""

from __future__ import annotations

import ctypes

from spikemem.backends.spinnaker_board.device import Device
from spikemem.backends.spinnaker_board.memory import Memory
from spikemem.backends.spinnaker_board.vic import DMA_DONE, Vic

_SYSTEM, _TCM, _DESCRIPTION, _CONTROL, _STATUS, _GLOBAL = 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18
_STATISTICS, _BURSTS, _BURSTS_END = 0x28, 0x40, 0x60
_LENGTH, _TO_SYSTEM, _CHECKED = 0x1FFFF, 1 << 19, 0x3 << 17
_DONE = 0x400
_CLEAR_DONE = 0x08


class Dma(Device):
    """Moves bytes between a core's own memory and its chip's."""

    name = "DMA controller"

    def __init__(self, core: int, own: Memory, shared: Memory, vic: Vic) -> None:
        self._core, self._own, self._shared, self._vic = core, own, shared, vic
        self._system = self._tcm = self._global = self._description = 0
        self._done = self._counts = False
        self._bursts = 0

    def read(self, offset: int) -> int:
        """Return a register; the status also tells which core asks."""
        if offset == _STATUS:
            return self._core << 24 | (_DONE if self._done else 0)
        if offset == _CONTROL:
            return 0
        values = {_SYSTEM: self._system, _TCM: self._tcm, _DESCRIPTION: self._description, _GLOBAL: self._global}
        if offset in values:
            return values[offset]
        if _BURSTS <= offset < _BURSTS_END:  # by how long they waited: here none does
            return self._bursts if offset == _BURSTS else 0
        raise self.refuse(offset)

    def write(self, offset: int, value: int) -> None:
        """Set a register; a description starts a transfer."""
        if offset == _SYSTEM:
            self._system = value
        elif offset == _TCM:
            self._tcm = value
        elif offset == _DESCRIPTION:
            self._transfer(value)
        elif offset == _CONTROL:
            if value & _CLEAR_DONE:
                self._done = False
                self._vic.lines &= ~DMA_DONE
        elif offset == _GLOBAL:
            self._global = value
            self._signal()
        elif offset == _STATISTICS:
            self._counts = bool(value & 1)
            self._bursts = 0 if value & 2 else self._bursts
        else:
            raise self.refuse(offset, value)

    def _transfer(self, description: int) -> None:
        if description & _CHECKED:
            raise self.refuse(_DESCRIPTION, description)  # with a checksum
        self._description, length = description, description & _LENGTH
        system, tcm = self._shared.host(self._system, length), self._own.host(self._tcm, length)
        target, source = (system, tcm) if description & _TO_SYSTEM else (tcm, system)
        ctypes.memmove(target, source, length)
        if self._counts:
            size = 4 << (description >> 24 & 1) + (description >> 21 & 7)
            self._bursts += -(-length // size)
        self._done = True
        self._signal()

    def _signal(self) -> None:
        if self._done and self._global & _DONE:
            self._vic.lines |= DMA_DONE
