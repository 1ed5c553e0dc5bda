"""A picture of the chips and cores that a network takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from spikemem.backends.pynn.load import percent

_CORES, _LEGEND = 18, 24


def cores_picture(placed: Mapping[str, Any]) -> Figure:
    """Return a row a chip and a column a core, coloured by population: the core's neurons, and its peak load below them."""
    chips = sorted({(core["x"], core["y"]) for core in placed["cores"]})
    names = list(dict.fromkeys(core["population"] for core in placed["cores"]))
    shares = {(row["x"], row["y"], row["core"]): row["share"] for row in placed["load"]["cores"]}
    colours = matplotlib.colormaps["viridis"].resampled(max(2, len(names)))
    figure = Figure(figsize=(10.0, 1.8 + max(0.4 * len(chips), 0.19 * min(len(names), _LEGEND))), layout="constrained")
    axes = figure.add_subplot()
    for core in placed["cores"]:
        at, number = (core["core"] - 0.45, chips.index((core["x"], core["y"])) - 0.4), names.index(core["population"])
        axes.add_patch(Rectangle(at, 0.9, 0.8, facecolor=colours(number), edgecolor="black", linewidth=0.4))
        ink = "black" if number > len(names) / 2 else "white"
        share = shares.get((core["x"], core["y"], core["core"]))
        for text, size, up in ((str(core["neurons"]), 7, 4), ("" if share is None else percent(share), 5, -5)):
            axes.annotate(
                text, (core["core"], at[1] + 0.4), (0, up), textcoords="offset points", ha="center", va="center",
                fontsize=size, color=ink,
            )  # fmt: skip
    axes.set_xlim(-0.5, _CORES - 0.5)
    axes.set_ylim(len(chips) - 0.5, -0.5)
    axes.set_xticks(range(_CORES))
    axes.set_yticks(range(len(chips)), [f"{x},{y}" for x, y in chips])
    axes.set_xlabel("core (0 runs the monitor)")
    axes.set_ylabel("chip x,y")
    axes.set_title(
        f"{placed['network']} on SpiNNaker: neurons a core; peak synaptic events a step, as estimated, in % of "
        f"{placed['load']['events_of_a_step']:g}",
        fontsize=10,
    )
    handles = [Patch(facecolor=colours(k), edgecolor="black", label=name) for k, name in enumerate(names[:_LEGEND])]
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=7, frameon=False)
    return figure
