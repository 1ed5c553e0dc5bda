"""One core: the emulated processor with its own memories and peripherals.

Between events a core sleeps: the instruction that waits for an interrupt ends the emulator's run. Programs do it with their
interrupts masked, and let them in when they are awake again; so here they come in at once. A program may also wait for a
counter with a loop; after some reads of it the core counts as spinning, and the others go on. It is interrupted as its
masks allow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from spikemem.backends.spinnaker_board import aplx, layout
from spikemem.backends.spinnaker_board.comms import Comms, Packet
from spikemem.backends.spinnaker_board.device import Device
from spikemem.backends.spinnaker_board.dma import Dma
from spikemem.backends.spinnaker_board.emulator import Emulator, Fault
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
        self._polls = 0
        itcm, dtcm = Region((layout.ITCM,), layout.ITCM_SIZE), Region((layout.DTCM,), layout.DTCM_SIZE)
        self.memory = Memory((itcm, dtcm))
        self._entries = Entries()
        self.comms.taken = self._packet_taken
        self._emulator = Emulator()
        for region in (*self.memory.regions, *shared.regions, self._entries.region):
            self._emulator.map(region)
        router, system = chip_devices
        dma = Dma(place.number, self.memory, shared, self.vic)
        for device, bases, size in (
            (self.comms, layout.COMMS, _PAGE), (self.timers, layout.TIMERS, _PAGE), (self.vic, layout.VIC, _PAGE),
            (dma, layout.DMA, _PAGE), (router, layout.ROUTER, _WIDE), (system, layout.SYSTEM, _PAGE),
        ):  # fmt: skip
            self._emulator.attach(device, bases, size)

    def load(self, image: bytes, app: int, *, wait: bool) -> None:
        """Take a binary; :meth:`start` begins it."""
        self.app = app
        try:
            start = aplx.load(image, self.memory)
        except Unmapped as error:
            raise aplx.BadBinary(str(error)) from None
        self._emulator.begin(start, _START_STATUS, app | (_WAIT_FLAG if wait else 0))

    def start(self) -> None:
        """Run from the binary's beginning until the core sleeps."""
        self._go(self._emulator.at)
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

    def interrupt(self, why: str) -> None:
        """End a run from another thread: it cannot go on, for ``why``."""
        self._emulator.interrupt(why)

    def where(self) -> str:
        """Return which core it is, and where it stands."""
        return f"{self.place}: the instruction at 0x{self._emulator.at:08x}"

    def resume(self) -> None:
        """Let a spinning core go on with its loop."""
        self._go(self._emulator.at | bool(self._emulator.status & _THUMB))

    def _let_in(self) -> int:
        pending = self.vic.pending()
        if pending and self.spinning:
            fast = self.vic.fast
            if self._emulator.status & _NO_FIQ:
                pending &= ~fast
            if self._emulator.status & _NO_IRQ:
                pending &= fast
        return pending

    def _enter(self, entry: int, handler: int) -> None:
        self._entries.set(self._emulator.status, self._emulator.at, handler)
        self._go(entry)

    def _go(self, at: int) -> None:
        self.spinning, self._polls = False, 0
        try:
            self._emulator.run(at, NOWHERE)
        except Fault as error:
            raise Stopped(f"{self.place}: {error}") from None

    def _polled(self) -> None:
        self._polls += 1
        if self._polls >= _POLLS:
            self.spinning = True
            self._emulator.stop()

    def _packet_taken(self) -> None:
        self._entries.set_more(len(self.comms.waiting))
