"""The pairing protocol of STDP in PyNN, as users of sPyNNaker write it: a pre and a post spike at each of a few distances."""

import json

from spynnaker import pyNN as sim  # noqa: N813  # its name in every script

DISTANCES = [-30, -15, -5, -1, 2, 6, 16, 31]
"""From the pre neuron's spike to that of its post neuron, which a teacher fires a step after its own (ms)."""
PAIRS, EVERY, FIRST = 5, 100, 50
START, TAU, A_PLUS, A_MINUS, W_MAX = 1.0, 20.0, 0.1, 0.12, 4.0


def main() -> None:
    """Run, and print when the post neurons fired and the weights."""
    sim.setup(timestep=1.0)
    times = [FIRST + EVERY * k for k in range(PAIRS)]
    last = FIRST + EVERY * PAIRS  # a weight is changed when its pre neuron fires
    pre = sim.Population(len(DISTANCES), sim.SpikeSourceArray([[*times, last] for _ in DISTANCES]), label="pre")
    taught = [[t + distance - 1 for t in times] for distance in DISTANCES]
    teacher = sim.Population(len(DISTANCES), sim.SpikeSourceArray(taught), label="teacher")
    post = sim.Population(len(DISTANCES), sim.IF_curr_exp(tau_refrac=1.0, tau_syn_E=1.0), label="post")
    rule = sim.STDPMechanism(
        timing_dependence=sim.SpikePairRule(tau_plus=TAU, tau_minus=TAU, A_plus=A_PLUS, A_minus=A_MINUS),
        weight_dependence=sim.AdditiveWeightDependence(w_min=0.0, w_max=W_MAX),
        weight=START, delay=1.0,
    )  # fmt: skip
    plastic = sim.Projection(pre, post, sim.OneToOneConnector(), rule)  # type: ignore[arg-type]
    sim.Projection(teacher, post, sim.OneToOneConnector(), sim.StaticSynapse(weight=40.0, delay=1.0))
    post.record("spikes")
    sim.run(last + 20)
    fired = [[float(t) for t in train] for train in post.get_data("spikes").segments[0].spiketrains]
    weights = [float(w) for _, _, w in sorted(plastic.get("weight", "list"))]
    sim.end()
    print("result", json.dumps({"fired": fired, "weights": weights}))


if __name__ == "__main__":
    main()
