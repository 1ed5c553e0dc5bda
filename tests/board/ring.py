"""A ring of Izhikevich neurons in PyNN, as users of sPyNNaker write it: kicked once, a pulse runs round; run on, and again."""

import json

import numpy as np
from spynnaker import pyNN as sim  # noqa: N813  # its name in every script

SIZE, STEPS, MORE = 20, 150, 100


def fired(ring: sim.Population) -> list[list[float]]:
    return [[float(t) for t in train] for train in ring.get_data("spikes").segments[-1].spiketrains]


def main() -> None:
    """Run, and print what was seen."""
    sim.setup(timestep=1.0)
    ring = sim.Population(SIZE, sim.Izhikevich(a=0.02, b=0.2, c=-65.0, d=8.0), label="ring")
    kick = sim.Population(1, sim.SpikeSourceArray([5]), label="kick")
    sim.Projection(kick, ring, sim.FromListConnector(np.array([(0, 0, 12.0, 1.0)])), sim.StaticSynapse())
    onward = np.array([(cell, (cell + 1) % SIZE, 12.0, 2.0) for cell in range(SIZE)])
    sim.Projection(ring, ring, sim.FromListConnector(onward), sim.StaticSynapse())
    ring.record(["spikes", "v"])

    sim.run(STEPS)
    first = fired(ring)
    sim.run(MORE)
    whole = fired(ring)
    shape = ring.get_data("v").segments[-1].filter(name="v")[0].shape
    sim.reset()
    sim.run(STEPS)
    again = fired(ring)
    sim.end()
    print("result", json.dumps({"first": first, "whole": whole, "again": again, "shape": shape}))


if __name__ == "__main__":
    main()
