"""Random networks that learn by tags: Brian2 and the Numba engine agree, stopped or not, and states move between them."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikemem.backend import RunOptions
from tests.brian.support import ANY, MOVES, assert_same_spikes, assert_same_state, moved, needs, ran
from tests.engine.support import as_events
from tests.reference.matrix_memory import written
from tests.reference.strategies import Experiment
from tests.reference.tagging_strategies import tagged


@settings(ANY, max_examples=15)
@given(tagged(), st.integers(0, 40))
def test_random_networks_agree(experiment: Experiment, pause: int) -> None:
    needs("brian2")
    stimulus, first = as_events(experiment.stimulus), min(pause, experiment.steps)
    wanted = ran("numba", experiment.network, stimulus, experiment.steps)
    found = ran("brian2", experiment.network, stimulus, first)
    found.run(experiment.steps - first)
    assert_same_spikes(found.spikes(), wanted.spikes())
    assert_same_state(found, wanted, 1e-9)


@settings(ANY, max_examples=12)
@given(tagged(), st.sampled_from(MOVES), st.data())
def test_a_checkpoint_moves_between_the_backends(
    experiment: Experiment, names: tuple[str, str], data: st.DataObject
) -> None:
    needs("brian2")
    at = data.draw(st.integers(0, experiment.steps))
    second, wanted = moved(names, experiment.network, as_events(experiment.stimulus), at, experiment.steps)
    assert_same_state(second, wanted, 1e-9)


@pytest.mark.parametrize(("precision", "largest"), [("float64", 1e-12), ("float32", 1e-5)])
def test_signs_as_pairs_of_lines_make_the_matrix_memory_of_titans(
    precision: Literal["float64", "float32"], largest: float
) -> None:
    needs("brian2")
    case, options = written(2), RunOptions(weight_precision=precision)
    stimulus = as_events(case.stimulus)
    found, engine = (ran(name, case.network, stimulus, case.steps, options=options) for name in ("brian2", "numba"))
    matrix = found.weights("s").matrix(*case.wanted().shape)
    np.testing.assert_allclose(matrix, case.wanted(), rtol=0, atol=largest)
    assert found.cost == engine.cost
