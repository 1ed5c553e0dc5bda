"""A board in software: ``software_board CORES DURATION``: half of the cores send spikes, each to one of the others."""

from __future__ import annotations

import json
import sys

import numpy as np

from spikemem.backend import RunOptions, StepEvents, backend
from spikemem.backends.pynn.spinnaker import SpinnakerProgram
from spikemem.hardware import find_hardware
from spikemem.ir import IF_curr_exp, Network, OneToOne, Population, Projection, SpikeSource, Static
from spikemem.passes import lower

NEURONS, RATE_HZ, WEIGHT = 100, 25.0, 60.0
"""A core; of each source; and in nA, so strong that a spike gives five."""
SMALL = 40
"""Cores that fit a board of 4 chips with room to spare."""


def main(cores: int, duration: int) -> None:
    """Run and print."""
    pairs = range(cores // 2)
    populations = [
        p
        for k in pairs
        for p in (Population(f"in {k}", NEURONS, SpikeSource()), Population(f"out {k}", NEURONS, IF_curr_exp(tau_refrac=1.0)))
    ]  # fmt: skip
    projections = [
        Projection(f"p {k}", f"in {k}", f"out {k}", OneToOne(), WEIGHT, 1.0, "excitatory", Static()) for k in pairs
    ]
    target, draw = backend("spinnaker"), np.random.default_rng(1)
    lowered = lower(Network("pairs", 1.0, tuple(populations), tuple(projections)), target.abilities, "spinnaker", 1)
    board = find_hardware("software_spin3" if cores <= SMALL else "software_spin5")
    program = target.compile(lowered, RunOptions(hardware=board))
    assert isinstance(program, SpinnakerProgram)
    fed: dict[str, StepEvents] = {}
    for k in pairs:
        steps, neurons = np.nonzero(draw.random((duration, NEURONS)) < RATE_HZ / 1000)
        fed[f"in {k}"] = (steps.astype(np.int64), neurons.astype(np.int32))
    program.stimulate(fed)
    program.run(duration)
    assert program.pace is not None
    ms, seconds = program.pace
    spikes = sum(steps.size for steps, _ in program.spikes().values())
    print(json.dumps({"run_s": seconds, "ms": ms, "spikes": spikes}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
