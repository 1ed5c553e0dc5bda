"""Exported scripts run without spikemem and give the same spikes."""

import csv
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import spikemem
from spikemem.backend import RunOptions, backend
from spikemem.backends.pynn.program import PyNNProgram
from spikemem.backends.pynn.script import script
from spikemem.cli.main import main
from spikemem.errors import MissingDependency
from spikemem.experiment import Choices, load_experiment, prepare
from spikemem.passes import lower
from tests.conformance.case import STEPS, network, stimulus
from tests.conformance.cases import CASES


def needs(name: str) -> None:
    try:
        backend(name)
    except MissingDependency as error:
        pytest.skip(str(error))


def executed(path: Path, home: Path | None = None) -> list[tuple[float, str, int]]:
    """Run a script where spikemem cannot be imported; return the spikes that it wrote."""
    block = path.parent / "spikemem.py"
    block.write_text("raise ImportError('the script must not need spikemem')\n")
    environment = {**os.environ, **({"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")} if home else {})}
    done = subprocess.run(
        [sys.executable, path.name], cwd=path.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (written,) = path.parent.glob("*_spikes.csv")
    with written.open(newline="") as file:
        return sorted((float(r["time_ms"]), r["population"], int(r["neuron"])) for r in csv.DictReader(file))


def spikes_of(recording: spikemem.Recording, names: Sequence[str]) -> list[tuple[float, str, int]]:
    return sorted((float(t), name, int(n)) for name in names for t, n in zip(*recording.spikes[name], strict=True))


def test_an_experiment_exported_for_nest_gives_the_spikes_of_the_backend(tmp_path: Path) -> None:
    needs("nest")
    assert main(["export", "hetero-functional", "--to", "pynn", "--target", "nest", "--out", str(tmp_path)]) == 0
    wanted = prepare(load_experiment("hetero-functional", []), Choices("nest")).run(None)
    found = executed(tmp_path / "hetero_functional_nest.py")
    assert found == spikes_of(wanted, ["out"])
    assert len(found) > 30


def test_a_script_of_every_static_case_gives_the_spikes_of_the_backend(tmp_path: Path) -> None:
    """Cells of all kinds, sources, drawn delays, own initial values and offsets, at the cases' own step."""
    needs("nest")
    cases = [c for c in CASES if c.feature.split(",")[0] in {
        "IF_curr_exp", "IF_curr_delta", "Static", "SpikeSourcePoisson", "recurrent loop", "FixedProbability", "FromMatrix",
    } and "currents at the start" not in c.feature and "exact" in c.numerics]  # fmt: skip
    target = backend("nest")
    program = target.compile(lower(network(cases), target.abilities, "exact", seed=3), RunOptions())
    assert isinstance(program, PyNNProgram)
    program.stimulate(stimulus())
    text, arrays = script(program.describe(program.feed(STEPS)), STEPS, "nest", "0", "n.npz", "n_spikes.csv")
    (tmp_path / "n.py").write_text(text)
    np.savez(tmp_path / "n.npz", **arrays)  # type: ignore[arg-type]  # its stub takes a keyword of its own for one of them
    found = executed(tmp_path / "n.py")
    program.run(STEPS)
    cells = [p.name for p in program.network.populations if p.cell.state_variables]
    wanted = program.spikes()
    dt = program.network.dt
    assert [(round(t / dt), name, n) for t, name, n in found] == sorted(
        (int(s), name, int(n)) for name in cells for s, n in zip(*wanted[name], strict=True)
    )
    assert len(found) > 100


def test_a_script_for_spinnaker_maps_on_a_virtual_board(tmp_path: Path) -> None:
    needs("spinnaker")
    assert main(["export", "ca3-functional", "--target", "spinnaker", "--out", str(tmp_path / "out")]) == 0
    (tmp_path / ".spynnaker.cfg").write_text("[Machine]\nversion = 3\nvirtual_board = True\n")
    assert executed(tmp_path / "out" / "ca3_functional_spinnaker.py", tmp_path) == []


def test_wrong_choices_are_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    needs("nest")
    assert main(["export", "hetero-functional", "--target", "nset", "--out", str(tmp_path)]) == 2
    assert "--target 'nset' is unknown; did you mean 'nest'? valid: nest, spinnaker" in capsys.readouterr().err
    assert main(["export", "ca3-functional", "--target", "nest", "--out", str(tmp_path)]) == 4
    said = capsys.readouterr().err
    for reason in ("numerics 'spinnaker': not offered", "PairSTDP coincidence='depress'", "delay of 1 ms"):
        assert reason in said
    assert list(tmp_path.iterdir()) == []
