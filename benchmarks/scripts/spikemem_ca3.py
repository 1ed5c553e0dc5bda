"""The CA3 memory on spikemem: ``spikemem_ca3 TASK COUNT float64|float32 deferred|online``."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from typing import Literal, cast

import numpy as np

from benchmarks.ca3_network import digest, task
from spikemem.backend import RunOptions, backend
from spikemem.models.ca3_cam import CA3CAM, LEARNING
from spikemem.passes import lower

ONLINE = replace(LEARNING, update="online", history=None)
"""The same rule with every event changing the weight in its own step, as other simulators have it."""


def main(name: str, count: int, precision: Literal["float64", "float32"], rule: Literal["deferred", "online"]) -> None:
    """Build, run and print."""
    begin = time.perf_counter()
    made = task(name, count)
    engine = backend("numba")
    network = CA3CAM(cues=made.cues, bits=made.bits).network()
    plastic = [p for p in network.projections if p.synapse == LEARNING]
    if rule == "online":
        network = network.with_projections({p.name: replace(p, synapse=ONLINE) for p in plastic})
    lowered = lower(network, engine.abilities, "spinnaker", seed=1)
    program = engine.compile(lowered, RunOptions(weight_precision=precision))
    program.stimulate({name: (t, i.astype(np.int32)) for name, (t, i) in made.stimulus().items()})
    program.run(1)  # silent; the driver's machine code is loaded here
    built = time.perf_counter()
    program.run(made.duration - 1)
    done = time.perf_counter()
    out = {name: (t, i.astype(np.int64)) for name, (t, i) in program.spikes().items()}
    state = program.save_state().items()
    held = sum(array.nbytes for key, array in state for p in plastic if key.startswith(f"projection/{p.name}/"))
    print(
        json.dumps({
            "build_s": built - begin, "run_s": done - built, "right": made.fraction_right(out), "digest": digest(out),
            "spikes": program.cost.spikes, "events": program.cost.synaptic_events, "operations": len(made.steps),
            "bytes_per_synapse": held / (2 * made.cues * made.bits),
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(
        sys.argv[1],
        int(sys.argv[2]),
        cast(Literal["float64", "float32"], sys.argv[3]),
        cast(Literal["deferred", "online"], sys.argv[4]),
    )
