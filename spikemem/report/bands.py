"""The frame of a raster plot: one band a population over a common time axis."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

_HEADROOM = 1.9
_MOST = 8.0
"""Times that a band may be as tall as that of one neuron: 64 neurons have it."""
_TALLEST = 60.0
"""Inches of bands: more is no longer looked at, and beyond 65,536 pixels no longer drawn."""


def bands(sizes: Mapping[str, int], duration_ms: float, width: float, title: str) -> tuple[Figure, dict[str, Axes]]:
    """Return a figure ``width`` inches wide, and the axes of each population of ``sizes``: taller for a larger one."""
    heights = [float(np.clip(np.sqrt(size), 1.0, _MOST)) for size in sizes.values()]
    tall = _HEADROOM + min(0.3 * sum(heights), _TALLEST)
    figure = Figure(figsize=(width, tall), layout="constrained")
    FigureCanvasAgg(figure)
    column = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0].tolist()
    axes: dict[str, Axes] = dict(zip(sizes, column, strict=True))
    for name, axis in axes.items():
        axis.set_ylim(-0.7, sizes[name] - 0.3)
        axis.set_yticks([0] if sizes[name] == 1 else [0, sizes[name] - 1])
        axis.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=14, parse_math=False)
        axis.tick_params(axis="x", length=0)
        axis.spines[["top", "right"]].set_visible(False)
    column[-1].set_xlim(-0.5, duration_ms)
    column[-1].set_xlabel("time (ms)")
    column[-1].tick_params(axis="x", length=4)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, parse_math=False)
    figure.supylabel("population, neuron index", fontsize=10)
    return figure, axes
