"""The page of P1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from spikemem.experiments.memories.page import (
    Dot,
    Line,
    decades,
    dots,
    family_colours,
    family_names,
    label,
    layout,
    panel,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from spikemem.experiments.memories.capacity import Curve
    from spikemem.experiments.memories.suite import Suite


def draw(curves: Sequence[Curve], suite: Suite) -> Figure:
    """Draw right bits over load, a panel a family, and the bits of values that a bit of state holds."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(15.0, 8.2), layout="constrained")
    families = family_names([c.entrant for c in curves])
    lines = [_line(c, suite) for c in curves]
    reference = next((line for line in lines if line.name == "Hebbian"), None)
    panels, axes = layout(figure, len(families))
    for own, family in zip(panels, families, strict=True):
        panel(own, family, [line for line in lines if line.family == family], reference, "lower left")
        decades(own, (0.8 * suite.loads[0], 1.25 * suite.loads[-1]))
        own.set_ylim(0.45, 1.02)
        own.axhline(0.99, color="#000000", linewidth=0.6, linestyle=":")
    label(panels, "items over d (signs of a value)", "share of right bits")
    found = [_dot(c, suite) for c in curves]
    dots(axes, found, family_colours(families))
    decades(axes)
    axes.set_xlabel("bits of values held at 99 %, a bit of state")
    axes.set_title("At equal bits (arrow: the largest load is still held)", fontsize=10)
    figure.suptitle(
        f"Capacity at equal bits: {32 * suite.d**2:,} of state, values of {suite.d} signs; mean and 95 % interval of "
        f"{suite.seeds} seeds; dotted: 99 %; grey: Hebbian",
        x=0.01, ha="left", fontsize=11,
    )  # fmt: skip
    return figure


def _line(curve: Curve, suite: Suite) -> Line:
    values = curve.measures[curve.main]
    y, low, high = np.transpose([
        suite.interval(f"{curve.entrant.name} {curve.d} {k} {curve.main}", values[:, k]) for k in range(len(curve.held))
    ])  # fmt: skip
    name = curve.entrant.name + (" (known or not)" if curve.main == "known" else "")
    return Line(name, curve.entrant.family, [n / curve.d for n in curve.held], y, low, high)


def _dot(curve: Curve, suite: Suite) -> Dot:
    found = suite.interval(f"{curve.entrant.name} a bit", curve.a_state_bit())
    return Dot(curve.entrant.name, curve.entrant.family, *found, at_least=curve.off_grid)
