"""Packets of any content neither crash nor corrupt a board: what is no message is dropped, what cannot be done is refused."""

import random
import socket
import struct
from collections.abc import Iterator
from contextlib import closing

import pytest

pytest.importorskip("unicorn")

from spikemem.backends.spinnaker_board.message import REPLY, Message, command, unpack
from spikemem.backends.spinnaker_board.server import Server

SENDER = ("127.0.0.1", 40000)
READ, WRITE, FILL, ALLOC, LOADED_WITH = 2, 3, 5, 28, 19


class Talk:
    """A board in this process, and what it answers."""

    def __init__(self, link: socket.socket, version: int = 3) -> None:
        link.bind(("127.0.0.1", 0))
        self.server = Server(version, link)
        self.answers: list[bytes] = []
        self.server._send = lambda data, to: self.answers.append(data)  # type: ignore[method-assign]

    def send(self, data: bytes) -> None:
        self.server.take(data, SENDER)

    def ask(self, number: int, *arguments: int, data: bytes = b"", chip: tuple[int, int] = (0, 0)) -> tuple[int, bytes]:
        self.answers.clear()
        header = struct.pack("<2x8B", REPLY, 0xFF, 0, 0xFF, chip[1], chip[0], 0, 0)
        self.send(header + struct.pack("<2H3I", number, 7, *arguments) + data)
        (answer,) = self.answers
        message = unpack(answer[2:])
        assert message is not None
        code, sequence = struct.unpack_from("<2H", message.body)
        assert sequence == 7
        return code, message.body[4:]


@pytest.fixture
def talk() -> Iterator[Talk]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        talk = Talk(link)
        with closing(talk.server):
            yield talk


def test_what_is_written_is_read(talk: Talk) -> None:
    assert talk.ask(WRITE, 0x60001000, 8, 2, data=b"12345678") == (0x80, b"")
    assert talk.ask(READ, 0x70001002, 4, 0) == (0x80, b"3456")  # the same memory by its other address
    assert talk.ask(FILL, 0x60001000, 0x01020304, 4)[0] == 0x80
    assert talk.ask(READ, 0x60001000, 8, 0) == (0x80, b"\4\3\2\0015678")
    assert talk.ask(READ, 0x60001000, 4, 0, chip=(1, 1)) == (0x80, bytes(4))  # another chip's is another


@pytest.mark.parametrize(
    ("number", "arguments", "code"),
    [
        (READ, (0x50000000, 4, 0), 0x84),  # no memory
        (READ, (0x60000000, 257, 0), 0x84),  # too much
        (READ, (0x67FFFFFE, 4, 0), 0x84),  # over the end
        (READ, (0xE1000F04, 4, 0), 0x84),  # a register that is not there
        (WRITE, (0x60000000, 8, 0), 0x84),  # more than comes with it
        (FILL, (0x60000000, 0, 0xFFFFFFFC), 0x84),
        (LOADED_WITH, (30 << 24 | 2, 0, 0), 0x84),  # no binary
        (ALLOC, (9, 4, 0), 0x84),
        (26, (1 << 29 | 1 << 16 | 3, 0, 0), 0x84),  # a reverse tag without a port
        (26, (1 << 29 | 1 << 16 | 8, 12345, 0), 0x84),  # one of a number that is lent
        (49, (0, 0, 0), 0x83),  # no such command
    ],
)
def test_what_cannot_be_done_is_refused(talk: Talk, number: int, arguments: tuple[int, ...], code: int) -> None:
    assert talk.ask(number, *arguments)[0] == code


def test_a_tag_is_told_as_it_was_set(talk: Talk) -> None:
    assert talk.ask(26, 1 << 28 | 1 << 16 | 3, 17895, 0x0100007F)[0] == 0x80
    code, data = talk.ask(26, 2 << 16 | 3, 1, 0)
    assert code == 0x80
    assert data[:4] == bytes([127, 0, 0, 1])
    assert struct.unpack_from("<H", data, 10) == (17895,)
    assert struct.unpack_from("<H", data, 14)[0] & 0x8100 == 0x8100  # in use, and without the header
    assert talk.ask(26, 3 << 16 | 3, 0, 0)[0] == 0x80
    assert talk.ask(26, 2 << 16 | 3, 1, 0) == (0x80, bytes(25))


def test_what_comes_by_a_reverse_tag_goes_to_its_core(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        first, second = 1 << 29 | 1 << 28 | 1 << 16 | 1 << 13 | 5 << 8 | 3, 1 << 24 | port
        assert talk.ask(26, first, second, 0)[0] == 0x84  # another has the port
    given: list[Message] = []

    def give(message: Message) -> bool:
        given.append(message)
        return True

    monkeypatch.setattr(talk.server.board.chips[1, 0], "give", give)
    assert not talk.server.monitor.live
    assert talk.ask(26, first, second, 0)[0] == 0x80
    assert talk.server.monitor.live
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as host:
        for data in (b"spikes", bytes(300)):  # the second is too long
            host.sendto(data, ("127.0.0.1", port))
        talk.server.take_all()
        assert [(m.core, m.to_port >> 5, m.body) for m in given] == [(5, 1, b"spikes")]
        assert talk.ask(26, 2 << 16 | 3, 1, 0)[1][14:] == struct.pack("<HIH3B", 0x8300, 2, port, 0, 1, 1 << 5 | 5)
        assert talk.ask(26, 3 << 16 | 3, 0, 0)[0] == 0x80
        assert not talk.server.monitor.live
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", port))  # it is free again


def test_a_chip_that_is_not_there_has_no_route(talk: Talk) -> None:
    assert talk.ask(READ, 0x60000000, 4, 0, chip=(2, 0))[0] == 0x87


def random_packet(draw: random.Random) -> bytes:
    """Bytes, or a message that has gone wrong somewhere."""
    if draw.random() < 0.3:
        return draw.randbytes(draw.randrange(400))
    flags = REPLY if draw.random() < 0.9 else draw.randrange(256)
    chip = draw.choice([(0, 0), (1, 1), (255, 255), (draw.randrange(256), draw.randrange(256))])
    port = draw.choice([0, draw.randrange(256)])
    number = draw.choice([*range(36), draw.randrange(1 << 16)])
    somewhere = [0x60000000 + draw.randrange(1 << 27), 0xE1000000 + draw.randrange(1 << 17), draw.randrange(1 << 32)]
    arguments = [draw.choice([draw.randrange(300), *somewhere]) for _ in range(3)]
    header = struct.pack("<2x8B", flags, 0xFF, port, 0xFF, chip[1], chip[0], 0, 0)
    packet = (
        header + struct.pack("<2H3I", number, draw.randrange(1 << 16), *arguments) + draw.randbytes(draw.randrange(260))
    )
    return packet[: draw.randrange(len(packet))] if draw.random() < 0.3 else packet


def harmless(packet: bytes) -> bool:
    """Whether a packet asks for nothing that changes memory: what it writes, a board has to write."""
    message = unpack(packet[2:])
    asked = None if message is None else command(message.body)
    return asked is None or asked.number not in (WRITE, FILL)


@pytest.mark.parametrize("packets", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_random_packets_do_no_harm(packets: int, talk: Talk) -> None:
    draw = random.Random(packets)
    assert talk.ask(WRITE, 0x67F00000, 8, 2, data=b"kept so!") == (0x80, b"")
    before = talk.ask(31, 0, 0, 0)
    answered = 0
    for _ in range(packets):
        packet = random_packet(draw)
        if harmless(packet):
            talk.answers.clear()
            talk.send(packet)
            answered += len(talk.answers)
    assert answered > packets // 4
    assert talk.server.faults == []
    assert talk.ask(READ, 0x67F00000, 8, 0) == (0x80, b"kept so!")
    for app in range(256):
        talk.ask(ALLOC, app << 8 | 2, 0, 0)
        talk.ask(ALLOC, app << 8 | 5, 0, 0)
    talk.ask(29, 0, 0, 0)
    assert talk.ask(31, 0, 0, 0) == before  # nothing is lost of memory, cores and routes
