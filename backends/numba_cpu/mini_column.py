"""Rule and kernel of MiniColumn."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.firing import OWN, announce, common_header, fire, start
from spikemem.backends.numba_cpu.kernel import NEVER, kernel, part
from spikemem.backends.numba_cpu.membrane import dendritic_currents
from spikemem.backends.numba_cpu.stage import Build, Stage, lowers_cell
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.mini_column import MiniColumn

DEPTH, ARRIVING, ZONES, DENDRITIC, CELLS, THETA = range(OWN, OWN + 6)
BLOCK = 64
"""Cells, in whole mini-columns, that are looked through together for any at which something arrives."""


@part
def depolarisation(h: Any, m: Any, j: Any) -> Any:
    """Return the sum of a cell's dendritic currents."""
    total = 0.0
    for zone in range(1, 1 + h[ZONES]):
        total += m.real[h[DENDRITIC] + zone * h[0] + j]
    return total


@part
def fire_winners(t: Any, h: Any, m: Any, exc: Any, inh: Any, first: Any) -> Any:
    """Fire the winners of the mini-column that begins at ``first``."""
    theta, most, last = m.const_real[h[THETA]], -np.inf, first + h[CELLS]
    for j in range(first, last):
        x, d = exc[j] - inh[j], depolarisation(h, m, j)
        if x > 0.0 and x + d >= theta and d > most:
            most = d
    for j in range(first, last):
        x, d = exc[j] - inh[j], depolarisation(h, m, j)
        if x > 0.0 and x + d >= theta and d == most:
            fire(t, h, m, j)
    return 0


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Fire the winners of each mini-column; there is nothing to do until more arrives."""
    n, cells = h[0], h[CELLS]
    at = h[ARRIVING] + (t % h[DEPTH]) * 2 * n
    exc, inh = m.real[at : at + n], m.real[at + n : at + 2 * n]
    block = cells * max(1, BLOCK // cells)
    start(t, h, m)
    for first in range(0, n, block):
        last = min(first + block, n)
        arrived = 0
        for j in range(np.uint64(first), np.uint64(last)):  # unsigned: no place is counted from the end
            arrived |= (exc[j] != 0.0) | (inh[j] != 0.0)
        if arrived != 0:
            for column in range(first, last, cells):
                fire_winners(t, h, m, exc, inh, column)
            exc[first:last] = 0.0
            inh[first:last] = 0.0
    announce(t, h, m)
    return NEVER


@lowers_cell(MiniColumn)
def lower(population: LoweredPopulation, build: Build) -> Stage:
    """Reserve the ring of arriving input and the threshold."""
    name, depth, cell = f"population/{population.name}", build.depth(population.name), population.cell
    assert isinstance(cell, MiniColumn)
    header = (
        *common_header(population, build),
        depth,
        build.layout.add(f"{name}/arriving", "real", np.zeros((depth, 2, population.size))),
        *dendritic_currents(population, build),
        cell.cells,
        build.layout.add(f"{name}/theta", "const_real", np.array([cell.theta])),
    )
    return Stage(population.name, step, header)
