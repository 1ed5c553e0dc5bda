"""The command as a process of its own: pipes, closed streams, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import spikemem

ROOT = Path(spikemem.__file__).parents[1]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
}
COMMAND = f"{sys.executable} -c 'from spikemem.cli.main import entry; entry()'"


def shell(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", script.replace("spikemem ", f"{COMMAND} ")],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60, env=ENVIRONMENT,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["run ca3-functional", "show ca3-cam --json", "--help"])
def test_a_reader_that_stops_is_no_error(command: str, tmp_path: Path) -> None:
    ended = shell(f"spikemem {command} | head -1; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert ended.stdout.splitlines()[-1] == "0"
    assert "Traceback" not in ended.stderr
    assert "Broken" not in ended.stderr


def test_nobody_who_reads_is_no_error(tmp_path: Path) -> None:
    ended = shell("spikemem show ca3-cam | true; echo ${PIPESTATUS[0]}; spikemem show ca3-cam >&-; echo $?", tmp_path)
    assert (ended.stdout, ended.stderr) == ("0\n0\n", "")


def test_json_on_stdout_is_json_while_progress_goes_to_stderr(tmp_path: Path) -> None:
    ended = shell("spikemem run ca3-functional --json", tmp_path)
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["files"] == ["results/ca3-functional.h5", "results/ca3-functional.png"]
    assert "of 90 ms" in ended.stderr
    assert sorted(p.name for p in (tmp_path / "results").iterdir()) == ["ca3-functional.h5", "ca3-functional.png"]


def test_a_wrong_name_ends_the_process_with_2(tmp_path: Path) -> None:
    ended = shell("spikemem run nope", tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("spikemem: experiment 'nope' is unknown; valid: ")
