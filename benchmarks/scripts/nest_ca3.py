"""A network of the CA3 memory's size and input on NEST: ``nest_ca3 TASK COUNT``.

NEST has neither the numerics nor the plasticity rule of the recordings: it integrates exactly, and its ``stdp_synapse`` is
online, so it does the same amount of work and does not compute the same memory.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import nest

from benchmarks.ca3_network import CONTENT, CUE, POPULATIONS, Cell, projections, task


def parameters(cell: Cell) -> dict[str, float]:
    """Return a cell in NEST's units."""
    return {
        "C_m": 1000.0 * cell.cm, "tau_m": cell.tau_m, "V_th": cell.v_thresh, "E_L": -60.0, "V_reset": -60.0, "V_m": -60.0,
        "t_ref": 1.0, "tau_syn_ex": 0.3, "tau_syn_in": 0.3, "tau_minus": 3.0,
    }  # fmt: skip


def main(name: str, count: int) -> None:
    """Build, run and print."""
    begin = time.perf_counter()
    made = task(name, count)
    nest.set_verbosity("M_ERROR")
    nest.set(resolution=1.0, local_num_threads=1, rng_seed=1)
    sizes = {CUE: made.cues, CONTENT: made.bits, "one": 1}
    neurons: dict[str, Any] = {}
    for population, (size, cell) in POPULATIONS.items():
        neurons[population] = nest.Create("iaf_psc_exp", sizes[size], params=parameters(cell))
    for source, (times, who) in made.stimulus().items():
        lines = made.cues if source == "in_cue" else made.bits
        neurons[source] = nest.Create("parrot_neuron", lines)
        generators = nest.Create("spike_generator", lines)
        for k, generator in enumerate(generators):
            generator.spike_times = (times[who == k] + 1.0).tolist()
        nest.Connect(generators, neurons[source], "one_to_one", {"delay": 1.0})
    rule = {"tau_plus": 3.0, "lambda": 1.0, "alpha": 1.0, "mu_plus": 0.0, "mu_minus": 0.0, "Wmax": 6000.0}
    for p in projections(made.bits):
        pattern: Any = {"rule": "one_to_one" if p.pattern == "one" else "all_to_all"}
        if p.pattern == "other":
            pattern["allow_autapses"] = False
        weight = {"weight": (-1000.0 if p.inhibitory else 1000.0) * p.weight, "delay": float(p.delay)}
        synapse = {"synapse_model": "stdp_synapse", **rule, **weight} if p.plastic else weight
        nest.Connect(neurons[p.pre], neurons[p.post], pattern, synapse)
    recorders = []
    for population in neurons.values():
        recorders.append(nest.Create("spike_recorder"))
        nest.Connect(population, recorders[-1])
    nest.Prepare()
    built = time.perf_counter()
    nest.Run(float(made.duration))
    done = time.perf_counter()
    nest.Cleanup()
    spikes = sum(recorder.n_events for recorder in recorders)
    print()
    print(
        json.dumps({"build_s": built - begin, "run_s": done - built, "spikes": spikes, "operations": len(made.steps)})
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
