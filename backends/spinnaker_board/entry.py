"""How interrupts enter a core: a page of our own with a few instructions, which do as the processor would.

They switch modes, so that the emulator banks the registers itself, and read from words behind them what the host fills in: the
status to go back to, where to go back to, and the handler. The second entry hands over all waiting packets one after another
before it goes back, since starting the emulator costs more than a packet: a handler returns into the loop, and the word
``more`` says whether a packet is left (the communications controller keeps it up to date).
"""

from __future__ import annotations

import struct
from typing import Final

from spikemem.backends.spinnaker_board.memory import Region

PAGE: Final = 0x50000000
SIZE: Final = 0x1000
NOWHERE: Final = PAGE + SIZE - 4
"""An address that is never reached."""
_WORDS: Final = PAGE + 0x100
_STATUS, _BACK, _HANDLER, _MORE, _LOOP_STATUS, _LOOP_BACK = range(6)

IRQ: Final = PAGE
FIQ: Final = PAGE + 0x20
PACKETS: Final = PAGE + 0x40
_IRQ_MODE, _FIQ_MODE, _MASKED_SYSTEM = 0x92, 0xD1, 0xDF
_LR, _PC, _R8 = 14, 15, 8

_SET_SPSR: Final = 0xE16FF00E  # msr spsr_cxsf, lr


def _mode(bits: int) -> int:
    return 0xE321F000 | bits  # msr cpsr_c, #bits


def _load(register: int, word: int, at: int) -> int:
    return 0xE59F0000 | register << 12 | (_WORDS + 4 * word - at - 8)  # ldr register, word


def _once(mode: int, at: int) -> list[int]:
    return [
        _mode(mode),
        _load(_LR, _STATUS, at + 4),
        _SET_SPSR,
        _load(_LR, _BACK, at + 12),
        _load(_PC, _HANDLER, at + 16),
    ]


def _packets() -> list[int]:
    at = PACKETS
    return [
        _mode(_FIQ_MODE), _load(_R8, _MORE, at + 4),
        0xE3580000,  # cmp r8, #0
        0x0A000003,  # beq, to where it goes back
        _load(_LR, _LOOP_STATUS, at + 16), _SET_SPSR, _load(_LR, _LOOP_BACK, at + 24), _load(_PC, _HANDLER, at + 28),
        _load(_LR, _STATUS, at + 32), _SET_SPSR, _load(_LR, _BACK, at + 40),
        0xE25EF004,  # subs pc, lr, #4
    ]  # fmt: skip


class Entries:
    """The page of one core."""

    def __init__(self) -> None:
        self.region = Region((PAGE,), SIZE)
        for at, code in ((IRQ, _once(_IRQ_MODE, IRQ)), (FIQ, _once(_FIQ_MODE, FIQ)), (PACKETS, _packets())):
            struct.pack_into(f"<{len(code)}I", self.region.bytes, at - PAGE, *code)
        self._words = memoryview(self.region.bytes).cast("I")
        self._at = (_WORDS - PAGE) // 4
        self._words[self._at + _LOOP_STATUS] = _MASKED_SYSTEM
        self._words[self._at + _LOOP_BACK] = PACKETS + 4

    def set(self, status: int, back: int, handler: int) -> None:
        """Say what the next interrupt goes back to, and which handler it calls."""
        at = self._at
        self._words[at + _STATUS] = status
        self._words[at + _BACK] = back + 4
        self._words[at + _HANDLER] = handler

    def set_more(self, packets: int) -> None:
        """Say how many packets wait."""
        self._words[self._at + _MORE] = packets
