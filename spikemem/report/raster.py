"""The raster plot: every population's spikes, with the operations marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from spikemem.hdf5 import whole_or_absent
from spikemem.recording import Answer, Spikes
from spikemem.report.table import sets

# Okabe & Ito's colour-blind-safe palette, without its yellow.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_OPERATION, _RIGHT, _WRONG = "#666666", "#009E73", "#D55E00"
_LABELS_AT_MOST = 24


def raster(
    spikes: Mapping[str, Spikes], sizes: Mapping[str, int], answers: Sequence[Answer], duration_ms: float, title: str
) -> Figure:
    """Return the figure: one band a population, its height by its size; a line at each operation's start, its answer below."""
    heights = [max(1.0, np.sqrt(sizes[name])) for name in spikes]
    figure = Figure(figsize=(min(22.0, max(10.0, duration_ms / 14.0)), 1.9 + 0.3 * sum(heights)), layout="constrained")
    FigureCanvasAgg(figure)
    axes: Sequence[Axes] = figure.subplots(len(spikes), 1, sharex=True, squeeze=False, height_ratios=heights)[
        :, 0
    ].tolist()
    for k, (axis, (name, (times, neurons))) in enumerate(zip(axes, spikes.items(), strict=True)):
        size = sizes[name]
        axis.scatter(times, neurons, s=_marker(size), marker="|", color=_COLOURS[k % len(_COLOURS)], linewidths=1.5)
        axis.set_ylim(-0.7, size - 0.3)
        axis.set_yticks([0] if size == 1 else [0, size - 1])
        axis.set_ylabel(name, rotation=0, ha="right", va="center", labelpad=14)
        axis.tick_params(axis="x", length=0)
        axis.spines[["top", "right"]].set_visible(False)
        for answer in answers:
            axis.axvline(answer.at_ms, color=_OPERATION, linewidth=0.6, linestyle=":", zorder=0)
    _label_operations(axes[0], answers)
    axes[-1].set_xlim(-0.5, duration_ms)
    axes[-1].set_xlabel("time (ms)")
    axes[-1].tick_params(axis="x", length=4)
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    figure.supylabel("population, neuron index", fontsize=10)
    return figure


def _marker(size: int) -> float:
    return float(np.clip(260.0 / size, 6.0, 60.0))


def _label_operations(axis: Axes, answers: Sequence[Answer]) -> None:
    """Write each operation, and what it answered, above the first band; beyond a readable number, only the wrong ones."""
    shown = answers if len(answers) <= _LABELS_AT_MOST else [a for a in answers if a.correct is False]
    for answer in shown:
        text = f"{answer.operation} {sets(answer.arguments)}"
        if answer.answered:
            text += f"\n→ {sets(answer.answered)}"
        colour = {True: _RIGHT, False: _WRONG, None: "black"}[answer.correct]
        axis.annotate(
            text, (answer.at_ms, 1.02), xycoords=("data", "axes fraction"), rotation=35, ha="left", va="bottom",
            fontsize=8, color=colour, annotation_clip=False,
        )  # fmt: skip


def save_figure(figure: Figure, path: Path) -> None:
    """Write ``figure`` as PNG to ``path``, whole or not at all."""
    with whole_or_absent(path) as partial:
        figure.savefig(partial, format="png", dpi=130)
