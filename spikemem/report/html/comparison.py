"""The page of runs side by side: the curves of all in one figure, and how the others differ from the first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from spikemem.files import write_text
from spikemem.report.html.curves import SHOWN, TITLES, Line, describe, draw_curves, draw_intervals
from spikemem.report.html.page import PANELS, Cells, Progress, facts, meanings
from spikemem.report.html.svg import Drawing
from spikemem.report.html.template import Figures, rendered
from spikemem.report.html.view import Axis, Panel, View, views
from spikemem.report.suite_comparison import COLUMN_WORDS, comparison_cells, in_words
from spikemem.suite.difference import Comparison, Difference
from spikemem.suite.summary import Row


def comparison_page(
    comparisons: Sequence[Comparison], names: Sequence[str], progress: Progress = lambda done, total, what: None
) -> str:
    """Return the page as HTML: each comparison is with the same first run; ``names`` are of that, then of the others."""
    first, figures = comparisons[0].first, Figures()
    matched = {id(d.first) for c in comparisons for d in c.differences}
    grids = [
        _grid(view, comparisons, names, figures)
        for view in views(first.suite, [row for row in first.rows if id(row) in matched])
    ]
    figures.draw(progress)
    return rendered(
        "comparison.html", title=f"{first.suite.file.title or first.suite.name}: {', '.join(names)}", grids=grids,
        runs=[
            {"name": name, "facts": facts(run), "criteria": run.criteria}
            for name, run in zip(names, (first, *(c.second for c in comparisons)), strict=True)
        ],
        said=[line for c, name in zip(comparisons, names[1:], strict=True) for line in in_words(c, (names[0], name))],
    )  # fmt: skip


def write_comparison_page(
    path: Path, comparisons: Sequence[Comparison], names: Sequence[str], progress: Progress
) -> None:
    """Write :func:`comparison_page` to ``path``, whole or not at all."""
    write_text(path, comparison_page(comparisons, names, progress))


def _grid(view: View, comparisons: Sequence[Comparison], names: Sequence[str], figures: Figures) -> dict[str, Any]:
    panels = list(view.panels())
    tables = []
    for comparison, name in zip(comparisons, names[1:], strict=True):
        own = [d for d in comparison.differences if d.first.grid == view.name]
        header, cells = comparison_cells(own, (names[0], name))
        tables.append({"name": name, "cells": Cells(header, cells, [word in COLUMN_WORDS for word in header])})
    return {
        "name": view.name, "meanings": meanings(view), "tables": tables, "more_panels": len(panels) - PANELS,
        "panels": [
            {"title": panel.title, "figures": [figures.add(d) for d in _drawings(view, panel, comparisons, names)]}
            for panel in panels[:PANELS]
        ],
    }  # fmt: skip


def _drawings(view: View, panel: Panel, comparisons: Sequence[Comparison], names: Sequence[str]) -> list[Drawing]:
    """Return a figure a measure for each value of the second key, with a line a run; then the differences."""
    partners = [{id(d.first): d for d in c.differences} for c in comparisons]
    made = []
    for measure in SHOWN:
        for value, label in zip(view.lines.values, view.lines.labels, strict=True):
            rows = [row for row in panel.rows if view.lines.of(row) == value]
            others = zip(names[1:], partners, strict=True)
            lines = [Line(names[0], tuple(rows)), *(Line(name, _partners(rows, found)) for name, found in others)]
            title = f"{view.lines.name} {label}".strip()
            name = ", ".join(part for part in (f"{TITLES[measure]} over {view.x.name}", title, panel.title) if part)
            drawn = partial(draw_curves, view.x, lines, measure, title)
            made.append(Drawing(name, describe(lines, view.x, measure), drawn))
    for name, found in zip(names[1:], partners, strict=True):
        own = [found[id(row)] for row in panel.rows if id(row) in found]
        title = f"right answers: {name} less {names[0]}"
        made.append(Drawing(title, _said(own, view), partial(_draw_differences, view.x, view.lines, own, title)))
    return made


def _partners(rows: Sequence[Row], found: dict[int, Difference]) -> tuple[Row, ...]:
    return tuple(found[id(row)].second for row in rows if id(row) in found)


def _said(differences: Sequence[Difference], view: View) -> str:
    values = [f"{d.exact.mean:+.3g} at {view.x.labels[view.x.values.index(view.x.of(d.first))]}" for d in differences]
    return f"Differences, with Newcombe's 95 % intervals as bars: {', '.join(values)}."


def _draw_differences(x: Axis, lines: Axis, differences: Sequence[Difference], title: str) -> Figure:
    named = [
        (f"{lines.name} {label}".strip(), [d for d in differences if lines.of(d.first) == value])
        for value, label in zip(lines.values, lines.labels, strict=True)
    ]
    drawn = [Line(label, tuple(d.first for d in own)) for label, own in named]
    intervals = [[d.exact for d in own] for _, own in named]
    figure = draw_intervals(x, drawn, intervals, "difference of shares", title, zero=True)
    axes = figure.axes[0]
    finite = np.array([[i.low, i.high] for own in intervals for i in own if np.isfinite(i.low)])
    most = min(1.03, 1.1 * float(np.abs(finite).max(initial=0.05))) if finite.size else 1.03
    axes.set_ylim(-most, most)
    return figure
