"""Wrong commands, options and names: exit code 2, 3 or 4, and a sentence that helps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

import spikemem.backend
from spikemem.errors import MissingDependency
from spikemem.experiment import experiment_names
from tests.bad_input.support import (
    VALID_BACKENDS,
    VALID_EXPERIMENTS,
    VALID_HARDWARE,
    VALID_MODELS,
    command,
    files_below,
    refused,
)

ROOT_KEYS = "generate, model, operations, parameters, run, source, title"

CASES: dict[str, tuple[Sequence[str], str]] = {
    "experiment": (["run", "nope"], f"experiment 'nope' is unknown; {VALID_EXPERIMENTS}"),
    "experiment misspelt": (
        ["run", "ca3_functional"],
        f"experiment 'ca3_functional' is unknown; did you mean 'ca3-functional'? {VALID_EXPERIMENTS}",
    ),
    "experiment a folder": (["run", "."], f"experiment '.' is unknown; {VALID_EXPERIMENTS}"),
    "backend": (
        ["run", "ca3-functional", "--backend", "nmba"],
        f"backend 'nmba' is unknown; did you mean 'numba'? {VALID_BACKENDS}",
    ),
    "hardware": (
        ["run", "ca3-functional", "--hardware", "cpus"],
        f"hardware 'cpus' is unknown; did you mean 'cpu'? {VALID_HARDWARE}, or the path of a .toml file",
    ),
    "seed": (["run", "ca3-functional", "--seed", "-1"], "seed: must be a whole number >= 0, got -1"),
    "set without value": (
        ["run", "ca3-functional", "--set", "parameters.cues"],
        "--set 'parameters.cues': must have the form key.key=value, such as parameters.cues=6",
    ),
    "set without key": (
        ["run", "ca3-functional", "--set", "=3"],
        "--set '=3': must have the form key.key=value, such as parameters.cues=6",
    ),
    "set inside a text": (
        ["run", "ca3-functional", "--set", "model.x=3"],
        "--set 'model.x=3': 'model' is no table of keys",
    ),
    "set inside a list": (
        ["run", "ca3-functional", "--set", "operations.0.at=3"],
        "--set 'operations.0.at=3': 'operations' is no table of keys",
    ),
    "set to nothing": (
        ["run", "ca3-functional", "--set", "run.seed="],
        "{experiments}/ca3_functional.toml: run.seed: must be a whole number, got ''",
    ),
    "set an unknown key": (
        ["run", "ca3-functional", "--set", "cues=6"],
        f"{{experiments}}/ca3_functional.toml: unknown key 'cues'; valid: {ROOT_KEYS}",
    ),
    "set too few bits": (
        ["run", "ca3-functional", "--set", "parameters.bits=4"],
        "{experiments}/ca3_functional.toml: operations[0]: CA3CAM.learn: content bit 8 is out of range 0..3 (bits=4)",
    ),
    "models": (
        ["models", "ca3-cma"],
        f"model 'ca3-cma' is unknown; did you mean 'ca3-cam'? {VALID_MODELS}, or module:Class of your own",
    ),
    "show": (["show", "ca3-cam", "--set", "x=3"], "CA3CAM: unknown parameter 'x'; valid: bits, cues"),
    "show twice": (["show", "ca3-cam", "--lowered", "--json"], "show: give either --lowered or --json, not both"),
    "inspect": (["inspect", "nope.h5"], "nope.h5: no such file"),
    "inspect a folder": (["inspect", "."], ".: is a folder, not a file"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_command_gives_one_sentence(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, sentence = CASES[case]
    experiments = experiment_names()["ca3-functional"].parent
    refused(command(*arguments, capsys=capsys), sentence.format(experiments=experiments))
    assert files_below(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["runn"], "No such command 'runn'. Did you mean 'run'?"),
        (["run"], "Missing argument"),
        (["run", "ca3-functional", "--sed", "3"], "No such option: --sed"),
        (["run", "ca3-functional", "--seed", "x"], "Invalid value for '--seed'"),
        (["run", "ca3-functional", "more"], "Got unexpected extra argument"),
        (["inspect"], "Missing argument"),
        (["--verbose"], "No such option: --verbose"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_usage_ends_with_2_and_names_the_help(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = command(*arguments, capsys=capsys)
    assert (ended.code, ended.output) == (2, "")
    assert told in ended.said
    assert "-h' for help" in ended.said


HARDWARE = {
    "key": ("thread = 2\n", "unknown key 'thread'; did you mean 'threads'? valid: backend, threads, weight_precision"),
    "threads": ("threads = 0\n", "threads: must be >= 1, got 0"),
    "threads text": ('threads = "2"\n', "threads: must be a whole number, got '2'"),
    "precision": (
        'weight_precision = "float16"\n',
        "weight_precision: must be one of 'float64' or 'float32', got 'float16'",
    ),
    "gpu key": (
        'backend = "brian2-cuda"\ndevise = 1\n',
        "unknown key 'devise'; did you mean 'device'? "
        "valid: backend, compute_capability, device, threads, weight_precision",
    ),
    "gpu number": ('backend = "brian2-cuda"\ndevice = -1\n', "device: must be >= 0, got -1"),
    "gpu key for a processor": ("device = 1\n", "unknown key 'device'; valid: backend, threads, weight_precision"),
    "syntax": ("threads\n", "is not valid TOML: Expected '=' after a key in a key/value pair (at line 1, column 8)"),
}


@pytest.mark.parametrize("case", HARDWARE)
def test_a_wrong_hardware_file_is_named(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, sentence = HARDWARE[case]
    path = tmp_path / "mine.toml"
    path.write_text(text)
    ended = command("run", "ca3-functional", "--hardware", path, "--out", tmp_path / "out", capsys=capsys)
    refused(ended, f"{path}: {sentence}")
    assert files_below(tmp_path) == ["mine.toml"]


def test_hardware_of_another_backend_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "board.toml"
    path.write_text('backend = "spinnaker"\nvirtual = true\n')
    ended = command("run", "ca3-functional", "--backend", "numba", "--hardware", path, capsys=capsys)
    refused(ended, f"hardware {path}: is for backend 'spinnaker', got backend 'numba'")


def test_hardware_decides_the_backend_if_nothing_else_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('backend = "nmba"\n')
    ended = command("run", "ca3-functional", "--hardware", path, capsys=capsys)
    refused(ended, f"backend 'nmba' is unknown; did you mean 'numba'? {VALID_BACKENDS}")


def test_a_missing_dependency_ends_with_3_and_its_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(spikemem.backend, "find_spec", lambda name: None if name == "numba" else find_spec(name))
    ended = command("run", "ca3-functional", "--out", tmp_path / "out", capsys=capsys)
    refused(ended, "backend numba: numba is not installed: pip install spikemem", code=3)
    assert files_below(tmp_path) == []
    with pytest.raises(ImportError) as raised:
        spikemem.backend.backend("numba")
    assert isinstance(raised.value, MissingDependency)


UNSUPPORTED_MODEL = '''
from dataclasses import dataclass
from spikemem.language import *
from spikemem.ir.cell import Cell
from spikemem.ir.synapse import Synapse

@dataclass(frozen=True)
class Izhikevich(Cell):
    """A cell that no backend has a rule for."""
    weight_unit = "nA"
    def threshold_weight(self, receptor, dt, numerics):
        return 1.0
    def resting(self, variable):
        return 0.0

@dataclass(frozen=True)
class Fading(Synapse):
    """A synapse that no backend has a rule for."""

class Strange(Memory):
    """A memory made of what no backend knows."""
    def build(self, net):
        net.input("a", 2)
        net.population("b", 2, Izhikevich())
        net.connect("a", "b", OneToOne(), weight=1.0, delay=1.0, synapse=Fading())
    @operation(spacing=1.0)
    def learn(self):
        """Nothing."""
        return pulse(a=[0])
'''


def names(types: Iterable[type]) -> str:
    return ", ".join(sorted(t.__name__ for t in types))


def test_what_the_target_cannot_do_ends_with_4_and_lists_all_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "strange_model.py").write_text(UNSUPPORTED_MODEL)
    path = tmp_path / "strange.toml"
    path.write_text('model = "strange_model:Strange"\n[[operations]]\nat = 0\ndo = "learn"\n')
    ended = command("run", path, "--out", tmp_path / "out", capsys=capsys)
    abilities = spikemem.backend.backend("numba").abilities
    refused(
        ended,
        "backend numba cannot run strange:\n"
        f"  - population b: Izhikevich: the backend has no rule for it; instead: {names(abilities.cells)}\n"
        f"  - projection a->b: Fading: the backend has no rule for it; instead: {names(abilities.synapses)}",
        code=4,
    )
    assert not (tmp_path / "out").exists()


def test_a_network_too_big_for_memory_ends_with_4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def allocate(*_: object) -> None:
        raise MemoryError("Unable to allocate 7.45 GiB")

    monkeypatch.setattr("spikemem.cli.run.prepare", allocate)
    ended = command("run", "ca3-functional", "--out", tmp_path / "out", capsys=capsys)
    refused(ended, "this needs more memory than there is: Unable to allocate 7.45 GiB", code=4)
