"""Rule and kernel of AlphaDendrite."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.dendrite import (
    BRANCH_OWN,
    DENDRITIC,
    PLATEAU,
    ROW,
    SOMA_FIRED,
    SOMA_SIZE,
    SOMA_STAGE,
    UNTIL,
    branch_header,
)
from spikemem.backends.numba_cpu.firing import announce, awake, fire, start
from spikemem.backends.numba_cpu.kernel import kernel, part, wake_for
from spikemem.backends.numba_cpu.membrane import TINY
from spikemem.backends.numba_cpu.stage import Build, Stage, lowers_cell
from spikemem.ir.alpha_dendrite import AlphaDendrite
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.numerics import decay

# ARRIVING: real[depth, 2, size], as the delivery writes it; the inhibitory half stays 0. FLOWING, RISE: the state.
DEPTH, ARRIVING, FLOWING, RISE, PARAMETERS = range(BRANCH_OWN, BRANCH_OWN + 5)


@part
def advance(t: Any, current: Any, z: Any, arriving: Any, until: Any, passed: Any, p: Any) -> Any:
    """Advance all dendrites and what they pass on; return whether any moved, passes on another current, is above theta."""
    theta, plateau_current, p_decay, dt, gain = p[0], p[1], p[2], p[3], p[4]
    moved, changed, above = 0, 0, 0
    for j in range(current.shape[0]):
        risen = z[j] + gain * arriving[j]
        ij, zj = p_decay * (current[j] + dt * risen), p_decay * risen
        clamped = until[j] >= t
        ij, zj = (0.0 if clamped or ij < TINY else ij), (0.0 if clamped or zj < TINY else zj)
        out = plateau_current if until[j] > t else ij
        moved |= (ij != current[j]) | (zj != z[j]) | clamped | (arriving[j] != 0.0)
        changed |= out != passed[j]
        above |= ij >= theta
        current[j], z[j], passed[j] = ij, zj, out
        arriving[j] = 0.0
    return moved | above, changed, above


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Advance one step; the somata have fired already. Sleep when no current flows."""
    n = h[0]
    current, z = m.real[h[FLOWING] : h[FLOWING] + n], m.real[h[RISE] : h[RISE] + n]
    until = m.whole[h[UNTIL] : h[UNTIL] + n]
    at = h[ARRIVING] + (t % h[DEPTH]) * 2 * n
    row = h[DENDRITIC] + h[ROW] * h[SOMA_SIZE]
    passed = m.real[row : row + n]
    p = m.const_real[h[PARAMETERS] : h[PARAMETERS] + 5]
    moved, changed, above = advance(t, current, z, m.real[at : at + n], until, passed, p)
    start(t, h, m)
    if m.whole[h[SOMA_FIRED]] == t:
        for k in range(m.whole[h[SOMA_FIRED] + 1]):
            j = m.whole[h[SOMA_FIRED] + 2 + k]
            current[j] = z[j] = passed[j] = 0.0
            until[j] = min(until[j], t)
            changed = 1
    if above != 0:
        for j in range(n):
            if current[j] >= p[0]:
                fire(t, h, m, j)
                until[j] = t + h[PLATEAU]
                current[j] = z[j] = 0.0
                passed[j] = p[1] if h[PLATEAU] > 0 else 0.0
                changed = 1
    if changed != 0:
        wake_for(m, h[SOMA_STAGE], t + 1)  # a current into them has changed
    announce(t, h, m)
    return awake(t, moved)


@lowers_cell(AlphaDendrite)
def lower(population: LoweredPopulation, build: Build) -> Stage:
    """Make the stage."""
    name, cell, size, dt = f"population/{population.name}", population.cell, population.size, build.network.dt
    assert isinstance(cell, AlphaDendrite)
    depth, add = build.depth(population.name), build.layout.add
    parameters = (cell.theta, cell.current, decay(dt, cell.tau_syn), dt, cell.rise_per_weight)
    header = (
        *branch_header(population, build),
        depth,
        add(f"{name}/arriving", "real", np.zeros((depth, 2, size))),
        *(add(f"{name}/{s}", "real", population.initial[s]) for s in cell.state_variables),
        add(f"{name}/parameters", "const_real", np.array(parameters)),
    )
    return Stage(population.name, step, header)
