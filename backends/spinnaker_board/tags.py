"""IP tags: where messages for the host go, and the ports by which it sends to cores. Source: application note 5 (CMD_IPTAG).

Some are set by the host and stay; others are lent to whoever sends a message to a core, so that the core's answer finds back.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from spikemem.backends.spinnaker_board.doors import Doors
from spikemem.backends.spinnaker_board.geometry import XY
from spikemem.backends.spinnaker_board.message import FROM_HOST, ONE_WAY, Message

Address = tuple[str, int]

FIXED = 8
"""Tags that the host sets have numbers below this."""
_TRANSIENT = 8
_TIMEOUT = 9
_STRIP, _REVERSE, _SENDER = 1 << 28, 1 << 29, 1 << 30
_IN_USE, _IS_REVERSE, _IS_STRIP = 0x8000, 0x0200, 0x0100
_ENTRY = struct.Struct("<4s6s3HIH3B")


@dataclass
class Tag:
    """Where messages with a tag go, and whether without their header."""

    address: Address
    strip: bool = False
    count: int = 0


@dataclass
class ReverseTag:
    """To which chip and core (port << 5 | core) goes what arrives at a UDP port."""

    port: int
    to_chip: XY
    to_port: int
    count: int = 0


class Tags:
    """The tags of a board, whose ports are ``doors``."""

    def __init__(self, doors: Doors) -> None:
        self.entries: dict[int, Tag] = {}
        self._reverse: dict[int, ReverseTag] = {}
        self._doors = doors
        self._next = 0

    @property
    def live(self) -> bool:
        """Whether the host has set any: it talks with cores as they run."""
        return bool(self._reverse) or any(number < FIXED for number in self.entries)

    def transient(self, sender: Address) -> int:
        """Return a tag that leads to ``sender``."""
        number = FIXED + self._next
        self._next = (self._next + 1) % _TRANSIENT
        self.entries[number] = Tag(sender)
        return number

    def set(self, first: int, second: int, third: int, sender: Address) -> bool:
        """Do what the arguments of a command say; return False if there is no such tag, or its port cannot be had."""
        number, port = first & 0xFF, second & 0xFFFF
        if number >= FIXED:
            return False
        self.clear(number)
        if first & _REVERSE:
            if not port or not self._doors.open(port):
                return False
            self._reverse[number] = ReverseTag(port, (second >> 24, second >> 16 & 0xFF), first >> 8 & 0xFF)
            return True
        host = ".".join(str(third >> shift & 0xFF) for shift in (0, 8, 16, 24))
        address = (sender[0], port or sender[1]) if first & _SENDER or not third else (host, port)
        self.entries[number] = Tag(sender if first & _SENDER and not port else address, strip=bool(first & _STRIP))
        return True

    def clear(self, number: int) -> None:
        """Take a tag out of use."""
        self.entries.pop(number, None)
        if self._reverse.pop(number, None) is not None:
            self._doors.keep({tag.port for tag in self._reverse.values()})

    def inward(self, port: int, data: bytes) -> Message | None:
        """Return the message to a core that a packet at a reverse tag's port becomes, None if there is no such tag."""
        for number, tag in self._reverse.items():
            if tag.port == port:
                tag.count += 1
                return Message(ONE_WAY, number, tag.to_port, FROM_HOST, tag.to_chip, (0, 0), data)
        return None

    def describe(self, number: int) -> bytes:
        """Return what the host is told of a tag."""
        if number in self._reverse:
            back = self._reverse[number]
            x, y = back.to_chip
            flags = _IN_USE | _IS_REVERSE | _IS_STRIP
            return _ENTRY.pack(bytes(4), bytes(6), 0, _TIMEOUT, flags, back.count, back.port, y, x, back.to_port)
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
