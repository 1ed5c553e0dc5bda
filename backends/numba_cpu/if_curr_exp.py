"""Rule and kernel of IF_curr_exp."""

from __future__ import annotations

from typing import Any, assert_never

from spikemem.backends.numba_cpu.firing import awake, start
from spikemem.backends.numba_cpu.kernel import kernel, part
from spikemem.backends.numba_cpu.membrane import (
    CURRENT_E,
    CURRENT_I,
    PARAMETERS,
    TINY,
    UNTIL,
    V,
    fire_above,
    leak,
    membrane_stage,
    offset_currents,
    slot,
)
from spikemem.backends.numba_cpu.stage import Build, Stage, lowers_cell
from spikemem.ir.if_curr_exp import IF_curr_exp
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.numerics import decay, spinnaker_input_scale


@part
def advance_spinnaker(t: Any, v: Any, until: Any, e: Any, i: Any, in_e: Any, in_i: Any, offset: Any, p: Any) -> Any:
    """Advance all neurons by sPyNNaker's update, in its order of operations; return whether any moved, any fires."""
    v_rest, _, v_thresh, leaks, resistance, scale_e, scale_i, decay_e, decay_i = (
        p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]
    )  # fmt: skip
    moved, fires = 0, 0
    for j in range(v.shape[0]):
        ej, ij = e[j] + scale_e * in_e[j], i[j] + scale_i * in_i[j]
        alpha = v_rest + (ej - ij + offset[j]) * resistance
        frozen = until[j] >= t
        vj = v[j] if frozen else alpha - leaks * (alpha - v[j])
        ej, ij = ej * decay_e, ij * decay_i
        ej, ij = (0.0 if abs(ej) < TINY else ej), (0.0 if abs(ij) < TINY else ij)
        moved |= (vj != v[j]) | (ej != e[j]) | (ij != i[j]) | frozen | (in_e[j] != 0.0) | (in_i[j] != 0.0)
        fires |= vj >= v_thresh
        v[j], e[j], i[j] = vj, ej, ij
        in_e[j] = in_i[j] = 0.0
    return moved | fires, fires


@part
def advance_exact(t: Any, v: Any, until: Any, e: Any, i: Any, in_e: Any, in_i: Any, offset: Any, p: Any) -> Any:
    """Advance all neurons exactly (Rotter & Diesmann 1999); return whether any moved, any fires."""
    v_rest, _, v_thresh, leaks, resistance, gain_e, gain_i, decay_e, decay_i = (
        p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]
    )  # fmt: skip
    moved, fires = 0, 0
    for j in range(v.shape[0]):
        ej, ij = e[j] + in_e[j], i[j] + in_i[j]
        rest = v_rest + offset[j] * resistance
        frozen = until[j] >= t
        vj = v[j] if frozen else rest + leaks * (v[j] - rest) + gain_e * ej - gain_i * ij
        ej, ij = ej * decay_e, ij * decay_i
        ej, ij = (0.0 if abs(ej) < TINY else ej), (0.0 if abs(ij) < TINY else ij)
        moved |= (vj != v[j]) | (ej != e[j]) | (ij != i[j]) | frozen | (in_e[j] != 0.0) | (in_i[j] != 0.0)
        fires |= vj >= v_thresh
        v[j], e[j], i[j] = vj, ej, ij
        in_e[j] = in_i[j] = 0.0
    return moved | fires, fires


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Advance one step: exact integration (parameter 9), or sPyNNaker's update."""
    n = h[0]
    v, until = m.real[h[V] : h[V] + n], m.whole[h[UNTIL] : h[UNTIL] + n]
    e, i = m.real[h[CURRENT_E] : h[CURRENT_E] + n], m.real[h[CURRENT_I] : h[CURRENT_I] + n]
    at_e, at_i = slot(t, h, 0), slot(t, h, 1)
    in_e, in_i = m.real[at_e : at_e + n], m.real[at_i : at_i + n]
    offset = offset_currents(h, m)
    p = m.const_real[h[PARAMETERS] : h[PARAMETERS] + 10]
    if p[9] != 0.0:
        moved, fires = advance_exact(t, v, until, e, i, in_e, in_i, offset, p)
    else:
        moved, fires = advance_spinnaker(t, v, until, e, i, in_e, in_i, offset, p)
    start(t, h, m)
    if fires != 0:
        fire_above(t, h, m, v, until, p[2], p[1])
    return awake(t, moved)


@lowers_cell(IF_curr_exp)
def lower(population: LoweredPopulation, build: Build) -> Stage:
    """Make the stage for the network's numerics."""
    cell = population.cell
    assert isinstance(cell, IF_curr_exp)
    dt, numerics = build.network.dt, build.network.numerics
    common = (cell.v_rest, cell.v_reset, cell.v_thresh, leak(dt, cell.tau_m), cell.tau_m / cell.cm)
    decays = (decay(dt, cell.tau_syn_E), decay(dt, cell.tau_syn_I))
    match numerics:
        case "spinnaker":
            arriving = (spinnaker_input_scale(dt, cell.tau_syn_E), spinnaker_input_scale(dt, cell.tau_syn_I))
        case "exact":
            arriving = (cell.gain("excitatory", dt, numerics), cell.gain("inhibitory", dt, numerics))
        case _:
            assert_never(numerics)
    parameters = (*common, *arriving, *decays, float(numerics == "exact"))
    return membrane_stage(population, build, step, parameters, ("isyn_exc", "isyn_inh"))
