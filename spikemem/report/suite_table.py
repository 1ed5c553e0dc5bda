"""A suite's rows as a table on the terminal, and as JSON data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isfinite, isnan
from pathlib import Path
from shlex import quote
from typing import Any

from rich.table import Table

from spikemem.files import write_text
from spikemem.report.findings import findings_data
from spikemem.suite.summary import Interval, Row, rows_as_data
from spikemem.suite.sweep import Results

SHOWN = 60
"""Rows of a grid that the terminal shows; the rest is in the files."""
WORDS = ("kind", "trusted")
"""Columns that are words, and not figures."""
CAPTION = "spikes, events and updates are those of a question, by right answers; trusted: 95 % interval above 0.99"
_FIGURES = (
    "asked", "right [95 %]", "Jaccard", "precision", "recall", "spurious", "latency (ms)", "spikes", "synaptic events",
    "weight updates",
)  # fmt: skip


def varying(rows: Sequence[Row]) -> list[str]:
    """Return the keys whose values differ between rows, in the order of the task's fields."""
    keys = rows[0].condition.keys if rows else {}
    return [key for key in keys if len({str(row.condition.keys[key]) for row in rows}) > 1]


def suite_table(grid: str, rows: Sequence[Row]) -> Table:
    """Return the table of one grid: what varies, the questions, and how they were answered."""
    table = Table(title=grid, title_justify="left")
    header, cells = table_cells(rows)
    for name in header:
        table.add_column(name, justify="left" if name in WORDS else "right")
    for row in cells[:SHOWN]:
        table.add_row(*row)
    more = f"; {len(rows) - SHOWN} more rows in the files" if len(rows) > SHOWN else ""
    table.caption, table.caption_justify = CAPTION + more, "left"
    return table


def table_cells(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """Return the header of a grid's table, and its cells, row by row, as text."""
    keys, kinds = varying(rows), len({row.kind for row in rows}) > 1
    header = [*keys, *(("kind",) if kinds else ()), *_FIGURES, "trusted"]
    cells = [
        [
            *(shown(row.condition.keys[key]) for key in keys),
            *((row.kind,) if kinds else ()),
            str(row.asked),
            with_interval(row.measures["exact"]),
            *(shown(row.measures[name].mean) for name in ("jaccard", "precision", "recall", "spurious", "latency_ms")),
            *(shown(value) for value in row.per_correct.values()),
            "yes" if row.trusted else "no",
        ]
        for row in rows
    ]
    return header, cells


def with_interval(interval: Interval) -> str:
    """Return a mean with its interval.

    >>> with_interval(Interval(0.5, 0.25, 0.75))
    '0.500 [0.250, 0.750]'
    """
    return f"{interval.mean:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def shown(value: Any) -> str:
    """Return a key's value or a figure, short; nothing for NaN."""
    if isinstance(value, float):
        return "" if isnan(value) else f"{value:.4g}"
    return str(value)


def results_data(results: Results) -> dict[str, Any]:
    """Return a suite's results as JSON data: provenance, criteria, rows, and failures with the command that shows each."""
    failures = [
        {
            "condition": digest,
            **{name: getattr(failure, name) for name in ("seed", "call", "at_ms", "do", "arguments", "expected", "answered")},
            "command": command(results, digest),
        }
        for digest, outcome in results.outcomes.items()
        for failure in outcome.failures
    ]  # fmt: skip
    return {
        **results.provenance,
        "criteria": [asdict(c) for c in results.criteria],
        "rows": [_finite(rows_as_data(row)) for row in results.rows],
        "tables": findings_data(results.tables, ())["tables"],
        "failures": failures,
    }


def write_json(path: Path, results: Results) -> None:
    """Write :func:`results_data` to ``path``, whole or not at all."""
    write_text(path, json.dumps(results_data(results), indent=1, allow_nan=False) + "\n")


def _finite(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if isinstance(value, float) and not isfinite(value) else value for name, value in row.items()}


def command(results: Results, digest: str) -> str:
    """Return the command that runs one condition again."""
    first = results.suite.first
    choices = [f"--model {first.model}", f"--backend {first.backend}"]
    choices += [f"--hardware {first.hardware}"] if first.hardware else []
    choices += [f"--seed {first.seed}", f"--seeds {first.seeds}", f"--condition {digest}"]
    choices += [f"--set {quote(change)}" for change in results.suite.changes]
    return " ".join(["spikemem suite", quote(results.suite.source), *choices])
