"""The page of P7."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spikemem.experiments.memories.page import Dot, decades, dots, family_colours, family_names

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from spikemem.experiments.memories.energy import Spent
    from spikemem.experiments.memories.suite import Suite

UNITS = ("synaptic operations", "spikes", "multiply-accumulates", "weight updates", "bytes of state")


def draw(found: Sequence[Spent], suite: Suite) -> Figure:
    """Draw what a right answer takes, and the updates of a write: a column a count, each on a scale of its own."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(17.0, 6.6), layout="constrained")
    colours = family_colours(family_names([s.entrant for s in found]))
    for k, (axes, unit) in enumerate(zip(figure.subplots(1, len(UNITS), sharey=True), UNITS, strict=True)):
        written = k == 3
        rows = []
        for spent in found:
            samples = (spent.write if written else spent.right)[:, k]
            mean, low, high = suite.interval(f"{spent.entrant.name} {unit}", samples)
            rows.append(Dot(spent.entrant.name, spent.entrant.family, mean, low, high))
        dots(axes, rows, colours, none="none", missing="not counted")
        decades(axes)
        axes.set_xlabel(unit)
        axes.set_title("a write" if written else "a right answer", fontsize=10)
        if k:
            axes.tick_params(labelleft=False)
    figure.suptitle(
        f"Cost at equal bits: {round(0.125 * suite.d)} items of {suite.d} signs held, whole cues; mean and 95 % interval of "
        f"{suite.seeds} seeds. Counts of different things: no column can be set against another",
        x=0.01, ha="left", fontsize=11,
    )  # fmt: skip
    return figure
