"""docs/memory_layers.md is about every layer and every way to forget, and its table is what the layers say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.layers.page import kinds, table

DOCUMENT = Path(__file__).parents[2] / "docs" / "memory_layers.md"

pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason="docs/ is not part of the wheel")


def test_the_table_is_what_the_layers_say() -> None:
    assert table() in DOCUMENT.read_text(encoding="utf-8"), "print it by: python -m tests.layers.page"


def test_every_layer_has_a_section() -> None:
    headings = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("### ")]
    assert [kind.__name__ for kind in kinds() if not any(f"`{kind.__name__}`" in h for h in headings)] == []
