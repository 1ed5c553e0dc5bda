"""The Numba engine computes what the reference interpreter does: every spike, and every weight."""

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from spikemem.backend import Program, RunOptions, StepEvents, WeightForm, backend
from spikemem.ir import (
    Connector,
    Explicit,
    FixedProbability,
    FromList,
    IF_curr_delta,
    Network,
    Numbers,
    Numerics,
    Population,
    Projection,
    SpikeSource,
    Static,
    Uniform,
)
from spikemem.ir.lowered import LoweredNetwork
from spikemem.passes import lower
from tests.reference.interpreter import Connection, Outcome, Spike, interpret
from tests.reference.strategies import Experiment, experiments

FORMS: tuple[WeightForm, ...] = ("stored", "effective")


def as_events(spikes: list[Spike]) -> StepEvents:
    steps, neurons = zip(*spikes, strict=True) if spikes else ((), ())
    return np.array(steps, dtype=np.int64), np.array(neurons, dtype=np.int32)


def as_spikes(events: StepEvents) -> list[Spike]:
    return list(zip(events[0].tolist(), events[1].tolist(), strict=True))


def synapses(program: Program, projection: str, form: WeightForm) -> list[Connection]:
    """Return the program's synapses as the interpreter gives them, sorted."""
    found, dt = program.weights(projection, form), program.network.dt
    steps = np.rint(found.delay / dt).astype(int)
    columns = (found.pre.tolist(), found.post.tolist(), steps.tolist(), found.weight.tolist())
    return sorted(zip(*columns, strict=True))


def assert_same(program: Program, outcome: Outcome, network: LoweredNetwork) -> None:
    found = {name: as_spikes(events) for name, events in program.spikes().items()}
    assert found == outcome.spikes
    for projection in network.projections:
        for form in FORMS:
            got, wanted = synapses(program, projection.name, form), sorted(outcome.weights(projection.name, form))
            assert [s[:3] for s in got] == [s[:3] for s in wanted]
            assert [s[3] for s in got] == pytest.approx([s[3] for s in wanted], rel=1e-9, abs=1e-9)


def agree(experiment: Experiment, numerics: Numerics, seed: int, pause: int = 0) -> Outcome:
    """Run both, the engine in two stretches (where a run is interrupted must not matter), and compare."""
    target = backend("numba")
    network = lower(experiment.network, target.abilities, numerics, seed)
    outcome = interpret(network, experiment.stimulus, experiment.steps)
    program = target.compile(network, RunOptions())
    program.stimulate({name: as_events(spikes) for name, spikes in experiment.stimulus.items()})
    first = min(pause, experiment.steps)
    program.run(first)
    program.run(experiment.steps - first)
    assert_same(program, outcome, network)
    return outcome


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(experiments(), st.sampled_from(["spinnaker", "exact"]), st.integers(0, 3), st.integers(0, 50))
def test_engine_and_interpreter_agree(experiment: Experiment, numerics: Numerics, seed: int, pause: int) -> None:
    outcome = agree(experiment, numerics, seed, pause)
    inner = [p.name for p in experiment.network.populations if type(p.cell) is not SpikeSource]
    event("cells fire" if any(outcome.spikes[name] for name in inner) else "silent")
    if dendrites := [p.name for p in experiment.network.populations if p.branch is not None]:
        event("dendrites spike" if any(outcome.spikes[name] for name in dendrites) else "dendrites silent")


def pair(connector: Connector, delay: Explicit | Uniform) -> Network:
    """Return two sources onto one neuron that a single spike fires, and that is at rest right after."""
    cell = IF_curr_delta(tau_refrac=0.0)
    projection = Projection("p", "a", "b", connector, 20.0, delay, "excitatory", Static())
    return Network("pair", 1.0, (Population("a", 2, SpikeSource()), Population("b", 1, cell)), (projection,))


def test_a_neuron_at_rest_still_gets_the_spikes_in_flight() -> None:
    network = pair(FromList(((0, 0), (1, 0))), Explicit(Numbers([1.0, 4.0])))
    outcome = agree(Experiment(network, {"a": [(2, 0), (2, 1), (3, 1)]}, 12), "exact", 0)
    assert outcome.spikes["b"] == [(3, 0), (6, 0), (7, 0)]


def test_a_projection_may_have_no_synapses() -> None:
    agree(Experiment(pair(FixedProbability(0.0), Uniform(1.0, 3.0)), {"a": [(0, 0)]}, 4), "exact", 0)
