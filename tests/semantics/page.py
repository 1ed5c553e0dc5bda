"""Prints docs/semantics.md: ``python -m tests.semantics.page > docs/semantics.md``."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.page import table
from tests.semantics.table import BASES, COLUMNS, TABLES, Cell, Table

_HEAD = """\
# What each target computes

Printed by `python -m tests.semantics.page` from tests/semantics/table.py; not written by hand.

The same network means the same everywhere, or it is refused. This page says what the targets' own conventions are, what the
backends do about it, and which test shows each of them. Which fields of a plasticity rule each of them has is printed in
[backends.md](backends.md).
"""
_AFTER = """\
A rule declared `portable` says that the model depends neither on pairs with dt = 0 nor on long histories; then each target
takes its own convention. `HeteroAssociative` and `ReliableCAM` are such memories: `tests/models/test_hetero_associative.py` and
`tests/models/test_reliable_cam.py` run them with all of them.

CA3CAM depends on depression at dt = 0, on a history of 15 spikes and on delays of one step, so NEST refuses it, with these
reasons.
"""


def page() -> str:
    """Return the page."""
    lines = [_HEAD]
    for subject in TABLES:
        lines += [f"## {subject.title}", "", *_conventions(subject), ""]
    lines += [_AFTER, "## What shows it", "", "Each cell above by its tests, and how they show it:", ""]
    lines += [f"- *{basis}*: {meaning};" for basis, meaning in BASES.items()]
    lines[-1] = f"{lines[-1][:-1]}."
    for subject in TABLES:
        lines += ["", f"### {subject.title}", "", *_evidence(subject)]
    return "\n".join([*lines, ""])


def _conventions(subject: Table) -> Iterator[str]:
    rows = ((row.convention, *(cell.statement for cell in row.cells)) for row in subject.rows)
    return table(("", *COLUMNS), rows)


def _evidence(subject: Table) -> Iterator[str]:
    for row in subject.rows:
        yield f"- {row.convention}"
        for column, cell in zip(COLUMNS, row.cells, strict=True):
            yield f"  - {column}: {_tests(cell)}"


def _tests(cell: Cell) -> str:
    return "; ".join(f"*{test.basis}* `{test.node}`" for test in cell.tests)


if __name__ == "__main__":
    print(page(), end="")
