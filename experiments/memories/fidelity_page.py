"""The page of P0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import binom

from spikemem.experiments.memories.page import plain
from spikemem.report.raster import COLOURS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from spikemem.experiments.memories.fidelity import Compared
    from spikemem.experiments.memories.suite import Suite

BINS = 21
LEAST = 20
"""Bits of a bin that is drawn, at least."""


def draw(found: Sequence[Compared], suite: Suite) -> Figure:
    """Draw how often the spiking form answers +1, over the mean vote that the oracle computes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 5.4), layout="constrained")
    axes = figure.subplots()
    x = np.linspace(-1.0, 1.0, 201)
    for k, compared in enumerate(c for c in found if c.pair.votes is not None):
        votes, colour = compared.pair.votes or 1, COLOURS[k]
        p = 0.5 * (1.0 + x)
        tie = 0.5 * binom.pmf(votes // 2, votes, p) * (votes % 2 == 0)
        axes.plot(
            x, binom.sf(votes // 2, votes, p) + tie, color=colour, linewidth=1.2, label=f"{votes} races: binomial votes"
        )
        which = np.clip(((compared.oracle + 1.0) / 2.0 * BINS).astype(int), 0, BINS - 1)
        for place in range(BINS):
            here = which == place
            if (count := int(here.sum())) >= LEAST:
                mean = float(compared.up[here].mean())
                error = 2.0 * float(np.sqrt(max(mean * (1.0 - mean), 0.25 / count) / count))
                axes.errorbar(
                    [float(compared.oracle[here].mean())], [mean], yerr=error, fmt="os"[k % 2], color=colour, markersize=5,
                    capsize=2, linewidth=1.0,
                )  # fmt: skip
        axes.plot(
            [],
            [],
            "os"[k % 2],
            color=colour,
            label=f"{votes} races: memory neurons, two standard errors of single bits",
        )
    plain(axes)
    axes.set(xlabel="mean vote by the oracle, softmax attention", ylabel="share of +1 answered by the memory neurons")
    axes.legend(fontsize=8, frameon=False, loc="upper left")
    axes.set_title(
        f"Spiking form and oracle: {suite.seeds} seeds, a bin of the mean vote a point", fontsize=10, loc="left"
    )
    return figure
