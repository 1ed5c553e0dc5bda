"""The temporal memory on spikemem: ``spikemem_temporal PRECISION WARM_UP ELEMENTS``."""

from __future__ import annotations

import json
import sys
import time
from itertools import pairwise
from typing import Literal, cast

import numpy as np

from benchmarks import temporal_task as b
from spikemem.backend import RunOptions, backend
from spikemem.ir import Network
from spikemem.language import Grouped, HebbianPermanence, MiniColumn, NetworkBuilder, Segment, Unconnected
from spikemem.passes import lower

STEPS = 2
"""Steps an element: cells fire in the second, their segments spike in the first of the next."""


def network() -> Network:
    """Return the network."""
    net = NetworkBuilder("temporal", 1.0)
    net.input("columns", b.COLUMNS)
    net.population("cells", b.NEURONS, MiniColumn(b.CELLS))
    net.dendrites("basal", "cells", Segment(theta=b.THETA, plateau=1.0, current=0.5), room=b.ROOM)
    net.connect("columns", "cells", Grouped(1, b.CELLS), weight=1.0, delay=1.0)
    rule = HebbianPermanence(
        theta_match=b.MATCH, connected=b.CONNECTED, initial=b.INITIAL, increment=b.INCREMENT, decrement=b.DECREMENT,
        punishment=b.PUNISHMENT, new_synapses=b.SYNAPSES, most_synapses=b.SYNAPSES, interval=float(STEPS),
    )  # fmt: skip
    net.connect("cells", "basal", Unconnected(), weight=1.0, delay=1.0, synapse=rule, name=b.PROJECTION)
    return net.network()


def main(precision: Literal["float64", "float32"], warm_up: int, elements: int) -> None:
    """Build, run and print."""
    begin = time.perf_counter()
    engine = backend("numba")
    program = engine.compile(
        lower(network(), engine.abilities, "exact", b.SEED), RunOptions(weight_precision=precision, record=("cells",))
    )
    columns = b.stream(warm_up + elements).elements
    at = np.repeat(STEPS * np.arange(len(columns), dtype=np.int64), b.ACTIVE)
    program.stimulate({"columns": (at, np.concatenate(columns).astype(np.int32))})
    built = time.perf_counter()
    program.run(STEPS * warm_up)
    warm = time.perf_counter()
    program.run(STEPS * elements)
    done = time.perf_counter()
    steps, neurons = program.spikes()["cells"]
    ends = np.searchsorted(steps, STEPS * np.arange(len(columns) + 1))
    active = [neurons[i:j].astype(np.int64) for i, j in pairwise(ends)]
    state = program.save_state()
    print(
        json.dumps({
            "build_s": built - begin, "warm_up_s": warm - built, "run_s": done - warm, "elements": elements,
            "digest": b.digest(active), "bursting": b.bursting(active[-elements:]),
            "segments": int(np.asarray(state[f"projection/{b.PROJECTION}/segments"], dtype=np.int64)[0]),
            "synapses": int(program.weights(b.PROJECTION).pre.size),
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(cast(Literal["float64", "float32"], sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
