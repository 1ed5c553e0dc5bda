"""The static random network on spikemem: ``spikemem_brunel own|one PRECISION DURATION_MS``."""

from __future__ import annotations

import json
import sys
import time
from typing import Literal, cast

import numpy as np

from benchmarks import brunel_network as b
from spikemem.backend import RunOptions, backend
from spikemem.ir import Explicit, FixedNumberPre, IF_curr_exp, Network, Normal, Numbers
from spikemem.ir.lowered import Sparse
from spikemem.language import NetworkBuilder
from spikemem.passes import lower


def network(own: bool) -> Network:
    """Return the network; ``own``: each synapse has a weight of its own."""
    net = NetworkBuilder("brunel", b.DT)
    cell = IF_curr_exp(
        cm=b.CM, tau_m=b.TAU_M, tau_refrac=b.TAU_REFRAC, tau_syn_E=b.TAU_SYN, tau_syn_I=b.TAU_SYN,
        v_rest=b.V_REST, v_reset=b.V_RESET, v_thresh=b.V_THRESH, i_offset=b.I_OFFSET,
    )  # fmt: skip
    v = b.start_voltages()
    net.population("exc", b.EXCITATORY, cell, v=Explicit(Numbers(v[: b.EXCITATORY])))
    net.population("inh", b.INHIBITORY, cell, v=Explicit(Numbers(v[b.EXCITATORY :])))
    for post in ("exc", "inh"):
        for pre, n, weight in (("exc", b.FROM_EXCITATORY, b.WEIGHT), ("inh", b.FROM_INHIBITORY, b.INHIBITORY_WEIGHT)):
            net.connect(
                pre,
                post,
                FixedNumberPre(n),
                weight=Normal(weight, b.SPREAD, low=0.0) if own else weight,
                delay=b.DELAY,
                receptor="excitatory" if pre == "exc" else "inhibitory",
            )
    return net.network()


def main(weights: str, precision: Literal["float64", "float32"], duration_ms: int) -> None:
    """Build, run and print."""
    begin = time.perf_counter()
    engine = backend("numba")
    own = weights == "own"
    lowered = lower(network(own), engine.abilities, "exact", seed=1)
    program = engine.compile(lowered, RunOptions(weight_precision=precision))
    program.run(1)  # the driver's machine code is loaded here
    built, cost = time.perf_counter(), program.cost
    program.run(round(duration_ms / b.DT) - 1)
    done = time.perf_counter()
    cost = program.cost - cost
    spikes = program.spikes()
    times = np.concatenate([spikes["exc"][0], spikes["inh"][0]]) * b.DT
    neurons = np.concatenate([spikes["exc"][1].astype(np.int64), spikes["inh"][1].astype(np.int64) + b.EXCITATORY])
    layouts = [bucket.layout for projection in lowered.projections for bucket in projection.buckets]
    places = sum(at.targets.nbytes + at.indptr.nbytes for at in layouts if isinstance(at, Sparse))
    held = places + (np.dtype(precision).itemsize * b.SYNAPSES if own else 0)
    print(
        json.dumps({
            "build_s": built - begin, "run_s": done - built, "events": cost.synaptic_events,
            "rate_hz": cost.spikes / b.NEURONS / duration_ms * 1000.0, "cv": b.irregularity(times, neurons),
            "bytes_per_synapse": held / b.SYNAPSES,
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], cast(Literal["float64", "float32"], sys.argv[2]), int(sys.argv[3]))
