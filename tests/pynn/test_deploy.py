"""``spikemem deploy`` as a whole: what is seen while it maps, and the run on a board that the engine plays."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spikemem.session
from spikemem.backend import backend
from spikemem.backends.pynn import spinnaker
from spikemem.backends.pynn.job import Result
from spikemem.backends.pynn.phases import Phase
from spikemem.backends.pynn.program import Outcome
from spikemem.cli.main import main
from spikemem.errors import MissingDependency
from spikemem.experiment import Choices, load_experiment, prepare
from spikemem.passes import lower

BOARD = 'backend = "spinnaker"\nversion = 3\naddress = "board.invalid"\n'


@pytest.fixture(autouse=True)
def spynnaker() -> None:
    try:
        backend("spinnaker")
    except MissingDependency as error:
        pytest.skip(str(error))


def test_on_a_terminal_a_bar_goes_through_spynnakers_phases(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "spikemem", "deploy", "hetero-functional", "--hardware", "virtual3"]
    with subprocess.Popen(
        [*command, "--out", str(tmp_path)], stdout=subprocess.PIPE, stderr=theirs, stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "100", "TERM": "xterm", "PROGRESS_GOOD_TERMINAL": "1"},
    ) as process:  # fmt: skip
        os.close(theirs)
        seen = b""
        while True:
            try:
                piece = os.read(ours, 1 << 14)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            seen += piece
        os.close(ours)
        assert process.stdout is not None
        printed = process.stdout.read().decode()
    assert process.returncode == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())
    numbers = [int(n) for n in re.findall(r"mapping with sPyNNaker .* \d:\d\d:\d\d (\d+)\. ", text)]
    assert numbers == sorted(numbers)
    assert numbers[-1] > 10
    assert "====" not in text + printed
    assert " " + "=" * 60 in (tmp_path / "hetero-functional-board.log").read_text()


def test_what_is_mapped_is_what_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The network is drawn once for both; the board is played by the engine."""
    wanted = prepare(load_experiment("hetero-functional"), Choices("numba")).run(None)
    lowered, asked = [], []
    mapped = spinnaker.SpinnakerProgram._worker

    def counted(*arguments: Any) -> Any:
        lowered.append(arguments)
        return lower(*arguments)

    def play(self: spinnaker.SpinnakerProgram, description: Any, steps: int, board: Any) -> Result:
        if board.virtual:
            return mapped(self, description, steps, board)
        self.log = "played\n"
        self.watch(Phase(1, "Playing", 0.5))
        rows = {
            p.label: np.column_stack([p.pre, p.post, p.weights])
            for p in description.projections
            if p.plasticity is not None
        }
        return Result({}, Outcome({"out": wanted.spikes["out"]}, rows))

    monkeypatch.setattr(spikemem.session, "lower", counted)
    monkeypatch.setattr(spinnaker.SpinnakerProgram, "_worker", play)
    monkeypatch.setattr(spinnaker, "preflight", lambda board, cores: asked.append(cores))
    hardware, out = tmp_path / "board.toml", tmp_path / "out"
    hardware.write_text(BOARD)
    assert main(["deploy", "hetero-functional", "--hardware", str(hardware), "--out", str(out)]) == 0
    told = capsys.readouterr()
    assert len(lowered) == 1
    assert asked == [3]  # the cores that the mapping took must be free
    assert "running hetero-functional" in told.err
    assert f"{wanted.right} of {wanted.right} answers right" in told.out
    assert "estimated load (timing is not modelled)" in told.out
    assert (out / "hetero-functional-run.log").read_text() == "played\n"
    assert sorted(p.name.removeprefix("hetero-functional") for p in out.iterdir()) == [
        "-board.json", "-board.log", "-board.png", "-run.log", ".h5", ".png"
    ]  # fmt: skip
