"""The CA3 memory on Brian2's C++ standalone, in the numerics of the recordings: ``brian2_ca3 TASK COUNT``.

Brian2 integrates one step after a spike is delivered, so a delay of d steps is passed on as d - 1. The plasticity is the online
form of the rule: it gives the same spikes as the deferred one unless a neuron fires more often than its history is long.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from math import exp
from typing import Any

import brian2 as b2
import numpy as np

from benchmarks.ca3_network import CONTENT, CUE, POPULATIONS, Cell, Projection, Spikes, digest, projections, task

TAU_SYN = 0.3
STEP = """
frozen = int(refractory_steps > 0)
g_e += scale * in_e
g_i += scale * in_i
alpha = v_rest + (g_e - g_i) * resistance
v = frozen * v + (1 - frozen) * (alpha - leak * (alpha - v))
refractory_steps -= frozen
g_e *= decay
g_i *= decay
in_e = 0
in_i = 0
"""
PLASTIC = """
w : 1
dr/dt = -r / (3*ms) : 1 (event-driven)
do/dt = -o / (3*ms) : 1 (event-driven)
"""


def group(size: int, cell: Cell) -> b2.NeuronGroup:
    """Return a population."""
    constants = {
        "v_rest": -60.0, "v_reset": -60.0, "v_thresh": cell.v_thresh, "resistance": cell.tau_m / cell.cm,
        "leak": exp(-1.0 / cell.tau_m), "scale": TAU_SYN * (1.0 - exp(-1.0 / TAU_SYN)), "decay": exp(-1.0 / TAU_SYN),
    }  # fmt: skip
    state = "v : 1\ng_e : 1\ng_i : 1\nin_e : 1\nin_i : 1\nrefractory_steps : integer"
    made = b2.NeuronGroup(
        size, state, threshold="v >= v_thresh", reset="v = v_reset; refractory_steps = 1", namespace=constants
    )
    made.v = -60.0
    made.run_regularly(STEP, when="groups")
    return made


def connect(groups: dict[str, Any], projection: Projection) -> b2.Synapses:
    """Return a projection's synapses."""
    pre, post, delay = groups[projection.pre], groups[projection.post], (projection.delay - 1) * b2.ms
    if projection.plastic:
        made = b2.Synapses(
            pre,
            post,
            PLASTIC,
            on_pre="w = clip(w - 6*o, 0, 6); r += 1; in_e_post += w",
            on_post="o += 1; w = clip(w + 6*r, 0, 6)",
            delay={"pre": delay, "post": projection.delay * b2.ms},
        )
        made.pre.order, made.post.order = 1, -1
    else:
        effect = f"in_{'i' if projection.inhibitory else 'e'}_post += {projection.weight!r}"
        made = b2.Synapses(pre, post, on_pre=effect, delay=delay)
    made.connect(**{"one": {"j": "i"}, "all": {}, "other": {"condition": "i != j"}}[projection.pattern])
    return made


def main(name: str, count: int) -> None:
    """Build, compile, run and print."""
    begin = time.perf_counter()
    made = task(name, count)
    b2.set_device("cpp_standalone", build_on_run=False)
    b2.defaultclock.dt = 1.0 * b2.ms
    sizes = {CUE: made.cues, CONTENT: made.bits, "one": 1}
    groups: dict[str, Any] = {name: group(sizes[size], cell) for name, (size, cell) in POPULATIONS.items()}
    for source, (times, neurons) in made.stimulus().items():
        size = made.cues if source == "in_cue" else made.bits
        groups[source] = b2.SpikeGeneratorGroup(size, neurons, times * b2.ms)
    synapses = [connect(groups, projection) for projection in projections(made.bits)]
    monitors = {name: b2.SpikeMonitor(found) for name, found in groups.items()}
    network = b2.Network(*groups.values(), *synapses, *monitors.values())
    network.run(made.duration * b2.ms)
    with tempfile.TemporaryDirectory() as folder:
        b2.device.build(directory=folder, run=False)
        built = time.perf_counter()
        b2.device.run(folder, with_output=False, run_args=[])
        done = time.perf_counter()
        out: dict[str, Spikes] = {
            name: (np.rint(monitors[name].t / b2.ms).astype(np.int64), np.array(monitors[name].i, dtype=np.int64))
            for name in ("out_cue", "out_content")
        }
        spikes = sum(int(monitor.num_spikes) for monitor in monitors.values())
    print()
    print(
        json.dumps({
            "build_s": built - begin, "run_s": b2.device._last_run_time, "binary_s": done - built, "spikes": spikes,
            "right": made.fraction_right(out), "digest": digest(out), "operations": len(made.steps),
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
