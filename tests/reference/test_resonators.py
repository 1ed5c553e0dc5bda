"""Resonators in the Numba engine against the interpreter, stopped or not, and quiet time that changes nothing."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spikemem.ir import Numerics
from tests.engine.support import fired, lowered, started
from tests.engine.test_grown import assert_skipping_changes_no_bit
from tests.engine.test_state import assert_split_is_whole
from tests.reference.interpreter import interpret
from tests.reference.resonator_strategies import resonating
from tests.reference.strategies import Experiment

DRAWS = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=80, deadline=None, suppress_health_check=DRAWS)
@given(resonating(), st.sampled_from(["spinnaker", "exact"]))
def test_spikes_are_those_of_the_interpreter(experiment: Experiment, numerics: Numerics) -> None:
    program = started(experiment.network, experiment.stimulus, numerics=numerics)
    program.run(experiment.steps)
    wanted = interpret(lowered(experiment.network, numerics), experiment.stimulus, experiment.steps)
    assert fired(program) == wanted.spikes


@settings(max_examples=40, deadline=None, suppress_health_check=DRAWS)
@given(resonating(), st.data())
def test_a_run_that_is_stopped_saved_and_loaded_is_the_whole_run(experiment: Experiment, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, experiment.steps), "at")
    assert_split_is_whole(experiment.network, experiment.stimulus, experiment.steps, at)


@settings(max_examples=40, deadline=None, suppress_health_check=DRAWS)
@given(experiment=resonating(), gap=st.sampled_from([5, 2000]), data=st.data())
def test_skipping_quiet_time_changes_no_bit(experiment: Experiment, gap: int, data: st.DataObject) -> None:
    assert_skipping_changes_no_bit(experiment, data.draw(st.integers(0, experiment.steps), "at"), gap)
