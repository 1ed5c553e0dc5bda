"""The page of P2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from spikemem.experiments.memories.page import Line, family_names, panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from spikemem.experiments.memories.cues import Damaged
    from spikemem.experiments.memories.suite import Suite

LABELS = {"erased": "share of the key's signs that are unknown", "flipped": "share of the key's signs that are wrong"}


def draw(found: Sequence[Damaged], suite: Suite) -> Figure:
    """Draw the share of right items over damage: a row a kind of damage, a column a family."""
    from matplotlib.figure import Figure

    families, kinds = family_names([d.entrant for d in found]), list(dict.fromkeys(d.kind for d in found))
    figure = Figure(figsize=(1.0 + 3.6 * len(families), 7.6), layout="constrained")
    grid = figure.subplots(len(kinds), len(families), squeeze=False, sharey=True, sharex="row")
    for row, kind in zip(grid, kinds, strict=True):
        lines = [_line(d, suite) for d in found if d.kind == kind]
        reference = next((line for line in lines if line.name == "Hebbian"), None)
        for axes, family in zip(row, families, strict=True):
            panel(axes, f"{family}, {kind}", [x for x in lines if x.family == family], reference, "lower left")
            axes.axhline(0.9, color="#000000", linewidth=0.6, linestyle=":")
            axes.set(xlabel=LABELS[kind], ylim=(-0.02, 1.03))
        row[0].set_ylabel("share of items found")
    figure.suptitle(
        f"Damaged cues at equal bits: {round(0.125 * suite.d)} items of {suite.d} signs held; mean and 95 % interval of "
        f"{suite.seeds} seeds; dotted: 90 %; grey: Hebbian",
        x=0.01, ha="left", fontsize=11,
    )  # fmt: skip
    return figure


def _line(found: Damaged, suite: Suite) -> Line:
    name = found.entrant.name
    y, low, high = np.transpose([
        suite.interval(f"{name} {found.kind} {k} right", found.right[:, k]) for k in range(len(found.parts))
    ])  # fmt: skip
    shown = name + (" (known or not)" if found.entrant.answers == "known" else "")
    return Line(shown, found.entrant.family, found.parts, y, low, high)
