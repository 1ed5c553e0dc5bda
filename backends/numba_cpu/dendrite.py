"""What the kernels of all dendrites share: whose branch each is, plateaus, and the current that they pass on to the soma."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.firing import OWN as POPULATION_OWN
from spikemem.backends.numba_cpu.firing import common_header, fire
from spikemem.backends.numba_cpu.kernel import LONG_AGO, part, wake_for
from spikemem.backends.numba_cpu.stage import Build, Field
from spikemem.ir.dendrite import Dendrite
from spikemem.ir.lowered import LoweredPopulation

# Header fields of every population of dendrites; those from SOMA_UNTIL on serve ``spike`` and ``flow``. PER: branches a neuron,
# or 0 where OWNER says whose each is (-1: no one's). UNTIL, SOMA_UNTIL: last step of each branch's, and each soma's, plateau.
# SOMA_LAST: its last spike, if RESET. LIVE: whole[count, somata that a current flows into...]. ROW: where in the soma's
# dendritic currents this zone's are.
(SOMA_SIZE, SOMA_FIRED, SOMA_STAGE, DENDRITIC, ROW, PER, OWNER, PLATEAU, CURRENT, UNTIL, SOMA_UNTIL, SOMA_LAST, LIVE,
 RESET, OWN) = range(POPULATION_OWN, POPULATION_OWN + 15)  # fmt: skip
BRANCH_OWN = SOMA_UNTIL
"""First field of its own of a dendrite that keeps the current into its soma itself."""


def branch_header(population: LoweredPopulation, build: Build) -> tuple[Field, ...]:
    """Reserve what every dendrite has and return the shared fields, up to UNTIL."""
    name, size, branch, cell = f"population/{population.name}", population.size, population.branch, population.cell
    assert branch is not None
    assert isinstance(cell, Dendrite)
    soma, add = build.network.population(branch.soma), build.layout.add
    zone = [p.name for p in build.network.dendrites(branch.soma)].index(population.name)
    return (
        *common_header(population, build),
        soma.size,
        f"population/{soma.name}/fired",
        build.stage_of[soma.name],
        f"population/{soma.name}/dendritic",
        1 + zone,
        branch.per_neuron,
        0 if branch.per_neuron else add(f"{name}/owner", "whole32", np.full(size, -1)),
        round(cell.plateau / build.network.dt),
        add(f"{name}/current", "const_real", np.array([cell.current])),
        add(f"{name}/until", "whole", np.full(size, -1)),
    )


def dendrite_header(population: LoweredPopulation, build: Build) -> tuple[Field, ...]:
    """Reserve also what dendrites have that pass on plateaus only, and return all shared fields."""
    name, branch, cell, add = f"population/{population.name}", population.branch, population.cell, build.layout.add
    assert branch is not None
    assert isinstance(cell, Dendrite)
    soma = build.network.population(branch.soma)
    return (
        *branch_header(population, build),
        add(f"{name}/soma_until", "whole", np.full(soma.size, -1)),
        add(f"{name}/soma_last", "whole", np.full(soma.size, LONG_AGO)),
        add(f"{name}/live", "whole", np.zeros(1 + soma.size)),
        int(cell.reset_by_soma),
    )


@part
def soma_of(h: Any, m: Any, j: Any) -> Any:
    """Return whose branch j is, or -1."""
    return j // h[PER] if h[PER] > 0 else np.int64(m.whole32[h[OWNER] + j])


@part
def hear_soma(t: Any, h: Any, m: Any) -> Any:
    """End the plateaus of the neurons that fire in step t, unless branches take no notice of them."""
    if h[RESET] != 0 and m.whole[h[SOMA_FIRED]] == t:
        for k in range(m.whole[h[SOMA_FIRED] + 1]):
            soma = m.whole[h[SOMA_FIRED] + 2 + k]
            m.whole[h[SOMA_LAST] + soma] = t
            m.whole[h[SOMA_UNTIL] + soma] = min(m.whole[h[SOMA_UNTIL] + soma], t)
    return 0


@part
def in_plateau(t: Any, h: Any, m: Any, j: Any, soma: Any) -> Any:
    """Return whether branch j is in a plateau in step t: not run out, and begun after its soma's last spike."""
    until = m.whole[h[UNTIL] + j]
    return until >= t and until - h[PLATEAU] > m.whole[h[SOMA_LAST] + soma]


@part
def spike(t: Any, h: Any, m: Any, j: Any) -> Any:
    """Have branch j spike in step t, unless it is in a plateau, its soma fires, or it is no one's; return whether it does."""
    soma = soma_of(h, m, j)
    if soma < 0 or m.whole[h[SOMA_LAST] + soma] == t or in_plateau(t, h, m, j, soma):
        return 0
    fire(t, h, m, j)
    last = t + h[PLATEAU]
    m.whole[h[UNTIL] + j] = last
    if h[PLATEAU] > 0 and m.const_real[h[CURRENT]] != 0.0:
        m.whole[h[SOMA_UNTIL] + soma] = max(m.whole[h[SOMA_UNTIL] + soma], last)
        flow(t, h, m, soma, m.const_real[h[CURRENT]])
    return 1


@part
def flow(t: Any, h: Any, m: Any, soma: Any, current: Any) -> Any:
    """Let ``current`` flow into a soma from step t + 1 on."""
    at = h[DENDRITIC] + h[ROW] * h[SOMA_SIZE] + soma
    if m.real[at] == 0.0 and current != 0.0:
        count = m.whole[h[LIVE]]
        m.whole[h[LIVE] + 1 + count] = soma
        m.whole[h[LIVE]] = count + 1
    if m.real[at] != current:
        m.real[at] = current
        wake_for(m, h[SOMA_STAGE], t + 1)
    return 0


@part
def end_plateaus(t: Any, h: Any, m: Any) -> Any:
    """Stop the currents whose last step is t; return how many still flow."""
    k, count = 0, m.whole[h[LIVE]]
    while k < count:
        soma = m.whole[h[LIVE] + 1 + k]
        if m.whole[h[SOMA_UNTIL] + soma] <= t:
            flow(t, h, m, soma, 0.0)
            count -= 1
            m.whole[h[LIVE] + 1 + k] = m.whole[h[LIVE] + 1 + count]
        else:
            k += 1
    m.whole[h[LIVE]] = count
    return count
