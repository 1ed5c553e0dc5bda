"""What every population's kernel does with a spike, and the header fields that all populations share."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.kernel import NEVER, RECORDED, SPIKES, WAKE, part
from spikemem.backends.numba_cpu.stage import Build, Field
from spikemem.ir.lowered import LoweredPopulation

# Header fields of every population. FIRED: whole[stamp, count, neurons...], the spikes of the step ``stamp``.
SIZE, FIRED, RECORD, FIRST, LISTENERS, LISTENER_COUNT, OWN = range(7)


def common_header(population: LoweredPopulation, build: Build) -> tuple[Field, ...]:
    """Reserve a population's spike list and return the shared fields."""
    name = f"population/{population.name}"
    listeners = np.array(build.listeners(population.name), dtype=np.int64)
    fired = np.zeros(2 + population.size, dtype=np.int64)
    fired[0] = -1
    return (
        population.size,
        build.layout.add(f"{name}/fired", "whole", fired),
        int(population.name in build.recorded),
        build.first_neuron[population.name],
        build.layout.add(f"{name}/listeners", "const_whole", listeners),
        listeners.size,
    )


@part
def start(t: Any, h: Any, m: Any) -> Any:
    """Begin the spike list of step t."""
    m.whole[h[FIRED]] = t
    m.whole[h[FIRED] + 1] = 0
    return 0


@part
def fire(t: Any, h: Any, m: Any, neuron: Any) -> Any:
    """Put ``neuron`` on the spike list and on the record."""
    at = h[FIRED]
    count = m.whole[at + 1]
    m.whole[at + 2 + count] = neuron
    m.whole[at + 1] = count + 1
    if h[RECORD] != 0:
        r = m.control[RECORDED]
        m.record_step[r] = t
        m.record_neuron[r] = h[FIRST] + neuron
        m.control[RECORDED] = r + 1
    return 0


@part
def record(t: Any, h: Any, m: Any) -> Any:
    """Put the spike list on the record."""
    if h[RECORD] != 0:
        count, r = m.whole[h[FIRED] + 1], m.control[RECORDED]
        for k in range(count):
            m.record_step[r + k] = t
            m.record_neuron[r + k] = h[FIRST] + m.whole[h[FIRED] + 2 + k]
        m.control[RECORDED] = r + count
    return 0


@part
def announce(t: Any, h: Any, m: Any) -> Any:
    """Wake the projections that listen, if the population fired."""
    count = m.whole[h[FIRED] + 1]
    if count > 0:
        m.control[SPIKES] += count
        for k in range(h[LISTENER_COUNT]):
            m.control[WAKE + 2 * m.const_whole[h[LISTENERS] + k]] = t
    return 0


@part
def awake(t: Any, moved: Any) -> Any:
    """Return the next step of a population: t + 1 unless nothing moved, for then nothing will until input arrives."""
    return t + 1 if moved else NEVER
