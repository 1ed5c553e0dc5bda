"""A heap in a chip's memory, as SARK lays it out: cores allocate from it too, so it is kept in that memory itself.

Layout: a head of four words (first free block, first block, last block, free bytes), then blocks. A block begins with the
address of the next block and, if it is free, that of the next free one; else with 0xffff0000 + application << 8 + tag.
"""

from __future__ import annotations

from collections.abc import Iterator

from spikemem.backends.spinnaker_board.layout import ALLOC_TAGS
from spikemem.backends.spinnaker_board.memory import Memory

_HEAD = 16
_BLOCK = 8


class Heap:
    """The heap between two addresses."""

    def __init__(self, memory: Memory, base: int, top: int) -> None:
        self._memory, self._base = memory, base
        first, last = base + _HEAD, top - _BLOCK
        for at, value in enumerate((first, first, last, last - first - _BLOCK)):
            memory.set_word(base + 4 * at, value)
        self._link(first, last, 0)
        self._link(last, 0, 0)

    def _link(self, block: int, following: int, free: int) -> None:
        self._memory.set_word(block, following)
        self._memory.set_word(block + 4, free)

    def _free_blocks(self) -> Iterator[tuple[int, int, int]]:
        """Yield (the free block before it or 0, block, end) of all free blocks."""
        before, block = 0, self._memory.word(self._base)
        while block:
            yield before, block, self._memory.word(block)
            before, block = block, self._memory.word(block + 4)

    def largest(self) -> int:
        """Return the bytes of the largest free block."""
        return max((end - block - _BLOCK for _, block, end in self._free_blocks() if end), default=0)

    def allocate(self, size: int, app: int, tag: int = 0, *, again: bool = False) -> int:
        """Return the address of a new block, 0 if there is none.

        ``tag`` is unique within an application; with ``again``, asking for a block of that tag and size gives the old one.
        """
        entry = (app << 8) + tag
        at = ALLOC_TAGS + 4 * entry
        if tag and (old := self._memory.word(at)):
            return old if again and self._memory.word(old - _BLOCK) - old == size else 0
        need = (size + 3 & ~3) + _BLOCK
        if size == 0:
            return 0
        for before, block, end in self._free_blocks():
            new = block + need
            if new > end:
                continue
            following = self._memory.word(block + 4)
            if new + _BLOCK < end:
                self._link(new, end, following)
                self._memory.set_word(block, new)
                following = new
            self._memory.set_word(before + 4 if before else self._base, following)
            self._add_free(-need)
            self._memory.set_word(block + 4, 0xFFFF0000 + entry)
            if tag:
                self._memory.set_word(at, block + _BLOCK)
            return block + _BLOCK
        return 0

    def _add_free(self, count: int) -> None:
        self._memory.set_word(self._base + 12, self._memory.word(self._base + 12) + count)

    def release(self, address: int) -> None:
        """Free a block; what is no block is left alone."""
        block = address - _BLOCK
        if block not in {at for at, _ in self._owned()}:
            return
        entry, end = self._memory.word(block + 4) & 0xFFFF, self._memory.word(block)
        if entry & 0xFF:
            self._memory.set_word(ALLOC_TAGS + 4 * entry, 0)
        self._add_free(end - block)
        before = max((b for _, b, _ in self._free_blocks() if b < block), default=0)
        following = self._memory.word(before + 4 if before else self._base)
        if following and end == following:
            end, following = self._memory.word(following), self._memory.word(following + 4)
        self._link(block, end, following)
        self._memory.set_word(before + 4 if before else self._base, block)
        if before and self._memory.word(before) == block:
            self._link(before, end, following)

    def _owned(self) -> Iterator[tuple[int, int]]:
        """Yield (block, application) of all blocks in use."""
        block = self._memory.word(self._base + 4)
        while end := self._memory.word(block):
            mark = self._memory.word(block + 4)
            if mark >> 16 == 0xFFFF:
                yield block, mark >> 8 & 0xFF
            block = end

    def release_all(self, app: int) -> int:
        """Free all blocks of an application; return how many there were."""
        blocks = [block for block, owner in self._owned() if owner == app]
        for block in blocks:
            self.release(block + _BLOCK)
        return len(blocks)
