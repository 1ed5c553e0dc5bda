"""docs/semantics.md is what its table prints, and every cell of the table has tests that pytest finds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.semantics.page import page
from tests.semantics.table import COLUMNS, TABLES

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "semantics.md"
CELLS = {
    f"{row.convention}: {column}": cell
    for table in TABLES
    for row in table.rows
    for column, cell in zip(COLUMNS, row.cells, strict=True)
}


@pytest.fixture(scope="module")
def collected(pytestconfig: pytest.Config) -> set[str]:
    """The node ids of the files that the table names, as pytest itself collects them, and of their functions as a whole."""
    files = sorted({test.node.partition("::")[0] for cell in CELLS.values() for test in cell.tests})
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-c", str(pytestconfig.inipath), "--rootdir", str(ROOT), "--collect-only", "-q",
            "-p", "no:cacheprovider", *files,
        ],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    nodes = {line for line in done.stdout.splitlines() if "::" in line}
    assert nodes, done.stdout + done.stderr
    return nodes | {node.partition("[")[0] for node in nodes}


def test_every_cell_names_tests_that_there_are(collected: set[str]) -> None:
    assert len(CELLS) == 4 * (6 + 4 + 7)
    for where, cell in CELLS.items():
        assert cell.statement, where
        assert cell.tests, where
        assert [test.node for test in cell.tests if test.node not in collected] == [], where


def test_a_test_that_there_is_not_would_be_seen(collected: set[str]) -> None:
    named = next(iter(CELLS.values())).tests[0]
    for wrong in (f"{named.node}_", named.node.replace("numba]", "nest]"), "tests/semantics/test_delays.py"):
        assert wrong not in collected


def test_no_cell_of_a_simulator_that_can_be_run_rests_on_what_it_is_given_alone() -> None:
    """The engine, Brian2 and NEST are run, but where the cell is about what is passed on or refused."""
    unrun = [
        where
        for where, cell in CELLS.items()
        if not where.endswith(COLUMNS[3]) and not any(test.basis == "run" for test in cell.tests)
    ]
    assert unrun == [*(f"What is passed on: {column}" for column in COLUMNS[:3]), f"Onto: {COLUMNS[2]}"]


@pytest.mark.skipif(not DOCUMENT.exists(), reason="docs/ is not part of the wheel")
def test_the_page_is_what_the_command_prints() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == page(), "run: python -m tests.semantics.page > docs/semantics.md"
