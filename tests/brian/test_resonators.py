"""Random networks of resonators: Brian2 and the Numba engine agree, and states move between them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.brian.support import ANY, MOVES, assert_same_state, moved, needs
from tests.engine.support import as_events
from tests.reference.resonator_strategies import resonating
from tests.reference.strategies import Experiment


@settings(ANY, max_examples=12)
@given(resonating(), st.sampled_from(MOVES), st.data())
def test_a_checkpoint_moves_between_the_backends(
    experiment: Experiment, names: tuple[str, str], data: st.DataObject
) -> None:
    needs("brian2")
    at = data.draw(st.integers(0, experiment.steps))
    second, wanted = moved(names, experiment.network, as_events(experiment.stimulus), at, experiment.steps)
    assert_same_state(second, wanted, 1e-9)
