"""What the pages of figures have in common: a panel a family, and dots with intervals for all entrants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from spikemem.report.raster import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spikemem.experiments.memories.entrants import Entrant

MARKERS, LINES = "osD^vPX", ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)), (0, (3, 1, 1, 1)))
FADED = "#999999"
Place = Literal["best", "lower left", "upper right", "lower right", "upper left"]


@dataclass(frozen=True)
class Line:
    """An entrant's curve with its interval."""

    name: str
    family: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True)
class Dot:
    """An entrant's number with its interval; ``at_least``: the true one may be larger."""

    name: str
    family: str
    x: float
    low: float
    high: float
    at_least: bool = False


def family_names(entrants: Sequence[Entrant]) -> list[str]:
    """Return the families, in order of appearance."""
    return list(dict.fromkeys(e.family for e in entrants))


def family_colours(families: Sequence[str]) -> Mapping[str, str]:
    """Return a colour for each family."""
    return {family: COLOURS[k % len(COLOURS)] for k, family in enumerate(families)}


def layout(figure: Figure, panels: int) -> tuple[list[Axes], Axes]:
    """Return axes for panels, two a row on two thirds of the page, which share their scales, and axes for dots."""
    rows = -(-panels // 2)
    grid = figure.add_gridspec(rows, 3)
    made: list[Axes] = []
    for k in range(panels):
        shared = made[0] if made else None
        made.append(figure.add_subplot(grid[k // 2, k % 2], sharex=shared, sharey=shared))
    return made, figure.add_subplot(grid[:, 2])


def label(panels: Sequence[Axes], x: str, y: str) -> None:
    """Label the lowest panels' x axes and the left ones' y axes."""
    for k, axes in enumerate(panels):
        if k >= len(panels) - 2:
            axes.set_xlabel(x)
        if k % 2 == 0:
            axes.set_ylabel(y)


def panel(axes: Axes, title: str, lines: Sequence[Line], behind: Line | None = None, where: Place = "best") -> None:
    """Draw a family's curves, each of its own colour, marker and stroke; ``behind`` is drawn in grey, to compare with."""
    if behind is not None and behind.name not in [line.name for line in lines]:
        axes.plot(behind.x, behind.y, color=FADED, linewidth=2.5, alpha=0.6, label=behind.name)
    for k, line in enumerate(lines):
        colour = COLOURS[k % len(COLOURS)]
        axes.plot(
            line.x, line.y, color=colour, marker=MARKERS[k % len(MARKERS)], markersize=6.0 - 0.6 * k, linewidth=1.2,
            linestyle=LINES[k % len(LINES)], label=line.name,
        )  # fmt: skip
        axes.fill_between(line.x, line.low, line.high, color=colour, alpha=0.15, linewidth=0)
    axes.set_title(title, fontsize=10)
    plain(axes)
    axes.legend(fontsize=7.5, frameon=False, loc=where)


def dots(
    axes: Axes, found: Sequence[Dot], colours: Mapping[str, str], none: str = "", missing: str = "not asked"
) -> None:
    """Draw a row an entrant, the first on top: dots with intervals, arrows where the value is a lower bound.

    What is not a number is the word ``missing``; what is 0, which a logarithmic axis has not, is the word ``none``.
    """
    for row, dot in enumerate(found):
        colour, y = colours[dot.family], -row
        if not np.isfinite(dot.x) or (none and dot.x == 0.0):
            word = none if dot.x == 0.0 else missing
            axes.text(0.02, y, word, transform=axes.get_yaxis_transform(), fontsize=7.5, va="center", color=FADED)
            continue
        if np.isfinite(dot.low):
            axes.plot([dot.low, dot.high], [y, y], color=colour, linewidth=1.6)
        axes.plot([dot.x], [y], marker=">" if dot.at_least else "o", color=colour, markersize=6 if dot.at_least else 5)
    axes.set_yticks([-row for row in range(len(found))], [dot.name for dot in found], fontsize=8)
    axes.set_ylim(-len(found) + 0.4, 0.6)
    plain(axes)


def decades(axes: Axes, limits: tuple[float, float] | None = None) -> None:
    """Make the x axis logarithmic, with numbers at whole decades alone, of which two are seen at least, or from limits."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.set_xscale("log")
    if limits is None:
        low, high = axes.get_xlim()
        limits = (
            min(low, 10.0 ** np.floor(np.log10(low) + 0.1)), max(high, 10.0 ** np.ceil(np.log10(high) - 0.1)),
        )  # fmt: skip
    axes.set_xlim(limits)
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(FuncFormatter(_decade))


def _decade(value: float, place: object) -> str:
    """Return a whole decade, written out if it is short.

    >>> _decade(0.01, None), _decade(100000.0, None)
    ('0.01', '$10^{5}$')
    """
    return f"{value:g}" if 0.999e-3 < value < 1.001e4 else f"$10^{{{round(float(np.log10(value)))}}}$"


def plain(axes: Axes) -> None:
    """Give axes a light grid and no frame."""
    axes.grid(alpha=0.25, linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
