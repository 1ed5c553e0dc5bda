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
_IN_USE, _IS_STRIP, _IS_REVERSE = 0x8000, 0x0100, 0x0200
_ENTRY = struct.Struct("<4s6s3HIH3B")


@dataclass
class Tag:
    """Where messages with a tag go, and in which form; ``port`` is a reverse tag's own."""

    address: Address
    strip: bool = False
    reverse: bool = False
    to_port: int = 0
    to_chip: tuple[int, int] = (0, 0)
    port: int = 0
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
        """Do what the arguments of a command say; return False if there is no such tag."""
        number = first & 0xFF
        if number >= FIXED:
            return False
        if first & _REVERSE:
            chip = (second >> 24, second >> 16 & 0xFF)
            self.entries[number] = Tag(
                sender, strip=True, reverse=True, to_port=first >> 8 & 0xFF, to_chip=chip, port=second & 0xFFFF
            )
            return True
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
        flags = _IN_USE | (_IS_STRIP if tag.strip else 0) | (_IS_REVERSE if tag.reverse else 0)
        host = bytes(int(part) for part in tag.address[0].split("."))
        chip = tag.to_chip
        return _ENTRY.pack(
            host, bytes(6), tag.address[1], _TIMEOUT, flags, tag.count, tag.port, chip[1], chip[0], tag.to_port
        )

    @staticmethod
    def sizes() -> bytes:
        """Return the timeout of lent tags, and how many there are of each kind."""
        return struct.pack("<4B", _TIMEOUT, 32, _TRANSIENT, FIXED)
