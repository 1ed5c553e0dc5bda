"""The figures of the studies: theory as lines, simulated rates as points with their intervals, on logarithmic axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from spikemem.experiments.sdr.points import Result
from spikemem.report.raster import COLOURS

FALSE_MATCH = "chance of a false match"
_OBSERVED, _ANY = "#000000", "#666666"


@dataclass(frozen=True)
class Line:
    """Theory: a labelled line. Values of 0 are left out."""

    label: str
    x: Sequence[float]
    y: Sequence[float]


@dataclass(frozen=True)
class Mark:
    """A simulated rate and its interval, or its upper bound alone if ``rate`` is not a number; what was observed before."""

    series: str
    x: float
    rate: float
    low: float
    high: float
    observed: str = ""


def marks(results: Sequence[Result]) -> list[Mark]:
    """Return the marks of simulated and of observed rates."""
    return [
        Mark(r.point.series, r.point.x, r.rate, *r.interval(), r.point.observed)
        for r in results if r.count is not None or r.point.observed
    ]  # fmt: skip


@dataclass(frozen=True)
class Panel:
    """Axes: lines, and marks in the colour of the line whose label is their series. ``floor`` is the least rate shown."""

    title: str
    x: str
    y: str
    lines: Sequence[Line]
    marks: Sequence[Mark]
    floor: float = 1e-12
    log_x: bool = False
    band: tuple[float, float, str] | None = None


def draw(title: str, panels: Sequence[Panel]) -> Figure:
    """Return the figure, its panels side by side."""
    figure = Figure(figsize=(1.2 + 6.3 * len(panels), 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _draw(axes, panel)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, parse_math=False)
    return figure


def _draw(axes: Axes, panel: Panel) -> None:
    colours = {line.label: COLOURS[k % len(COLOURS)] for k, line in enumerate(panel.lines)}
    for line in panel.lines:
        shown = [(x, y) for x, y in zip(line.x, line.y, strict=True) if y > 0.0]
        axes.plot(*zip(*shown, strict=True), color=colours[line.label], linewidth=1.4, label=line.label)
    for mark in panel.marks:
        _mark(axes, mark, colours.get(mark.series, "#000000"))
    axes.set_yscale("log")
    axes.set_ylim(panel.floor, 2.0)
    if panel.log_x:
        axes.set_xscale("log")
    else:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(panel.x)
    axes.set_ylabel(panel.y)
    axes.set_title(panel.title, fontsize=10, parse_math=False)
    axes.grid(alpha=0.25, linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    handles: list[Artist] = [Line2D([], [], color=colours[line.label], label=line.label) for line in panel.lines]
    if panel.band is not None:
        low, high, label = panel.band
        handles.append(axes.axvspan(low, high, color="#999999", alpha=0.2, linewidth=0, label=label))
    axes.legend(handles=[*handles, *_legend(panel.marks)], fontsize=8, frameon=False)


def _mark(axes: Axes, mark: Mark, colour: str) -> None:
    if mark.observed:
        axes.plot([mark.x], [float(mark.observed)], marker="x", color=_OBSERVED, markersize=7, linestyle="none")
    if not math.isnan(mark.rate):
        axes.errorbar(
            [mark.x], [mark.rate], yerr=[[mark.rate - mark.low], [mark.high - mark.rate]],
            fmt="o", color=colour, markersize=5, capsize=3, linewidth=1.2,
        )  # fmt: skip
    elif not math.isnan(mark.high):
        axes.plot([mark.x], [mark.high], marker="v", color=colour, markerfacecolor="none", markersize=6)


def _legend(drawn: Sequence[Mark]) -> list[Line2D]:
    """Return the legend of the kinds of marks that are drawn."""
    seen = [m for m in drawn if not math.isnan(m.high)]
    kinds = (
        ("o", "full", _ANY, "simulated, 99% interval", any(not math.isnan(m.rate) for m in seen)),
        ("v", "none", _ANY, "simulated, upper bound (99%)", any(math.isnan(m.rate) for m in seen)),
        ("x", "full", _OBSERVED, "observed in the publication", any(m.observed for m in drawn)),
    )
    return [
        Line2D([], [], marker=marker, fillstyle=fill, color=colour, linestyle="none", label=label)  # type: ignore[arg-type]
        for marker, fill, colour, label, there in kinds if there
    ]  # fmt: skip
