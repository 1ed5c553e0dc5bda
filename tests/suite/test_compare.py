"""Runs of a suite side by side: matched by keys, differences with their intervals, the command, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import h5py
import pytest

from spikemem.errors import InvalidInput
from spikemem.suite.difference import Difference, compared, fisher_p, newcombe, run_names
from spikemem.suite.hdf5_suite import read_results, write_results
from spikemem.suite.summary import ALL, Interval, Row, wilson
from spikemem.suite.sweep import Results
from tests.bad_input.support import Ended
from tests.bad_input.support import command as run_command
from tests.suite.small_suite import run_small

Command = Callable[..., Ended]


class Runs(NamedTuple):
    """Files of the same suite run with two models."""

    published: Path
    reliable: Path


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("runs")
    paths = Runs(folder / "published.h5", folder / "reliable.h5")
    write_results(paths.published, run_small(folder))
    write_results(paths.reliable, run_small(folder, "reliable-cam", ("fixed.spacing_ms=0.0",)))
    return paths


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    return lambda *arguments: run_command(*arguments, capsys=capsys)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        # Newcombe 1998, table II, method 10
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((0, 20), (10, 10), 0.6791, 1.0),
        ((0, 10), (10, 10), 0.6075, 1.0),
        ((0, 29), (5, 56), -0.0381, 0.1926),
    ],
)
def test_the_interval_of_a_difference_is_the_published_one(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = newcombe(wilson(*first), wilson(*second))
    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)
    turned = newcombe(wilson(*second), wilson(*first))
    assert (turned.low, turned.high) == pytest.approx((-high, -low), abs=6e-5)


def test_rows_are_matched_by_keys_whatever_the_model(runs: Runs) -> None:
    first, second = map(read_results, runs)
    # the spacing is a key as well: without it the two runs ask the same
    with pytest.raises(InvalidInput, match="have no condition in common, of the same grid and keys"):
        compared(first, second)
    found = compared(first, _spaced(second, 3.0))
    assert [d.first for d in found.differences] == list(first.rows)
    for d in found.differences:
        assert dict(d.first.condition.keys) == dict(d.second.condition.keys)
        assert d.first.condition.digest != d.second.condition.digest
        assert d.exact.mean == d.second.measures["exact"].mean - d.first.measures["exact"].mean
    assert (found.only_first, found.only_second) == (0, 0)


def _spaced(results: Results, spacing_ms: float) -> Results:
    """Return results as if they had been asked with another spacing."""
    rows = []
    for row in results.rows:
        keys = {**row.condition.keys, "spacing_ms": spacing_ms}
        rows.append(replace(row, condition=replace(row.condition, keys=keys)))
    return replace(results, rows=tuple(rows))


def test_what_is_there_once_has_no_partner_and_is_counted(runs: Runs) -> None:
    first = read_results(runs.published)
    found = compared(first, replace(first, rows=first.rows[1:]))
    assert (found.only_first, found.only_second) == (1, 0)
    assert len(found.differences) == len(first.rows) - 1


def test_a_run_is_the_same_as_itself(runs: Runs) -> None:
    first = read_results(runs.published)
    assert {d.verdict for d in compared(first, first).differences} == {"same"}


def test_other_tasks_are_refused(runs: Runs) -> None:
    first = read_results(runs.published)
    file, grid = first.suite.file, next(iter(first.suite.grids))
    other = tuple(replace(c, task="spikemem.suite.tasks.stress:Stress") for c in first.suite.conditions)
    changed = replace(first, suite=replace(first.suite, file=file, grids={grid: other}))
    with pytest.raises(InvalidInput, match=r"tasks .*Fragments and .*Stress ask different things"):
        compared(first, changed)


def _row(row: Row, right: int, asked: int) -> Row:
    return replace(row, asked=asked, measures={**row.measures, "exact": wilson(right, asked)})


def test_verdicts(runs: Runs) -> None:
    row = read_results(runs.published).rows[0]
    low, high = _row(row, 1, 10), _row(row, 11, 14)
    assert fisher_p(low, high) == pytest.approx(fisher_p(high, low)) == pytest.approx(0.0027594562)
    assert fisher_p(_row(row, 3, 4), _row(row, 1, 4)) == pytest.approx(34 / 70)  # the lady tasting tea, two-sided
    assert [Difference(low, high, Interval(mean, 0.0, 0.0), 0.01, p).verdict for mean, p in (
        (0.2, 0.01), (-0.2, 0.01), (0.2, 0.06), (0.0, 0.01), (0.2, float("nan")),
    )] == ["better", "worse", "unclear", "same", "unclear"]  # fmt: skip


def test_many_comparisons_need_a_smaller_chance(runs: Runs) -> None:
    first = read_results(runs.published)
    rows = [row for row in first.rows if row.kind == ALL]
    one = replace(first, rows=tuple(_row(row, 50, 100) for row in rows))
    differing = [_row(rows[0], 65, 100), *(_row(row, 51, 100) for row in rows[1:])]
    found = compared(one, replace(first, rows=tuple(differing))).differences
    assert found[0].p < 0.05 < found[0].adjusted == pytest.approx(len(rows) * found[0].p)
    assert found[0].verdict == "unclear"


def test_runs_are_called_by_what_tells_them_apart(runs: Runs) -> None:
    first, second = map(read_results, runs)
    assert run_names([("a.h5", first), ("b.h5", second)])[0].startswith("ca3-cam")
    assert run_names([("a.h5", first), ("b.h5", first)]) == ["a.h5", "b.h5"]
    seeded = replace(first.suite, grids={k: tuple(replace(c, seed=2) for c in v) for k, v in first.suite.grids.items()})
    assert run_names([("a", first), ("b", replace(first, suite=seeded))]) == ["seed 1", "seed 2"]


def test_the_command_with_two_files(runs: Runs, tmp_path: Path, command: Command) -> None:
    copy = tmp_path / "copy.h5"
    copy.write_bytes(runs.published.read_bytes())
    ended = command("report", runs.published, copy, "--out", tmp_path)
    page = tmp_path / "published_against_copy.html"
    assert ended.code == 0
    assert "is better than" in ended.output
    assert "worse in 0, the same in 4, and in 0 the difference may be chance" in " ".join(ended.output.split())
    assert ended.output.splitlines()[-1] == f"wrote {page}"
    text = page.read_text(encoding="utf-8")
    # two measures for each of two shares of wrong lines, and the differences
    assert text.count("<svg") == 5
    assert "<script>" not in text


def test_json_of_two_files(runs: Runs, tmp_path: Path, command: Command) -> None:
    copy = tmp_path / "copy.h5"
    copy.write_bytes(runs.published.read_bytes())
    data = json.loads(command("report", runs.published, copy, "--json").output)
    (comparison,) = data["comparisons"]
    assert [d["verdict"] for d in comparison["differences"]] == ["same"] * 4
    assert comparison["differences"][0]["difference"]["mean"] == 0.0
    assert comparison["first"]["model"] == "ca3-cam"
    page = runs.published.parent / "published_against_copy.html"
    assert data["files"] == [str(page)]
    page.unlink()


def test_a_suites_file_can_be_inspected(runs: Runs, command: Command) -> None:
    ended = command("inspect", runs.published)
    assert ended.code == 0
    assert "NOT MET: whole patterns" in ended.output
    assert "It may be trusted in 0 of 4 conditions" in ended.output
    data = json.loads(command("inspect", runs.published, "--json").output)
    assert len(data["rows"]) == 4


def test_other_and_damaged_files_get_one_sentence(runs: Runs, tmp_path: Path, command: Command) -> None:
    text, other, damaged, cut = (tmp_path / name for name in ("text.h5", "other.h5", "damaged.h5", "cut.h5"))
    text.write_text("no HDF5")
    cut.write_bytes(runs.published.read_bytes()[:2000])
    damaged.write_bytes(runs.published.read_bytes())
    with h5py.File(damaged, "r+") as file:
        del file["suite"].attrs["grids"]
    command("run", "ca3-functional", "--out", tmp_path)
    (tmp_path / "ca3-functional.h5").rename(other)
    for path, said in (
        (tmp_path / "none.h5", "no such file"),
        (text, "is no HDF5 file"),
        (cut, "is a truncated or damaged HDF5 file"),
        (damaged, "is damaged"),
        (other, "is no results file of spikemem suite; spikemem inspect shows what it holds"),
    ):
        for given in ((path,), (runs.published, path)):
            ended = command("report", *given, "--out", tmp_path / "out")
            assert ended.code == 2
            (line,) = ended.said.splitlines()
            assert line.startswith(f"spikemem: {path}: {said}")
    assert not (tmp_path / "out").exists()
    assert "is given twice" in command("report", runs.published, runs.published).said


def test_runs_of_the_same_name_are_called_by_their_paths_however_long(
    runs: Runs, tmp_path: Path, command: Command
) -> None:
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    copy = folder / runs.published.name
    copy.write_bytes(runs.published.read_bytes())
    ended = command("report", runs.published, copy, "--out", tmp_path)
    assert ended.code == 0
    page = (tmp_path / "published_against_published.html").read_text(encoding="utf-8")
    assert f"<h3>{copy}</h3>" in page
    assert "…" in page
