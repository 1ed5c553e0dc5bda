"""docs/nengo.md: its examples run as shown, and its table is what the memories give."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

pytest.importorskip("nengo", reason="nengo is not installed: pip install 'spikemem[nengo]'")

from tests.nengo.page import HEAD, rows

DOCUMENT = Path(__file__).parents[2] / "docs" / "nengo.md"
pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason="docs/ is not part of the wheel")


def test_the_examples_run_as_shown() -> None:
    failed, tried = doctest.testfile(str(DOCUMENT), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried > 10
    assert failed == 0


def cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip("|").split("|"))


def number(cell: str) -> float:
    """The number that a cell begins with; none is NaN."""
    return float("nan") if cell == "-" else float(cell.split()[0].replace(",", ""))


def test_the_table_is_what_the_memories_give() -> None:
    """To a tenth, and errors to 0.03: decoders are solved for, and rounding differs between machines."""
    lines = [cells(line) for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert lines[0] == HEAD
    made = rows()
    assert [line[0] for line in lines[2:]] == [row[0] for row in made], "print it by: python -m tests.nengo.page"
    for line, row in zip(lines[2:], made, strict=True):
        for said, is_now in zip(line[1:], row[1:], strict=True):
            assert number(said) == pytest.approx(number(is_now), rel=0.1, abs=0.03, nan_ok=True), (line[0], said)
