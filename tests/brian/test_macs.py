"""Macs and one-shot synapses: Brian2 and the Numba engine agree, stopped, saved or not."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from spikemem.backend import Program
from tests.brian.support import assert_same_spikes, assert_same_state, made, needs, ran
from tests.engine.support import as_events
from tests.reference.mac_strategies import STEPS, macs, network, stimuli

# Not shrunk: every try generates code anew.
ANY = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.generate],
)


def assert_same(found: Program, wanted: Program) -> None:
    """Weights are whole numbers, so that every bit of them must be the same; powers may differ in the last bit."""
    assert_same_state(found, wanted, 1e-12)
    for projection in ("U", "H", "D"):
        assert found.weights(projection).weight.tolist() == wanted.weights(projection).weight.tolist()


@settings(ANY, max_examples=40)
@given(macs(), st.data(), st.integers(0, 1000), st.integers(0, STEPS))
def test_random_networks_agree(own: Any, data: st.DataObject, seed: int, pause: int) -> None:
    needs("brian2")
    cell, count = own[:2]
    stimulus = as_events(data.draw(stimuli(count * cell.size)))
    wanted = ran("numba", network(*own), stimulus, STEPS, numerics="exact", seed=seed)
    found = ran("brian2", network(*own), stimulus, pause, numerics="exact", seed=seed)
    found.run(STEPS - pause)
    assert_same_spikes(found.spikes(), wanted.spikes())
    assert_same(found, wanted)


@settings(ANY, max_examples=25)
@given(macs(), st.sampled_from([("numba", "brian2"), ("brian2", "numba"), ("brian2", "brian2")]), st.data())
def test_a_checkpoint_moves_between_the_backends(own: Any, names: tuple[str, str], data: st.DataObject) -> None:
    needs("brian2")
    cell, count = own[:2]
    stimulus, at = as_events(data.draw(stimuli(count * cell.size))), data.draw(st.integers(0, STEPS))
    wanted = ran("numba", network(*own), stimulus, STEPS)
    first = ran(names[0], network(*own), stimulus, at)
    second = made(names[1], network(*own))
    second.run(2)  # what it has done before does not matter
    second.load_state(first.save_state())
    second.run(STEPS - at)
    assert_same_spikes(second.spikes(), wanted.spikes(since=at))
    assert_same(second, wanted)
