"""A board lives as long as what started it: after errors, Ctrl-C and kills nothing is left."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import spikemem
from spikemem.backends.pynn.preflight import SCP_PORT, preflight
from spikemem.backends.pynn.software_board import Running, software_board
from spikemem.errors import HardwareError, MissingDependency
from spikemem.hardware import Board
from spikemem.language import call
from spikemem.models import HeteroAssociative

pytest.importorskip("unicorn")

CONFIGURATION = ["[Machine]", "version = 3", "enable_advanced_monitor_support = False", "enable_reinjection = False"]


def is_free(address: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        try:
            link.bind((address, SCP_PORT))
        except OSError:
            return False
    return True


def becomes_free(address: str, patience: float = 10.0) -> bool:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if is_free(address):
            return True
        time.sleep(0.05)
    return False


def children() -> set[int]:
    """The processes that this one has started and that are not gone."""
    return {int(p) for p in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


@pytest.mark.parametrize(("version", "chips", "cores"), [(3, "2 x 2", 68), (5, "8 x 8", 816)])
def test_it_is_there_for_a_block(version: int, chips: str, cores: int) -> None:
    with software_board(version) as running:
        said = preflight(Board(version=version, address=running.address), cores)  # type: ignore[arg-type]
        assert said == f"SC&MP/SpiNNaker 4.0.0 on {chips} chips at {running.address}, {cores} cores free"
        assert not is_free(running.address)
        assert running.said() == ()
    assert is_free(running.address)


def test_two_boards_have_addresses_of_their_own() -> None:
    with software_board(3) as one, software_board(5) as other:
        assert one.address != other.address
        for running, version in ((one, 3), (other, 5)):
            assert "SC&MP" in preflight(Board(version=version, address=running.address))  # type: ignore[arg-type]


def fails() -> Iterator[Running]:
    with software_board(3) as running:
        yield running
        raise ValueError("what the user's script did")


def test_an_error_ends_it() -> None:
    before = children()
    steps = fails()
    address = next(steps).address
    with pytest.raises(ValueError, match="what the user's script did"):
        next(steps)
    assert is_free(address)
    assert children() <= before


def command(*arguments: str) -> subprocess.Popen[str]:
    paths = os.pathsep.join(p for p in sys.path if p)
    return subprocess.Popen(
        [sys.executable, "-m", "spikemem", "board", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )


def announced(process: subprocess.Popen[str]) -> tuple[str, list[str]]:
    """The address, and the lines up to the last."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or not lines[-1].startswith("Ctrl-C"):
        line = process.stdout.readline()
        assert line, process.communicate()
        lines.append(line.strip())
    return next(line for line in lines if line.startswith("machine_name")).split()[-1], lines


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGKILL, -9)])
def test_the_command_ends_with_its_board(number: int, code: int) -> None:
    with command("--version", "3") as process:
        address, lines = announced(process)
        assert set(CONFIGURATION) <= set(lines)
        assert not is_free(address)
        process.send_signal(number)
        assert process.wait(20) == code
        assert becomes_free(address)


def test_unknown_versions_are_refused() -> None:
    with command("--version", "4") as process:
        _, said = process.communicate(timeout=30)
        assert process.returncode == 2
        assert said == "spikemem: board: version 4 is unknown; valid: 3, 5\n"


def test_without_the_emulator_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spikemem.backends.pynn.software_board.find_spec", lambda name: None)
    sentence = r"^a board in software: unicorn is not installed: pip install 'spikemem\[board\]'$"
    with pytest.raises(MissingDependency, match=sentence), software_board(3):
        pytest.fail("it has started")


def test_a_board_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spikemem.backends.pynn.software_board._MODULE", "spikemem.backends.no_such_board")
    with (
        pytest.raises(HardwareError, match=r"^the board in software did not start: .*No module named"),
        software_board(3),
    ):
        pytest.fail("it has started")


def boards_of(pid: int) -> set[int]:
    """The boards that a process has started."""
    found = set()
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        with suppress(FileNotFoundError):
            if "spinnaker_board.server" in Path(f"/proc/{child}/cmdline").read_text():
                found.add(int(child))
    return found


def is_gone(pid: int, patience: float = 10.0) -> bool:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.05)
    return False


def test_ctrl_c_in_a_run_ends_the_board(tmp_path: Path) -> None:
    pytest.importorskip("spynnaker")
    code = "import spikemem; from spikemem.cli.main import main; raise SystemExit(main())"
    arguments = [
        "run",
        "ca3-functional",
        "--backend",
        "spinnaker",
        "--hardware",
        "software_spin3",
        "--out",
        str(tmp_path),
    ]
    paths = os.pathsep.join(p for p in sys.path if p)
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths, "HOME": str(tmp_path)},
    ) as process:
        boards: set[int] = set()
        end = time.monotonic() + 60.0
        while not boards and time.monotonic() < end:
            time.sleep(0.1)
            boards = boards_of(process.pid)
        (board,) = boards
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "interrupted; no file was left half-written" in said
        assert is_gone(board)
    assert not list(tmp_path.glob("*.h5"))


def test_a_core_that_cannot_go_on_ends_the_run_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("spynnaker")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("spikemem.backends.pynn.software_board._MODULE", "tests.board.broken_server")
    before = children()
    sentence = (
        r"^backend spinnaker: the board in software of 4 chips: core \d+ of chip 0, 0: the instruction at 0x\w{8} "
        r"\(called from 0x\w{8}\) writes 0x\w+ to register 0x8 of the communications controller$"
    )
    protocol = [call(0.0, "learn", cue=1, content=[0, 2]), call(40.0, "recall", cue=1)]
    with pytest.raises(HardwareError, match=sentence):
        spikemem.run(HeteroAssociative(), protocol=protocol, backend="spinnaker", hardware="software_spin3")
    assert children() <= before


@pytest.mark.slow
def test_nothing_is_left_after_50_starts_and_kills() -> None:
    before, files = children(), set(os.listdir("/proc/self/fd"))
    for _ in range(50):
        with software_board(3) as running:
            (child,) = children() - before
            os.kill(child, signal.SIGKILL)
            assert becomes_free(running.address)
    assert children() <= before
    assert set(os.listdir("/proc/self/fd")) == files
