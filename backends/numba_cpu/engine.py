"""The backend ``numba``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

# Importing a rule's module registers the rule.
import spikemem.backends.numba_cpu.if_cond_exp
import spikemem.backends.numba_cpu.if_curr_delta
import spikemem.backends.numba_cpu.if_curr_exp
import spikemem.backends.numba_cpu.pair_stdp
import spikemem.backends.numba_cpu.spike_source
import spikemem.backends.numba_cpu.static  # noqa: F401
from spikemem.backend import Backend, RunOptions, StepEvents
from spikemem.backends.numba_cpu.lower import lower
from spikemem.backends.numba_cpu.program import NumbaProgram
from spikemem.backends.numba_cpu.stage import CELL_RULES, SYNAPSE_RULES
from spikemem.ir.lowered import LoweredNetwork
from spikemem.ir.numerics import NUMERICS
from spikemem.passes.legalize import Abilities
from spikemem.passes.place import Place


class NumbaBackend(Backend):
    """Runs everything of the catalogue under every numerics, grade exact: it is what the others are compared with."""

    abilities = Abilities("numba", NUMERICS, tuple(CELL_RULES), tuple(SYNAPSE_RULES))

    def compile(self, network: LoweredNetwork, options: RunOptions) -> NumbaProgram:
        """Return the program for ``network``."""
        return NumbaProgram(lower(network, options))

    def run_batch(
        self, network: LoweredNetwork, options: RunOptions, stimuli: Sequence[Mapping[str, StepEvents]], steps: int
    ) -> list[NumbaProgram]:
        """Run the trials on ``options.threads`` threads; each has its own state, so the number of threads changes nothing."""
        image = lower(network, options)
        shared = image.memory()
        programs = [NumbaProgram(image, shared) for _ in stimuli]

        def work(trials: tuple[int, ...]) -> None:
            for k in trials:
                programs[k].stimulate(stimuli[k])
                programs[k].run(steps)

        shares = Place(options.threads)(len(programs)).shares
        with ThreadPoolExecutor(max_workers=len(shares)) as pool:
            for done in [pool.submit(work, share) for share in shares]:
                done.result()
        return programs


def make() -> NumbaBackend:
    """Return the backend."""
    return NumbaBackend()
