"""One core: the emulated processor with its own memories and peripherals.

Between events a core sleeps: the instruction that waits for an interrupt ends the emulator's run. Programs do it with their
interrupts masked, and let them in when they are awake again; so here they come in at once. A program may also wait for a
counter with a loop; after some reads of it the core counts as spinning, and the others go on. It is interrupted as its
masks allow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import unicorn
from unicorn import arm_const as arm

from spikemem.backends.spinnaker_board import aplx, layout
from spikemem.backends.spinnaker_board.comms import Comms, Packet
from spikemem.backends.spinnaker_board.device import Device, NotEmulated
from spikemem.backends.spinnaker_board.dma import Dma
from spikemem.backends.spinnaker_board.entry import FIQ, IRQ, NOWHERE, PACKETS, Entries
from spikemem.backends.spinnaker_board.geometry import XY
from spikemem.backends.spinnaker_board.memory import Memory, Region, Unmapped
from spikemem.backends.spinnaker_board.timers import Clock, Timers
from spikemem.backends.spinnaker_board.vic import CALLED, FIXED_ROUTE, MULTICAST, RECEIVED, Vic

_FIQ_VECTOR = 0x3C
_PAGE, _WIDE = 0x1000, 0x20000
_START_STATUS = 0xD3
"""Supervisor mode, interrupts masked."""
_NO_IRQ, _NO_FIQ, _THUMB = 0x80, 0x40, 0x20
_WAIT_FLAG = 0x100
_POLLS = 300
"""Reads of a counter after which a core counts as spinning (ours)."""
_PACKET_LINES = MULTICAST | FIXED_ROUTE | RECEIVED


class Stopped(Exception):
    """A core that cannot go on, for it needs what is not emulated."""


@dataclass(frozen=True)
class Place:
    """A core's chip and number."""

    chip: XY
    number: int

    def __str__(self) -> str:
        return f"core {self.number} of chip {self.chip[0]}, {self.chip[1]}"


class Core:
    """A core with a binary in its memory, ready to ``run``."""

    def __init__(
        self, place: Place, shared: Memory, chip_devices: tuple[Device, Device], clock: Clock,
        send: Callable[[Packet], None],
    ) -> None:  # fmt: skip
        self.place, self.app = place, 0
        self.vic = Vic()
        self.comms = Comms(self.vic, send)
        self.timers = Timers(self.vic, clock, self._polled)
        self.spinning = False
        self._awake = True
        self._polls = 0
        itcm, dtcm = Region((layout.ITCM,), layout.ITCM_SIZE), Region((layout.DTCM,), layout.DTCM_SIZE)
        self.memory = Memory((itcm, dtcm))
        self._entries = Entries()
        self.comms.taken = self._packet_taken
        self._uc: Any = unicorn.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_ARM)
        self._uc.ctl_set_cpu_model(arm.UC_CPU_ARM_926)
        for region in (*self.memory.regions, *shared.regions, self._entries.region):
            for base in region.bases:
                self._uc.mem_map_ptr(base, region.size, unicorn.UC_PROT_ALL, region.host)
        router, system = chip_devices
        dma = Dma(place.number, self.memory, shared, self.vic)
        for device, bases, size in (
            (self.comms, layout.COMMS, _PAGE), (self.timers, layout.TIMERS, _PAGE), (self.vic, layout.VIC, _PAGE),
            (dma, layout.DMA, _PAGE), (router, layout.ROUTER, _WIDE), (system, layout.SYSTEM, _PAGE),
        ):  # fmt: skip
            for base in bases:
                self._map(device, base, size)
        self._at = 0
        self._status = _START_STATUS

    def _map(self, device: Device, base: int, size: int) -> None:
        read, write = device.read, device.write

        def reads(uc: Any, offset: int, width: int, user: Any) -> int:
            return read(offset)

        def writes(uc: Any, offset: int, width: int, value: int, user: Any) -> None:
            write(offset, value)

        self._uc.mmio_map(base, size, reads, None, writes, None)

    def load(self, image: bytes, app: int, *, wait: bool) -> None:
        """Take a binary; :meth:`start` begins it."""
        self.app = app
        try:
            self._at = aplx.load(image, self.memory)
        except Unmapped as error:
            raise aplx.BadBinary(str(error)) from None
        self._uc.reg_write(arm.UC_ARM_REG_CPSR, _START_STATUS)
        self._uc.reg_write(arm.UC_ARM_REG_R0, app | (_WAIT_FLAG if wait else 0))

    def start(self) -> None:
        """Run from the binary's beginning until the core sleeps."""
        self._go(self._at)
        self.run()

    def call(self) -> None:
        """Raise the interrupt by which the monitor calls."""
        self.vic.lines |= CALLED

    def answered(self) -> None:
        """Take that interrupt back."""
        self.vic.lines &= ~CALLED

    def run(self) -> None:
        """Handle interrupts until none is pending that the core lets in."""
        while (pending := self._let_in()) != 0:
            fast = pending & self.vic.fast
            if not fast:
                self._enter(IRQ, self.vic.vector())
            elif fast & ~_PACKET_LINES:
                self._enter(FIQ, self.memory.word(_FIQ_VECTOR))
            else:
                self._entries.set_more(len(self.comms.waiting))
                self._enter(PACKETS, self.memory.word(_FIQ_VECTOR))

    def resume(self) -> None:
        """Let a spinning core go on with its loop."""
        self._go(self._at | bool(self._status & _THUMB))

    def _let_in(self) -> int:
        pending = self.vic.pending()
        if pending and self.spinning:
            fast = self.vic.fast
            if self._status & _NO_FIQ:
                pending &= ~fast
            if self._status & _NO_IRQ:
                pending &= fast
        return pending

    def _enter(self, entry: int, handler: int) -> None:
        self._entries.set(self._status, self._at, handler)
        self._go(entry)

    def _go(self, at: int) -> None:
        self.spinning, self._polls = False, 0
        try:
            self._uc.emu_start(at, NOWHERE)
        except (unicorn.UcError, NotEmulated, Unmapped) as error:
            raise Stopped(self._fault(error)) from None
        self._at, self._status = self._uc.reg_read_batch((arm.UC_ARM_REG_PC, arm.UC_ARM_REG_CPSR))

    def _fault(self, error: Exception) -> str:
        at = self._uc.reg_read(arm.UC_ARM_REG_PC)
        link = self._uc.reg_read(arm.UC_ARM_REG_LR)
        return f"{self.place}: the instruction at 0x{at:08x} (called from 0x{link:08x}) {error}"

    def _polled(self) -> None:
        self._polls += 1
        if self._polls >= _POLLS:
            self.spinning = True
            self._uc.emu_stop()

    def _packet_taken(self) -> None:
        self._entries.set_more(len(self.comms.waiting))
