"""Mini-columns, and dendrites that learning grows: Brian2 and the Numba engine agree, stopped, saved or not."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from spikemem.backend import Program, RunOptions
from tests.brian.support import ANY, MOVES, assert_same_spikes, assert_same_state, moved, needs, ran
from tests.engine.support import as_events
from tests.reference.strategies import Experiment
from tests.reference.temporal_strategies import grown, learning


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
@given(learning(), st.sampled_from(MOVES), st.data())
def test_a_checkpoint_moves_between_the_backends(
    experiment: Experiment, names: tuple[str, str], data: st.DataObject
) -> None:
    needs("brian2")
    stimulus, network = as_events(experiment.stimulus), experiment.network
    at = data.draw(st.integers(0, experiment.steps))
    second, wanted = moved(names, network, stimulus, at, experiment.steps)
    assert_same_state(second, wanted)
    assert_same_permanences(second, wanted)
