"""Cores, packets and counters, shown with programs of a few instructions; and how a core stops that needs what is not there."""

import re
import struct

import pytest

pytest.importorskip("unicorn")

from spikemem.backends.spinnaker_board.aplx import BadBinary
from spikemem.backends.spinnaker_board.board import Board
from spikemem.backends.spinnaker_board.comms import Packet
from spikemem.backends.spinnaker_board.geometry import geometry
from spikemem.backends.spinnaker_board.layout import RTE
from spikemem.backends.spinnaker_board.router import Entry
from spikemem.backends.spinnaker_board.variables import state
from spikemem.backends.spinnaker_board.watchdog import Watchdog

SLEEP = 0xEE070F90  # mcr p15, 0, r0, c7, c0, 4
LOAD_R0, LOAD_R1 = 0xE59F0008, 0xE59F1008  # ldr r0 (r1), the word two (two) instructions after the next
SEND, READ, WRITE = 0xE5801008, 0xE5901000, 0xE5801000  # str r1, [r0, #8]; ldr r1, [r0]; str r1, [r0]
APP = 30


def binary(*code: int) -> bytes:
    size = 4 * len(code)
    table = struct.pack("<12I", 2, 0, 48, size, 4, 0, 0, 0, 0xFF, 0, 0, 0)
    return table + struct.pack(f"<{len(code)}I", *code)


class Trial:
    def __init__(self, version: int = 3) -> None:
        self.faults: list[str] = []
        self.board = Board(version, bytes(4), self.faults.append)

    def put(self, chip: tuple[int, int], number: int, *code: int) -> None:
        self.board.start(self.board.chips[chip].load(binary(*code), APP, 1 << number, wait=False))

    def counters(self, chip: tuple[int, int]) -> tuple[int, int, int]:
        """Sent by own cores, come over links, dropped."""
        router = self.board.chips[chip].router
        return router.read(0x300), router.read(0x304), router.read(0x320)


def sender(key: int) -> tuple[int, ...]:
    return (LOAD_R0, LOAD_R1, SEND, SLEEP, 0x20000000, key)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            (LOAD_R0, READ, SLEEP, 0, 0x20000020),
            r"the instruction at 0x0000000[48c] \(called from 0x\w+\) reads register 0x20 of the communications controller",
        ),
        (
            (LOAD_R0, LOAD_R1, WRITE, SLEEP, 0x1100003C, 5),
            r"the instruction at 0x\w+ \(called from 0x\w+\) writes 0x5 to register 0x3c of the timers",
        ),
        (
            (LOAD_R0, READ, SLEEP, 0, 0x12345678),
            r"the instruction at 0x00000004 \(called from 0x\w+\) Invalid memory read",
        ),
        (
            (0xE59F0004, 0xE5901004, 0xEAFFFFFD, 0x11000000),  # read a counter, again and again
            r"the instruction at 0x0000000[48] waits for a counter that does not run",
        ),
        ((0xE7F000F0,), r"the instruction at 0x\w+ \(called from 0x\w+\) "),  # undefined
    ],
)
def test_what_is_not_emulated_stops_the_core_and_is_named(code: tuple[int, ...], said: str) -> None:
    trial = Trial()
    trial.put((1, 0), 5, *code)
    (sentence,) = trial.faults
    assert re.match(rf"core 5 of chip 1, 0: {said}", sentence), sentence
    chip = trial.board.chips[1, 0]
    assert state(chip.memory, 5) == RTE
    assert 5 not in chip.cores
    assert chip.count(APP, RTE) == 1


def test_a_core_that_never_sleeps_is_stopped() -> None:
    faults: list[str] = []
    with Watchdog(0.5) as watchdog:
        board = Board(3, bytes(4), faults.append, watchdog)
        board.start(board.chips[0, 0].load(binary(0xEAFFFFFE), APP, 1 << 2, wait=False))  # a branch to itself
    (sentence,) = faults
    assert re.fullmatch(
        r"core 2 of chip 0, 0: the instruction at 0x00000000 \(called from 0x\w{8}\) has run for 0.5 s and does not end",
        sentence,
    ), sentence
    assert board.chips[0, 0].count(APP, RTE) == 1


def test_a_packet_is_routed_over_links_and_straight_on_by_default() -> None:
    trial = Trial(5)
    board = trial.board
    board.chips[0, 0].router.load(7, [Entry(0x100, 0xFFFFFFF0, 1 << 0)])
    board.chips[2, 0].router.load(3, [Entry(0x100, 0xFFFFFF00, 1 << 6 + 3 | 1 << 2)])
    board.chips[2, 1].router.load(0, [Entry(0x100, 0xFFFFFF00, 1 << 6 + 4 | 1 << 6 + 9)])
    trial.put((2, 0), 3, SLEEP)
    trial.put((2, 1), 4, SLEEP)
    trial.put((0, 0), 1, *sender(0x105))
    assert trial.faults == []
    assert list(board.chips[2, 0].cores[3].comms.waiting) == [Packet(0x105)]
    assert list(board.chips[2, 1].cores[4].comms.waiting) == [Packet(0x105)]
    assert [trial.counters(xy) for xy in ((0, 0), (1, 0), (2, 0), (2, 1))] == [
        (1, 0, 0),
        (0, 1, 0),
        (0, 1, 0),
        (0, 1, 0),
    ]


def test_what_has_no_route_is_dropped_and_counted() -> None:
    trial = Trial()
    trial.put((0, 0), 1, *sender(0x105))  # of an own core, in no entry
    assert trial.counters((0, 0)) == (1, 0, 1)
    trial.board.chips[0, 0].router.load(7, [Entry(0x100, 0xFFFFFFF0, 1 << 0)])
    trial.put((0, 0), 1, *sender(0x105))  # to the east of chip (1, 0) there is no link
    assert trial.counters((0, 0)) == (2, 0, 1)
    assert trial.counters((1, 0)) == (0, 1, 1)
    trial.board.chips[0, 0].router.write(0x2C, 0xFFFFFFFF)
    assert trial.counters((0, 0)) == (0, 0, 0)


def test_a_packet_does_not_go_round_for_ever() -> None:
    trial = Trial()
    for chip in ((0, 0), (0, 1)):
        trial.board.chips[chip].router.load(7, [Entry(0x100, 0xFFFFFFF0, 1 << 2)])  # north, which leads back
    trial.put((0, 0), 1, *sender(0x105))
    assert trial.counters((0, 0)) == (1, 1, 0)
    assert trial.counters((0, 1)) == (0, 2, 1)  # dropped where it comes by the same way again


def test_what_is_no_binary_changes_nothing() -> None:
    board = Trial().board
    before = board.chips[0, 0].memory.read(0xE5007000, 128 * 18)
    with pytest.raises(BadBinary, match="its table has no start"):
        board.chips[0, 0].load(bytes(64), APP, 0b1110, wait=False)
    assert board.chips[0, 0].cores == {}
    assert board.chips[0, 0].memory.read(0xE5007000, 128 * 18) == before


@pytest.mark.parametrize(("version", "chips"), [(3, 4), (5, 48)])
def test_links_lead_back_and_all_chips_are_reached(version: int, chips: int) -> None:
    board = geometry(version)
    assert len(board.chips) == chips
    for xy in board.chips:
        for link, far in board.links[xy].items():
            assert board.links[far][(link + 3) % 6] == xy
    assert len(board.toward_root()) == chips - 1
