"""A chip: its memories, cores and router, and what its monitor does for them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable

from spikemem.backends.spinnaker_board import layout
from spikemem.backends.spinnaker_board.comms import Packet
from spikemem.backends.spinnaker_board.core import Core, Place
from spikemem.backends.spinnaker_board.entries import RouterEntries
from spikemem.backends.spinnaker_board.geometry import XY, Geometry
from spikemem.backends.spinnaker_board.heap import Heap
from spikemem.backends.spinnaker_board.mailbox import Mailbox
from spikemem.backends.spinnaker_board.memory import Memory, chip_memory
from spikemem.backends.spinnaker_board.message import Message
from spikemem.backends.spinnaker_board.router import Router
from spikemem.backends.spinnaker_board.system import SystemController
from spikemem.backends.spinnaker_board.timers import Clock
from spikemem.backends.spinnaker_board.variables import ERROR, app_of, initialise, set_app, set_state, state, vcpu

_LEAD = 3
STOP, SYNC0, SYNC1 = 2, 4, 5
_SIGNAL = 3
_PHYSICAL = 45


class Chip:
    """``send`` takes packets that cores send, ``post`` messages, and ``woken`` is told which core has something to do."""

    def __init__(
        self, xy: XY, board: Geometry, router: Router, version: int, address: bytes, clock: Clock,
        send: Callable[[XY, Packet], None], post: Callable[[Message], None], woken: Callable[[Core], None],
    ) -> None:  # fmt: skip
        self.xy, self.router = xy, router
        self.memory: Memory = chip_memory()
        initialise(self.memory, xy, board, version, address)
        self.sdram = Heap(self.memory, *layout.SDRAM_HEAP)
        self.sysram = Heap(self.memory, *layout.SYSRAM_HEAP)
        self._system = Heap(self.memory, *layout.SYSTEM_HEAP)
        self.entries = RouterEntries(self.memory, router)
        self.system = SystemController(self._call, self._answered)
        self.cores: dict[int, Core] = {}
        self._mailbox = Mailbox(self.memory)
        self._waiting: defaultdict[int, deque[tuple[int, int]]] = defaultdict(deque)
        self._clock, self._post, self._woken = clock, post, woken
        self._send: Callable[[Packet], None] = lambda packet: send(xy, packet)

    def load(self, image: bytes, app: int, mask: int, *, wait: bool) -> list[Core]:
        """Put a binary on cores, in place of what ran there; return them, ready to be started."""
        numbers = [number for number in range(1, layout.CORES) if mask >> number & 1]
        devices = (self.router, self.system)
        loaded = [Core(Place(self.xy, n), self.memory, devices, self._clock, self._send) for n in numbers]
        for core in loaded:
            core.load(image, app, wait=wait)  # raises, before anything is changed, if it is no binary
        self.memory.set_byte(layout.APP_DATA + 4 * app, len(numbers))
        if numbers:
            self.memory.set_byte(layout.APP_DATA + 4 * app + _LEAD, numbers[0])
        for number, core in zip(numbers, loaded, strict=True):
            self._forget(number)
            set_state(self.memory, number, layout.INITIALISING)
            set_app(self.memory, number, app)
            self.system.write(0x58, 1 << number)
            self.cores[number] = core
        return loaded

    def stop(self, app: int) -> None:
        """End an application: its cores are idle again, and what it has is free; the user words stay as they are."""
        for number in [n for n, core in self.cores.items() if core.app == app]:
            self._forget(number)
            self.memory.write(vcpu(number), bytes(layout.VCPU_KEPT))
            self.memory.set_byte(vcpu(number) + _PHYSICAL, number)
            set_state(self.memory, number, layout.IDLE)
        for heap in (self.sdram, self.sysram, self._system):
            heap.release_all(app)
        self.entries.release_all(app)

    def _forget(self, number: int) -> None:
        self.cores.pop(number, None)
        self._waiting.pop(number, None)

    def count(self, app: int, wanted: int) -> int:
        """Return how many cores of an application are in a state."""
        return sum(
            state(self.memory, number) == wanted and app_of(self.memory, number) == app
            for number in range(1, layout.CORES)
        )

    def signal(self, number: int, app: int, mask: int) -> None:
        """Send a signal to the cores whose application is ``app`` in the bits of ``mask``."""
        for core, running in list(self.cores.items()):
            if running.app & mask != app & mask:
                continue
            if number == SYNC0:
                self.system.write(0x5C, 1 << core)
            elif number == SYNC1:
                self.system.write(0x58, 1 << core)
            self._put(core, _SIGNAL, number)

    def give(self, message: Message) -> bool:
        """Hand a message to a core; return whether it could be."""
        if message.core not in self.cores:
            return False
        buffer = self._mailbox.store(message)
        if not buffer:
            return False
        self._put(message.core, Mailbox.MESSAGE, buffer)
        return True

    def _put(self, core: int, command: int, value: int) -> None:
        self._waiting[core].append((command, value))
        self._next(core)

    def _next(self, core: int) -> None:
        """Put what waits for a core into its mailbox, if that is empty, and call it."""
        if core not in self.cores or not self._waiting[core]:
            return
        if self._mailbox.put(core, *self._waiting[core][0]):
            self._waiting[core].popleft()
            self.cores[core].call()
            self._woken(self.cores[core])

    def _call(self, cores: int) -> None:
        if cores & 1:
            for message in self._mailbox.collect(self.xy):
                self._post(message)
            self.system.write(0x0C, 1)
        for number, core in self.cores.items():
            if cores >> number & 1:
                core.call()
                self._woken(core)

    def _answered(self, cores: int) -> None:
        for number, core in self.cores.items():
            if cores >> number & 1:
                core.answered()

    def after(self, core: Core) -> None:
        """Called when a core has run: its mailbox may be empty now."""
        if self._waiting.get(core.place.number):
            self._next(core.place.number)

    def fail(self, number: int) -> None:
        """Show the host that a core has failed."""
        set_state(self.memory, number, layout.RTE)
        self.memory.set_byte(vcpu(number) + ERROR, 9)
        self.memory.set_byte(layout.SV + 0x2B, 8)
        self._forget(number)
