"""Rule and kernel of Mac."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.code_selection import (
    ALL_MODULES,
    CELLS,
    COUNTS,
    DEPTH,
    FORMS,
    G_MINUS,
    MODULES,
    MOST,
    RULE,
    SUMS,
    G,
    V,
    chances,
    measure,
)
from spikemem.backends.numba_cpu.code_selection import OWN as RULE_OWN
from spikemem.backends.numba_cpu.firing import announce, common_header, fire, start
from spikemem.backends.numba_cpu.kernel import NEVER, kernel, part
from spikemem.backends.numba_cpu.stage import Build, Stage, lowers_cell
from spikemem.draws import DRAW_BLOCK
from spikemem.ir.cell import GRADED
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.mac import Mac
from spikemem.passes.discretize import whole_steps

# Header fields behind code_selection's. ARRIVING: the driven cells' ring. DRIVABLE: whether they can be driven. WON: each
# module's last winner. LEARNED: for each mac the step in which it last chose while it learned. LEFT, DUE: how often a held code
# fires again, and when next. FACTOR: by how much what a mac sends counts; NEAR, HYPOTHESES: the rule for that.
(ARRIVING, DRAWS, GATE_FIRED, FREE_FIRED, PI_MINUS, PI_PLUS, BACK_OFF, WON, LEARNED, LEFT, DUE, PERSISTENCE, FRAME,
 SCRATCH, DRIVABLE, FACTOR, NEAR, HYPOTHESES) = range(RULE_OWN, RULE_OWN + 18)  # fmt: skip
ANY = -1
U, H, D = 1, 2, 4


@part
def fires(t: Any, at: Any, m: Any) -> Any:
    """Return whether the population of the spike list at ``at`` (-1: none) fires in step t."""
    return at >= 0 and m.whole[at] == t and m.whole[at + 1] > 0


@part
def driven(t: Any, h: Any, m: Any, module: Any) -> Any:
    """Return the most driven cell of a module, or -1."""
    if h[DRIVABLE] == 0:
        return -1
    cells = h[CELLS]
    first = h[ARRIVING] + (t % h[DEPTH]) * 2 * h[0] + module * cells
    most, found = 0.0, -1
    for k in range(cells):
        if m.real[first + k] > most:
            most, found = m.real[first + k], module * cells + k
    return found


@part
def is_active(t: Any, h: Any, m: Any, mac: Any, free: Any) -> Any:
    """Return whether a mac's input makes it choose."""
    modules = h[MODULES]
    counts = h[COUNTS] + (t % h[DEPTH]) * 3 * h[ALL_MODULES] + mac * modules
    up = m.whole32[counts]
    if up >= h[PI_MINUS]:
        return h[PI_PLUS] == ANY or up <= h[PI_PLUS]
    if up > 0 or not free:
        return False
    for q in range(modules):
        if m.whole32[counts + h[ALL_MODULES] + q] > 0 or m.whole32[counts + 2 * h[ALL_MODULES] + q] > 0:
            return True
    return False


@part
def recognise(t: Any, h: Any, m: Any, mac: Any) -> Any:
    """Have V and G measured with all inputs or, if they are unfamiliar, with fewer; return G."""
    g = measure(t, h, m, mac, U + H + D)
    least = m.const_real[h[BACK_OFF]]
    if g >= least:
        return g
    best, tried = g, U + H + D
    for kinds in (U + H, U + D, U):
        if kinds == U and best >= least:
            break
        other = measure(t, h, m, mac, kinds)
        if other > best:
            best, tried = other, kinds
    return measure(t, h, m, mac, tried)


@part
def drawn_by_chance(h: Any, m: Any, module: Any, g: Any, x: Any) -> Any:
    """Return the cell of a module that x of [0, 1) picks with rho."""
    cells = h[CELLS]
    first, psi = module * cells, m.real[h[SCRATCH] : h[SCRATCH] + cells]
    x *= chances(h, m, module, g, psi)
    for k in range(cells - 1):
        x -= psi[k]
        if x < 0.0:
            return first + k
    return first + cells - 1


@part
def likeliest(h: Any, m: Any, module: Any, x: Any) -> Any:
    """Return the cell of a module of greatest V; among several, the one that x of [0, 1) picks."""
    cells = h[CELLS]
    first = module * cells
    most, ties = -1.0, 0
    for k in range(cells):
        v = m.real[h[V] + first + k]
        if v > most:
            most, ties = v, 1
        elif v == most:
            ties += 1
    skip = int(x * ties)
    for k in range(cells):
        if m.real[h[V] + first + k] == most:
            if skip == 0:
                return first + k
            skip -= 1
    return first


@part
def hypotheses(h: Any, m: Any, mac: Any) -> Any:
    """Return how many stored codes fit alike: the mean number of cells near the greatest V of their module."""
    cells, modules, total, least = h[CELLS], h[MODULES], 0, m.const_real[h[RULE] + G_MINUS]
    for module in range(mac * modules, (mac + 1) * modules):
        v = m.real[h[V] + module * cells : h[V] + (module + 1) * cells]
        most = v.max()
        total += (v >= m.const_real[h[NEAR]] * most).sum() if most > least else 1
    return (2 * total + modules) // (2 * modules)


@part
def choose(t: Any, h: Any, m: Any, mac: Any, learning: Any, by_input: Any, forced: Any) -> Any:
    """Choose the winners of a mac and have them fire; modules whose cells are driven (if any: ``forced``) do not choose."""
    modules, g = h[MODULES], 0.0
    if by_input:
        g = measure(t, h, m, mac, U + H + D) if learning else recognise(t, h, m, mac)
        size = modules * h[CELLS]
        m.real[h[G] + mac * size : h[G] + (mac + 1) * size] = g
    if h[HYPOTHESES] > 0:
        count = 1 if learning or forced else hypotheses(h, m, mac)
        m.whole32[h[FACTOR] + mac] = count if count <= h[HYPOTHESES] else 0
    draws = h[DRAWS] + (t % DRAW_BLOCK) * h[ALL_MODULES]
    for module in range(mac * modules, (mac + 1) * modules):
        winner = driven(t, h, m, module)
        if winner < 0 and by_input:
            x = m.real[draws + module]
            winner = drawn_by_chance(h, m, module, g, x) if learning else likeliest(h, m, module, x)
        m.whole32[h[WON] + module] = winner
        if winner >= 0:
            fire(t, h, m, winner)
    if learning:
        m.whole[h[LEARNED] + mac] = t
    m.whole[h[LEFT] + mac] = h[PERSISTENCE] - 1
    m.whole[h[DUE] + mac] = t + h[FRAME]
    return 0


@part
def forget_input(t: Any, h: Any, m: Any) -> Any:
    """Clear what has arrived in step t."""
    n, modules, slot = h[0], h[ALL_MODULES], t % h[DEPTH]
    if h[DRIVABLE] != 0:
        m.real[h[ARRIVING] + slot * 2 * n : h[ARRIVING] + (slot + 1) * 2 * n] = 0.0
    for r in range(slot * 3, slot * 3 + 3):
        counts = m.whole32[h[COUNTS] + r * modules : h[COUNTS] + (r + 1) * modules]
        if counts.any():
            counts[:] = 0
            m.whole32[h[MOST] + r * modules : h[MOST] + (r + 1) * modules] = 0
            m.whole32[h[SUMS] + r * n : h[SUMS] + (r + 1) * n] = 0
    return 0


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Have held codes fire again, and active macs choose; return when the next held code is due."""
    start(t, h, m)
    learning, free = h[GATE_FIRED] == ANY or fires(t, h[GATE_FIRED], m), fires(t, h[FREE_FIRED], m)
    modules, due = h[MODULES], NEVER
    for mac in range(h[ALL_MODULES] // modules):
        if m.whole[h[LEFT] + mac] > 0:
            if m.whole[h[DUE] + mac] == t:
                for module in range(mac * modules, (mac + 1) * modules):
                    if m.whole32[h[WON] + module] >= 0:
                        fire(t, h, m, m.whole32[h[WON] + module])
                m.whole[h[LEFT] + mac] -= 1
                m.whole[h[DUE] + mac] = t + h[FRAME]
        else:
            by_input = is_active(t, h, m, mac, free)
            forced = False
            for module in range(mac * modules, (mac + 1) * modules):
                forced |= driven(t, h, m, module) >= 0
            if by_input or forced:
                choose(t, h, m, mac, learning, by_input, forced)
        if m.whole[h[LEFT] + mac] > 0:
            due = min(due, m.whole[h[DUE] + mac])
    forget_input(t, h, m)
    announce(t, h, m)
    return due


@lowers_cell(Mac)
def lower(population: LoweredPopulation, build: Build) -> Stage:
    """Reserve the rings of arriving input, the winners, V and G."""
    name, depth, cell, size = (
        f"population/{population.name}",
        build.depth(population.name),
        population.cell,
        population.size,
    )
    assert isinstance(cell, Mac)
    add, modules = build.layout.add, size // cell.cells
    macs = modules // cell.modules
    drivable = any(p.post == population.name and p.receptor not in GRADED for p in build.network.projections)
    numbers = (
        cell.lambda_U, cell.lambda_H, cell.lambda_D, cell.lambda_first, cell.G_minus, cell.gamma, cell.chi, cell.s1, cell.s2,
        cell.s3, cell.s4, cell.c,
    )  # fmt: skip
    header = (
        *common_header(population, build),
        depth,
        cell.modules,
        cell.cells,
        modules,
        add(f"{name}/sums", "whole32", np.zeros((depth, len(GRADED), size))),
        add(f"{name}/counts", "whole32", np.zeros((depth, len(GRADED), modules))),
        add(f"{name}/most", "whole32", np.zeros((depth, len(GRADED), modules))),
        add(f"{name}/V", "real", population.initial["V"]),
        add(f"{name}/G", "real", population.initial["G"]),
        FORMS.index(cell.form),
        add(f"{name}/rule", "const_real", np.array(numbers)),
        add(f"{name}/arriving", "real", np.zeros((depth if drivable else 0, 2, size))),
        add(f"{name}/draws", "real", np.zeros((DRAW_BLOCK, modules))),
        *(-1 if other is None else f"population/{other}/fired" for other in (cell.gate, cell.free)),
        cell.pi_minus,
        ANY if cell.pi_plus is None else cell.pi_plus,
        add(f"{name}/back_off", "const_real", np.array([cell.back_off])),
        add(f"{name}/won", "whole32", np.full(modules, -1)),
        add(f"{name}/learned", "whole", np.full(macs, -1)),
        add(f"{name}/left", "whole", np.zeros(macs)),
        add(f"{name}/due", "whole", np.zeros(macs)),
        cell.persistence,
        1 if cell.persistence == 1 else max(1, whole_steps(cell.frame, build.network.dt, f"{name}: frame")),
        add(f"{name}/scratch", "real", np.zeros(cell.cells)),
        int(drivable),
        add(f"{name}/factor", "whole32", np.ones(macs)),
        add(f"{name}/near", "const_real", np.array([cell.near])),
        cell.hypotheses,
    )
    return Stage(population.name, step, header)
