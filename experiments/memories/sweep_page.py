"""Pages of sweeps: all memories in one figure, such as that of overwriting, forgetting, lesion and precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.colors import to_rgb

from spikemem.experiments.memories.page import LINES, MARKERS, family_colours, family_names, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spikemem.experiments.memories.entrants import Entrant
    from spikemem.experiments.memories.suite import Suite
    from spikemem.experiments.memories.sweep import Sweep

SHADES = (0.0, 0.35, -0.3, 0.55, -0.5, 0.2, -0.15)
"""How much of white (of black, below 0) is in a family's colour, so that its members differ."""


def draw(suite: Suite, sweeps: Sequence[Sweep], heading: str) -> Figure:
    """Draw a row a family, a column a sweep, and the names of a row at its end."""
    from matplotlib.figure import Figure

    families = family_names(list(suite.entrants.values()))
    colours = family_colours(families)
    figure = Figure(figsize=(17.5, 0.9 + 2.55 * len(families)), layout="constrained")
    widths = [1.0] * len(sweeps) + [0.78]
    grid = figure.subplots(len(families), len(sweeps) + 1, squeeze=False, gridspec_kw={"width_ratios": widths})
    for row, family in zip(grid, families, strict=True):
        own = [e for e in suite.entrants.values() if e.family == family]
        for axes, sweep in zip(row, sweeps, strict=False):
            _panel(axes, suite, sweep, own, colours[family])
        _names(row[-1], family, own, colours[family])
        row[0].set_ylabel("share found")
    for axes, sweep in zip(grid[0], sweeps, strict=False):
        axes.set_title(sweep.name.capitalize(), fontsize=12, fontweight="bold")
    for axes, sweep in zip(grid[-1], sweeps, strict=False):
        axes.set_xlabel(sweep.what)
    figure.suptitle(heading, x=0.01, ha="left", fontsize=11)
    return figure


def strokes(own: Sequence[Entrant], colour: str) -> Mapping[str, Mapping[str, Any]]:
    """Return how each member of a family is drawn: a shade of the family's colour, a stroke and a marker of its own."""
    base = to_rgb(colour)
    made = {}
    for k, entrant in enumerate(own):
        shade = SHADES[k % len(SHADES)]
        toned = tuple(c + (1.0 - c) * shade if shade > 0 else c * (1.0 + shade) for c in base)
        made[entrant.name] = {
            "color": toned, "linestyle": LINES[k % len(LINES)], "marker": MARKERS[k % len(MARKERS)],
            "markersize": 4.0, "linewidth": 1.4,
        }  # fmt: skip
    return made


def _panel(axes: Axes, suite: Suite, sweep: Sweep, own: Sequence[Entrant], colour: str) -> None:
    plain(axes)
    axes.set_ylim(-0.04, 1.06)
    if sweep.name == "overwriting":
        axes.plot(sweep.x, [1.0 / x for x in sweep.x], color="#bbbbbb", linewidth=3.0, zorder=0)
        axes.set_xticks(sweep.x)
    elif sweep.name == "fillers":
        axes.axhline(0.5, color="#bbbbbb", linewidth=1.0, zorder=0)
        axes.set_xscale("symlog", linthresh=16.0, linscale=0.5)
        axes.set_xlim(-2.0, max(sweep.x))
        axes.set_xticks([0, 16, 64, 256, 1024, 4096], ["0", "16", "64", "256", "1k", "4k"], fontsize=8)
        axes.minorticks_off()
    elif sweep.name == "precision":
        axes.set_xscale("log", base=2)
        axes.invert_xaxis()
        axes.set_xticks([32, 8, 4, 2, 1], ["32", "8", "4", "2", "1"])
        axes.minorticks_off()
    elif len(sweep.x) <= 5:
        axes.set_xticks(sweep.x)
    looks = strokes(own, colour)
    able = [e for e in own if e.name in sweep.found]
    for entrant in able:
        line = sweep.line(suite, entrant)
        axes.plot(line.x, line.y, **looks[entrant.name])
        axes.fill_between(line.x, line.low, line.high, color=looks[entrant.name]["color"], alpha=0.15, linewidth=0)
    if missing := [e.name for e in own if e.name not in sweep.found]:
        text = "cannot:\n" + "\n".join(missing)
        axes.text(0.03, 0.04, text, transform=axes.transAxes, fontsize=7, color="#777777", va="bottom")


def _names(axes: Axes, family: str, own: Sequence[Entrant], colour: str) -> None:
    axes.set_axis_off()
    for name, look in strokes(own, colour).items():
        axes.plot([], [], label=name, **look)
    legend = axes.legend(
        title=family,
        loc="center left",
        bbox_to_anchor=(-0.1, 0.5),
        frameon=False,
        fontsize=9,
        handlelength=3.2,
        alignment="left",
    )
    legend.get_title().set(fontweight="bold", color=colour, fontsize=11)
