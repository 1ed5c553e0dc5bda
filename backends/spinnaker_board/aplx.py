"""Binaries as the host sends them: a table of what to copy and to fill, and where to begin.

Source: ``aplx`` files of spinnaker_tools. An entry is four words: 2, target, source relative to the entry, length; 3, target,
length, value; 4, start. Anything else ends the table.
"""

from __future__ import annotations

import struct

from spikemem.backends.spinnaker_board.memory import Memory

_ENTRY = struct.Struct("<4I")
_COPY, _FILL, _START = 2, 3, 4


class BadBinary(Exception):
    """Bytes that are no binary."""


def load(image: bytes, target: Memory) -> int:
    """Copy a binary to a core's memory; return where it begins."""
    at = 0
    while at + _ENTRY.size <= len(image):
        what, first, second, third = _ENTRY.unpack_from(image, at)
        if what == _COPY:
            target.write(first, image[at + second : at + second + third])
        elif what == _FILL:
            target.write(first, struct.pack("<I", third) * (second // 4))
        elif what == _START:
            start: int = first
            return start
        else:
            break
        at += _ENTRY.size
    raise BadBinary("its table has no start")
