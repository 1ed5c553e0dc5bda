"""The backend ``numba``."""

from __future__ import annotations

from collections.abc import Sequence

import spikemem.backends.numba_cpu.alpha_dendrite

# Importing a rule's module registers the rule.
import spikemem.backends.numba_cpu.hebbian_permanence
import spikemem.backends.numba_cpu.if_cond_exp
import spikemem.backends.numba_cpu.if_curr_delta
import spikemem.backends.numba_cpu.if_curr_exp
import spikemem.backends.numba_cpu.mac
import spikemem.backends.numba_cpu.mini_column
import spikemem.backends.numba_cpu.one_shot
import spikemem.backends.numba_cpu.pair_stdp
import spikemem.backends.numba_cpu.permanence_stdp
import spikemem.backends.numba_cpu.race
import spikemem.backends.numba_cpu.resonate_and_fire
import spikemem.backends.numba_cpu.segment
import spikemem.backends.numba_cpu.spike_source
import spikemem.backends.numba_cpu.static
import spikemem.backends.numba_cpu.tag_and_capture  # noqa: F401
from spikemem.backend import Backend, RunOptions
from spikemem.backends.numba_cpu.lower import lower
from spikemem.backends.numba_cpu.program import NumbaProgram
from spikemem.backends.numba_cpu.stage import CELL_RULES, SYNAPSE_RULES
from spikemem.ir.lowered import LoweredNetwork
from spikemem.ir.numerics import NUMERICS
from spikemem.passes.legalize import Abilities


class NumbaBackend(Backend):
    """Runs everything of the catalogue under every numerics, grade exact: it is what the others are compared with."""

    def __init__(self) -> None:
        self.abilities = Abilities("numba", NUMERICS, tuple(CELL_RULES), tuple(SYNAPSE_RULES))

    def programs(self, network: LoweredNetwork, options: RunOptions, count: int) -> Sequence[NumbaProgram]:
        """Return the programs; their connectivity and constants are one and the same arrays."""
        image = lower(network, options)
        if count == 1:
            return [NumbaProgram(image)]
        shared = image.memory()
        return [NumbaProgram(image, shared) for _ in range(count)]


def make() -> NumbaBackend:
    """Return the backend."""
    return NumbaBackend()
