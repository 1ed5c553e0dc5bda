"""``spikemem run`` and ``spikemem inspect`` with a study: what they print, what they write, how they end."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest

from tests.bad_input.support import Ended, files_below, refused
from tests.bad_input.support import command as run_command
from tests.experiment.a_study import write_study

Command = Callable[..., Ended]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    return lambda *arguments: run_command(*arguments, capsys=capsys)


def test_text(tmp_path: Path, command: Command) -> None:
    ended = command("run", write_study(tmp_path), "--out", tmp_path / "out", "--seed", "3")
    lines = ended.output.splitlines()
    assert (ended.code, lines[0]) == (0, "Squares (numba, seed 3)")
    assert "│ 2 │   1 │  yes │ № 2  │     │      4 │" in lines
    assert "met: small: the last square is 9" in lines
    assert lines[-1] == f"wrote {tmp_path}/out/my-squares.h5 and {tmp_path}/out/my-squares.png"
    assert "3/3" in ended.said
    assert files_below(tmp_path / "out") == ["my-squares.h5", "my-squares.png"]


def test_json(tmp_path: Path, command: Command) -> None:
    ended = command("run", write_study(tmp_path), "--out", tmp_path / "out", "--json", "--set", "parameters.most=2")
    data = json.loads(ended.output)
    assert (ended.code, data["study"]) == (0, "my-squares")
    assert data["tables"]["squares"] == {
        "n": [1, 2], "n/2": [0.5, 1.0], "even": [False, True], "name": ["№ 1", "№ 2"], "gap": [None, None],
        "square": [1, 4],
    }  # fmt: skip
    assert data["criteria"] == [{"name": "small", "passed": True, "found": "the last square is 4"}]
    assert data["files"] == [f"{tmp_path}/out/my-squares.h5", f"{tmp_path}/out/my-squares.png"]


def test_the_file(tmp_path: Path, command: Command) -> None:
    command("run", write_study(tmp_path), "--out", tmp_path)
    with h5py.File(tmp_path / "my-squares.h5") as file:
        assert (file.attrs["format"], file.attrs["schema_version"]) == ("spikemem", 1)
        assert set(file) == {"tables", "criteria", "provenance"}
        assert list(file["tables"]) == ["squares", "drawn"]
        squares = file["tables/squares"]
        assert json.loads(squares.attrs["columns"]) == ["n", "n/2", "even", "name", "gap", "square"]
        assert squares["square"][()].tolist() == [1, 4, 9]
        assert squares["even"].dtype == bool
        assert squares["name"].asstr()[()].tolist() == ["№ 1", "№ 2", "№ 3"]
        assert all(math.isnan(gap) for gap in squares["gap"][()])
        assert squares["n\N{DIVISION SLASH}2"][()].tolist() == [0.5, 1.0, 1.5]
        criteria = json.loads(file["criteria"].attrs["json"])
        source = json.loads(file["provenance"].attrs["json"])
    assert criteria == [{"name": "small", "passed": True, "found": "the last square is 9"}]
    assert source["study"]["parameters"] == {"most": 3, "small": 9}
    assert (source["backend"], source["seed"]) == ("numba", 1)
    assert {"spikemem", "numpy"} <= set(source["versions"])


def test_further_figures_and_tables_for_the_file_alone(tmp_path: Path, command: Command) -> None:
    ended = command("run", write_study(tmp_path, "Paged"), "--out", tmp_path / "out")
    out = tmp_path / "out" / "my-squares"
    assert ended.output.splitlines()[-1] == f"wrote {out}.h5, {out}.png and {out}-more.png"
    assert files_below(tmp_path / "out") == ["my-squares-more.png", "my-squares.h5", "my-squares.png"]
    assert "cube" not in ended.output
    with h5py.File(f"{out}.h5") as file:
        assert file["tables/cubes/cube"][()].tolist() == [1, 8]
    assert "cube" not in command("inspect", f"{out}.h5", "--json").output


def test_inspect_tells_what_run_told(tmp_path: Path, command: Command) -> None:
    path = write_study(tmp_path)
    text, data = (
        command("run", path, "--out", tmp_path).output,
        command("run", path, "--out", tmp_path, "--json").output,
    )
    inspected = command("inspect", tmp_path / "my-squares.h5").output
    assert text.partition("\n")[2].partition("wrote ")[0] in inspected
    assert inspected.startswith(f"{tmp_path}/my-squares.h5  my-squares {{'most': 3, 'small': 9}}\n")
    again = json.loads(command("inspect", tmp_path / "my-squares.h5", "--json").output)
    assert {name: again[name] for name in ("tables", "criteria")} == {
        name: json.loads(data)[name] for name in ("tables", "criteria")
    }


def test_a_criterion_that_is_not_met_ends_with_1(tmp_path: Path, command: Command) -> None:
    ended = command("run", write_study(tmp_path), "--out", tmp_path, "--set", "parameters.most=4")
    assert ended.code == 1
    assert "NOT MET: small: the last square is 16" in ended.output
    assert ended.said.endswith("spikemem: my-squares: 1 of 1 criteria are not met: small\n")
    assert (tmp_path / "my-squares.h5").exists()


def test_a_long_table_is_cut(tmp_path: Path, command: Command) -> None:
    changes = ("--set", "parameters.most=42", "--set", "parameters.small=10000")
    assert "2 more rows in the file" in command("run", write_study(tmp_path), "--out", tmp_path, *changes).output
    with h5py.File(tmp_path / "my-squares.h5") as file:
        assert file["tables/squares/n"].shape == (42,)


def test_a_dry_run_runs_and_writes_nothing(tmp_path: Path, command: Command) -> None:
    path = write_study(tmp_path, "Raising")
    assert command("run", path, "--dry-run", "--out", tmp_path / "out") == Ended(
        0, "would run the study my-squares on numba, seed 1; ran nothing\n", ""
    )
    planned = command("run", write_study(tmp_path), "--dry-run", "--json", "--seed", "4", "--out", tmp_path / "out")
    data = json.loads(planned.output)
    assert (data["study"]["parameters"], data["seed"]) == ({"most": 3, "small": 9}, 4)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Raising", "study 'studies_of_a_user:Raising': ZeroDivisionError: division by zero "),
        ("Wrong", "study 'studies_of_a_user:Wrong': run must return Findings, got 3\n"),
        ("Ragged", "table t: columns must be of one length, got {'a': 2, 'b': 1}\n"),
        ("Undrawn", "study 'studies_of_a_user:Undrawn': IndexError: list index out of range "),
    ],
)
def test_errors_of_a_users_study_are_one_sentence(tmp_path: Path, command: Command, name: str, sentence: str) -> None:
    ended = command("run", write_study(tmp_path, name), "--out", tmp_path / "out")
    assert (ended.code, ended.output) == (2, "")
    assert f"spikemem: {sentence}" in ended.said


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('study = "studies_of_a_user:Forgetful"', "study 'studies_of_a_user:Forgetful': does not define run"),
        ('study = "os:path"', "study 'os:path': is no subclass of {study}"),
        ('study = "spikemem.models:CA3CAM"', "study 'spikemem.models:CA3CAM': is no subclass of {study}"),
        ('study = "Squares"', "study 'Squares': must have the form module:name"),
        ('study = "nope:X"', "study 'nope:X': there is no module 'nope', neither installed nor in {folder}"),
        ("study = 3", "{path}: study: must be a text, got 3"),
        (
            'model = "ca3-cam"\nstudy = "os:path"',
            "{path}: unknown key 'model'; valid: parameters, run, source, study, title",
        ),
        ('study = "os:path"\nrun = 3', "{path}: run: must be a table of key = value, got 3"),
        ('study = "os:path"\n[run]\ndt = 1.0', "{path}: run: unknown key 'dt'; valid: backend, hardware, seed"),
        (
            'study = "studies_of_a_user:Squares"\n[parameters]\nmots = 3',
            "{path}: parameters: Squares: unknown parameter 'mots'; did you mean 'most'? valid: most, small",
        ),
        (
            'study = "studies_of_a_user:Squares"\n[parameters]\nmost = 0',
            "{path}: parameters: Squares.most: must be >= 1, got 0",
        ),
    ],
)
def test_wrong_files_are_one_sentence(tmp_path: Path, command: Command, text: str, sentence: str) -> None:
    path = write_study(tmp_path)
    path.write_text(text)
    told = sentence.format(path=path, folder=tmp_path, study="spikemem.experiment.study.Study")
    refused(command("run", path, "--out", tmp_path / "out"), told)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("--decompose", "segments"),
            "study my-squares: decompose: is for experiments of one model, and a study makes its own networks, got segments",
        ),
        (("--seed", "-1"), "seed: must be a whole number >= 0, got -1"),
        (("--backend", "numbo"), "backend 'numbo' is unknown; did you mean 'numba'? valid: "),
        (
            ("--backend", "numba", "--hardware", "cuda"),
            "hardware cuda: is for backend 'brian2-cuda', got backend 'numba'",
        ),
    ],
)
def test_wrong_choices_are_one_sentence(
    tmp_path: Path, command: Command, options: tuple[str, ...], sentence: str
) -> None:
    for more in ((), ("--dry-run",)):
        ended = command("run", write_study(tmp_path), "--out", tmp_path / "out", *options, *more)
        assert (ended.code, ended.output) == (2, "")
        assert ended.said.startswith(f"spikemem: {sentence}")
        assert ended.said.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [("compare", "--backends", "numba,brian2"), ("export", "--target", "nest"), ("deploy", "--hardware", "virtual3")],
)
def test_other_commands_refuse_a_study(tmp_path: Path, command: Command, arguments: tuple[str, ...]) -> None:
    path = write_study(tmp_path)
    ended = command(arguments[0], path, *arguments[1:])
    refused(ended, f"{path}: is a study, made of many runs; only spikemem run takes it")


def test_a_damaged_file_is_told(tmp_path: Path, command: Command) -> None:
    command("run", write_study(tmp_path), "--out", tmp_path)
    path = tmp_path / "my-squares.h5"
    with h5py.File(path, "r+") as file:
        file["provenance"].attrs["json"] = json.dumps({"versions": {}})
    refused(command("inspect", path), f"{path}: is damaged: its provenance has no table 'study'")
    with h5py.File(path, "r+") as file:
        del file["criteria"]
    ended = command("inspect", path)
    assert (ended.code, ended.output) == (2, "")
    assert ended.said.startswith(f"spikemem: {path}: is damaged: ")
