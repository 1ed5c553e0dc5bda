"""The commands that the monitor program of a board answers. Sources: SpiNNaker application note 5; SC&MP 4.0."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Final

from spikemem.backends.spinnaker_board.aplx import BadBinary
from spikemem.backends.spinnaker_board.board import Board
from spikemem.backends.spinnaker_board.chip import STOP, Chip
from spikemem.backends.spinnaker_board.device import NotEmulated
from spikemem.backends.spinnaker_board.doors import Doors
from spikemem.backends.spinnaker_board.geometry import XY
from spikemem.backends.spinnaker_board.layout import BINARY, BINARY_SIZE, CORES, ROUTER, SYSTEM, TABLE_SIZE
from spikemem.backends.spinnaker_board.memory import Memory, Unmapped
from spikemem.backends.spinnaker_board.message import DATA, MOST_DATA, REPLY, Command, Message, answer_body, command
from spikemem.backends.spinnaker_board.tags import Address, Tags
from spikemem.backends.spinnaker_board.variables import VERSION, state

OK, BAD_COMMAND, BAD_ARGUMENT, BAD_PORT, NO_ROUTE, BAD_CORE, NO_BUFFER = 0x80, 0x83, 0x84, 0x85, 0x87, 0x88, 0x8A
ROOT: Final[XY] = (0, 0)
_NAME = b"SC&MP/SpiNNaker\0" + ".".join(map(str, VERSION)).encode() + b"\0"
_BUILT = 0x65920080
"""A date (1 January 2024), for the host wants one."""
_WAIT = 1 << 18
_CONTROL = 3
"""The port at which a core takes commands about its run."""
_AGAIN = 4
_FIXED, _READ_FIXED = 3, 1 << 31

Answer = tuple[int, bytes]


class Refused(Exception):
    """A command that cannot be done; ``code`` is what the answer says."""

    def __init__(self, code: int) -> None:
        super().__init__(hex(code))
        self.code = code


class Monitor:
    """Answers commands to a board."""

    def __init__(self, board: Board, doors: Doors) -> None:
        self._board = board
        self.tags = Tags(doors)
        self._told = False
        self._commands: Mapping[int, Callable[[Chip, Command, Message, Address], bytes]] = {
            0: self._version, 2: self._read, 3: self._write, 5: self._fill, 15: self._count, 19: self._run, 20: self._broadcast,
            21: self._copy_and_run, 22: self._signal, 25: self._leds, 26: self._tag, 28: self._allocate, 29: self._route,
            31: self._info, 32: self._synchronise,
        }  # fmt: skip

    def answer(self, message: Message, sender: Address) -> Message | None:
        """Do what a message says; return the answer, None if there is none (a core's comes later)."""
        xy = ROOT if message.to_chip == (255, 255) else message.to_chip
        asked = command(message.body)
        if message.core and message.to_port >> 5:
            return self._pass_on(xy, message, sender)
        if asked is None:
            return None
        chip = self._board.chips.get(xy)
        try:
            if chip is None:
                raise Refused(NO_ROUTE)
            if asked.number not in self._commands:
                raise Refused(BAD_COMMAND)
            code, data = OK, self._commands[asked.number](chip, asked, message, sender)
        except Refused as refusal:
            code, data = refusal.code, b""
        except (Unmapped, NotEmulated, BadBinary):
            code, data = BAD_ARGUMENT, b""
        return message.answer(answer_body(code, asked.sequence, data), xy if chip else ROOT)

    @property
    def live(self) -> bool:
        """Whether the host talks with cores as they run: it has set tags, or has sent one something that is no question."""
        return self._told or self.tags.live

    def inward(self, port: int, data: bytes) -> None:
        """Pass on what has come by a reverse tag's port."""
        message = self.tags.inward(port, data)
        if message is not None and message.core:
            self._give(message)

    def _give(self, message: Message) -> None:
        chip = self._board.chips.get(message.to_chip)
        if chip is not None and len(message.body) <= MOST_DATA and chip.give(message):
            self._board.settle()

    def _pass_on(self, xy: XY, message: Message, sender: Address) -> Message | None:
        """Give a message to a core; its answer carries the tag that leads to ``sender``."""
        if message.flags != REPLY and message.to_port >> 5 != _CONTROL:
            self._told = True
        tagged = Message(
            message.flags,
            self.tags.transient(sender),
            message.to_port,
            message.from_port,
            xy,
            message.from_chip,
            message.body,
        )
        self._give(tagged)
        return None

    def _version(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        x, y = chip.xy
        core = message.core
        return struct.pack("<3I", x << 24 | y << 16 | core << 8 | core, 0xFFFF0000 | DATA, _BUILT) + _NAME

    def _memory(self, chip: Chip, message: Message, address: int, size: int) -> Memory:
        """Return the memory that holds an address: the chip's, or a core's own."""
        if chip.memory.holds(address, size) or not message.core:
            return chip.memory
        if message.core not in chip.cores:
            raise Refused(BAD_CORE)
        return chip.cores[message.core].memory

    def _read(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        address, size = asked.first, asked.second
        if size > DATA:
            raise Refused(BAD_ARGUMENT)
        for bases, device in ((ROUTER, chip.router), (SYSTEM, chip.system)):
            if address & 0xFFF00000 in bases:
                start, offset = address & ~3, address & 3
                words = [device.read((start & 0xFFFFF) + 4 * n) for n in range((offset + size + 3) // 4)]
                return struct.pack(f"<{len(words)}I", *words)[offset : offset + size]
        return self._memory(chip, message, address, size).read(address, size)

    def _write(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        address, size = asked.first, asked.second
        if size > DATA or size > len(asked.data):
            raise Refused(BAD_ARGUMENT)
        data = asked.data[:size]
        for bases, device in ((ROUTER, chip.router), (SYSTEM, chip.system)):
            if address & 0xFFF00000 in bases:
                if size % 4 or address % 4:
                    raise Refused(BAD_ARGUMENT)
                for number, value in enumerate(struct.unpack(f"<{size // 4}I", data)):
                    device.write((address & 0xFFFFF) + 4 * number, value)
                return b""
        self._memory(chip, message, address, size).write(address, data)
        return b""

    def _fill(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        address, value, size = asked.first, asked.second, asked.third
        if size % 4 or not chip.memory.holds(address, size):
            raise Refused(BAD_ARGUMENT)
        chip.memory.write(address, struct.pack("<I", value) * (size // 4))
        return b""

    def _count(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        app, wanted = asked.first & 0xFF, asked.second
        return struct.pack("<I", sum(c.count(app, wanted) for c in self._board.chips.values()))

    def _run(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        self._load(chip, asked.first)
        return b""

    def _copy_and_run(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        near = self._board.geometry.links[chip.xy].get(asked.first & 7)
        if near is None or not 0 < asked.second <= BINARY_SIZE:
            raise Refused(BAD_ARGUMENT)
        chip.memory.write(BINARY, self._board.chips[near].memory.read(BINARY, asked.second))
        self._load(chip, asked.third)
        return b""

    def _load(self, chip: Chip, mask: int) -> None:
        image = chip.memory.read(BINARY, BINARY_SIZE)
        self._board.start(chip.load(image, mask >> 24, mask & 0x3FFFE, wait=bool(mask & _WAIT)))

    def _broadcast(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        if asked.second >> 28 != 5:
            raise Refused(BAD_ARGUMENT)
        self._send_signal(asked.second)
        return b""

    def _signal(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        self._send_signal(asked.second)
        return b""

    def _send_signal(self, word: int) -> None:
        number, mask, app = word >> 16 & 0xFF, word >> 8 & 0xFF, word & 0xFF
        for chip in self._board.chips.values():
            if number != STOP:
                chip.signal(number, app, mask)
            elif mask == 0xFF:
                chip.stop(app)
                self._told = False
        self._board.settle()
        self._board.look()

    def _leds(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        return b""

    def _tag(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        number = asked.first & 0xFF
        match asked.first >> 16 & 0xF:
            case 1:
                if not self.tags.set(asked.first, asked.second, asked.third, sender):
                    raise Refused(BAD_ARGUMENT)
                return struct.pack("<I", number)  # sPyNNaker's live connections know the answer by its length
            case 2:
                return self.tags.describe(number)
            case 3:
                self.tags.clear(number)
                return b""
            case 4:
                return self.tags.sizes()
        raise Refused(BAD_ARGUMENT)

    def _allocate(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        app, what = asked.first >> 8 & 0xFF, asked.first & 0xFF
        match what:
            case 0:
                again = bool(asked.first >> 16 & _AGAIN)
                return struct.pack("<I", chip.sdram.allocate(asked.second, app, asked.third & 0xFF, again=again))
            case 1:
                chip.sdram.release(asked.second)
                return b""
            case 2:
                return struct.pack("<I", chip.sdram.release_all(app))
            case 3:
                return struct.pack("<I", chip.entries.allocate(asked.second, app))
            case 5:
                return struct.pack("<I", chip.entries.release_all(app))
        raise Refused(BAD_ARGUMENT)

    def _route(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        app, count = asked.first >> 8 & 0xFF, asked.first >> 16
        match asked.first & 0xFF:
            case 0:
                chip.entries.clear()
                return b""
            case 2:
                if asked.third + count > TABLE_SIZE:
                    raise Refused(BAD_ARGUMENT)
                chip.entries.load(count, asked.second, asked.third, app)
                return b""
            case 3:
                if asked.second & _READ_FIXED:
                    return struct.pack("<I", chip.router.fixed)
                chip.router.set_fixed(asked.second)
                return b""
        raise Refused(BAD_ARGUMENT)

    def _info(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        root = chip.xy == ROOT
        links = sum(1 << number for number in self._board.geometry.links[chip.xy])
        first = CORES | links << 8 | chip.entries.largest() << 14 | root << 25
        states = bytes(state(chip.memory, core) for core in range(CORES))
        parent = self._board.geometry.toward_root().get(chip.xy, 7)
        words = struct.pack("<3I", first, chip.sdram.largest(), chip.sysram.largest())
        return words + states + bytes(2) + chip.memory.read(0xE5007FF0, 4) + struct.pack("<H", parent)

    def _synchronise(self, chip: Chip, asked: Command, message: Message, sender: Address) -> bytes:
        return b""
