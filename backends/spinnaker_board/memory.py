"""The memories of a chip: plain bytes that all its cores and its monitor share."""

from __future__ import annotations

import ctypes
import mmap
import struct
from collections.abc import Sequence

from spikemem.backends.spinnaker_board.layout import SDRAM, SDRAM_SIZE, SYSRAM, SYSRAM_SIZE

_WORD = struct.Struct("<I")
_HALF = struct.Struct("<H")


class Unmapped(Exception):
    """An address at which there is no memory."""

    def __init__(self, address: int, size: int) -> None:
        super().__init__(f"there is no memory at 0x{address:08x} ({size} bytes)")
        self.address = address


class Region:
    """Some bytes that appear at each of ``bases``; pages that nobody touches take no memory."""

    def __init__(self, bases: Sequence[int], size: int) -> None:
        self.bases, self.size = tuple(bases), size
        self.bytes = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.host = ctypes.addressof(ctypes.c_char.from_buffer(self.bytes))
        """Its address in this process, for the emulator."""


class Memory:
    """Regions, read and written by the addresses that programs use."""

    def __init__(self, regions: Sequence[Region]) -> None:
        self.regions = tuple(regions)
        self._bases = tuple((base, base + r.size, r) for r in regions for base in r.bases)

    def find(self, address: int, size: int) -> tuple[Region, int]:
        """Return the region that holds ``size`` bytes at ``address``, and where in it; raise :class:`Unmapped`."""
        for base, end, region in self._bases:
            if base <= address and address + size <= end:
                return region, address - base
        raise Unmapped(address, size)

    def holds(self, address: int, size: int) -> bool:
        """Return whether there are ``size`` bytes at ``address``."""
        return any(base <= address and address + size <= end for base, end, _ in self._bases)

    def host(self, address: int, size: int) -> int:
        """Return where ``size`` bytes at ``address`` are in this process."""
        region, at = self.find(address, size)
        return region.host + at

    def read(self, address: int, size: int) -> bytes:
        """Return bytes."""
        region, at = self.find(address, size)
        return region.bytes[at : at + size]

    def write(self, address: int, data: bytes) -> None:
        """Store bytes."""
        region, at = self.find(address, len(data))
        region.bytes[at : at + len(data)] = data

    def word(self, address: int) -> int:
        """Return 32 bits."""
        region, at = self.find(address, 4)
        value: int = _WORD.unpack_from(region.bytes, at)[0]
        return value

    def set_word(self, address: int, value: int) -> None:
        """Store 32 bits."""
        region, at = self.find(address, 4)
        _WORD.pack_into(region.bytes, at, value & 0xFFFFFFFF)

    def half(self, address: int) -> int:
        """Return 16 bits."""
        region, at = self.find(address, 2)
        value: int = _HALF.unpack_from(region.bytes, at)[0]
        return value

    def set_half(self, address: int, value: int) -> None:
        """Store 16 bits."""
        region, at = self.find(address, 2)
        _HALF.pack_into(region.bytes, at, value & 0xFFFF)

    def byte(self, address: int) -> int:
        """Return 8 bits."""
        region, at = self.find(address, 1)
        return region.bytes[at]

    def set_byte(self, address: int, value: int) -> None:
        """Store 8 bits."""
        region, at = self.find(address, 1)
        region.bytes[at] = value & 0xFF


def chip_memory() -> Memory:
    """Return the memories that the cores of a chip share: SDRAM and system RAM."""
    return Memory((Region(SDRAM, SDRAM_SIZE), Region(SYSRAM, SYSRAM_SIZE)))
