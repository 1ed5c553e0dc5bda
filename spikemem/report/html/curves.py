"""Curves: measures with their intervals, and what a right answer cost, over the first key of a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from spikemem.report.html.svg import INK, WIDTH, Drawing
from spikemem.report.html.view import Axis, Panel, View
from spikemem.report.raster import COLOURS
from spikemem.suite.summary import COSTS, TRUSTED, Interval, Row

TITLES = {
    "exact": "right answers (share)", "jaccard": "Jaccard index", "spikes": "spikes", "synaptic_events": "synaptic events",
    "weight_updates": "weight updates",
}  # fmt: skip
SHOWN = ("exact", "jaccard")
"""Measures that have figures; the table has all."""
_MARKERS = "osD^vPX"
_INKS = COLOURS[:-1]
"""Without black, which a dark page swallows."""
_DASHES = ("-", "--", "-.", ":")
_LONGEST = 46
"""Letters of a label at most."""
_APART = 0.012
"""Share of the axis by which lines stand apart, so that intervals at the same place are seen."""


class Labelled(Protocol):
    """What has a label in a legend."""

    @property
    def label(self) -> str:
        """The label, or nothing."""


@dataclass(frozen=True)
class Line:
    """A line of a figure: rows in the order of the axis, not one for each of its values perhaps."""

    label: str
    rows: tuple[Row, ...]


def lines_of(panel: Panel, axis: Axis) -> list[Line]:
    """Return a line for each value of ``axis``."""
    named = zip(axis.values, axis.labels, strict=True)
    return [
        Line(f"{axis.name} {label}".strip(), tuple(row for row in panel.rows if axis.of(row) == value))
        for value, label in named
    ]


def curves(view: View, panel: Panel) -> list[Drawing]:
    """Return the figures of a panel: one a measure."""
    found = lines_of(panel, view.lines)
    return [
        Drawing(
            f"{TITLES[measure]} over {view.x.name}" + (f", {panel.title}" if panel.title else ""),
            describe(found, view.x, measure),
            partial(draw_curves, view.x, found, measure),
        )
        for measure in SHOWN
    ]


def describe(lines: Sequence[Line], axis: Axis, measure: str) -> str:
    """Say in words what the figure shows."""
    said = []
    for line in lines:
        values = [f"{row.measures[measure].mean:.3g} at {_label(axis, row)}" for row in line.rows]
        said.append(f"{line.label or TITLES[measure]}: {', '.join(values)}")
    return f"Means, with 95 % intervals as bars. {'; '.join(said)}."


def draw_curves(axis: Axis, lines: Sequence[Line], measure: str, title: str = "") -> Figure:
    """Draw ``measure`` for each line, with its 95 % intervals."""
    found = [[row.measures[measure] for row in line.rows] for line in lines]
    figure = draw_intervals(axis, lines, found, TITLES[measure], title)
    axes = figure.axes[0]
    if measure == "exact":
        axes.axhline(TRUSTED, color=INK, linewidth=0.8, linestyle=(0, (1, 2)))
    axes.set_ylim(-0.03, 1.03)
    return figure


def draw_intervals(
    axis: Axis, lines: Sequence[Line], found: Sequence[Sequence[Interval]], y: str, title: str = "", zero: bool = False
) -> Figure:
    """Draw an interval a row of each line, over ``axis``; with ``zero`` a line at 0."""
    figure = Figure(figsize=(WIDTH, 3.1 + 0.17 * legend_rows(lines)), layout="constrained")
    axes = figure.subplots()
    for k, (line, intervals) in enumerate(zip(lines, found, strict=True)):
        x = _shifted(axis, line, k, len(lines))
        mean, low, high = (np.array([getattr(i, end) for i in intervals]) for end in ("mean", "low", "high"))
        axes.errorbar(
            x, mean, yerr=np.abs(np.stack((mean - low, high - mean))), capsize=2.5, elinewidth=1.0, label=line.label or None,
            **look(k),
        )  # fmt: skip
    if zero:
        axes.axhline(0.0, color=INK, linewidth=0.8)
    axes.set_ylabel(y)
    _finish(figure, axes, axis, lines, title)
    return figure


def cost(view: View, panel: Panel) -> Drawing:
    """Return the figure of the costs of a panel."""
    found = lines_of(panel, view.lines)
    said = "; ".join(
        f"{TITLES[name]}: {min(known):.4g} to {max(known):.4g}"
        for name in COSTS
        if (known := [row.per_correct[name] for row in panel.rows if np.isfinite(row.per_correct[name])])
    )
    return Drawing(
        f"costs per right answer over {view.x.name}" + (f", {panel.title}" if panel.title else ""),
        f"What was spent on all questions, by right answers; no point where none was right. {said or 'No answer was right'}.",
        partial(_draw_cost, view.x, found),
        high=len(found) > 1,
    )


def _draw_cost(axis: Axis, lines: Sequence[Line]) -> Figure:
    figure = Figure(figsize=(WIDTH, 4.9 + 0.17 * legend_rows(lines) if len(lines) > 1 else 3.7), layout="constrained")
    panels = figure.subplots(len(COSTS), 1, sharex=True)
    for axes, name in zip(panels, COSTS, strict=True):
        for k, line in enumerate(lines):
            values = [row.per_correct[name] for row in line.rows]
            axes.plot(_shifted(axis, line, k, len(lines)), values, label=line.label or None, **look(k))
        known = np.array([row.per_correct[name] for line in lines for row in line.rows])
        known = known[np.isfinite(known)]
        if known.size and known.min() > 0.0 and known.max() > 10.0 * known.min():
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(
                LogLocator(subs=(1.0, 2.0, 5.0) if known.max() < 50.0 * known.min() else (1.0,))
            )
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, place: f"{value:,.10g}"))
            axes.yaxis.set_minor_formatter(NullFormatter())
        else:
            axes.set_ylim(0.0, 1.08 * float(known.max(initial=0.0)) or 1.0)
        axes.set_ylabel(TITLES[name])
        axes.label_outer()
    _finish(figure, panels[-1], axis, lines)
    for axes in panels[:-1]:
        light_grid(axes)
        axes.set_xlabel("")
    return figure


def short(text: str) -> str:
    """Return a label that fits into a figure, its middle left out if it is long.

    >>> short("a" * 30 + "b" * 30)
    'aaaaaaaaaaaaaaaaaaaaaaa…bbbbbbbbbbbbbbbbbbbbbbb'
    """
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}…{text[-(_LONGEST // 2) :]}"


def look(k: int) -> dict[str, Any]:
    """Return how line ``k`` is drawn: its colour, marker and stroke."""
    return {
        "color": _INKS[k % len(_INKS)], "marker": _MARKERS[k % len(_MARKERS)], "linestyle": _DASHES[k % len(_DASHES)],
        "linewidth": 1.4, "markersize": 4.5,
    }  # fmt: skip


def _label(axis: Axis, row: Row) -> str:
    return axis.labels[axis.values.index(axis.of(row))]


def _shifted(axis: Axis, line: Line, k: int, count: int) -> list[float]:
    places = axis.places
    apart = _APART * (max(places) - min(places)) * (k - 0.5 * (count - 1))
    return [places[axis.values.index(axis.of(row))] + apart for row in line.rows]


def legend_rows(lines: Sequence[Labelled]) -> int:
    """Return how many rows the legend of these lines has."""
    return -(-len(lines) // legend_columns(lines)) if lines[0].label else 0


def legend_columns(lines: Sequence[Labelled]) -> int:
    """Return how many labels stand side by side in the legend."""
    longest = max(len(short(line.label)) for line in lines)
    return max(1, min(4, 52 // (longest + 8)))


def _finish(figure: Figure, axes: Axes, axis: Axis, lines: Sequence[Line], title: str = "") -> None:
    """Label the axis of ``axes``, and put title and legend above."""
    light_grid(axes)
    axes.set_xlabel(axis.label)
    if len(axis.values) <= 12 or not axis.is_scale:
        level = max(len(label) for label in axis.labels) * len(axis.values) < 60
        axes.set_xticks(axis.places, axis.labels, rotation=0 if level else 35, ha="center" if level else "right")
    axes.set_title(short(title))
    if lines[0].label:
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(
            handles, list(map(short, labels)), loc="outside upper left", ncols=legend_columns(lines), handlelength=2.6
        )


def light_grid(axes: Axes) -> None:
    """Give axes a light grid."""
    axes.grid(color=INK, alpha=0.15, linewidth=0.5)
