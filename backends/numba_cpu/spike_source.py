"""Rule and kernel of the spike sources."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.firing import OWN, announce, common_header, fire, start
from spikemem.backends.numba_cpu.kernel import NEVER, kernel
from spikemem.backends.numba_cpu.stage import Build, Stage, lowers_cell
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.spike_source import SpikeSource, SpikeSourcePoisson

FEED = OWN  # whole[next place, end] in Memory.feed_*


@kernel
def emit(t: Any, h: Any, m: Any) -> Any:
    """Fire what the feed holds for step t; sleep until its next step."""
    start(t, h, m)
    at, end = m.whole[h[FEED]], m.whole[h[FEED] + 1]
    while at < end and m.feed_step[at] == t:
        fire(t, h, m, m.feed_neuron[at])
        at += 1
    m.whole[h[FEED]] = at
    announce(t, h, m)
    return m.feed_step[at] if at < end else NEVER


@lowers_cell(SpikeSourcePoisson)
@lowers_cell(SpikeSource)
def lower(population: LoweredPopulation, build: Build) -> Stage:
    """Make the stage of a source; who feeds it, the program knows."""
    header = common_header(population, build)
    feed = build.layout.add(f"population/{population.name}/feed", "whole", np.zeros(2))
    return Stage(population.name, emit, (*header, feed))
