"""The estimated load of a core, worked out by hand."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from spikemem.backend import RunOptions, StepEvents, backend
from spikemem.backends.pynn.load import Slice, arriving_packets, estimate, load_line, synaptic_events
from spikemem.experiment.reference import reference_spikes
from spikemem.ir import (
    AllToAll,
    Explicit,
    FixedProbability,
    FromList,
    IF_curr_exp,
    Network,
    Numbers,
    PairSTDP,
    Population,
    Projection,
    SpikeSource,
    SpikeSourcePoisson,
    Static,
    Uniform,
)
from spikemem.ir.lowered import LoweredNetwork
from spikemem.passes import lower
from spikemem.report.placement import problems
from tests.engine.support import events

STEPS = 12
RULE = PairSTDP(w_max=2.0, update="deferred")


def lowered(*projections: Projection) -> LoweredNetwork:
    populations = (
        Population("a", 3, SpikeSource()),
        Population("b", 4, SpikeSource()),
        Population("x", 5, IF_curr_exp()),
    )
    return lower(Network("by-hand", 1.0, populations, projections), backend("numba").abilities, "spinnaker", 1)


def joined(name: str, pre: str, connector: Any, delay: Any = 1.0, synapse: Any = None, post: str = "x") -> Projection:
    return Projection(name, pre, post, connector, 1.0, delay, "excitatory", synapse or Static())


def counts(**at: int) -> npt.NDArray[np.int64]:
    """Return numbers by step: ``_2=5`` is 5 in step 2."""
    found = np.zeros(STEPS, dtype=np.int64)
    for step, count in at.items():
        found[int(step[1:])] = count
    return found


SPIKES: dict[str, StepEvents] = {
    "a": events([(2, 0), (2, 1), (4, 2)]), "b": events([(2, 3), (7, 0)]), "x": events([(5, 0), (5, 4), (6, 1)])
}  # fmt: skip


def load(network: LoweredNetwork, first: int, end: int, ring: int = 16) -> tuple[Any, Any]:
    return synaptic_events(network, SPIKES, Slice("x", first, end), ring, STEPS)


def test_a_core_has_its_own_neurons_synapses_only() -> None:
    network = lowered(joined("dense", "a", AllToAll()))
    for first, end, each in ((0, 5, 5), (0, 3, 3), (3, 5, 2)):
        found, plastic = load(network, first, end)
        assert np.array_equal(found, counts(_2=2 * each, _4=each))
        assert not plastic.any()


def test_sparse_rows_are_counted_by_neuron() -> None:
    network = lowered(joined("sparse", "a", FromList(((0, 0), (0, 4), (1, 3), (2, 0), (2, 1), (2, 2)))))
    assert np.array_equal(load(network, 0, 3)[0], counts(_2=1, _4=3))
    assert np.array_equal(load(network, 3, 5)[0], counts(_2=2))


def test_a_neuron_does_not_count_the_self_connection_that_it_has_not() -> None:
    network = lowered(joined("loop", "x", AllToAll(allow_self_connections=False), post="x"))
    # x0 and x4 fire in step 5, x1 in step 6
    assert np.array_equal(load(network, 0, 2)[0], counts(_5=1 + 2, _6=1))
    assert np.array_equal(load(network, 2, 5)[0], counts(_5=3 + 2, _6=3))


def test_delays_within_the_ring_cost_nothing_and_longer_ones_wait_in_an_extension() -> None:
    """A ring of 2 steps: delays 1 and 2 at once, 3 and 4 after 2 steps, 5 after 4."""
    for delay, later in ((1.0, 0), (2.0, 0), (3.0, 2), (4.0, 2), (5.0, 4)):
        network = lowered(joined("far", "a", AllToAll(), delay))
        assert np.array_equal(load(network, 0, 5, ring=2)[0], np.roll(counts(_2=10, _4=5), later))
    several = lowered(joined("drawn", "b", FromList(((3, 0), (3, 1), (0, 2))), Explicit(Numbers([1.0, 4.0, 9.0]))))
    # b3 fires in step 2: one synapse at once, one 2 steps later; b0 in step 7: 8 steps later is after the run
    assert np.array_equal(load(several, 0, 5, ring=2)[0], counts(_2=1, _4=1))


def test_projections_add_up_and_plastic_ones_are_told() -> None:
    network = lowered(joined("static", "b", AllToAll(), 2.0), joined("plastic", "a", AllToAll(), 1.0, RULE))
    found, plastic = load(network, 0, 5)
    assert np.array_equal(found, counts(_2=5 + 10, _4=5, _7=5))
    assert np.array_equal(plastic, counts(_2=10, _4=5))


def test_a_spike_is_one_packet_and_one_more_if_it_is_also_sent_later() -> None:
    network = lowered(
        joined("one", "a", AllToAll()), joined("two", "a", FromList(((0, 0), (1, 1))), 2.0), joined("far", "b", AllToAll(), 4.0)
    )  # fmt: skip
    assert np.array_equal(arriving_packets(network, SPIKES, "x", 16, STEPS), counts(_2=3, _4=1, _7=1))
    assert np.array_equal(arriving_packets(network, SPIKES, "x", 2, STEPS), counts(_2=2, _4=1 + 1, _9=1))


def placement(time_scale_factor: int = 1) -> dict[str, Any]:
    kept = {"x": 0, "y": 0, "kind": "any", "sdram_bytes": 0}
    return {
        "steps": STEPS, "dt_ms": 1.0, "time_scale_factor": time_scale_factor,
        "delays": [{"population": "x", "without_extension_steps": 16, "longest_steps": 1, "extended": False}],
        "cores": [
            {**kept, "core": 3, "population": "a", "first_neuron": 0, "neurons": 3},
            {**kept, "core": 4, "population": "a_delayed", "first_neuron": 0, "neurons": 3},
            {**kept, "core": 5, "population": "x", "first_neuron": 0, "neurons": 4},
            {**kept, "core": 6, "population": "x", "first_neuron": 4, "neurons": 1},
        ],
        "silent": [], "leaks": [], "wraps": [], "weights": [],
        "incoming_spike_buffer": 256, "input_peaks": {}, "routing": [], "machine": {},
    }  # fmt: skip


def test_the_cores_of_a_population_are_reported_at_their_peaks() -> None:
    network = lowered(joined("static", "b", AllToAll()), joined("plastic", "a", AllToAll(), 1.0, RULE))
    found = estimate(network, SPIKES, placement())
    assert found["events_of_a_step"] == 5000.0
    assert found["cores"] == [
        {"x": 0, "y": 0, "core": 5, "population": "x", "peak_events": 12, "peak_step": 2, "plastic_events": 8,
         "peak_packets": 3, "share": 12 / 5000},
        {"x": 0, "y": 0, "core": 6, "population": "x", "peak_events": 3, "peak_step": 2, "plastic_events": 2,
         "peak_packets": 3, "share": 3 / 5000},
    ]  # fmt: skip
    assert load_line({"load": found}) == (
        "estimated load (timing is not modelled): at most 12 synaptic events a step on a core, of x in step 2, 0.24 % of the "
        "5000 that are taken to fit"
    )


def test_more_than_fits_is_a_problem_unless_time_goes_slower() -> None:
    populations = (Population("a", 40, SpikeSource()), Population("x", 200, IF_curr_exp()))
    dense = Network("busy", 1.0, populations, (joined("dense", "a", AllToAll()),))
    network = lower(dense, backend("numba").abilities, "spinnaker", 1)
    spikes: dict[str, StepEvents] = {"a": events([(3, k) for k in range(40)]), "x": events([])}
    told = {}
    for factor in (1, 2):
        placed = placement(factor)
        placed["cores"][2]["neurons"], placed["cores"][3] = 200, placed["cores"][0]
        told[factor] = problems({**placed, "load": estimate(network, spikes, placed)})
    assert told == {
        1: [
            "population x: an estimated 8000 synaptic events reach a core in step 3, and 5000 are taken to fit into 1 ms of "
            "real time; spread the stimulus over more steps, or slow down with time_scale_factor"
        ],
        2: [],
    }


@pytest.mark.parametrize("seed", range(3))
def test_all_cores_together_have_the_events_that_the_engine_counts(seed: int) -> None:
    """Within the ring nothing waits, so that the run's synaptic events are those of the cores, however they are cut."""
    populations = (Population("noise", 20, SpikeSourcePoisson(rate=90.0)), Population("x", 31, IF_curr_exp(tau_m=5.0)))
    made = (
        joined("in", "noise", FixedProbability(0.4), Uniform(1.0, 8.0)),
        joined("loop", "x", AllToAll(allow_self_connections=False), 3.0, post="x"),
    )
    network = lower(Network("noise", 1.0, populations, made), backend("numba").abilities, "spinnaker", seed)
    program = backend("numba").compile(network, RunOptions())
    program.run(60)
    assert program.spikes()["x"][0].size > 10
    spikes = reference_spikes(network, {}, 60)
    cores = ((0, 1), (1, 17), (17, 31))
    found = [synaptic_events(network, spikes, Slice("x", *core), 16, 60)[0].sum() for core in cores]
    assert sum(found) == program.cost.synaptic_events
