"""What the kernels of all integrate-and-fire cells share: fields, constants, the ring of arriving input."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.firing import FIRED, OWN, announce, common_header, record
from spikemem.backends.numba_cpu.kernel import part
from spikemem.backends.numba_cpu.stage import Build, Field, Stage
from spikemem.ir.lowered import LoweredPopulation

# Header fields. ARRIVING: real[depth, 2, size], input by step, receptor and neuron. UNTIL: last refractory step. DENDRITIC: see
# offset_currents.
(DEPTH, ARRIVING, V, UNTIL, OFFSET_CURRENT, ZONES, DENDRITIC, REFRACTORY, PARAMETERS, CURRENT_E, CURRENT_I) = range(
    OWN, OWN + 11
)
BLOCK = 64
"""Neurons that are looked through together for any that fire."""
TINY = 1e-30
"""Synaptic currents and conductances of less than this are 0: so that a silent neuron comes to rest."""


def membrane_stage(
    population: LoweredPopulation, build: Build, kernel: Any, parameters: tuple[float, ...], synaptic: tuple[str, ...]
) -> Stage:
    """Reserve an integrate-and-fire population's state; ``synaptic`` names its synaptic state variables, E first."""
    name, size = f"population/{population.name}", population.size
    cell: Any = population.cell
    depth = build.depth(population.name)
    add = build.layout.add
    header = (
        *common_header(population, build),
        depth,
        add(f"{name}/arriving", "real", np.zeros((depth, 2, size))),
        add(f"{name}/v", "real", population.initial["v"]),
        add(f"{name}/refractory_until", "whole", np.full(size, -1)),
        add(f"{name}/i_offset", "const_real", population.i_offset),
        *dendritic_currents(population, build),
        round(cell.tau_refrac / build.network.dt),
        add(f"{name}/parameters", "const_real", np.array(parameters)),
        *(add(f"{name}/{s}", "real", population.initial[s]) for s in synaptic),
    )
    return Stage(population.name, kernel, header)


def dendritic_currents(population: LoweredPopulation, build: Build) -> tuple[Field, Field]:
    """Reserve the currents of the zones that dendrites of this population grow in; return the fields."""
    zones = len(build.network.dendrites(population.name))
    if not zones:
        return 0, 0
    return zones, build.layout.add(
        f"population/{population.name}/dendritic", "real", np.zeros((1 + zones, population.size))
    )


@part
def offset_currents(h: Any, m: Any) -> Any:
    """Return each neuron's constant current, with those of its dendrites; real[1 + zones, size]: the sum, then each zone's."""
    n = h[0]
    offset = m.const_real[h[OFFSET_CURRENT] : h[OFFSET_CURRENT] + n]
    if h[ZONES] == 0:
        return offset
    total = m.real[h[DENDRITIC] : h[DENDRITIC] + n]
    for j in range(n):
        total[j] = offset[j]
    for zone in range(1, 1 + h[ZONES]):
        own = m.real[h[DENDRITIC] + zone * n : h[DENDRITIC] + (zone + 1) * n]
        for j in range(n):
            total[j] += own[j]
    return total


def leak(dt: float, tau_m: float) -> float:
    """Return the membrane's decay over a step."""
    return exp(-dt / tau_m)


@part
def slot(t: Any, h: Any, receptor: Any) -> Any:
    """Return the place of the input that arrives in step t at ``receptor`` (0: excitatory, 1: inhibitory)."""
    return h[ARRIVING] + ((t % h[DEPTH]) * 2 + receptor) * h[0]


@part
def fire_above(t: Any, h: Any, m: Any, v: Any, until: Any, v_thresh: Any, v_reset: Any) -> Any:
    """Fire the neurons at or above threshold. A refractory one is below: it stays at v_reset < v_thresh."""
    n, count, last_frozen = v.shape[0], 0, t + h[REFRACTORY]
    fired = m.whole[h[FIRED] + 2 : h[FIRED] + 2 + n]
    first = 0
    while first < n:
        last = min(first + BLOCK, n)
        above = 0
        for j in range(np.uint64(first), np.uint64(last)):  # unsigned: no place is counted from the end
            above |= v[j] >= v_thresh
        if above != 0:
            for j in range(np.uint64(first), np.uint64(last)):
                if v[j] >= v_thresh:
                    v[j] = v_reset
                    until[j] = last_frozen
                    fired[count] = j
                    count += 1
        first = last
    m.whole[h[FIRED] + 1] = count
    record(t, h, m)
    announce(t, h, m)
    return 0
