"""Rules and kernels of IF_cond_exp."""

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
from spikemem.ir.if_cond_exp import IF_cond_exp
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.numerics import decay, spinnaker_input_scale


@part
def slope(
    v: Any, ge: Any, gi: Any, offset: Any, v_rest: Any, tau_m: Any, resistance: Any, rev_e: Any, rev_i: Any
) -> Any:
    """Return dV/dt in mV/ms."""
    return (v_rest - v + (ge * (rev_e - v) + gi * (rev_i - v) + offset) * resistance) / tau_m


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Advance one step: sPyNNaker's update, or (parameter 15) classical Runge-Kutta with exact conductances."""
    n = h[0]
    v, until = m.real[h[V] : h[V] + n], m.whole[h[UNTIL] : h[UNTIL] + n]
    e, i = m.real[h[CURRENT_E] : h[CURRENT_E] + n], m.real[h[CURRENT_I] : h[CURRENT_I] + n]
    at_e, at_i = slot(t, h, 0), slot(t, h, 1)
    in_e, in_i = m.real[at_e : at_e + n], m.real[at_i : at_i + n]
    offset = offset_currents(h, m)
    p = m.const_real[h[PARAMETERS] : h[PARAMETERS] + 16]
    v_rest, v_reset, v_thresh, leaks, resistance = p[0], p[1], p[2], p[3], p[4]
    scale_e, scale_i, decay_e, decay_i, half_e, half_i = p[5], p[6], p[7], p[8], p[9], p[10]
    rev_e, rev_i, tau_m, dt, runge_kutta = p[11], p[12], p[13], p[14], p[15] != 0.0
    moved, fires = False, False
    for j in range(n):
        ej, ij = e[j] + scale_e * in_e[j], i[j] + scale_i * in_i[j]
        moved = moved or in_e[j] != 0.0 or in_i[j] != 0.0
        in_e[j] = in_i[j] = 0.0
        old, x = v[j], offset[j]
        vj = old
        frozen = until[j] >= t
        if not frozen and runge_kutta:
            e2, i2, e4, i4 = ej * half_e, ij * half_i, ej * decay_e, ij * decay_i
            k1 = slope(old, ej, ij, x, v_rest, tau_m, resistance, rev_e, rev_i)
            k2 = slope(old + 0.5 * dt * k1, e2, i2, x, v_rest, tau_m, resistance, rev_e, rev_i)
            k3 = slope(old + 0.5 * dt * k2, e2, i2, x, v_rest, tau_m, resistance, rev_e, rev_i)
            k4 = slope(old + dt * k3, e4, i4, x, v_rest, tau_m, resistance, rev_e, rev_i)
            vj = old + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        elif not frozen:
            alpha = v_rest + (ej * (rev_e - old) + ij * (rev_i - old) + x) * resistance
            vj = alpha - leaks * (alpha - old)
        ej, ij = ej * decay_e, ij * decay_i
        ej, ij = (0.0 if abs(ej) < TINY else ej), (0.0 if abs(ij) < TINY else ij)
        moved = moved or vj != old or ej != e[j] or ij != i[j] or frozen
        fires = fires or vj >= v_thresh
        v[j], e[j], i[j] = vj, ej, ij
    start(t, h, m)
    if fires:
        fire_above(t, h, m, v, until, v_thresh, v_reset)
    return awake(t, moved or fires)


@lowers_cell(IF_cond_exp)
def lower(population: LoweredPopulation, build: Build) -> Stage:
    """Make the stage for the network's numerics."""
    cell = population.cell
    assert isinstance(cell, IF_cond_exp)
    dt, numerics = build.network.dt, build.network.numerics
    match numerics:
        case "spinnaker":
            scales, runge_kutta = (
                (spinnaker_input_scale(dt, cell.tau_syn_E), spinnaker_input_scale(dt, cell.tau_syn_I)),
                0.0,
            )
        case "exact":
            scales, runge_kutta = (1.0, 1.0), 1.0
        case _:
            assert_never(numerics)
    parameters = (
        *(cell.v_rest, cell.v_reset, cell.v_thresh, leak(dt, cell.tau_m), cell.tau_m / cell.cm),
        *scales,
        *(decay(step, tau) for step in (dt, dt / 2) for tau in (cell.tau_syn_E, cell.tau_syn_I)),
        *(cell.e_rev_E, cell.e_rev_I, cell.tau_m, dt, runge_kutta),
    )
    return membrane_stage(population, build, step, parameters, ("gsyn_exc", "gsyn_inh"))
