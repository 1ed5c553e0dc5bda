"""Rule and kernel of Race."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.firing import OWN, announce, common_header, fire, start
from spikemem.backends.numba_cpu.kernel import NEVER, kernel, part
from spikemem.backends.numba_cpu.stage import Build, Stage, lowers_cell
from spikemem.draws import DRAW_BLOCK
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.race import LARGEST, Race

# PARAMETERS: const_real[theta, rho_0 dt, exponent or beta].
DEPTH, ARRIVING, CELLS, TRANSFER, PARAMETERS, DRAWS = range(OWN, OWN + 6)
TRANSFERS = ("linear", "power", "exponential", "winner")
LINEAR, POWER, EXPONENTIAL, WINNER = range(4)
BELOW_ONE = 1.0 - 2.0**-52


@part
def most_driven(h: Any, m: Any, exc: Any, inh: Any, first: Any) -> Any:
    """Return the first of the neurons of greatest drive above theta, or -1."""
    most, found = m.const_real[h[PARAMETERS]], -1
    for j in range(first, first + h[CELLS]):
        if exc[j] - inh[j] > most:
            most, found = exc[j] - inh[j], j
    return found


@part
def rate(h: Any, m: Any, x: Any) -> Any:
    """Return the number of spikes that a neuron alone would have in a step, on average."""
    own, base, shape = x - m.const_real[h[PARAMETERS]], m.const_real[h[PARAMETERS] + 1], m.const_real[h[PARAMETERS] + 2]
    if h[TRANSFER] == EXPONENTIAL:
        return base * exp(min(shape * own, LARGEST))
    if own <= 0.0:
        return 0.0
    return base * own if h[TRANSFER] == LINEAR else base * own**shape


@part
def first_to_spike(h: Any, m: Any, exc: Any, inh: Any, first: Any, x: Any) -> Any:
    """Return the neuron that wins the race in this step, by x of [0, 1), or -1."""
    total, rates = 0.0, np.empty(h[CELLS], dtype=np.float64)
    for k in range(h[CELLS]):
        rates[k] = rate(h, m, exc[first + k] - inh[first + k])
        total += rates[k]
    chance = 1.0 - exp(-total)
    if x >= chance:
        return -1
    left, passed = min(x / chance, BELOW_ONE) * total, 0.0
    for k in range(h[CELLS]):
        passed += rates[k]
        if left < passed:
            return first + k
    return -1  # never: left < total


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Hold the races of the modules at which something arrives; there is nothing to do until more arrives."""
    n, cells = h[0], h[CELLS]
    at, draws = h[ARRIVING] + (t % h[DEPTH]) * 2 * n, h[DRAWS] + (t % DRAW_BLOCK) * (n // cells)
    exc, inh = m.real[at : at + n], m.real[at + n : at + 2 * n]
    start(t, h, m)
    for module in range(n // cells):
        first = module * cells
        arrived = 0
        for j in range(np.uint64(first), np.uint64(first + cells)):  # unsigned: no place is counted from the end
            arrived |= (exc[j] != 0.0) | (inh[j] != 0.0)
        if arrived != 0:
            if h[TRANSFER] == WINNER:
                winner = most_driven(h, m, exc, inh, first)
            else:
                winner = first_to_spike(h, m, exc, inh, first, m.real[draws + module])
            if winner >= 0:
                fire(t, h, m, winner)
            exc[first : first + cells] = 0.0
            inh[first : first + cells] = 0.0
    announce(t, h, m)
    return NEVER


@lowers_cell(Race)
def lower(population: LoweredPopulation, build: Build) -> Stage:
    """Reserve the ring of arriving input, the numbers drawn and room for the rates."""
    name, depth, cell = f"population/{population.name}", build.depth(population.name), population.cell
    assert isinstance(cell, Race)
    shape = cell.exponent if cell.transfer == "power" else cell.beta
    add = build.layout.add
    header = (
        *common_header(population, build),
        depth,
        add(f"{name}/arriving", "real", np.zeros((depth, 2, population.size))),
        cell.cells,
        TRANSFERS.index(cell.transfer),
        add(f"{name}/parameters", "const_real", np.array([cell.theta, cell.rate * 1e-3 * build.network.dt, shape])),
        add(f"{name}/draws", "real", np.zeros((DRAW_BLOCK, population.size // cell.cells))),
    )
    return Stage(population.name, step, header)
