"""Rule and kernel of IF_curr_delta, the same for all numerics."""

from __future__ import annotations

from typing import Any

from spikemem.backends.numba_cpu.firing import awake, start
from spikemem.backends.numba_cpu.kernel import kernel, part
from spikemem.backends.numba_cpu.membrane import (
    PARAMETERS,
    UNTIL,
    V,
    fire_above,
    leak,
    membrane_stage,
    offset_currents,
    slot,
)
from spikemem.backends.numba_cpu.stage import Build, Stage, lowers_cell
from spikemem.ir.if_curr_delta import IF_curr_delta
from spikemem.ir.lowered import LoweredPopulation


@part
def advance(t: Any, v: Any, until: Any, in_e: Any, in_i: Any, offset: Any, p: Any) -> Any:
    """Advance all neurons one step; return whether any moved and whether any is at or above threshold."""
    v_rest, _, v_thresh, leaks, resistance = p[0], p[1], p[2], p[3], p[4]
    moved, fires = 0, 0
    for j in range(v.shape[0]):
        rest = v_rest + offset[j] * resistance
        frozen = until[j] >= t
        vj = v[j] if frozen else rest + leaks * (v[j] + in_e[j] - in_i[j] - rest)
        moved |= (vj != v[j]) | frozen | (in_e[j] != 0.0) | (in_i[j] != 0.0)
        fires |= vj >= v_thresh
        v[j] = vj
        in_e[j] = in_i[j] = 0.0
    return moved | fires, fires


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Advance one step: jump by what arrives, then decay exactly."""
    n = h[0]
    v, until = m.real[h[V] : h[V] + n], m.whole[h[UNTIL] : h[UNTIL] + n]
    at_e, at_i = slot(t, h, 0), slot(t, h, 1)
    in_e, in_i = m.real[at_e : at_e + n], m.real[at_i : at_i + n]
    offset = offset_currents(h, m)
    p = m.const_real[h[PARAMETERS] : h[PARAMETERS] + 5]
    moved, fires = advance(t, v, until, in_e, in_i, offset, p)
    start(t, h, m)
    if fires != 0:
        fire_above(t, h, m, v, until, p[2], p[1])
    return awake(t, moved)


@lowers_cell(IF_curr_delta)
def lower(population: LoweredPopulation, build: Build) -> Stage:
    """Make the stage."""
    cell = population.cell
    assert isinstance(cell, IF_curr_delta)
    parameters = (cell.v_rest, cell.v_reset, cell.v_thresh, leak(build.network.dt, cell.tau_m), cell.tau_m / cell.cm)
    return membrane_stage(population, build, step, parameters, ())
