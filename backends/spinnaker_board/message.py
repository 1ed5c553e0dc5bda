"""Messages as they are on the wire and in a chip's memory. Sources: SpiNNaker application notes 4 (SDP) and 5 (SCP).

A message is 8 bytes of header, a command or a return code, a sequence number, three arguments and data. On UDP 2 bytes of
padding come first; in a chip's memory a link, the length and a checksum do.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from spikemem.backends.spinnaker_board.geometry import XY

_HEADER = struct.Struct("<8B")
_COMMAND = struct.Struct("<2H3I")
MOST_DATA = 16 + 256
MOST = 8 + MOST_DATA
"""Bytes of the longest message."""
DATA = 256
TO_HOST = 0xFF
"""The port that leads to the host."""
FROM_HOST = 0xFF
REPLY, ONE_WAY = 0x87, 0x07


@dataclass(frozen=True)
class Message:
    """A header (ports are port << 5 | core; chips are named by x and y) and what follows it."""

    flags: int
    tag: int
    to_port: int
    from_port: int
    to_chip: XY
    from_chip: XY
    body: bytes

    @property
    def core(self) -> int:
        """The core it is for."""
        return self.to_port & 31

    def pack(self) -> bytes:
        """Return its bytes, from the header on."""
        to, source = self.to_chip, self.from_chip
        ports = (self.flags, self.tag, self.to_port, self.from_port)
        return _HEADER.pack(*ports, to[1], to[0], source[1], source[0]) + self.body

    def answer(self, body: bytes, chip: XY) -> Message:
        """Return the message that goes back, from ``chip``."""
        return replace(
            self, flags=ONE_WAY, to_port=self.from_port, from_port=self.to_port, to_chip=self.from_chip, from_chip=chip,
            body=body,
        )  # fmt: skip


def unpack(data: bytes) -> Message | None:
    """Return the message in ``data``, None if it is none."""
    if not _HEADER.size <= len(data) <= MOST:
        return None
    flags, tag, to_port, from_port, to_y, to_x, from_y, from_x = _HEADER.unpack_from(data)
    return Message(flags, tag, to_port, from_port, (to_x, to_y), (from_x, from_y), data[_HEADER.size :])


@dataclass(frozen=True)
class Command:
    """What the body of a message to a monitor says."""

    number: int
    sequence: int
    first: int
    second: int
    third: int
    data: bytes


def command(body: bytes) -> Command | None:
    """Return the command in a body, None if there is none; arguments that are left out are zero."""
    if len(body) < 4:
        return None
    number, sequence, first, second, third = _COMMAND.unpack_from(body.ljust(_COMMAND.size, b"\0"))
    return Command(number, sequence, first, second, third, body[_COMMAND.size :])


def answer_body(code: int, sequence: int, data: bytes = b"") -> bytes:
    """Return the body of an answer."""
    return struct.pack("<2H", code, sequence) + data
