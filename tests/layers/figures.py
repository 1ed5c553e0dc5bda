"""The figure of docs/memory_layers.md of layers that are oracles alone: ``python -m tests.layers.figures`` draws it.

What is drawn is what the anchors' tests measure, at more points.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spikemem.layers import GatedDelta, GatedDeltaParameters, Ridge, RidgeParameters
from spikemem.layers.tail import learned
from tests.layers.spiking.drawing import powers, save
from tests.layers.support import Layer
from tests.layers.test_anchors_linear import bits, hebbian
from tests.layers.test_anchors_reference import ODDS, errors, orthonormal
from tests.layers.test_anchors_supervised import archetype_overlap
from tests.layers.test_traps import complex_choices, facts_right, real_choices

D = 64


def curve(axes: Axes, x: Sequence[float], y: Any, mark: str, label: str) -> None:
    """Draw a curve, and print it."""
    print(label, list(x), np.round(y, 3).tolist())
    axes.plot(x, y, mark, ms=4, label=label)


def linear(axes: Axes) -> None:
    """Bits right of linear maps by load."""
    loads = [0.05, 0.1, 0.16, 0.25, 0.5, 0.75, 1.0, 1.1, 1.5, 2.0]
    layers: dict[str, Layer] = {
        "Hebbian": hebbian(D), "delta, one pass": GatedDelta(GatedDeltaParameters(d_k=D, d_v=D)),
        "ridge, λ = 0.001": Ridge(RidgeParameters(d_k=D, d_v=D, penalty=1e-3)),
    }  # fmt: skip
    for mark, (name, layer) in zip("osD", layers.items(), strict=True):
        curve(
            axes,
            loads,
            [np.mean([bits(layer, round(load * D), s) for s in range(4)]) for load in loads],
            f"{mark}-",
            name,
        )
    theory = [NormalDist().cdf(np.sqrt(D / max(round(load * D) - 1, 1))) for load in loads]
    axes.plot(loads, theory, color="C0", lw=5, alpha=0.3, label="Gaussian cross-talk")
    axes.set(title=f"one matrix, d = {D}", xlabel="pairs over d", ylabel="bits right", ylim=(0.65, 1.02))


def phases(axes: Axes) -> None:
    """Values found by phases and by real numbers."""
    counts = [64, 128, 193, 256, 384]
    kinds: dict[str, Callable[[int], float]] = {
        "phases, d = 64: 8,192 numbers": complex_choices,
        "reals, d = 91: 8,281": lambda count: real_choices(count, 91),
        "reals, d = 64: 4,096": lambda count: real_choices(count, 64),
    }
    for mark, (name, of) in zip("osD", kinds.items(), strict=True):
        curve(axes, counts, [of(count) for count in counts], f"{mark}-", name)
    axes.set(title="phases beside real numbers", xlabel="pairs", ylabel="values found", ylim=(0.5, 1.02))


def local(axes: Axes) -> None:
    """Errors of local linear attention."""
    widths = [0.1, 0.15, 0.25, 0.4, 0.6]
    squares = np.array([np.mean([errors(h, seed) for seed in range(10)], axis=0) for h in widths])
    for mark, name, own in zip("osD", ("mean (softmax)", "local linear", "one line"), squares.T, strict=True):
        curve(axes, widths, own, f"{mark}-", name)
    axes.set(title="a function of four straight pieces", xlabel="width h of the kernel", yscale="log")
    axes.set_ylabel("mean squared error")


def facts(axes: Axes) -> None:
    """Facts right by d, for few subjects and many."""
    sizes = [32, 48, 64, 96, 128]
    for mark, subjects in (("o-", 200), ("s:", 5000)):
        curve(axes, sizes, [facts_right(subjects, d) for d in sizes], mark, f"{subjects:,} subjects")
    powers(axes, sizes)
    axes.set(title="geometric recall: 64 attributes, 4 relations", xlabel="d", ylabel="facts right", ylim=(0.5, 1.02))


def tail(axes: Axes) -> None:
    """Chances of answers by rank."""
    for style, name, step in (("-", "muon", 1.0), ("--", "sign", 0.147), (":", "gradient", 950.0)):
        own = [learned(orthonormal(s, "keys"), orthonormal(s, "values"), ODDS, name, step) for s in range(4)]
        curve(axes, range(1, 101), np.mean(own, axis=0), style, name)
    axes.set(title="ten steps, items by a Zipf law of 1.5", xlabel="rank of an item", xscale="log")
    axes.set_ylabel("chance of its answer")


def supervised(axes: Axes) -> None:
    """Overlaps of archetypes by what examples tell of them."""
    rhos = [0.03, 0.07, 0.15, 0.3, 0.6, 1.2, 3.0, 12.0]
    curve(axes, rhos, [archetype_overlap(4, 200, rho, 5, seeds=1) for rho in rhos], "o-", "P = 4, 200 classes, at rest")
    two = [archetype_overlap(2, 8, rho, 5, seeds=12, updates=1) for rho in rhos]
    curve(axes, rhos, two, "s-", "P = 2, 8 classes, one update")
    axes.set(title="supervised, N = 100, 5 examples", xlabel="ρ", ylabel="overlap with the archetype", xscale="log")


if __name__ == "__main__":
    page = Figure(figsize=(13.2, 6.8), layout="constrained")
    for k, draw in enumerate((linear, phases, local, facts, tail, supervised)):
        panel = page.add_subplot(2, 3, 1 + k)
        draw(panel)
        panel.legend(fontsize=8)
    save(page, "layers-oracles")
