"""Random networks with every combination of conventions: Brian2 and the Numba engine agree, stopped or not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikemem.backend import RunOptions
from spikemem.ir import Numerics
from tests.brian.support import ANY, MOVES, assert_same_spikes, assert_same_state, moved, needs, ran
from tests.engine.support import as_events
from tests.reference.strategies import Experiment, experiments


@settings(ANY, max_examples=25)
@given(experiments(), st.sampled_from(["spinnaker", "exact"]), st.integers(0, 3), st.integers(0, 50))
def test_random_networks_agree(experiment: Experiment, numerics: Numerics, seed: int, pause: int) -> None:
    needs("brian2")
    stimulus, first = as_events(experiment.stimulus), min(pause, experiment.steps)
    wanted = ran("numba", experiment.network, stimulus, experiment.steps, numerics=numerics, seed=seed)
    found = ran("brian2", experiment.network, stimulus, first, numerics=numerics, seed=seed)
    found.run(experiment.steps - first)
    assert_same_spikes(found.spikes(), wanted.spikes())
    assert_same_state(found, wanted)


@settings(ANY, max_examples=15)
@given(experiments(), st.sampled_from(MOVES), st.data())
def test_a_checkpoint_moves_between_the_backends(
    experiment: Experiment, names: tuple[str, str], data: st.DataObject
) -> None:
    needs("brian2")
    stimulus, network = as_events(experiment.stimulus), experiment.network
    at = data.draw(st.integers(0, experiment.steps))
    second, wanted = moved(names, network, stimulus, at, experiment.steps)
    assert_same_state(second, wanted)


@settings(ANY, max_examples=10)
@given(experiments(), st.integers(0, 3))
def test_single_precision_weights_are_close(experiment: Experiment, seed: int) -> None:
    """The spikes may differ where a rounded weight decides, so the weights are compared after the first steps only."""
    needs("brian2")
    stimulus, single = as_events(experiment.stimulus), RunOptions(weight_precision="float32")
    found, wanted = (
        ran(name, experiment.network, stimulus, 4, seed=seed, options=single) for name in ("brian2", "numba")
    )
    for projection in experiment.network.projections:
        ours, theirs = (program.weights(projection.name).weight for program in (found, wanted))
        assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-6)
