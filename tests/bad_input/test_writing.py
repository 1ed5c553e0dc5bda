"""Where nothing can be written, and what is interrupted: a sentence, no half-written file, and the old file as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import spikemem
from spikemem.errors import FileError
from spikemem.models import CA3CAM
from tests.bad_input.support import command, files_below, refused

ROOT = Path(spikemem.__file__).parents[1]
PROCESS = (
    sys.executable,
    "-c",
    "import resource, sys\n"
    "limit = int(sys.argv.pop(1))\n"
    "from spikemem.cli.main import entry\n"
    "if limit:\n"
    "    from spikemem import open\n"
    "    from spikemem.models import CA3CAM\n"
    "    open(CA3CAM())\n"  # the kernels are compiled before the limit
    "    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))\n"
    "entry()",
)

ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
}


def process(*arguments: str | Path, limit: int = 0) -> subprocess.Popen[str]:
    """Start a command whose files may not grow beyond ``limit`` bytes (0: no limit)."""
    return subprocess.Popen(
        [*PROCESS, str(limit), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )


def test_a_folder_below_a_file_is_refused_before_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.touch()
    for out in (file, file / "deeper"):
        ended = command("run", "ca3-functional", "--out", out, capsys=capsys)
        refused(ended, f"{out}/ca3-functional.h5: cannot be written: {file} is a file, not a folder")
    assert files_below(tmp_path) == ["file"]


@pytest.mark.parametrize("name", ["ca3-functional.h5", "ca3-functional.png"])
def test_a_folder_in_place_of_a_file_is_refused_before_the_run(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).mkdir()
    ended = command("run", "ca3-functional", "--out", tmp_path, capsys=capsys)
    refused(ended, f"{tmp_path}/{name}: is a folder, not a file")
    assert files_below(tmp_path) == []


def test_a_folder_without_permission_is_refused_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Root may write anywhere, so the permission itself is made up."""
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: allowed(path, mode) and not mode & os.W_OK)
    ended = command("run", "ca3-functional", "--out", tmp_path, capsys=capsys)
    refused(
        ended,
        f"{tmp_path}/ca3-functional.h5: cannot be written: no permission to write in the folder {tmp_path}",
    )
    assert files_below(tmp_path) == []


def test_a_memory_is_not_saved_in_the_place_of_a_folder(tmp_path: Path) -> None:
    memory = spikemem.open(CA3CAM(cues=2, bits=2))
    (tmp_path / "file").touch()
    wrong = {
        tmp_path: "is a folder, not a file",
        tmp_path / "file" / "a.h5": f"cannot be written: {tmp_path}/file is a file, not a folder",
    }
    for path, sentence in wrong.items():
        with pytest.raises(FileError) as raised:
            memory.save(path)
        assert str(raised.value) == f"{path}: {sentence}"
    assert files_below(tmp_path) == ["file"]


@pytest.mark.parametrize("limit", [1, 20_480])
def test_a_file_that_cannot_grow_is_removed_and_the_old_one_stays(limit: int, tmp_path: Path) -> None:
    """A disk that is full at any moment: HDF5 itself would crash."""
    old = tmp_path / "ca3-functional.h5"
    old.write_bytes(b"old")
    running = process("run", "ca3-functional", "--out", tmp_path, limit=limit)
    output, said = running.communicate(timeout=60)
    assert (running.returncode, output) == (2, "")
    assert said.splitlines()[-1] == (
        f"spikemem: {old}: cannot be written: the file would exceed the size limit; nothing was left behind"
    )
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert (files_below(tmp_path), old.read_bytes()) == (["ca3-functional.h5"], b"old")


def test_a_full_disk_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    """A disk of its own, in a mount namespace that ends with the process."""
    script = 'mount -t tmpfs -o size=16k tmpfs "$1" || exit 77; out=$1; shift; "$@"; code=$?; ls -A "$out"; exit $code'
    ended = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", str(tmp_path),
         *PROCESS, "0", "run", "ca3-functional", "--out", str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=60, env=ENVIRONMENT,
    )  # fmt: skip
    if "Traceback" not in ended.stderr and ended.returncode in (1, 77, 127):
        pytest.skip(f"no disk of one's own can be mounted here: {ended.stderr.strip()}")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.splitlines()[-1] == (
        f"spikemem: {tmp_path}/ca3-functional.h5: cannot be written: the disk is full; nothing was left behind"
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full, the device that is always full")
def test_a_full_standard_output_is_told() -> None:
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [*PROCESS, "0", "show", "ca3-cam"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60, env=ENVIRONMENT,
        )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr == (
        "spikemem: standard output, or a cache of compiled code, cannot be written: No space left on device\n"
    )


BUSY = '''
from spikemem.language import *

class Busy(Memory):
    """A memory that never rests."""
    def build(self, net):
        open(__file__ + ".started", "w").close()
        noise = net.population("noise", 100, SpikeSourcePoisson(rate=500.0))
        net.connect(noise, net.population("many", 1000, IF_curr_exp()), AllToAll(), weight=0.1, delay=1.0)
'''


def test_ctrl_c_ends_with_130_and_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "busy_model.py").write_text(BUSY)
    (tmp_path / "busy.toml").write_text('model = "busy_model:Busy"\n[run]\nduration_ms = 1e9\n')
    old = tmp_path / "out" / "busy.h5"
    old.parent.mkdir()
    old.write_bytes(b"old")
    running = process("run", tmp_path / "busy.toml", "--out", old.parent)
    started = tmp_path / "busy_model.py.started"
    for _ in range(300):
        if started.exists():
            break
        time.sleep(0.1)
    time.sleep(1.5)
    running.send_signal(signal.SIGINT)
    output, said = running.communicate(timeout=60)
    assert (running.returncode, output) == (130, "")
    assert said.splitlines()[-1] == "spikemem: interrupted; no file was left half-written"
    assert "Traceback" not in said
    assert (files_below(old.parent), old.read_bytes()) == (["busy.h5"], b"old")


def test_ctrl_c_while_a_file_is_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HDF5 must not be interrupted in the middle of a write: the interrupt counts at the end, and the new file is dropped."""
    memory = spikemem.open(CA3CAM(cues=2, bits=2))
    path = tmp_path / "memory.h5"
    memory.save(path)
    old = path.read_bytes()
    memory.learn(cue=0, content=[1])

    def press(file: object, state: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    def handler(number: int, frame: object) -> None:
        """Another library's handler, as Brian2 has one."""
        signal.default_int_handler(number, None)

    monkeypatch.setattr("spikemem.memory.write_checkpoint", press)
    before = signal.getsignal(signal.SIGINT)
    for ours in (signal.default_int_handler, handler):
        signal.signal(signal.SIGINT, ours)
        try:
            with pytest.raises(KeyboardInterrupt):
                memory.save(path)
            assert (files_below(tmp_path), path.read_bytes()) == (["memory.h5"], old)
            assert signal.getsignal(signal.SIGINT) is ours
        finally:
            signal.signal(signal.SIGINT, before)
