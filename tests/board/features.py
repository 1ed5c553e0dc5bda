"""Delays of any length, synapses on cores of their own, and a recording that has to be read in pieces, as a PyNN script."""

import json

import numpy as np
from spinn_front_end_common.data import FecDataView
from spynnaker import pyNN as sim  # noqa: N813  # its name in every script

SIZE, STEPS = 50, 2500
DELAYS = [1.0, 16.0, 17.0, 40.0, 150.0]


def fired(population: sim.Population) -> list[list[float]]:
    return [[float(t) for t in train] for train in population.get_data("spikes").segments[0].spiketrains]


def main() -> None:
    """Run, and print what was seen."""
    sim.setup(timestep=1.0)
    kick = sim.Population(len(DELAYS), sim.SpikeSourceArray([5]), label="kick")
    late = sim.Population(len(DELAYS), sim.IF_curr_exp(tau_refrac=1.0, tau_syn_E=1.0), label="late")
    rows = np.array([(k, k, 60.0, delay) for k, delay in enumerate(DELAYS)])
    sim.Projection(kick, late, sim.FromListConnector(rows), sim.StaticSynapse())

    often = sim.Population(SIZE, sim.SpikeSourceArray(list(range(10, STEPS, 20))), label="often")
    cells = [sim.Population(SIZE, sim.IF_curr_exp(), label="one core"),
             sim.Population(SIZE, sim.IF_curr_exp(), label="split", additional_parameters={"n_synapse_cores": 2})]  # fmt: skip
    for cell in cells:
        sim.Projection(often, cell, sim.OneToOneConnector(), sim.StaticSynapse(weight=20.0, delay=2.0))
        cell.record(["spikes", "v"])
    late.record("spikes")
    sim.run(STEPS)

    one, split = (fired(cell) for cell in cells)
    shape = cells[0].get_data("v").segments[0].filter(name="v")[0].shape
    longest = FecDataView.get_max_run_time_steps()
    late_fired = fired(late)
    sim.end()
    print("result", json.dumps({"late": late_fired, "one": one, "split": split, "shape": shape, "longest": longest}))


if __name__ == "__main__":
    main()
