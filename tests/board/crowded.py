"""A plastic population that the memory of its core does not hold: a PyNN script that tells how sPyNNaker fails."""

import io
import json
import logging

from spynnaker import pyNN as sim  # noqa: N813  # its name in every script

SIZE, LONGEST = 160, 70.0


def main() -> None:
    """Run, and print what was logged."""
    logged = io.StringIO()
    logging.getLogger().addHandler(logging.StreamHandler(logged))
    sim.setup(timestep=1.0)
    source = sim.Population(1, sim.SpikeSourceArray([5]), label="source")
    far = sim.Population(1, sim.SpikeSourceArray([6]), label="far")
    target = sim.Population(SIZE, sim.IF_curr_exp(), label="target")
    rule = sim.STDPMechanism(
        timing_dependence=sim.SpikePairRule(tau_plus=20.0, tau_minus=20.0, A_plus=0.1, A_minus=0.1),
        weight_dependence=sim.AdditiveWeightDependence(w_max=9.0), weight=1.0, delay=17.0,
    )  # fmt: skip
    sim.Projection(source, target, sim.AllToAllConnector(), rule)  # type: ignore[arg-type]
    sim.Projection(far, target, sim.AllToAllConnector(), sim.StaticSynapse(weight=1.0, delay=LONGEST))
    try:
        sim.run(20)
    except Exception as error:  # any that sPyNNaker has
        logged.write(str(error))
    print("result", json.dumps({"said": logged.getvalue()}))


if __name__ == "__main__":
    main()
