"""Figures of stored, given and recalled pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spikemem.encoders import Encoder
from spikemem.experiments.picture_fragments import KINDS, Fragment

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {"on": "#D55E00", "on and off": "#0072B2"}
STYLES = {"scattered": ("o", "-", 0.97), "patch": ("s", "--", 1.03)}
"""Marker, line, and by how much points are moved so that intervals do not hide each other."""
SHOWN = (0.02, 0.1)
"""Shares of known pixels in the gallery."""
UNKNOWN = "#F0D9A8"


def gallery(
    stored: npt.NDArray[np.bool_],
    labels: npt.NDArray[np.int64],
    asked: Sequence[Fragment],
    recalled: Mapping[str, Sequence[npt.NDArray[np.bool_]]],
) -> Figure:
    """Draw the first picture of each digit: as stored, and for some fragments what was given and what came back."""
    from matplotlib.figure import Figure

    columns = np.unique(labels, return_index=True)[1]
    shares = sorted({min((f.share for f in asked), key=lambda s, wanted=w: abs(s - wanted)) for w in SHOWN})  # type: ignore[misc]
    groups = [(kind, share) for kind in KINDS for share in shares]
    rows = 1 + len(groups) * (1 + len(recalled))
    figure = Figure(figsize=(8.2, 0.76 * rows + 0.3), layout="constrained")
    axes = figure.subplots(rows, len(columns), squeeze=False)
    for column, picture in enumerate(columns):
        _show(axes[0, column], stored[picture])
        line = 1
        for kind, share in groups:
            (k,) = (j for j, f in enumerate(asked) if (f.picture, f.kind, f.share) == (picture, kind, share))
            _show(axes[line, column], stored[picture], asked[k].known.reshape(stored[picture].shape))
            for below, (name, made) in enumerate(recalled.items(), start=1):
                _show(axes[line + below, column], made[k])
                if not np.array_equal(made[k], stored[picture]):
                    _mark(axes[line + below, column], COLOURS[name])
            line += 1 + len(recalled)
    names = ["stored"]
    for kind, share in groups:
        names += [f"given: {kind},\n{100 * share:g} % of pixels", *(f"recalled,\ncode: {name}" for name in recalled)]
    for axis, name in zip(axes[:, 0], names, strict=True):
        axis.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=8)
    figure.suptitle("Black: on; tan: not known; a coloured frame: not the stored picture", fontsize=9)
    return figure


def _show(axis: Axes, picture: npt.NDArray[Any], known: npt.NDArray[np.bool_] | None = None) -> None:
    from matplotlib.colors import to_rgb

    colour = np.repeat(1.0 - np.asarray(picture, dtype=float)[..., None], 3, axis=2)
    if known is not None:
        colour[~known] = to_rgb(UNKNOWN)
    axis.imshow(colour, interpolation="nearest")
    axis.set_xticks([])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set_color("#BBBBBB")


def _mark(axis: Axes, colour: str) -> None:
    for spine in axis.spines.values():
        spine.set_color(colour)
        spine.set_linewidth(2.0)


def curves(table: Mapping[str, Sequence[Any]]) -> Figure:
    """Draw right answers and pixel errors against the share of pixels that is known, with intervals."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.5, 3.9), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axis, value, low, high, scale in (
        (left, "share right", "low", "high", 1.0), (right, "pixel error", "error, low", "error, high", 100.0),
    ):  # fmt: skip
        for code, colour in COLOURS.items():
            for kind, (marker, line, beside) in STYLES.items():
                rows = [
                    k for k, row in enumerate(zip(table["code"], table["known"], strict=True)) if row == (code, kind)
                ]
                share, mean, least, most = (
                    np.array([table[name][k] for k in rows]) for name in ("share of pixels", value, low, high)
                )
                axis.errorbar(
                    100 * beside * share, scale * mean, scale * np.array([mean - least, most - mean]).clip(0.0), color=colour,
                    marker=marker, linestyle=line, markersize=4, capsize=2, linewidth=1.2, label=f"code: {code}; {kind}",
                )  # fmt: skip
        ticks = sorted({100 * s for s in table["share of pixels"]})
        axis.set_xscale("log")
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.minorticks_off()
        axis.set_xlabel("known pixels of the picture, %")
        axis.grid(alpha=0.3)
    left.set(ylabel="share of pictures recalled exactly", ylim=(-0.02, 1.04))
    right.set(ylabel="wrong pixels of the answer, % of all", ylim=(0.0, None))
    left.legend(fontsize=8)
    return figure


def codes_figure(
    pictures: npt.NDArray[np.float64], labels: npt.NDArray[np.int64], encoders: Mapping[str, Encoder[Any]]
) -> Figure:
    """Draw what comes back of grey pictures that are encoded and decoded, each in its own range of grey."""
    from matplotlib.figure import Figure

    rows = np.unique(labels, return_index=True)[1][:6]
    figure = Figure(figsize=(1.12 * (1 + len(encoders)), 1.1 * len(rows) + 0.5), layout="constrained")
    axes = figure.subplots(len(rows), 1 + len(encoders), squeeze=False)
    for line, picture in enumerate(rows):
        _show(axes[line, 0], pictures[picture])
        for column, code in enumerate(encoders.values(), start=1):
            back = np.asarray(code.decode(code.pattern(pictures[picture])), dtype=np.float64)
            _show(axes[line, column], (back - back.min()) / max(float(np.ptp(back)), 1e-12))
    for axis, name in zip(axes[0], ("picture", *encoders), strict=True):
        axis.set_title(name.replace(", ", ",\n"), fontsize=8)
    return figure
