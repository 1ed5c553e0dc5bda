"""How a chip's monitor and its cores hand each other messages: by buffers in system RAM, and a mailbox of a word a core.

Source: SARK (``sdp_msg_t``, ``vcpu_t``). A buffer is a link, a length and a checksum (16 bits each), then the message.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from spikemem.backends.spinnaker_board.geometry import XY
from spikemem.backends.spinnaker_board.layout import CORES, MESSAGE_COUNT, MESSAGE_SIZE, MESSAGES, SV
from spikemem.backends.spinnaker_board.memory import Memory
from spikemem.backends.spinnaker_board.message import MOST, Message, unpack
from spikemem.backends.spinnaker_board.variables import MAILBOXES, MESSAGE_POOL, vcpu

_TO_CORE, _FROM_CORE, _TO_COMMAND, _FROM_COMMAND = 48, 52, 56, 57


class Mailbox:
    """The mailboxes of one chip."""

    MESSAGE = 1

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def store(self, message: Message) -> int:
        """Return the address of a buffer that holds ``message``, 0 if all are in use."""
        buffer = self._memory.word(SV + MESSAGE_POOL)
        if buffer:
            self._memory.set_word(SV + MESSAGE_POOL, self._memory.word(buffer))
            self._count(1)
            data = message.pack()
            self._memory.write(buffer + 4, struct.pack("<2H", len(data), 0) + data)
        return buffer

    def _count(self, change: int) -> None:
        at = SV + MESSAGE_POOL + 4
        self._memory.set_half(at, self._memory.half(at) + change)

    def _release(self, buffer: int) -> None:
        self._memory.set_word(buffer, self._memory.word(SV + MESSAGE_POOL))
        self._memory.set_word(SV + MESSAGE_POOL, buffer)
        self._count(-1)

    def put(self, core: int, command: int, value: int) -> bool:
        """Put something into a core's mailbox; return whether it was empty."""
        at = vcpu(core)
        if self._memory.byte(at + _TO_COMMAND):
            return False
        self._memory.set_word(at + _TO_CORE, value)
        self._memory.set_byte(at + _TO_COMMAND, command)
        return True

    def collect(self, chip: XY) -> Iterator[Message]:
        """Yield what the cores have put into theirs, and empty them."""
        waiting = self._memory.word(SV + MAILBOXES)
        self._memory.set_word(SV + MAILBOXES, 0)
        for core in range(CORES):
            at = vcpu(core)
            if not waiting >> core & 1 or self._memory.byte(at + _FROM_COMMAND) != self.MESSAGE:
                continue
            buffer = self._memory.word(at + _FROM_CORE)
            self._memory.set_byte(at + _FROM_COMMAND, 0)
            if buffer in range(MESSAGES, MESSAGES + MESSAGE_SIZE * MESSAGE_COUNT):
                length = min(self._memory.half(buffer + 4), MOST)
                message = unpack(self._memory.read(buffer + 8, length))
                self._release(buffer)
                if message is not None:
                    yield message
