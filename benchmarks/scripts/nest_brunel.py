"""The static random network on NEST, one thread: ``nest_brunel DURATION_MS``."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import nest
import numpy as np

from benchmarks import brunel_network as b


def resident_bytes() -> int:
    """Return the memory that the process holds (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def main(duration_ms: int) -> None:
    """Build, run and print."""
    begin = time.perf_counter()
    nest.set_verbosity("M_ERROR")
    nest.set(resolution=b.DT, local_num_threads=1, rng_seed=1)
    parameters = {
        "C_m": 1000.0 * b.CM, "tau_m": b.TAU_M, "tau_syn_ex": b.TAU_SYN, "tau_syn_in": b.TAU_SYN, "t_ref": b.TAU_REFRAC,
        "E_L": b.V_REST, "V_reset": b.V_RESET, "V_th": b.V_THRESH, "I_e": 1000.0 * b.I_OFFSET,
    }  # fmt: skip
    neurons = nest.Create("iaf_psc_exp", b.NEURONS, params=parameters)
    neurons.V_m = b.start_voltages().tolist()
    recorder = nest.Create("spike_recorder")
    before = resident_bytes()
    for source, n, weight in (
        (neurons[: b.EXCITATORY], b.FROM_EXCITATORY, b.WEIGHT),
        (neurons[b.EXCITATORY :], b.FROM_INHIBITORY, -b.INHIBITORY_WEIGHT),
    ):
        pattern = {"rule": "fixed_indegree", "indegree": n, "allow_multapses": False}
        drawn = nest.random.normal(1000.0 * weight, 1000.0 * b.SPREAD)
        nest.Connect(source, neurons, pattern, {"weight": drawn, "delay": b.DELAY - b.DT})
    nest.Connect(neurons, recorder)
    nest.Prepare()
    nest.Run(b.DT)  # the tables that spikes are routed by are made here
    held = resident_bytes() - before
    built = time.perf_counter()
    nest.Run(duration_ms - b.DT)
    done = time.perf_counter()
    nest.Cleanup()
    events = recorder.events
    times, senders = np.array(events["times"]), np.array(events["senders"], dtype=np.int64) - 1
    print()
    print(
        json.dumps({
            "build_s": built - begin, "run_s": done - built, "bytes_per_synapse": held / b.SYNAPSES,
            "events": senders.size * (b.FROM_EXCITATORY + b.FROM_INHIBITORY),
            "rate_hz": senders.size / b.NEURONS / duration_ms * 1000.0, "cv": b.irregularity(times, senders),
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]))
