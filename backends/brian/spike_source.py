"""Rule of the spike sources: what they fire, the host says."""

from __future__ import annotations

from typing import Any

import brian2

from spikemem.backend import StepEvents
from spikemem.backends.brian.build import Build, lowers_cell
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.spike_source import SpikeSource, SpikeSourcePoisson


@lowers_cell(SpikeSourcePoisson)
@lowers_cell(SpikeSource)
def lower(population: LoweredPopulation, build: Build) -> Any:
    """Make the group with the spikes known so far."""
    steps, neurons = build.feed[population.name]
    return brian2.SpikeGeneratorGroup(
        population.size,
        neurons,
        steps * build.clock.dt,
        sorted=True,
        clock=build.clock,
        name=build.group_name(population.name),
    )


def refill(group: Any, events: StepEvents, dt: float) -> None:
    """Have a group of the runtime device fire ``events``, and nothing else, from its clock's time on."""
    steps, neurons = events
    group.set_spikes(neurons, steps * (dt * brian2.ms), sorted=True)
    group.before_run({})
