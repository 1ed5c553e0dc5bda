"""A board: its chips, and the order in which their cores run.

Time is counted in cycles and goes from tick to tick; what lies between is skipped. In a tick all cores whose first counter
reaches zero run first, in the order of those times, then what they sent is delivered, and what is sent thereupon, until all
cores sleep. So a packet acts from the tick in which it was sent, whatever the phases of the cores, and runs are repeatable.
Cores are infinitely fast within a tick: what a board cannot do in time, and packets that it drops then, do not show.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from weakref import WeakSet

from spikemem.backends.spinnaker_board.chip import Chip
from spikemem.backends.spinnaker_board.comms import Packet
from spikemem.backends.spinnaker_board.core import Core, Stopped
from spikemem.backends.spinnaker_board.fabric import Fabric
from spikemem.backends.spinnaker_board.geometry import XY, geometry
from spikemem.backends.spinnaker_board.layout import CLOCK_MHZ, RTE, SV
from spikemem.backends.spinnaker_board.message import Message
from spikemem.backends.spinnaker_board.variables import error_code, state
from spikemem.backends.spinnaker_board.watchdog import Watchdog

_ROUNDS = 100_000
"""How often cores may be interrupted in one tick before we say that they keep each other awake for ever (ours)."""
_CLOCK = SV + 0x10


class Board:
    """A board of ``version`` 3 or 5 that has booted.

    ``failed`` is told in a sentence why a core has stopped; ``watchdog``, once entered, ends what never sleeps.
    """

    def __init__(
        self, version: int, address: bytes, failed: Callable[[str], None], watchdog: Watchdog | None = None
    ) -> None:
        self.version, self.geometry = version, geometry(version)
        self.now = 0
        self.ticks = 0
        """How many have been run."""
        self._failed = failed
        self._watchdog = watchdog or Watchdog()
        self.fabric = Fabric(self.geometry)
        self.messages: deque[Message] = deque()
        """What cores have sent to other cores, monitors and the host."""
        self._woken: deque[Core] = deque()
        self._ended: WeakSet[Core] = WeakSet()
        self._packets: list[tuple[XY, Packet]] = []
        self.chips = {
            xy: Chip(
                xy, self.geometry, self.fabric.routers[xy], version, address, self, self._send, self.messages.append,
                self._woken.append,
            )
            for xy in self.geometry.chips
        }  # fmt: skip
        self._fill_p2p()

    def _fill_p2p(self) -> None:
        toward = self.geometry.toward_root()
        for xy, chip in self.chips.items():
            for far in self.geometry.chips:
                chip.router.set_p2p(*far, 7 if far == xy else toward.get(xy, toward.get(far, 0)))

    def _send(self, chip: XY, packet: Packet) -> None:
        self._packets.append((chip, packet))

    def cores(self) -> list[Core]:
        """Return all cores that have a binary."""
        return [core for chip in self.chips.values() for core in chip.cores.values()]

    def start(self, cores: Sequence[Core]) -> None:
        """Begin the binaries of cores."""
        for core in cores:
            self._guarded(core, core.start)
        self.settle()
        self.look()

    def look(self) -> None:
        """Tell of the cores whose program has stopped itself, once."""
        for core in self.cores():
            memory, number = self.chips[core.place.chip].memory, core.place.number
            if state(memory, number) == RTE and core not in self._ended:
                self._ended.add(core)
                self._failed(
                    f"{core.place}: its program has stopped itself (run time exception {error_code(memory, number)})"
                )

    def settle(self) -> None:
        """Run until all cores sleep."""
        for _ in range(_ROUNDS):
            while self._woken:
                core = self._woken.popleft()
                self._guarded(core, core.run)
            if self._packets:
                self._deliver()
            elif not self._let_spin():
                return
        awake = {packet[0] for packet in self._packets}
        self._packets.clear()
        for core in [c for c in self.cores() if c.place.chip in awake or c.spinning]:
            self._give_up(core, f"{core.place} is kept awake for ever by others, or keeps them awake")

    def _let_spin(self) -> bool:
        """Let the second counters of cores that wait for them reach zero; return whether there are such cores."""
        spinning = [core for core in self.cores() if core.spinning]
        for core in spinning:
            second = core.timers.second
            if second.due is None:
                self._give_up(core, f"{core.where()} waits for a counter that does not run")
            else:
                second.fire()
                self._guarded(core, core.resume)
        return bool(spinning)

    def _give_up(self, core: Core, why: str) -> None:
        self.chips[core.place.chip].fail(core.place.number)
        self._failed(why)

    def _guarded(self, core: Core, run: Callable[[], None]) -> None:
        chip = self.chips[core.place.chip]
        if chip.cores.get(core.place.number) is not core:
            return  # it has been stopped meanwhile
        self._watchdog.begins(core)
        try:
            run()
        except Stopped as error:
            self._give_up(core, str(error))
        else:
            chip.after(core)
        finally:
            self._watchdog.ends()

    def _deliver(self) -> None:
        packets, self._packets = self._packets, []
        reached: dict[Core, None] = {}
        for origin, packet in packets:
            for xy, number in self.fabric.deliver(origin, packet):
                core = self.chips[xy].cores.get(number)
                if core is not None:
                    core.comms.receive(packet)
                    reached[core] = None
        self._woken.extend(reached)

    def tick(self) -> bool:
        """Run the next tick; return whether there was one: False if no core's counter runs."""
        self.settle()
        due = [
            (core.timers.first.due, n, core) for n, core in enumerate(self.cores()) if core.timers.first.due is not None
        ]
        if not due:
            return False
        due.sort()
        end = due[0][0] + min(core.timers.first.period for _, _, core in due)
        for at, _, core in due:
            if at >= end:
                break
            self.now = at
            core.timers.first.fire()
            self._guarded(core, core.run)
        self._advance_clocks()
        self.settle()
        self.look()
        self.ticks += 1
        return True

    def _advance_clocks(self) -> None:
        milliseconds = self.now // (CLOCK_MHZ * 1000)
        for chip in self.chips.values():
            if chip.cores:
                chip.memory.set_word(_CLOCK, milliseconds)
