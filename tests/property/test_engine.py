"""The Numba engine computes what the reference interpreter does: every spike, and every weight."""

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from spikemem.backend import Program, RunOptions, StepEvents, WeightForm, backend
from spikemem.ir import Numerics, SpikeSource
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


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(experiments(), st.sampled_from(["spinnaker", "exact"]), st.integers(0, 3), st.integers(0, 50))
def test_engine_and_interpreter_agree(experiment: Experiment, numerics: Numerics, seed: int, pause: int) -> None:
    target = backend("numba")
    network = lower(experiment.network, target.abilities, numerics, seed)
    outcome = interpret(network, experiment.stimulus, experiment.steps)
    inner = [p.name for p in network.populations if type(p.cell) is not SpikeSource]
    event("cells fire" if any(outcome.spikes[name] for name in inner) else "silent")
    program = target.compile(network, RunOptions())
    program.stimulate({name: as_events(spikes) for name, spikes in experiment.stimulus.items()})
    # In two stretches: where a run is interrupted must not matter.
    first = min(pause, experiment.steps)
    program.run(first)
    program.run(experiment.steps - first)
    assert_same(program, outcome, network)
