"""Mini-columns, segments and permanences of the Numba engine against the slow ones: every spike, every permanence."""

from __future__ import annotations

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from spikemem.backend import Program, RunOptions
from tests.engine.support import as_spikes, lowered, started
from tests.reference.strategies import Experiment
from tests.reference.temporal_memory import Reference
from tests.reference.temporal_strategies import grown, learning

SLOW_DRAWS = [HealthCheck.too_slow, HealthCheck.data_too_large]


def agree(experiment: Experiment, seed: int = 1, single: bool = False) -> tuple[Program, Reference]:
    """Run both and compare: the permanences are the results of the same operations, so that every bit must be the same."""
    network = experiment.network
    slow = Reference(lowered(network, seed=seed), experiment.stimulus, single).run(experiment.steps)
    options = RunOptions(weight_precision="float32" if single else "float64")
    program = started(network, experiment.stimulus, seed=seed, options=options)
    program.run(experiment.steps)
    assert {name: as_spikes(events) for name, events in program.spikes().items()} == slow.spikes
    for projection in grown(network):
        found = program.weights(projection.name)
        columns = (found.pre.tolist(), found.post.tolist(), found.weight.tolist())
        assert list(zip(*columns, strict=True)) == slow.rules[projection.name].synapses()
        assert (found.delay == projection.delay).all()
    return program, slow


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW_DRAWS)
@given(experiment=learning(), seed=st.integers(0, 3), single=st.booleans())
def test_engine_and_reference_agree(experiment: Experiment, seed: int, single: bool) -> None:
    _, slow = agree(experiment, seed, single)
    rules = slow.rules.values()
    event("segments spike" if any(slow.spikes[name] for name in slow.dendrites) else "no segment spikes")
    event("synapses have grown" if any(rule.synapses() for rule in rules) else "no synapses")
