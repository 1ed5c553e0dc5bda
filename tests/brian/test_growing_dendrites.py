"""Mini-columns, and dendrites that learning grows: Brian2 and the Numba engine agree, stopped, saved or not."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spikemem.backend import Program, RunOptions
from tests.brian.support import assert_same_spikes, assert_same_state, made, needs, ran
from tests.engine.support import as_events
from tests.reference.strategies import Experiment
from tests.reference.temporal_strategies import grown, learning

# Not shrunk: every try generates code anew.
ANY = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.generate],
)


def assert_same_permanences(found: Program, wanted: Program) -> None:
    """They are the results of the same operations, so that every bit must be the same."""
    for projection in grown(wanted.network):
        ours, theirs = found.weights(projection.name), wanted.weights(projection.name)
        for column in ("pre", "post", "weight", "delay"):
            assert getattr(ours, column).tolist() == getattr(theirs, column).tolist()


@settings(ANY, max_examples=30)
@given(learning(), st.integers(0, 3), st.booleans(), st.integers(0, 20))
def test_random_networks_agree(experiment: Experiment, seed: int, single: bool, pause: int) -> None:
    needs("brian2")
    stimulus, first = as_events(experiment.stimulus), min(pause, experiment.steps)
    options = RunOptions(weight_precision="float32" if single else "float64")
    wanted = ran("numba", experiment.network, stimulus, experiment.steps, seed=seed, options=options)
    found = ran("brian2", experiment.network, stimulus, first, seed=seed, options=options)
    found.run(experiment.steps - first)
    assert_same_spikes(found.spikes(), wanted.spikes())
    assert_same_state(found, wanted)
    assert_same_permanences(found, wanted)


@settings(ANY, max_examples=20)
@given(learning(), st.sampled_from([("numba", "brian2"), ("brian2", "numba"), ("brian2", "brian2")]), st.data())
def test_a_checkpoint_moves_between_the_backends(
    experiment: Experiment, names: tuple[str, str], data: st.DataObject
) -> None:
    needs("brian2")
    stimulus, network = as_events(experiment.stimulus), experiment.network
    at = data.draw(st.integers(0, experiment.steps))
    wanted = ran("numba", network, stimulus, experiment.steps)
    first = ran(names[0], network, stimulus, at)
    second = made(names[1], network)
    second.run(2)  # what it has done before does not matter
    second.load_state(first.save_state())
    second.run(experiment.steps - at)
    assert_same_spikes(second.spikes(), wanted.spikes(since=at))
    assert_same_state(second, wanted)
    assert_same_permanences(second, wanted)
