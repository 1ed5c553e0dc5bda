"""The raster plot: every population's spikes, with the operations marked."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spikemem.files import whole_or_absent
from spikemem.recording import Answer, Spikes
from spikemem.report.bands import bands
from spikemem.report.table import sets

# Okabe & Ito's colour-blind-safe palette, without its yellow.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_OPERATION = "#666666"
_VERDICT = {True: "#009E73", False: "#D55E00", None: "#000000"}
_LABELS_AT_MOST = 24


def raster(
    spikes: Mapping[str, Spikes], sizes: Mapping[str, int], answers: Sequence[Answer], duration_ms: float, title: str
) -> Figure:
    """Return the figure: one band a population, its height by its size; a line at each operation's start, its answer below."""
    legend = "\n▼ operation: green right, orange wrong, black nothing expected" if answers else ""
    shown = {name: sizes[name] for name in spikes}
    figure, axes = bands(shown, duration_ms, _width(answers, duration_ms), f"{title}{legend}")
    for k, (name, (times, neurons)) in enumerate(spikes.items()):
        colour = COLOURS[k % len(COLOURS)]
        axes[name].scatter(times, neurons, s=_marker(sizes[name]), marker="|", color=colour, linewidths=1.5)
        for answer in answers:
            axes[name].axvline(answer.at_ms, color=_OPERATION, linewidth=0.6, linestyle=":", zorder=0)
    _mark_operations(next(iter(axes.values())), answers)
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
