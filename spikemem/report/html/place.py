"""Right answers by place: serial positions, numbers of items or of questions, as the task counts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from spikemem.report.html.curves import TITLES, legend_columns, legend_rows, light_grid, look, short
from spikemem.report.html.svg import WIDTH, Drawing
from spikemem.report.html.view import Panel, View
from spikemem.report.suite_table import shown
from spikemem.suite.outcome import Column, Outcome
from spikemem.suite.summary import ALL, Interval, Row, wilson

BINS, LINES, LEAST = 8, 4, 4
"""Bins of a line at most, lines of a figure at most, and places of a line at least."""


@dataclass(frozen=True)
class _Binned:
    """A condition's share of right answers in each bin of places, the bin drawn at the mean of its places."""

    label: str
    places: Sequence[float]
    shares: Sequence[Interval]


def by_place(view: View, panel: Panel, outcomes: Mapping[str, Outcome]) -> list[Drawing]:
    """Return the figure of a panel; none if the task tells no places, or for all kinds of questions together.

    These may differ so much that what they have in common says nothing.
    """
    if panel.kind == ALL and len(view.kinds) > 1:
        return []
    found = {row.condition.digest: _asked(outcomes[row.condition.digest], panel.kind) for row in panel.rows}
    able = [row for row in panel.rows if np.unique(found[row.condition.digest][0]).size >= LEAST]
    if not able:
        return []
    # evenly spread over the conditions, so that the first and the last are among them
    chosen = [able[k] for k in sorted({round(k) for k in np.linspace(0, len(able) - 1, min(LINES, len(able)))})]
    lines = [_binned(view, row, *found[row.condition.digest]) for row in chosen]
    said = "; ".join(
        f"{line.label}: " + ", ".join(f"{s.mean:.3g} at {p:.3g}" for p, s in zip(line.places, line.shares, strict=True))
        for line in lines
    )
    left_out = f" {len(able) - len(chosen)} conditions between these are not drawn." if len(able) > len(chosen) else ""
    return [Drawing("right answers (share) by place", f"{said}.{left_out}", partial(_draw, lines))]


def _asked(outcome: Outcome, kind: str) -> tuple[Column, Column]:
    """Return the places of the questions of a kind, and which were answered right."""
    asked = outcome.queries
    known = np.isfinite(asked["place"]) & ((asked["kind"] == kind) | (kind == ALL))
    return asked["place"][known], asked["exact"][known]


def _binned(view: View, row: Row, place: Column, right: Column) -> _Binned:
    made = [
        (float(place[where].mean()), wilson(int(right[where].sum()), int(where.sum())))
        for part in np.array_split(np.unique(place), BINS)
        if part.size
        for where in [(place >= part[0]) & (place <= part[-1])]
    ]
    keys = [key for axis in (view.x, view.lines) if len(axis.values) > 1 for key in axis.keys]
    label = ", ".join(f"{key} {shown(row.condition.keys[key])}" for key in keys)
    return _Binned(label or "all", [p for p, _ in made], [s for _, s in made])


def _draw(lines: Sequence[_Binned]) -> Figure:
    figure = Figure(figsize=(WIDTH, 3.1 + 0.17 * legend_rows(lines)), layout="constrained")
    axes = figure.subplots()
    for k, line in enumerate(lines):
        mean, low, high = (np.array([getattr(s, end) for s in line.shares]) for end in ("mean", "low", "high"))
        bars = np.abs(np.stack((mean - low, high - mean)))
        axes.errorbar(line.places, mean, yerr=bars, capsize=2.5, elinewidth=1.0, label=line.label, **look(k))
    axes.set_ylim(-0.03, 1.03)
    axes.set_xlabel("place (as the task counts it)")
    axes.set_ylabel(TITLES["exact"])
    light_grid(axes)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles, list(map(short, labels)), loc="outside upper left", ncols=legend_columns(lines), handlelength=2.6
    )
    return figure
