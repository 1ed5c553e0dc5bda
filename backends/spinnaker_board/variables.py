"""What the monitor of a chip keeps in system RAM: its variables, tables and message buffers, as after booting.

Source: ``sv_t`` of SARK. Physical and virtual core numbers are the same here.
"""

from __future__ import annotations

import struct

from spikemem.backends.spinnaker_board import layout
from spikemem.backends.spinnaker_board.geometry import XY, Geometry
from spikemem.backends.spinnaker_board.memory import Memory

VERSION = (4, 0, 0)
"""The version of SC&MP that is imitated."""
IOBUF_SIZE = 16384
LED_PERIOD, MAILBOXES, FREE_ROUTES, MESSAGE_POOL = 0x2B, 0xEC, 0xE0, 0x68
ERROR, _STATE, _APP = 44, 46, 47


def initialise(memory: Memory, chip: XY, board: Geometry, version: int, address: bytes) -> None:
    """Fill the variables of a chip."""
    x, y = chip
    root = chip == (0, 0)
    links = sum(1 << number for number in board.links[chip])
    identity = bytes(range(layout.CORES)).ljust(20, b"\xff")
    bases = (layout.SDRAM_HEAP[0], layout.SYSRAM_HEAP[0], layout.SDRAM_HEAP[1], layout.VCPU, layout.SYSTEM_HEAP[0])
    fields: tuple[tuple[int, str, tuple[int, ...]], ...] = (
        (0x00, "<8B", (y, x, board.height, board.width, 0, 0, 1, 0)),
        (0x08, "<4B", (0, 0, version, root)),
        (0x0C, "<4B", (4, 4, 0x33, 0)),
        (0x24, "<2H", (layout.CLOCK_MHZ, 130)),
        (0x28, "<4B", (0x3F, 0, 200, 1)),
        (0x40, "<4B", (root, layout.MESSAGE_COUNT, 20, 0)),
        (0x48, "<5I", (layout.SYSRAM_HEAP[0], layout.SDRAM_HEAP[0], IOBUF_SIZE, layout.BUFFERS, layout.BUFFER_SIZE)),
        (0x64, "<4B", (0, links, 0, 0)),
        (MESSAGE_POOL, "<I2H", (layout.MESSAGES, 0, 0)),
        (0xBC, "<2BH", (layout.CORES, layout.CORES, 0)),
        (0xC0, "<6I", (*bases, layout.ROUTER_COPY)),
        (0xDC, "<I2HIII", (layout.ALLOC_TAGS, 1, board.width * board.height, layout.APP_DATA, layout.MESSAGES, 0)),
        (0xF8, "<2I", (0, VERSION[0] << 16 | VERSION[1] << 8 | VERSION[2])),
    )  # fmt: skip
    for offset, form, values in fields:
        memory.write(layout.SV + offset, struct.pack(form, *map(int, values)))
    memory.write(layout.SV + 0x94, identity)
    memory.write(layout.SV + 0xA8, identity)
    memory.write(layout.SV + 0xF0, address if root else bytes(4))
    for core in range(layout.CORES):
        at = layout.VCPU + layout.VCPU_SIZE * core
        memory.set_byte(at + 45, core)
        memory.set_byte(at + _STATE, layout.IDLE if core else layout.RUN)
    for number in range(layout.MESSAGE_COUNT):
        buffer, last = layout.MESSAGES + layout.MESSAGE_SIZE * number, number == layout.MESSAGE_COUNT - 1
        memory.set_word(buffer, 0 if last else buffer + layout.MESSAGE_SIZE)
    # Entry 0 stands for "none"; entry 1 begins the free ones.
    memory.set_half(layout.ROUTER_COPY + 16, layout.TABLE_SIZE)


def vcpu(core: int) -> int:
    """Return where the block of a core's variables is."""
    return layout.VCPU + layout.VCPU_SIZE * core


def state(memory: Memory, core: int) -> int:
    """Return the state of a core."""
    return memory.byte(vcpu(core) + _STATE)


def set_state(memory: Memory, core: int, value: int) -> None:
    """Set the state of a core."""
    memory.set_byte(vcpu(core) + _STATE, value)


def error_code(memory: Memory, core: int) -> int:
    """Return why a core has stopped, as SARK numbers it."""
    return memory.byte(vcpu(core) + ERROR)


def app_of(memory: Memory, core: int) -> int:
    """Return the application of a core."""
    return memory.byte(vcpu(core) + _APP)


def set_app(memory: Memory, core: int, app: int) -> None:
    """Set the application of a core."""
    memory.set_byte(vcpu(core) + _APP, app)
