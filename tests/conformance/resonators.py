"""Cases of resonators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spikemem.ir import AllToAll, Population, Projection, ResonateAndFire, Static, Uniform
from tests.conformance.case import BOTH, Case

CELL = ResonateAndFire(frequency=137.0, tau_m=9.0, tau_refrac=2.0, v_thresh=1.713, v_reset=-0.317)


def resonating(feature: str, cell: ResonateAndFire) -> Case:
    """Return four resonators that ``a`` excites and ``b`` inhibits."""
    drive = Projection("drive", "a", "t", AllToAll(), Uniform(0.3, 1.9), 1.0, "excitatory", Static())
    silence = Projection("silence", "b", "t", AllToAll(), Uniform(0.1, 0.7), 2.0, "inhibitory", Static())
    start = (("v", 0.4137), ("v_imag", -0.2713))
    return Case(feature, (Population("t", 4, cell, start),), (drive, silence), BOTH)


def resonators() -> Iterator[Case]:
    """Yield the cases of ResonateAndFire."""
    yield resonating("ResonateAndFire", CELL)
    yield resonating("ResonateAndFire, resets", replace(CELL, resets=True))
    yield resonating("ResonateAndFire, no leak", replace(CELL, tau_m=float("inf"), v_thresh=3.713))
    yield resonating("ResonateAndFire, tau_refrac 0", replace(CELL, tau_refrac=0.0))
