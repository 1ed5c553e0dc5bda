"""How much membranes of several time constants leak in a step, and what a large input does: a PyNN script."""

import json

import numpy as np
from spynnaker import pyNN as sim  # noqa: N813  # its name in every script

TAUS = [*(float(-1.0 / np.log1p(-steps / 32768)) for steps in (24, 32, 41, 42, 43, 64, 256)), 1000.0, 20.0]
HIGH, INPUTS = 30000.0, [60.0, 70.0]


def main() -> None:
    """Run, and print the leak of each in steps of 2^-15, and where two inputs have brought V."""
    sim.setup(timestep=1.0)
    fixed = {"cm": 1.0, "tau_refrac": 0.0, "v_rest": 0.0, "v_reset": 0.0, "v_thresh": 60000.0, "i_offset": 0.0}
    slow = sim.Population(
        len(TAUS), sim.IF_curr_delta(tau_m=np.array(TAUS), **fixed), initial_values={"v": HIGH}, label="slow"
    )
    driven = sim.Population(
        len(INPUTS), sim.IF_curr_delta(tau_m=1000.0, **fixed), initial_values={"v": 0.0}, label="driven"
    )
    source = sim.Population(1, sim.SpikeSourceArray([1]), label="source")
    sim.Projection(
        source,
        driven,
        sim.FromListConnector(np.array([(0, k, w, 1.0) for k, w in enumerate(INPUTS)])),
        sim.StaticSynapse(),
    )
    slow.record("v")
    driven.record("v")
    sim.run(6)
    v, moved = (np.array(p.get_data().segments[0].filter(name="v")[0].magnitude) for p in (slow, driven))
    sim.end()
    print("result", json.dumps({"leaks": ((1.0 - v[1] / v[0]) * 32768).tolist(), "driven": moved.sum(axis=0).tolist()}))


if __name__ == "__main__":
    main()
