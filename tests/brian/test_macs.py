"""Macs and one-shot synapses: Brian2 and the Numba engine agree, stopped, saved or not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikemem.backend import Program, RunOptions, backend
from spikemem.errors import NetworkError
from spikemem.ir import AllToAll, FixedProbability, Mac, Network, OneShot, Population, Projection, Receptor, SpikeSource
from spikemem.passes import lower
from tests.brian.support import ANY, MOVES, assert_same_spikes, assert_same_state, made, moved, needs, ran
from tests.engine.support import as_events
from tests.reference.mac_strategies import STEPS, macs, network, stimuli


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
@given(macs(), st.sampled_from(MOVES), st.data())
def test_a_checkpoint_moves_between_the_backends(own: Any, names: tuple[str, str], data: st.DataObject) -> None:
    needs("brian2")
    cell, count = own[:2]
    stimulus, at = as_events(data.draw(stimuli(count * cell.size))), data.draw(st.integers(0, STEPS))
    second, wanted = moved(names, network(*own), stimulus, at, STEPS)
    assert_same(second, wanted)


def learner(connector: AllToAll | FixedProbability) -> Network:
    cell = Mac(modules=3, cells=4)
    return Network(
        "learner", 1.0, (Population("x", 8, SpikeSource()), Population("mac", cell.size, cell)),
        (Projection("U", "x", "mac", connector, 0.0, 2.0, "up", OneShot()),),
    )  # fmt: skip


def chain() -> Network:
    """Macs whose code lets others learn, whose code in turn lets others choose, all in the same step of 0.1 ms."""
    first = Mac(modules=4, cells=5, lambda_U=0.7, gate="g", frame=0.4, persistence=2)
    second, third = Mac(modules=3, cells=4, gate="first", form="B"), Mac(modules=2, cells=4, gate="g", free="second")
    populations = (
        Population("x", 12, SpikeSource()), Population("g", 1, SpikeSource()), Population("first", 2 * first.size, first),
        Population("second", second.size, second), Population("third", third.size, third),
    )  # fmt: skip
    several: tuple[tuple[str, str, float, Receptor, OneShot], ...] = (
        ("x", "first", 0.3, "up", OneShot(most=4, freeze=0.5)),
        ("first", "second", 0.2, "up", OneShot()),
        ("second", "third", 0.1, "horizontal", OneShot()),
        ("third", "first", 0.7, "down", OneShot()),
    )
    projections = (
        Projection(f"{pre}->{post}", pre, post, AllToAll(), 0.0, delay, receptor, rule)
        for pre, post, delay, receptor, rule in several
    )
    return Network("chain", 0.1, populations, tuple(projections))


def test_macs_may_listen_to_macs() -> None:
    needs("brian2")
    rng = np.random.default_rng(1)
    steps, neurons = np.nonzero(rng.random((300, 12)) < 0.1)
    opened = np.sort(rng.choice(300, 120, replace=False))
    stimulus = {"x": (steps, neurons.astype(np.int32)), "g": (opened, np.zeros(120, dtype=np.int32))}
    wanted, found = (ran(name, chain(), stimulus, 300, numerics="exact", seed=3) for name in ("numba", "brian2"))
    assert_same_spikes(found.spikes(), wanted.spikes())
    assert_same_state(found, wanted, 1e-12)
    assert all(spikes[0].size > 60 for spikes in wanted.spikes().values())


@pytest.mark.parametrize("name", ["brian2", "brian2-cpp"])
def test_the_cells_of_a_module_must_have_the_same_inputs(name: str) -> None:
    needs(name)
    sentence = r"^projection U: the cells of a module must have the same inputs, each once; module 0 has others$"
    with pytest.raises(NetworkError, match=sentence):
        made(name, learner(FixedProbability(0.5))).run(1)


@pytest.mark.slow
def test_trials_of_a_compiled_program_draw_the_same_numbers_however_long_they_are() -> None:
    """The second trial is longer than the program of the first has numbers for; the third is not."""
    needs("brian2-cpp")
    rng, wanted = np.random.default_rng(5), []
    target, lengths = backend("brian2-cpp"), (40, 4200, 4150)
    found = target.programs(lower(learner(AllToAll()), target.abilities, "exact", 7), RunOptions(), len(lengths))
    for program, steps in zip(found, lengths, strict=True):
        shown = np.sort(rng.choice(steps, 30, replace=False))
        stimulus = {"x": (shown, rng.integers(0, 8, 30).astype(np.int32))}
        program.stimulate(stimulus)
        program.run(steps)
        wanted.append(ran("numba", learner(AllToAll()), stimulus, steps, numerics="exact", seed=7))
    for one, other in zip(found, wanted, strict=True):
        assert_same_spikes(one.spikes(), other.spikes())
        assert_same_state(one, other, 1e-12)
        assert one.spikes()["mac"][0].size >= 80
