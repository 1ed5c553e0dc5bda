"""Which entries of a chip's multicast table belong to which application.

SARK keeps this in the router's copy in SDRAM, where cores change it too: entry i is 16 bytes, of which the first two half words
are the number of the entry after its block and, if the block is free, that of the next free block; else 0x8000 + application.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from spikemem.backends.spinnaker_board.layout import ROUTER_COPY, SV, TABLE_SIZE
from spikemem.backends.spinnaker_board.memory import Memory
from spikemem.backends.spinnaker_board.router import Entry, Router
from spikemem.backends.spinnaker_board.variables import FREE_ROUTES

_FIRST = 1
_USED = 0x8000
_ROW = struct.Struct("<2H3I")


class RouterEntries:
    """The entries of one chip."""

    def __init__(self, memory: Memory, router: Router) -> None:
        self._memory, self._router = memory, router

    def _next(self, entry: int) -> int:
        return self._memory.half(ROUTER_COPY + 16 * entry)

    def _mark(self, entry: int) -> int:
        return self._memory.half(ROUTER_COPY + 16 * entry + 2)

    def _set(self, entry: int, following: int, mark: int) -> None:
        self._memory.write(ROUTER_COPY + 16 * entry, struct.pack("<2H", following, mark))

    def _blocks(self) -> Iterator[tuple[int, int, int]]:
        """Yield (first entry, entry after it, mark) of all blocks."""
        block = _FIRST
        while 0 < block < TABLE_SIZE:
            end = self._next(block)
            yield block, end, self._mark(block)
            if end <= block:
                return
            block = end

    def _rebuild(self, blocks: list[tuple[int, int, int]]) -> None:
        """Write the blocks, free ones that touch as one, and chain the free ones."""
        joined: list[tuple[int, int, int]] = []
        for block in blocks:
            if joined and not joined[-1][2] & _USED and not block[2] & _USED:
                joined[-1] = (joined[-1][0], block[1], 0)
            else:
                joined.append(block)
        following = 0
        for first, end, mark in reversed(joined):
            self._set(first, end, mark if mark & _USED else following)
            if not mark & _USED:
                following = first
        self._memory.set_half(SV + FREE_ROUTES, following)

    def largest(self) -> int:
        """Return how many free entries follow each other."""
        return max((end - first for first, end, mark in self._blocks() if not mark & _USED), default=0)

    def allocate(self, count: int, app: int) -> int:
        """Return the first of ``count`` new entries, 0 if there are none."""
        blocks = list(self._blocks())
        for at, (first, end, mark) in enumerate(blocks):
            if mark & _USED or count == 0 or end - first < count:
                continue
            rest = [(first + count, end, 0)] if first + count < end else []
            self._rebuild([*blocks[:at], (first, first + count, _USED | app), *rest, *blocks[at + 1 :]])
            return first
        return 0

    def release_all(self, app: int) -> int:
        """Free the entries of an application; return how many blocks there were."""
        blocks = list(self._blocks())
        freed = [b for b in blocks if b[2] & _USED and b[2] & 0xFF == app]
        for first, end, _ in freed:
            self._router.clear(first, end - first)
        self._rebuild([(f, e, 0) if (f, e, m) in freed else (f, e, m) for f, e, m in blocks])
        return len(freed)

    def clear(self) -> None:
        """Free everything."""
        self._router.clear(0, TABLE_SIZE)
        self._rebuild([(_FIRST, TABLE_SIZE, 0)])

    def load(self, count: int, table: int, first: int, app: int) -> None:
        """Take ``count`` entries from a table in memory into those from ``first`` on."""
        entries = []
        for number in range(count):
            _, _, route, key, mask = _ROW.unpack(self._memory.read(table + _ROW.size * number, _ROW.size))
            entries.append(Entry(key, mask, route | app << 24))
            self._memory.write(ROUTER_COPY + 16 * (first + number) + 4, struct.pack("<3I", route, key, mask))
        self._router.load(first, entries)
