"""Tagging and capture in the Numba engine against the interpreter, stopped or not, and quiet time that changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.support import fired, lowered, started
from tests.engine.test_grown import assert_skipping_changes_no_bit
from tests.engine.test_state import assert_split_is_whole
from tests.reference.interpreter import interpret
from tests.reference.strategies import Experiment
from tests.reference.tagging_strategies import tagged

DRAWS = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=100, deadline=None, suppress_health_check=DRAWS)
@given(tagged())
def test_spikes_weights_and_updates_are_those_of_the_interpreter(experiment: Experiment) -> None:
    program = started(experiment.network, experiment.stimulus)
    program.run(experiment.steps)
    wanted = interpret(lowered(experiment.network), experiment.stimulus, experiment.steps)
    assert fired(program) == wanted.spikes
    for projection in experiment.network.projections:
        found = program.weights(projection.name)
        synapses = wanted.weights(projection.name)
        assert list(zip(found.pre.tolist(), found.post.tolist(), strict=True)) == [(i, j) for i, j, _, _ in synapses]
        assert found.weight == pytest.approx([w for *_, w in synapses], rel=1e-9, abs=1e-12)
    assert program.cost.weight_updates == wanted.captured


@settings(max_examples=40, deadline=None, suppress_health_check=DRAWS)
@given(tagged(), st.data())
def test_a_run_that_is_stopped_saved_and_loaded_is_the_whole_run(experiment: Experiment, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, experiment.steps), "at")
    assert_split_is_whole(experiment.network, experiment.stimulus, experiment.steps, at)


@settings(max_examples=40, deadline=None, suppress_health_check=DRAWS)
@given(experiment=tagged(), gap=st.sampled_from([5, 300]), data=st.data())
def test_skipping_quiet_time_changes_no_bit(experiment: Experiment, gap: int, data: st.DataObject) -> None:
    assert_skipping_changes_no_bit(experiment, data.draw(st.integers(0, experiment.steps), "at"), gap)
