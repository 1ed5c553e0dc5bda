"""``spikemem suite`` on the command line: what it prints, writes, resumes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spikemem.cli.main import main
from spikemem.experiment import experiment_names

SMALL = """
task = "spikemem.suite.tasks.fragments:Fragments"
seeds = 2
[fixed]
items = 3
bits = 8
active = 3
[[grids]]
name = "lengths"
[grids.over]
kept = [1, 2]
wrong = [0.0, 0.4]
[[criteria]]
name = "right"
at_least = 1.0
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return path


def test_it_prints_tables_and_writes_results(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suite", str(small), "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "lengths" in said
    assert "met: right: 1" in said
    assert (tmp_path / "small.reliable-cam.numba.h5").exists()
    assert len(list((tmp_path / "small.reliable-cam.numba.conditions").glob("*.h5"))) == 4


def test_json_has_the_rows_and_a_command_for_each_failure(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(
            [
                "suite",
                str(small),
                "--model",
                "ca3-cam",
                "--set",
                "fixed.spacing_ms=3.0",
                "--json",
                "--out",
                str(tmp_path),
            ]
        )
        == 1
    )
    captured = capsys.readouterr()
    data = json.loads(captured.out)
    assert "1 of 1 criteria are not met: right" in captured.err
    assert {row["kept"] for row in data["rows"]} == {1, 2}
    command = data["failures"][0]["command"].split()
    assert command[:3] == ["spikemem", "suite", str(small)]
    assert main([*command[1:], "--json", "--out", str(tmp_path / "again")]) == 1
    again = json.loads(capsys.readouterr().out)
    assert again["failures"][0]["answered"] == data["failures"][0]["answered"]


def test_a_suite_is_not_run_as_an_experiment(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(small)]) == 2
    assert "is a suite; spikemem suite takes it" in capsys.readouterr().err


def test_what_is_finished_is_not_run_again(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["suite", str(small), "--out", str(tmp_path)])
    files = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.conditions/*.h5")}
    capsys.readouterr()
    assert main(["suite", str(small), "--dry-run", "--out", str(tmp_path)]) == 0
    assert "would run 0 conditions of 4; ran nothing" in capsys.readouterr().out
    main(["suite", str(small), "--out", str(tmp_path)])
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.conditions/*.h5")} == files


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["stres"], 2, "suite 'stres' is unknown; did you mean 'stress'"),
        (["nowhere.toml"], 2, "nowhere.toml: cannot be read"),
        ([str(experiment_names()["cam-timing"])], 2, "is a study; spikemem run takes it"),
        ([str(experiment_names()["ca3-functional"])], 2, "is an experiment; spikemem run takes it"),
        (["SMALL", "--model", "cam"], 2, "model 'cam' is unknown"),
        (["SMALL", "--model", "sparsey"], 4, "Sparsey: declares no association"),
        (["SMALL", "--model", "hetero-associative"], 4, "nothing of it can be run: lengths"),
        (["SMALL", "--backend", "brain"], 2, "backend 'brain' is unknown"),
        (
            ["SMALL", "--set", "fixed.wrong=2.0", "--set", "grids=[{name='a', over={kept=[1]}}]"],
            2,
            "Fragments.wrong: must be <= 1",
        ),
        (["SMALL", "--set", "fixed.itmes=3"], 2, "unknown parameter 'itmes'; did you mean 'items'"),
        (["SMALL", "--set", "grids=[]"], 2, "grids: must have at least 1 item"),
        (["SMALL", "--set", "grids=[{name='a', over={kept=[]}}]"], 2, "kept: must have at least 1 value"),
        (["SMALL", "--set", "grids=[{name='a', over={'items, bits'=[[1]]}}]"], 2, "must be lists of 2 values, got [1]"),
        (["SMALL", "--condition", "zzz"], 2, "condition 'zzz': small has none of that name"),
        (["SMALL", "--set", "task='spikemem.suite.tasks.fragments:Fragment'"], 2, "is no subclass of"),
        (["SMALL", "--set", "fixed.active=9"], 2, "active: must be 1 to 8"),
        (["SMALL", "--set", "criteria=[{name='a', measure='b'}]"], 2, "measure 'b' is unknown"),
    ],
)
def test_wrong_input_gets_one_sentence(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    given = [str(small) if a == "SMALL" else a for a in arguments]
    assert main(["suite", *given, "--out", str(tmp_path)]) == code
    error = capsys.readouterr().err
    sentences = [line for line in error.splitlines() if line.startswith("spikemem: ")]
    assert len(sentences) == 1
    assert said in sentences[0]
