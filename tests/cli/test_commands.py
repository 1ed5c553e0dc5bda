"""Every command, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spikemem.backend import Backend, backend
from spikemem.cli.main import main
from spikemem.errors import MissingDependency
from spikemem.experiment import experiment_names
from spikemem.models import CA3CAM


def said(*arguments: str | Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that succeeds; return its standard output."""
    capsys.readouterr()
    code = main([str(a) for a in arguments])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    return captured.out


def data(*arguments: str | Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command with ``--json``; return what it printed."""
    return json.loads(said(*arguments, "--json", capsys=capsys))


def test_models_lists_them_with_their_publication(capsys: pytest.CaptureFixture[str]) -> None:
    assert "ca3-cam  Spiking content-addressable memory of hippocampal CA3 (" in said("models", capsys=capsys)
    model = next(row for row in data("models", capsys=capsys) if row["name"] == "ca3-cam")
    assert model["parameters"]["cues"] == {"default": 5, "meaning": "one-hot cue lines C: one memory each"}
    assert model["operations"]["learn"]["arguments"] == ["cue", "content"]
    assert (model["operations"]["learn"]["spacing_ms"], model["operations"]["recall"]["spacing_ms"]) == (7.0, 6.0)
    assert model["operations"]["recall"]["answers"] == ["cues", "content"]


def test_models_describes_one_with_what_it_cannot_do(capsys: pytest.CaptureFixture[str]) -> None:
    text = said("models", "ca3-cam", capsys=capsys)
    for word in ("one-hot cue lines C", "learn", "recall", "forget", "it forgets only by relearning"):
        assert word in text
    assert "`" not in text
    (model,) = data("models", "ca3-cam", capsys=capsys)
    assert model in data("models", capsys=capsys)


def test_show_prints_the_network_with_changed_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    text = said("show", "ca3-cam", "--set", "cues=2", "--set", "parameters.bits=3", capsys=capsys)
    lines = text.splitlines()
    assert lines[0] == "network ca3-cam  dt=1.0 ms"
    assert "  population in_cue[2]  SpikeSource()" in lines
    assert "  population in_content[3]  SpikeSource()" in lines
    network = CA3CAM(cues=2, bits=3).network()
    assert len(lines) == 1 + len(network.populations) + len(network.projections)


def test_show_prints_json_that_makes_the_network_again(capsys: pytest.CaptureFixture[str]) -> None:
    from spikemem.ir import from_data

    assert from_data(data("show", "ca3-cam", "--set", "cues=2", capsys=capsys)) == CA3CAM(cues=2).network()


def test_show_prints_the_lowered_network(capsys: pytest.CaptureFixture[str]) -> None:
    text = said("show", "ca3-cam", "--lowered", capsys=capsys)
    assert text != said("show", "ca3-cam", capsys=capsys)
    assert "out_content" in text


def test_backends_tells_what_each_can_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert "IF_cond_exp" in said("backends", capsys=capsys)
    rows = {row["name"]: row for row in data("backends", capsys=capsys)}
    assert rows["numba"]["installed"] is True
    assert sorted(rows["numba"]["numerics"]) == ["exact", "spinnaker"]
    assert "IF_curr_exp" in rows["numba"]["cells"]
    assert "PairSTDP" in rows["numba"]["synapses"]


def test_backends_tells_how_to_install_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("spikemem.backend.find_spec", lambda name: None)
    assert "no: pip install spikemem" in said("backends", capsys=capsys)
    row = next(row for row in data("backends", capsys=capsys) if row["name"] == "numba")
    assert (row["installed"], row["install"], row["cells"]) == (False, "pip install spikemem", [])


def test_doctor_finds_this_installation_well(capsys: pytest.CaptureFixture[str]) -> None:
    checks = {row["check"]: row for row in data("doctor", capsys=capsys)}
    assert all(checks[name]["ok"] for name in ("python", "numpy", "numba", "h5py", "backend numba"))
    assert checks["backend numba"]["found"] == "a memory learned and recalled"
    assert "a memory learned and recalled" in said("doctor", capsys=capsys)


def test_doctor_says_what_a_backend_lacks_and_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def found(name: str) -> Backend:
        if name == "brian2-cuda":
            raise MissingDependency("backend brian2-cuda: nvcc is not installed: apt-get install nvidia-cuda-toolkit")
        return backend(name)

    monkeypatch.setattr("spikemem.cli.doctor.backend", found)
    row = next(row for row in data("doctor", capsys=capsys) if row["check"] == "backend brian2-cuda")
    assert (row["ok"], row["found"]) == (None, "nvcc is not installed: apt-get install nvidia-cuda-toolkit")


def test_doctor_names_extras_with_their_brackets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from importlib.metadata import PackageNotFoundError, version

    def found(name: str) -> str:
        if name == "nengo":
            raise PackageNotFoundError
        return version("pip")

    monkeypatch.setattr("spikemem.cli.doctor.version", found)
    assert "not installed: pip install 'spikemem[nengo]'" in said("doctor", capsys=capsys)


def test_doctor_ends_with_3_when_a_package_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("spikemem.cli.doctor._REQUIRED", ("numpy", "nothing-of-this-name"))
    assert main(["doctor"]) == 3
    captured = capsys.readouterr()
    assert "PROBLEM" in captured.out
    assert captured.err == ("spikemem: doctor: nothing-of-this-name failed; pip install --force-reinstall spikemem\n")


def test_help_names_the_commands_and_the_experiments(capsys: pytest.CaptureFixture[str]) -> None:
    text = said("--help", capsys=capsys)
    for command in ("run", "models", "show", "backends", "inspect", "doctor"):
        assert f" {command} " in text
    text = said("run", "-h", capsys=capsys)
    assert text.split()[:3] == ["Usage:", "spikemem", "run"]
    for name in experiment_names():
        assert name in text


def test_no_arguments_print_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    captured = capsys.readouterr()
    assert "Commands" in captured.out + captured.err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    name, number = said("--version", capsys=capsys).split()
    assert name == "spikemem"
    assert number
