"""What a study found, printed, and the same as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from spikemem.experiment.study import Columns, Criterion

_ROWS = 40
"""Rows of a table that are printed; the file has all."""


def print_findings(console: Console, tables: Mapping[str, Columns], criteria: Sequence[Criterion]) -> None:
    """Print the tables, and each criterion with whether it is met."""
    for name, columns in tables.items():
        console.print(_table(name, columns))
    for criterion in criteria:
        mark, style = ("met", None) if criterion.passed else ("NOT MET", "bold red")
        console.print(f"{mark}: {criterion.name}: {criterion.found}", style=style, soft_wrap=True)


def findings_data(tables: Mapping[str, Columns], criteria: Sequence[Criterion]) -> dict[str, Any]:
    """Return tables and criteria as JSON data; what is no finite number is null."""
    return {
        "tables": {table: {name: _plain(v) for name, v in columns.items()} for table, columns in tables.items()},
        "criteria": [asdict(c) for c in criteria],
    }


def _table(name: str, columns: Columns) -> Table:
    table = Table(title=name, title_justify="left")
    for column, values in columns.items():
        table.add_column(column, justify="left" if any(isinstance(v, str) for v in values) else "right")
    rows = list(zip(*columns.values(), strict=True))
    for row in rows[:_ROWS]:
        table.add_row(*(_shown(value) for value in row))
    if len(rows) > _ROWS:
        table.caption = f"{len(rows) - _ROWS} more rows in the file"
    return table


def _shown(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:.6g}"
    return str(value)


def _plain(values: Sequence[Any]) -> list[Any]:
    return [None if isinstance(v, float) and not np.isfinite(v) else v for v in np.asarray(values).tolist()]
