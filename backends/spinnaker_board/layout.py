"""Where things are on a SpiNNaker chip, and where its monitor program keeps its variables.

Sources: SpiNNaker Datasheet 2.02 (2011), section 3.3 (memory map); the headers of SARK and SC&MP (``sv_t``, ``vcpu_t``).
Addresses of memories come in two: writes through the first are buffered, which makes no difference here.
"""

from __future__ import annotations

from typing import Final

CORES: Final = 18
LINKS: Final = 6
CLOCK_MHZ: Final = 200
"""Cycles of a core in a microsecond: timers count these."""

ITCM, ITCM_SIZE = 0x00000000, 0x8000
DTCM, DTCM_SIZE = 0x00400000, 0x10000
SDRAM, SDRAM_SIZE = (0x60000000, 0x70000000), 128 << 20
SYSRAM, SYSRAM_SIZE = (0xE5000000, 0xF5000000), 0x8000

COMMS: Final = (0x10000000, 0x20000000)
TIMERS: Final = (0x11000000, 0x21000000)
VIC: Final = (0x1F000000, 0x2F000000, 0xFFFFF000)
DMA: Final = (0x30000000, 0x40000000)
ROUTER: Final = (0xE1000000, 0xF1000000)
SYSTEM: Final = (0xE2000000, 0xF2000000)

SDRAM_HEAP: Final = (0x60000000, 0x67800000)
BINARY: Final = 0x67800000
"""Where the host puts a binary before it has it started."""
BINARY_SIZE: Final = 0x100000
ALLOC_TAGS: Final = 0x67900000
APP_DATA: Final = 0x67940000
ROUTER_COPY: Final = 0x67950000
BUFFERS: Final = 0x67A00000
BUFFER_SIZE: Final = 0x8000

SYSTEM_HEAP: Final = (0x67D00000, 0x68000000)
"""The monitor's own, in SDRAM, from which cores take buffers for what they print."""

SYSRAM_HEAP: Final = (0xE5000100, 0xE5004000)
MESSAGES: Final = 0xE5004000
MESSAGE_SIZE: Final = 292
MESSAGE_COUNT: Final = 16

VCPU: Final = 0xE5007000
VCPU_SIZE: Final = 128
VCPU_KEPT: Final = 112
"""Bytes before the user words, which survive the end of an application."""
SV: Final = 0xE5007F00

IDLE, RUN, WAIT, RTE = 15, 7, 5, 2
"""States of a core, as SARK numbers them."""
INITIALISING: Final = 4

TABLE_SIZE: Final = 1024
"""Entries of a router's multicast table."""
