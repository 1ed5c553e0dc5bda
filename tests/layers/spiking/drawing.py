"""How the figures of docs/memory_layers.md are drawn: a spiking layer's marks over those of its oracle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

IMAGES = Path(__file__).parents[3] / "docs" / "images"
SPIKING, ORACLE = {"color": "C0", "label": "spiking"}, {"color": "0.6", "label": "oracle"}


def beside(axes: Axes, names: list[str], ours: list[float], theirs: list[float]) -> None:
    """Draw pairs of bars, with their numbers."""
    for shift, found, style in ((-0.2, theirs, ORACLE), (0.2, ours, SPIKING)):
        drawn = axes.bar(np.arange(len(names)) + shift, found, 0.38, **style)  # type: ignore[arg-type]
        axes.bar_label(drawn, fmt="%.3f", fontsize=7)
    axes.set_xticks(range(len(names)), names)
    axes.set_ylim(0, 1.3)
    axes.legend(fontsize=8, loc="upper left")


def panels(count: int) -> tuple[Figure, list[Axes]]:
    """Return a figure with panels side by side."""
    figure = Figure(figsize=(4.2 * count, 3.4), layout="constrained")
    return figure, [figure.add_subplot(1, count, 1 + k) for k in range(count)]


def powers(axes: Axes, ticks: list[int]) -> None:
    """Make the first axis logarithmic, with these ticks and no others."""
    axes.set_xscale("log", base=2)
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()


def save(figure: Figure, name: str) -> None:
    """Write the figure."""
    figure.savefig(IMAGES / f"{name}.png", dpi=110)
