"""Weights in 16 bits: what we report is what sPyNNaker's own code writes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikemem.backends.pynn.quantise import LARGEST, quantise

WEIGHTS = st.lists(st.floats(0.0, 1e4, allow_nan=False), min_size=1, max_size=40)
SHIFTS = st.integers(0, 15)


@given(WEIGHTS, SHIFTS)
def test_it_is_the_nearest_step_below_saturation(weights: list[float], shift: int) -> None:
    given_, scale = np.array(weights), 2.0 ** (15 - shift)
    held = quantise(given_, scale)
    assert np.array_equal(np.rint(held * scale), held * scale)
    assert held.max() * scale <= LARGEST
    inside = given_ * scale <= LARGEST
    assert (np.abs(held - given_)[inside] <= 0.5 / scale).all()
    assert (held[~inside] == LARGEST / scale).all()


@settings(deadline=None)  # importing sPyNNaker takes a second
@given(WEIGHTS, SHIFTS)
def test_the_conversion_of_spynnaker_gives_the_same_sixteen_bits(weights: list[float], shift: int) -> None:
    pytest.importorskip("spynnaker.pyNN.config_setup").unittest_setup()
    static = pytest.importorskip("spynnaker.pyNN.models.neuron.synapse_dynamics")
    types = pytest.importorskip("spynnaker.pyNN.models.neural_projections.connectors.abstract_connector")
    scale = 2.0 ** (15 - shift)
    fitting = np.array([w for w in weights if np.rint(w * scale) <= LARGEST])
    if not fitting.size:
        return
    connections = np.zeros(fitting.size, dtype=types.AbstractConnector.NUMPY_SYNAPSES_DTYPE)
    connections["weight"] = fitting * scale  # the host scales before it converts
    connections["target"] = np.arange(fitting.size)
    rows, _ = static.SynapseDynamicsStatic(delay=1.0).get_static_synaptic_data(
        connections, np.zeros(fitting.size, dtype=np.int64), 1, 2, 256, 256
    )
    theirs = (rows[0] >> 16) / scale
    assert np.array_equal(theirs, quantise(fitting, scale))
