"""Is the board there, and is it the right one: asked of programs that answer, or do not, on this machine."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import pytest

from spikemem.backends.pynn import preflight as module
from spikemem.backends.pynn.preflight import preflight
from spikemem.errors import HardwareError
from spikemem.hardware import Board


@contextmanager
def udp(answer: Callable[[bytes], bytes | None]) -> Iterator[int]:
    """Answer datagrams on a port of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(0.1)
        going = threading.Event()

        def serve() -> None:
            while not going.is_set():
                try:
                    asked, sender = server.recvfrom(1024)
                except TimeoutError:
                    continue
                if (said := answer(asked)) is not None:
                    server.sendto(said, sender)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(server.getsockname()[1])
        finally:
            going.set()
            thread.join()


def monitor(width: int, height: int, version: str = "4.0.0", idle: int = 17) -> Callable[[bytes], bytes]:
    """Answer as SC&MP on a machine of this size does, each chip with so many idle cores."""

    def answer(asked: bytes) -> bytes:
        command, header = asked[10], asked[:14]
        if command == 0:
            return header + bytes(12) + b"SC&MP/SpiNNaker\x00" + version.encode() + b"\x00"
        if command == 31:
            assert (asked[7], asked[6]) < (width, height)
            return header + bytes(12) + bytes([7] + [15] * idle + [11] * (17 - idle))
        assert command == 2
        return header + bytes([height, width])

    return answer


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.2)
    monkeypatch.setattr(module, "_SERVER_PATIENCE", 0.5)


@pytest.mark.parametrize(("version", "size"), [(3, (2, 2)), (5, (8, 8))])
def test_a_board_of_the_right_kind(version: int, size: tuple[int, int]) -> None:
    with udp(monitor(*size)) as port:
        board = Board.model_validate({"version": version, "address": "127.0.0.1"})
        chips = {3: 4, 5: 48}[version]
        wanted = f"SC&MP/SpiNNaker 4.0.0 on {size[0]} x {size[1]} chips at 127.0.0.1, {17 * chips} cores free"
        assert preflight(board, 17 * chips, port) == wanted


def test_a_board_that_others_use() -> None:
    sentence = "^the board at 127.0.0.1: has 8 free cores, and the network needs 12; end what else runs there$"
    with udp(monitor(2, 2, idle=2)) as port, pytest.raises(HardwareError, match=sentence):
        preflight(Board(version=3, address="127.0.0.1"), 12, port)


@pytest.mark.parametrize("version", ["3.4.2", "5.0.0"])
def test_a_monitor_program_of_another_version(version: str) -> None:
    sentence = f"runs SC&MP/SpiNNaker {version}, and sPyNNaker 7.4 needs 4.0; boot it anew"
    with udp(monitor(2, 2, version)) as port, pytest.raises(HardwareError, match=sentence):
        preflight(Board(version=3, address="127.0.0.1"), 0, port)


def test_a_board_of_another_kind() -> None:
    sentence = "^the board at 127.0.0.1: has 2 x 2 chips, which is version 3; the hardware file says 5$"
    with udp(monitor(2, 2)) as port, pytest.raises(HardwareError, match=sentence):
        preflight(Board(version=5, address="127.0.0.1"), 0, port)


def test_a_machine_of_several_boards_is_no_board() -> None:
    with (
        udp(monitor(16, 16)) as port,
        pytest.raises(HardwareError, match="has 16 x 16 chips, which is no single board"),
    ):
        preflight(Board(version=5, address="127.0.0.1"), 0, port)


def test_silence() -> None:
    with udp(lambda asked: None) as port:
        began = monotonic()
        with pytest.raises(
            HardwareError, match=r"no answer on UDP port .* within 0.6 s; is it switched on, connected and booted"
        ):
            preflight(Board(address="127.0.0.1"), 0, port)
        assert monotonic() - began < 5.0
        assert "may have to be booted" in preflight(Board(address="127.0.0.1", boot=True), 0, port)


def test_nobody_there_and_no_such_name() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
    with pytest.raises(
        HardwareError, match=r"^the board at 127.0.0.1: cannot be reached .Connection refused.; check network"
    ):
        preflight(Board(address="127.0.0.1"), 0, port)
    with pytest.raises(HardwareError, match=r"^the board at no-board.invalid: no such address"):
        preflight(Board(address="no-board.invalid"))


@contextmanager
def tcp(said: bytes) -> Iterator[int]:
    """Accept one connection, say something, close it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(said)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(server.getsockname()[1])
        finally:
            thread.join()


def test_a_spalloc_server() -> None:
    with tcp(b'{"return": "5.0"}\n') as port:
        assert preflight(Board(server=f"127.0.0.1:{port}")) == f"spalloc 5.0 at 127.0.0.1:{port}"


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH\r\n", b'{"exception": "no"}\n', b"7\n"])
def test_a_server_that_closes_or_is_another(said: bytes) -> None:
    with tcp(said) as port, pytest.raises(HardwareError, match="answers as no spalloc server does"):
        preflight(Board(server=f"127.0.0.1:{port}"))


def test_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for address in (f"127.0.0.1:{port}", f"http://127.0.0.1:{port}/spalloc/"):
        with pytest.raises(HardwareError, match=r"^spalloc server .* cannot be reached"):
            preflight(Board(server=address))
