"""A million segments on spikemem: ``spikemem_segments rows|bits|chosen SHARE STEPS``."""

from __future__ import annotations

import json
import sys
import time

import numpy as np

from benchmarks import segments_network as b
from spikemem.backend import RunOptions, backend
from spikemem.backends.numba_cpu import counting
from spikemem.ir import MiniColumn, Segment, SpikeSource, Static
from spikemem.ir.dendrite import Branch
from spikemem.ir.lowered import Bucket, LoweredNetwork, LoweredPopulation, LoweredProjection, Sparse

SHARES = {"rows": 2.0, "bits": -1.0, "chosen": counting.MANY_SHARE}
"""Above which share of the synapses they are gathered: never, always, as the engine does."""


def network(theta: int) -> LoweredNetwork:
    """Return the segments, all of one neuron, and their cells."""
    begin, targets = b.rows(b.sources())
    populations = (
        LoweredPopulation("cells", b.CELLS, SpikeSource(), np.zeros(b.CELLS), {}),
        LoweredPopulation("soma", 1, MiniColumn(1), np.zeros(1), {}),
        LoweredPopulation(
            "segments", b.SEGMENTS, Segment(theta=theta), np.zeros(b.SEGMENTS), {}, Branch("soma", "basal", b.SEGMENTS)
        ),
    )
    synapses = Bucket(1, Sparse(begin, targets, 1.0))
    projection = LoweredProjection("synapses", "cells", "segments", "excitatory", Static(), (synapses,))
    return LoweredNetwork("segments", 1.0, "exact", 1, populations, (projection,))


def main(way: str, share: float, steps: int) -> None:
    """Build, run and print."""
    begin = time.perf_counter()
    counting.MANY_SHARE = SHARES[way]
    lowered = network(b.theta(share))
    program = backend("numba").compile(lowered, RunOptions(record=("segments",)))
    cells = b.active_cells(share, steps)
    at = np.repeat(np.arange(steps + 2, dtype=np.int64), [c.size for c in cells])
    program.stimulate({"cells": (at, np.concatenate(cells))})
    program.run(2)  # the machine code is loaded here, and the first step's segments spike
    built, before, first = time.perf_counter(), program.cost, len(program.spikes()["segments"][0])
    program.run(steps)
    done = time.perf_counter()
    layout = lowered.projections[0].buckets[0].layout
    assert isinstance(layout, Sparse)
    held = 2 * layout.targets.nbytes + layout.indptr.nbytes + 8 * (b.SEGMENTS + 1)
    print(
        json.dumps({
            "build_s": built - begin, "run_s": done - built, "steps": steps,
            "events": (program.cost - before).synaptic_events, "spikes": len(program.spikes()["segments"][0]) - first,
            "bytes_per_synapse": held / layout.targets.size,
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
