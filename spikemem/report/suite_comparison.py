"""Two runs of a suite side by side, as a table and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from typing import Any

from rich.table import Table

from spikemem.report.suite_table import shown, varying, with_interval
from spikemem.suite.difference import Comparison, Difference
from spikemem.suite.summary import ALL

VERDICTS = ("better", "worse", "same", "unclear")
COLUMN_WORDS = ("kind", "verdict")
"""Columns that are words, and not figures."""


def comparison_table(
    grid: str, differences: Sequence[Difference], names: tuple[str, str], most: int | None = None
) -> Table:
    """Return the table of one grid; ``most`` rows of it, if given."""
    table = Table(title=grid, title_justify="left")
    header, cells = comparison_cells(differences, names)
    for name in header:
        table.add_column(name, justify="left" if name in COLUMN_WORDS else "right")
    for row in cells[:most]:
        table.add_row(*row)
    if most is not None and len(cells) > most:
        table.caption, table.caption_justify = f"{len(cells) - most} more rows in the HTML", "left"
    return table


def comparison_cells(differences: Sequence[Difference], names: tuple[str, str]) -> tuple[list[str], list[list[str]]]:
    """Return header and cells: what varies, both shares of right answers, their difference, and what it says."""
    rows = [d.first for d in differences]
    keys, kinds = varying(rows), len({row.kind for row in rows}) > 1
    header = [
        *keys, *(("kind",) if kinds else ()), *(f"{name}: right [95 %]" for name in names), "difference [95 %]",
        "p, adjusted", "verdict",
    ]  # fmt: skip
    cells = [
        [
            *(shown(d.first.condition.keys[key]) for key in keys),
            *((d.first.kind,) if kinds else ()),
            with_interval(d.first.measures["exact"]),
            with_interval(d.second.measures["exact"]),
            signed(d),
            "" if not isfinite(d.adjusted) else f"{d.adjusted:.2g}",
            d.verdict,
        ]
        for d in differences
    ]
    return header, cells


def signed(difference: Difference) -> str:
    """Return the difference with its interval and signs, as ``+0.200 [+0.052, +0.334]``."""
    found = difference.exact
    return f"{found.mean:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"


def in_words(comparison: Comparison, names: tuple[str, str]) -> list[str]:
    """Return sentences: in how many conditions the second run is better, and what could not be compared."""
    own = {d.first.condition.digest: d for d in comparison.differences if d.first.kind == ALL}.values()
    count = Counter(d.verdict for d in own)
    said = [
        f"{names[1]} is better than {names[0]} in {count['better']} of {len(own)} conditions, worse in {count['worse']}, the "
        f"same in {count['same']}, and in {count['unclear']} the difference may be chance."
    ]
    if comparison.only_first or comparison.only_second:
        said.append(
            f"Rows without a partner: {comparison.only_first} of {names[0]}, {comparison.only_second} of {names[1]}."
        )
    return said


def comparison_data(comparison: Comparison, names: tuple[str, str]) -> dict[str, Any]:
    """Return a comparison as JSON data."""
    return {
        "first": {"name": names[0], **_source(comparison.first.provenance)},
        "second": {"name": names[1], **_source(comparison.second.provenance)},
        "differences": [_plain(d) for d in comparison.differences],
        "only_first": comparison.only_first,
        "only_second": comparison.only_second,
        "said": in_words(comparison, names),
    }


def _source(provenance: Any) -> dict[str, Any]:
    return {name: provenance[name] for name in ("model", "backend", "hardware", "seed", "seeds", "versions")}


def _plain(d: Difference) -> dict[str, Any]:
    return {
        "grid": d.first.grid, "kind": d.first.kind, "keys": dict(d.first.condition.keys),
        "conditions": [d.first.condition.digest, d.second.condition.digest],
        "asked": [d.first.asked, d.second.asked],
        "first": _finite(asdict(d.first.measures["exact"])), "second": _finite(asdict(d.second.measures["exact"])),
        "difference": _finite(asdict(d.exact)), **_finite({"p": d.p, "adjusted": d.adjusted}), "verdict": d.verdict,
    }  # fmt: skip


def _finite(values: dict[str, float]) -> dict[str, float | None]:
    return {name: value if isfinite(value) else None for name, value in values.items()}
