"""IP tags: where messages for the host go. Source: SpiNNaker application note 5 (CMD_IPTAG).

Some are set by the host and stay; others are lent to whoever sends a message to a core, so that the core's answer finds back.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

Address = tuple[str, int]

FIXED = 8
"""Tags that the host sets have numbers below this."""
_TRANSIENT = 8
_TIMEOUT = 9
_STRIP, _REVERSE, _SENDER = 1 << 28, 1 << 29, 1 << 30
_IN_USE, _IS_STRIP = 0x8000, 0x0100
_ENTRY = struct.Struct("<4s6s3HIH3B")


@dataclass
class Tag:
    """Where messages with a tag go, and whether without their header."""

    address: Address
    strip: bool = False
    count: int = 0


class Tags:
    """The tags of a board."""

    def __init__(self) -> None:
        self.entries: dict[int, Tag] = {}
        self._next = 0

    def transient(self, sender: Address) -> int:
        """Return a tag that leads to ``sender``."""
        number = FIXED + self._next
        self._next = (self._next + 1) % _TRANSIENT
        self.entries[number] = Tag(sender)
        return number

    def set(self, first: int, second: int, third: int, sender: Address) -> bool:
        """Do what the arguments of a command say; return False if there is no such tag.

        Reverse tags, by which a host sends to a core while it runs, are not there: time here is not the host's.
        """
        number = first & 0xFF
        if number >= FIXED or first & _REVERSE:
            return False
        host = ".".join(str(third >> shift & 0xFF) for shift in (0, 8, 16, 24))
        port = second & 0xFFFF
        address = (sender[0], port or sender[1]) if first & _SENDER or not third else (host, port)
        self.entries[number] = Tag(sender if first & _SENDER and not port else address, strip=bool(first & _STRIP))
        return True

    def clear(self, number: int) -> None:
        """Take a tag out of use."""
        self.entries.pop(number, None)

    def describe(self, number: int) -> bytes:
        """Return what the host is told of a tag."""
        tag = self.entries.get(number)
        if tag is None:
            return bytes(_ENTRY.size)
        flags = _IN_USE | (_IS_STRIP if tag.strip else 0)
        host = bytes(int(part) for part in tag.address[0].split("."))
        return _ENTRY.pack(host, bytes(6), tag.address[1], _TIMEOUT, flags, tag.count, 0, 0, 0, 0)

    @staticmethod
    def sizes() -> bytes:
        """Return the timeout of lent tags, and how many there are of each kind."""
        return struct.pack("<4B", _TIMEOUT, 32, _TRANSIENT, FIXED)
