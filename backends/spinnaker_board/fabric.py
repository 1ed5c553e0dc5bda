"""How packets travel: from core to core, over the links and by the tables of the chips' routers.

The way of a key from a chip is found once, and kept until a table changes. Chips count what they send, pass on and drop; the
counts are made from the numbers of packets of each way when somebody asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from spikemem.backends.spinnaker_board.comms import FIXED_KIND, Packet
from spikemem.backends.spinnaker_board.geometry import XY, Geometry, opposite
from spikemem.backends.spinnaker_board.layout import CORES, LINKS
from spikemem.backends.spinnaker_board.router import DROPPED, EXTERNAL, LOCAL, Router

CoreAt = tuple[XY, int]


@dataclass
class Way:
    """Where a packet gets, which counters it adds to, and how many took it."""

    cores: list[CoreAt] = field(default_factory=list)
    counted: list[tuple[XY, int]] = field(default_factory=list)
    packets: int = 0


class Fabric:
    """The routers of a board and the links between them."""

    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry
        self.routers: Mapping[XY, Router] = {
            xy: Router(self._forget, self.settle) for xy in geometry.chips
        }  # fmt: skip
        self._ways: dict[tuple[XY, int, int], Way] = {}

    def deliver(self, chip: XY, packet: Packet) -> list[CoreAt]:
        """Return the cores that a packet from ``chip`` gets to, and count it."""
        name = (chip, packet.kind, packet.key)
        way = self._ways.get(name)
        if way is None:
            way = self._ways[name] = self._find(chip, packet)
        way.packets += 1
        return way.cores

    def settle(self) -> None:
        """Add what was sent since to the chips' counters."""
        for way in self._ways.values():
            for chip, counter in way.counted:
                self.routers[chip].counters[counter] += way.packets
            way.packets = 0

    def _forget(self) -> None:
        self.settle()
        self._ways.clear()

    def _find(self, chip: XY, packet: Packet) -> Way:
        way = Way(counted=[(chip, LOCAL[packet.kind])])
        seen: set[tuple[XY, int | None]] = set()
        ahead: list[tuple[XY, int | None]] = [(chip, None)]
        while ahead:
            here = ahead.pop()
            xy, came = here
            route = self._route(xy, packet, came)
            if route is None or here in seen:  # a circle: hardware drops what is too long on its way
                way.counted.append((xy, DROPPED[packet.kind]))
                continue
            seen.add(here)
            way.cores += [(xy, core) for core in range(CORES) if route >> LINKS + core & 1]
            for link in range(LINKS):
                if not route >> link & 1:
                    continue
                far = self._geometry.links[xy].get(link)
                if far is None:
                    way.counted.append((xy, DROPPED[packet.kind]))
                else:
                    way.counted.append((far, EXTERNAL[packet.kind]))
                    ahead.append((far, opposite(link)))
        return way

    def _route(self, xy: XY, packet: Packet, came: int | None) -> int | None:
        router = self.routers[xy]
        route = router.fixed if packet.kind == FIXED_KIND else router.route(packet.key)
        return 1 << opposite(came) if route is None and came is not None else route
