"""Heat maps: a measure over two keys."""

from __future__ import annotations

from functools import partial

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from spikemem.report.html.curves import SHOWN, TITLES
from spikemem.report.html.svg import WIDTH, Drawing
from spikemem.report.html.view import Panel, View
from spikemem.suite.summary import TRUSTED

_MAP = "cividis"
_LIGHT = 0.55
"""Above this a cell is light, and its figure is black."""


def heat_maps(view: View, panel: Panel) -> list[Drawing]:
    """Return the heat maps of a panel, one a measure; none if one key alone varies."""
    if len(view.lines.values) < 2:
        return []
    return [
        Drawing(
            f"{TITLES[measure]} by {view.x.name} and {view.lines.name}" + (f", {panel.title}" if panel.title else ""),
            f"The means that the figure of {TITLES[measure]} over {view.x.name} shows, as coloured cells with their numbers.",
            partial(_draw, view, panel, measure),
        )
        for measure in SHOWN
    ]


def _draw(view: View, panel: Panel, measure: str) -> Figure:
    x, y = view.x, view.lines
    values = np.full((len(y.values), len(x.values)), np.nan)
    trusted = np.zeros(values.shape, dtype=bool)
    for row in panel.rows:
        cell = y.values.index(y.of(row)), x.values.index(x.of(row))
        values[cell], trusted[cell] = row.measures[measure].mean, row.trusted
    figure = Figure(figsize=(WIDTH, 1.5 + 0.34 * len(y.values)), layout="constrained")
    axes = figure.subplots()
    colours = colormaps[_MAP]
    mesh = axes.pcolormesh(np.ma.masked_invalid(values), cmap=colours, vmin=0.0, vmax=1.0, edgecolors="none")
    digits = 2 if len(x.values) <= 12 else 1
    for (row_number, column), value in np.ndenumerate(values):
        if np.isfinite(value) and len(x.values) <= 20:
            mark = "*" if trusted[row_number, column] and measure == "exact" else ""
            axes.text(
                column + 0.5, row_number + 0.5, f"{_down(value, digits)}{mark}", ha="center", va="center",
                fontsize=8 if len(x.values) <= 8 else 6.5, color="#000000" if value > _LIGHT else "#ffffff",
            )  # fmt: skip
    short = max(len(label) for label in x.labels) * len(x.values) < 60
    axes.set_xticks(
        np.arange(len(x.values)) + 0.5, x.labels, rotation=0 if short else 35, ha="center" if short else "right"
    )
    axes.set_yticks(np.arange(len(y.values)) + 0.5, y.labels)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel(x.name)
    axes.set_ylabel(y.name)
    note = f"  (*: interval from {TRUSTED:g})" if trusted.any() and measure == "exact" else ""
    axes.set_title(TITLES[measure] + note)
    figure.colorbar(mesh, ax=axes, fraction=0.05, pad=0.02, ticks=[0.0, 0.5, 1.0])
    return figure


def _down(value: float, digits: int) -> str:
    """Round down, so that what is not quite 1 does not read as 1.

    >>> _down(0.999, 2), _down(1.0, 2)
    ('0.99', '1.00')
    """
    scale = 10.0**digits
    return f"{np.floor(value * scale + 1e-9) / scale:.{digits}f}"
