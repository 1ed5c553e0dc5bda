"""The raster plot: every population's spikes, with the operations marked."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from spikemem.files import whole_or_absent
from spikemem.recording import Answer, Spikes
from spikemem.report.table import sets

# Okabe & Ito's colour-blind-safe palette, without its yellow.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_OPERATION = "#666666"
_VERDICT = {True: "#009E73", False: "#D55E00", None: "#000000"}
_LABELS_AT_MOST = 24
_TALLEST = 60.0
"""Inches of bands: more is no longer looked at, and beyond 65,536 pixels no longer drawn."""


def raster(
    spikes: Mapping[str, Spikes], sizes: Mapping[str, int], answers: Sequence[Answer], duration_ms: float, title: str
) -> Figure:
    """Return the figure: one band a population, its height by its size; a line at each operation's start, its answer below."""
    heights = [max(1.0, np.sqrt(sizes[name])) for name in spikes]
    tall = 1.9 + min(0.3 * sum(heights), _TALLEST)
    figure = Figure(figsize=(_width(answers, duration_ms), tall), layout="constrained")
    FigureCanvasAgg(figure)
    axes: Sequence[Axes] = figure.subplots(len(spikes), 1, sharex=True, squeeze=False, height_ratios=heights)[
        :, 0
    ].tolist()
    for k, (axis, (name, (times, neurons))) in enumerate(zip(axes, spikes.items(), strict=True)):
        size = sizes[name]
        axis.scatter(times, neurons, s=_marker(size), marker="|", color=_COLOURS[k % len(_COLOURS)], linewidths=1.5)
        axis.set_ylim(-0.7, size - 0.3)
        axis.set_yticks([0] if size == 1 else [0, size - 1])
        axis.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=14, parse_math=False)
        axis.tick_params(axis="x", length=0)
        axis.spines[["top", "right"]].set_visible(False)
        for answer in answers:
            axis.axvline(answer.at_ms, color=_OPERATION, linewidth=0.6, linestyle=":", zorder=0)
    _mark_operations(axes[0], answers)
    axes[-1].set_xlim(-0.5, duration_ms)
    axes[-1].set_xlabel("time (ms)")
    axes[-1].tick_params(axis="x", length=4)
    legend = "\n▼ operation: green right, orange wrong, black nothing expected" if answers else ""
    figure.suptitle(f"{title}{legend}", x=0.01, ha="left", fontsize=11, parse_math=False)
    figure.supylabel("population, neuron index", fontsize=10)
    return figure


def _width(answers: Sequence[Answer], duration_ms: float) -> float:
    """Return a width in inches at which the labels of neighbouring operations do not touch."""
    gaps = np.diff([a.at_ms for a in answers]) if 1 < len(answers) <= _LABELS_AT_MOST else np.array([duration_ms])
    return float(np.clip(max(duration_ms / 14.0, 0.3 * duration_ms / max(gaps.min(), 0.1)), 10.0, 22.0))


def _marker(size: int) -> float:
    return float(np.clip(260.0 / size, 6.0, 60.0))


def _mark_operations(axis: Axes, answers: Sequence[Answer]) -> None:
    """Mark each operation above the first band, and write it and its answer; beyond a readable number, only the wrong ones."""
    everything = len(answers) <= _LABELS_AT_MOST
    across = axis.get_xaxis_transform()
    for answer in answers:
        colour = _VERDICT[answer.correct]
        axis.plot([answer.at_ms], [1.0], marker="v", color=colour, markersize=5, transform=across, clip_on=False)
        if everything or answer.correct is False:
            reply = f" → {sets(answer.answered)}" if answer.answered else ""
            axis.annotate(
                f"{answer.operation} {sets(answer.arguments)}{reply}", (answer.at_ms, 1.06), xycoords=across,
                rotation=40, ha="left", va="bottom", fontsize=8, color=colour, annotation_clip=False, parse_math=False,
            )  # fmt: skip


def save_figure(figure: Figure, path: Path) -> None:
    """Write ``figure`` as PNG to ``path``, whole or not at all."""
    with whole_or_absent(path) as partial, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # a letter that the font lacks is drawn as a box
        figure.savefig(partial, format="png", dpi=130)
