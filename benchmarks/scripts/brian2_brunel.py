"""The static random network on Brian2's C++ standalone, without OpenMP: ``brian2_brunel float32|float64|one DURATION_MS``."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from typing import Any

import brian2 as b2
import numpy as np
import numpy.typing as npt

from benchmarks import brunel_network as b

MODEL = """
dv/dt = (v_rest - v + resistance * (ge - gi + i_offset)) / tau_m : 1 (unless refractory)
dge/dt = -ge / tau_syn : 1
dgi/dt = -gi / tau_syn : 1
"""
"""Voltages in mV, currents in nA, resistance in MOhm, as plain numbers."""


def pairs(rng: np.random.Generator, pre: int, n: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return ``n`` different pre neurons for each of all neurons, by pre neuron: so that rows are read in one piece."""
    drawn = [rng.choice(pre, n, replace=False, shuffle=False).astype(np.int32) for _ in range(b.NEURONS)]
    i, j = np.concatenate(drawn), np.repeat(np.arange(b.NEURONS, dtype=np.int32), n)
    order = np.argsort(i, kind="stable")
    return i[order], j[order]


def main(weights: str, duration_ms: int) -> None:
    """Build, compile, run and print."""
    begin = time.perf_counter()
    b2.set_device("cpp_standalone", build_on_run=False)
    b2.defaultclock.dt = b.DT * b2.ms
    constants = {
        "v_rest": b.V_REST, "resistance": b.TAU_M / b.CM, "i_offset": b.I_OFFSET, "tau_m": b.TAU_M * b2.ms,
        "tau_syn": b.TAU_SYN * b2.ms, "v_thresh": b.V_THRESH, "v_reset": b.V_RESET,
    }  # fmt: skip
    neurons = b2.NeuronGroup(
        b.NEURONS, MODEL, method="exact", threshold="v >= v_thresh", reset="v = v_reset",
        refractory=b.TAU_REFRAC * b2.ms, namespace=constants,
    )  # fmt: skip
    neurons.v = b.start_voltages()
    rng = np.random.default_rng(2)
    excitatory, inhibitory = neurons[: b.EXCITATORY], neurons[b.EXCITATORY :]
    network = b2.Network(neurons)
    for source, size, n, weight, target in (
        (excitatory, b.EXCITATORY, b.FROM_EXCITATORY, b.WEIGHT, "ge_post"),
        (inhibitory, b.INHIBITORY, b.FROM_INHIBITORY, b.INHIBITORY_WEIGHT, "gi_post"),
    ):
        options: dict[str, Any] = {"on_pre": f"{target} += {weight!r}"}
        if weights != "one":
            options = {"model": "w : 1", "on_pre": f"{target} += w", "dtype": {"w": np.dtype(weights).type}}
        synapses = b2.Synapses(source, neurons, delay=(b.DELAY - b.DT) * b2.ms, **options)
        i, j = pairs(rng, size, n)
        synapses.connect(i=i, j=j)
        if weights != "one":
            synapses.w = rng.normal(weight, b.SPREAD, i.size)
        network.add(synapses)
    monitor = b2.SpikeMonitor(neurons)
    network.add(monitor)
    network.run(duration_ms * b2.ms)
    with tempfile.TemporaryDirectory() as folder:
        b2.device.build(directory=folder, run=False)
        built = time.perf_counter()
        b2.device.run(folder, with_output=False, run_args=[])
        times, who = np.array(monitor.t / b2.ms), np.array(monitor.i, dtype=np.int64)
    weight_bytes = 0 if weights == "one" else np.dtype(weights).itemsize
    print()
    print(
        json.dumps({
            "build_s": built - begin, "run_s": b2.device._last_run_time,
            "events": who.size * (b.FROM_EXCITATORY + b.FROM_INHIBITORY),
            "rate_hz": who.size / b.NEURONS / duration_ms * 1000.0, "cv": b.irregularity(times, who),
            # pre and post index, the place in the spike queue's rows
            "bytes_per_synapse": 12 + weight_bytes,
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
