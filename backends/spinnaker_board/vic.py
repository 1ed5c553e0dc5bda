"""The vectored interrupt controller of a core. Source: SpiNNaker Datasheet 2.02, section 5 (an ARM PL190)."""

from __future__ import annotations

from typing import Final

from spikemem.backends.spinnaker_board.device import Device

TIMER1, TIMER2, DMA_DONE, TX_EMPTY, CALLED, TX_FREE = 1 << 4, 1 << 5, 1 << 12, 1 << 11, 1 << 18, 1 << 23
RECEIVED, MULTICAST, FIXED_ROUTE = 1 << 6, 1 << 24, 1 << 27
"""Lines, as bits. ``CALLED``: the system controller's, by which the monitor calls a core."""

_SLOTS: Final = 16
_ENABLED: Final = 0x20
_SELECT, _ENABLE, _DISABLE, _SOFT_SET, _SOFT_CLEAR, _PROTECT, _CURRENT, _DEFAULT = (
    0x0C, 0x10, 0x14, 0x18, 0x1C, 0x20, 0x30, 0x34,
)  # fmt: skip
_VECTORS, _CONTROLS = 0x100, 0x200


class Vic(Device):
    """``lines`` are set and cleared by the peripherals."""

    name = "interrupt controller"

    def __init__(self) -> None:
        self.lines = TX_EMPTY | TX_FREE  # what is sent leaves at once
        self.enabled = self.fast = self._soft = 0
        self._vectors, self._controls, self._default = [0] * _SLOTS, [0] * _SLOTS, 0

    def pending(self) -> int:
        """Return the enabled lines that are raised."""
        return (self.lines | self._soft) & self.enabled

    def vector(self) -> int:
        """Return the handler of the first slot whose line is raised."""
        waiting = self.pending() & ~self.fast
        for vector, control in zip(self._vectors, self._controls, strict=True):
            if control & _ENABLED and waiting >> (control & 31) & 1:
                return vector
        return self._default

    def read(self, offset: int) -> int:
        """Return a register."""
        raised = self.lines | self._soft
        match offset:
            case 0x00:
                return raised & self.enabled & ~self.fast
            case 0x04:
                return raised & self.enabled & self.fast
            case 0x08:
                return raised
            case 0x0C:
                return self.fast
            case 0x10:
                return self.enabled
            case 0x18:
                return self._soft
            case 0x30:
                return self.vector()
            case 0x34:
                return self._default
        if _VECTORS <= offset < _VECTORS + 4 * _SLOTS:
            return self._vectors[(offset - _VECTORS) >> 2]
        if _CONTROLS <= offset < _CONTROLS + 4 * _SLOTS:
            return self._controls[(offset - _CONTROLS) >> 2]
        raise self.refuse(offset)

    def write(self, offset: int, value: int) -> None:
        """Set a register; what is written to the current vector says that a handler has ended, which is not counted."""
        if offset == _SOFT_SET:
            self._soft |= value
        elif offset == _SOFT_CLEAR:
            self._soft &= ~value
        elif offset in (_CURRENT, _PROTECT):
            pass
        elif offset == _ENABLE:
            self.enabled |= value
        elif offset == _DISABLE:
            self.enabled &= ~value
        elif offset == _SELECT:
            self.fast = value
        elif offset == _DEFAULT:
            self._default = value
        elif _VECTORS <= offset < _VECTORS + 4 * _SLOTS:
            self._vectors[(offset - _VECTORS) >> 2] = value
        elif _CONTROLS <= offset < _CONTROLS + 4 * _SLOTS:
            self._controls[(offset - _CONTROLS) >> 2] = value
        else:
            raise self.refuse(offset, value)
