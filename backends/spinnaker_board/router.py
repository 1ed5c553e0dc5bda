"""The router of a chip: its tables and its counters. Source: SpiNNaker Datasheet 2.02, section 10.

A route is a word: bits 0..5 are links, bits 6..23 cores. The first entry with ``key & mask == entry key`` decides. A packet
that came over a link and is in no entry goes on straight ahead; one of an own core is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from spikemem.backends.spinnaker_board.comms import FIXED_KIND
from spikemem.backends.spinnaker_board.device import Device
from spikemem.backends.spinnaker_board.layout import TABLE_SIZE

_ROUTES, _KEYS, _MASKS, _P2P, _P2P_END = 0x4000, 0x8000, 0xC000, 0x10000, 0x18000
_COUNTERS, _COUNTERS_END, _FILTERS, _FIXED = 0x300, 0x340, 0x200, 0x84
_REGISTERS_END = 0x240
_UNUSED = 0xFF000000
"""The route of an entry that is not in use."""

LOCAL, EXTERNAL, DROPPED = {0: 0, FIXED_KIND: 6}, {0: 1, FIXED_KIND: 7}, {0: 8, FIXED_KIND: 11}
"""Counters by kind of packet: sent by own cores, come over links, dropped."""


@dataclass
class Entry:
    """One row of the multicast table."""

    key: int = 0xFFFFFFFF
    mask: int = 0
    route: int = _UNUSED


class Router(Device):
    """``changed`` is called before the tables change, and ``settle`` before counters are read."""

    name = "router"

    def __init__(self, changed: Callable[[], None], settle: Callable[[], None]) -> None:
        self._changed, self._settle = changed, settle
        self.table = [Entry() for _ in range(TABLE_SIZE)]
        self.fixed = 0
        self.counters = [0] * 16
        self.p2p = bytearray(b"\xb6\x6d\xdb\x00" * ((_P2P_END - _P2P) // 4))
        """To which link a message for chip (x, y) goes: 3 bits each, 8 a word; 6: nowhere, 7: this chip."""
        self._other: dict[int, int] = {}

    def set_p2p(self, x: int, y: int, link: int) -> None:
        """Set an entry of the table of the point-to-point routes."""
        number = x << 8 | y
        at, shift = 4 * (number >> 3), 3 * (number & 7)
        word = int.from_bytes(self.p2p[at : at + 4], "little") & ~(7 << shift) | link << shift
        self.p2p[at : at + 4] = word.to_bytes(4, "little")

    def route(self, key: int) -> int | None:
        """Return the route of a multicast packet, None if it is in no entry."""
        for entry in self.table:
            if key & entry.mask == entry.key:
                return entry.route & 0xFFFFFF
        return None

    def load(self, first: int, entries: list[Entry]) -> None:
        """Set the entries from number ``first`` on."""
        self._changed()
        self.table[first : first + len(entries)] = entries

    def clear(self, first: int, count: int) -> None:
        """Take entries out of use."""
        self.load(first, [Entry() for _ in range(count)])

    def set_fixed(self, route: int) -> None:
        """Set the route of packets of the fixed kind."""
        self._changed()
        self.fixed = route

    def read(self, offset: int) -> int:
        """Return a register or a word of a table; what the host set for diagnostics is what it was set to."""
        if _COUNTERS <= offset < _COUNTERS_END:
            self._settle()
            return self.counters[(offset - _COUNTERS) >> 2] & 0xFFFFFFFF
        if _P2P <= offset < _P2P_END:
            return int.from_bytes(self.p2p[offset - _P2P : offset - _P2P + 4], "little")
        if _ROUTES <= offset < _ROUTES + 4 * TABLE_SIZE:
            return self.table[(offset - _ROUTES) >> 2].route
        if offset == _FIXED:
            return self.fixed
        if offset < _REGISTERS_END:
            return self._other.get(offset, 0)
        raise self.refuse(offset)

    def write(self, offset: int, value: int) -> None:
        """Set a register or a word of a table."""
        page, number = offset & ~0xFFF, (offset & 0xFFF) >> 2
        if page == _ROUTES:
            self._changed()
            self.table[number].route = value
        elif page == _KEYS:
            self._changed()
            self.table[number].key = value
        elif page == _MASKS:
            self._changed()
            self.table[number].mask = value
        elif offset == _FIXED:
            self.set_fixed(value)
        elif offset < _REGISTERS_END:
            self._other[offset] = value
            if offset == 0x2C:  # which counters are set to zero, in the upper half, and which count
                self._settle()
                self.counters = [0 if value >> 16 + n & 1 else c for n, c in enumerate(self.counters)]
        else:
            raise self.refuse(offset, value)
