"""Rule and kernel of Segment: counts in bytes, by step."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.dendrite import OWN, dendrite_header, end_plateaus, hear_soma, spike
from spikemem.backends.numba_cpu.firing import announce, start
from spikemem.backends.numba_cpu.kernel import NEVER, kernel, part
from spikemem.backends.numba_cpu.stage import Build, Stage, lowers_cell
from spikemem.ir.dendrite import Segment
from spikemem.ir.lowered import LoweredPopulation

# COUNTS: byte[depth, size], what arrives by step; TOUCHED: whole[depth], the step that a slot is of, or -1 if it is all 0.
DEPTH, COUNTS, TOUCHED, WINDOW, THETA = range(OWN, OWN + 5)
BLOCK = 256
"""Segments that are looked through together for any that reach the threshold."""


@part
def slot_in_use(s: Any, h: Any, m: Any) -> Any:
    """Return the place of the counts of step s, or -1 if nothing arrives in it."""
    if s < 0 or m.whole[h[TOUCHED] + s % h[DEPTH]] != s:
        return -1
    return h[COUNTS] + (s % h[DEPTH]) * h[0]


@part
def look_at_one_step(t: Any, h: Any, m: Any, at: Any) -> Any:
    """Have the segments spike whose count of step t reaches theta."""
    n, theta = h[0], np.uint8(h[THETA])
    counts = m.byte[at : at + n]
    for first in range(0, n, BLOCK):
        most = np.uint8(0)
        last = min(first + BLOCK, n)
        for j in range(np.uint64(first), np.uint64(last)):
            most = max(most, counts[j])
        if most >= theta:
            for j in range(first, last):
                if counts[j] >= theta:
                    spike(t, h, m, j)
    return 0


@part
def look_at_window(t: Any, h: Any, m: Any) -> Any:
    """Have the segments spike whose counts of the last steps sum to theta."""
    n, theta = h[0], h[THETA]
    total = np.zeros(BLOCK, dtype=np.int64)
    for first in range(0, n, BLOCK):
        last = min(first + BLOCK, n)
        total[:] = 0
        for k in range(h[WINDOW]):
            at = slot_in_use(t - k, h, m)
            if at >= 0:
                for j in range(first, last):
                    total[j - first] += m.byte[at + j]
        for j in range(first, last):
            if total[j - first] >= theta:
                spike(t, h, m, j)
    return 0


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Advance one step; sleep when nothing is counted and no plateau lasts."""
    start(t, h, m)
    hear_soma(t, h, m)
    counted = 0
    for k in range(h[WINDOW]):
        counted += 1 if slot_in_use(t - k, h, m) >= 0 else 0
    if counted > 0:
        if h[WINDOW] == 1:
            look_at_one_step(t, h, m, slot_in_use(t, h, m))
        else:
            look_at_window(t, h, m)
        oldest = slot_in_use(t - h[WINDOW] + 1, h, m)
        if oldest >= 0:
            m.byte[oldest : oldest + h[0]] = 0
            m.whole[h[TOUCHED] + (t - h[WINDOW] + 1) % h[DEPTH]] = -1
            counted -= 1
    flowing = end_plateaus(t, h, m)
    announce(t, h, m)
    return t + 1 if counted + flowing > 0 else NEVER


@lowers_cell(Segment)
def lower(population: LoweredPopulation, build: Build) -> Stage:
    """Reserve the counts: one byte a segment for each step that spikes may be under way, or stay in the window."""
    name, cell = f"population/{population.name}", population.cell
    assert isinstance(cell, Segment)
    window = max(1, round(cell.window / build.network.dt))
    depth = build.depth(population.name) + window - 1
    header = (
        *dendrite_header(population, build),
        depth,
        build.layout.add(f"{name}/counts", "byte", np.zeros((depth, population.size))),
        build.layout.add(f"{name}/touched", "whole", np.full(depth, -1)),
        window,
        cell.theta,
    )
    return Stage(population.name, step, header)
