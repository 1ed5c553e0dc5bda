"""Rule and kernel of ResonateAndFire, the same for all numerics."""

from __future__ import annotations

from typing import Any

from spikemem.backends.numba_cpu.firing import announce, awake, fire, start
from spikemem.backends.numba_cpu.kernel import kernel, part
from spikemem.backends.numba_cpu.membrane import CURRENT_E as IMAGINARY
from spikemem.backends.numba_cpu.membrane import PARAMETERS, REFRACTORY, TINY, UNTIL, V, membrane_stage, slot
from spikemem.backends.numba_cpu.stage import Build, Stage, lowers_cell
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.resonate_and_fire import ResonateAndFire

RE, IM, V_THRESH, V_RESET, RESETS, NUMBERS = range(6)


@part
def advance(v: Any, imaginary: Any, in_e: Any, in_i: Any, p: Any) -> Any:
    """Turn all neurons by one step; return whether any moved and whether any is at or above threshold."""
    re, im, v_thresh = p[RE], p[IM], p[V_THRESH]
    moved, above = 0, 0
    for j in range(v.shape[0]):
        x = re * v[j] - im * imaginary[j] + (in_e[j] - in_i[j])
        y = im * v[j] + re * imaginary[j]
        rests = (abs(x) < TINY) & (abs(y) < TINY)
        x, y = (0.0 if rests else x), (0.0 if rests else y)
        moved |= (x != v[j]) | (y != imaginary[j]) | (in_e[j] != 0.0) | (in_i[j] != 0.0)
        above |= x >= v_thresh
        v[j], imaginary[j] = x, y
        in_e[j] = in_i[j] = 0.0
    return moved | above, above


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Turn, and fire what is above threshold and not refractory."""
    n = h[0]
    v, until = m.real[h[V] : h[V] + n], m.whole[h[UNTIL] : h[UNTIL] + n]
    imaginary = m.real[h[IMAGINARY] : h[IMAGINARY] + n]
    at_e, at_i = slot(t, h, 0), slot(t, h, 1)
    p = m.const_real[h[PARAMETERS] : h[PARAMETERS] + NUMBERS]
    moved, above = advance(v, imaginary, m.real[at_e : at_e + n], m.real[at_i : at_i + n], p)
    start(t, h, m)
    if above != 0:
        for j in range(n):
            if v[j] >= p[V_THRESH] and until[j] < t:
                fire(t, h, m, j)
                until[j] = t + h[REFRACTORY]
                if p[RESETS] != 0.0:
                    v[j], imaginary[j] = p[V_RESET], 0.0
        announce(t, h, m)
    return awake(t, moved)


@lowers_cell(ResonateAndFire)
def lower(population: LoweredPopulation, build: Build) -> Stage:
    """Make the stage."""
    cell = population.cell
    assert isinstance(cell, ResonateAndFire)
    parameters = (*cell.turn(build.network.dt), cell.v_thresh, cell.v_reset, float(cell.resets))
    return membrane_stage(population, build, step, parameters, ("v_imag",))
