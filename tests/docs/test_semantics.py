"""The tests that docs/semantics.md names exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "semantics.md"


@pytest.mark.skipif(not DOCUMENT.exists(), reason="docs/ is not part of the wheel")
def test_every_row_of_tests_names_files_that_there_are() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", DOCUMENT.read_text(encoding="utf-8"))
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).is_file()] == []
