"""Races: Brian2 and the Numba engine agree, given the same draws, saved or not; the first spike is softmax on Brian2, too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from spikemem.ir import Explicit, Numbers, Race
from spikemem.language import NetworkBuilder, OneToOne
from tests.brian.support import ANY, MOVES, assert_same_spikes, moved, needs, ran
from tests.engine.support import as_events
from tests.engine.test_races import network, races

Drawn = tuple[Race, list[list[float]], list[tuple[int, int]], int]
STEPS = 130


@settings(ANY, max_examples=20)
@given(races(), st.integers(0, STEPS), st.sampled_from(MOVES))
def test_random_races_agree_and_move(case: Drawn, pause: int, names: tuple[str, str]) -> None:
    needs("brian2")
    cell, drives, spikes, seed = case
    net, stimulus = network(cell, drives), as_events({"in": spikes})
    second, wanted = moved(names, net, stimulus, pause, STEPS, seed=seed, numerics="exact")
    assert second.cost == wanted.cost


def test_the_first_spike_is_softmax() -> None:
    """200,000 races, those of 1000 modules over 200 steps: chi-squared at the 1 % level."""
    needs("brian2")
    beta, modules, steps, h = 1.7, 1000, 200, np.array([0.25, 0.5, 1.0, 2.0])
    net = NetworkBuilder("races", 1.0)
    net.input("in", 4 * modules)
    net.population("race", 4 * modules, Race(cells=4, beta=beta, rate=1e6))
    net.connect("in", "race", OneToOne(), weight=Explicit(Numbers(np.tile(h, modules).tolist())), delay=1.0)
    spikes = [(t, i) for t in range(steps) for i in range(4 * modules)]
    _, neurons = ran("brian2", net.network(), as_events({"in": spikes}), steps + 1, numerics="exact").spikes()["race"]
    found, softmax = np.bincount(neurons % 4, minlength=4), np.exp(beta * h) / np.exp(beta * h).sum()
    assert found.sum() == 200_000
    assert stats.chisquare(found, found.sum() * softmax).pvalue > 0.01


@pytest.mark.slow
@pytest.mark.parametrize("transfer", ["exponential", "winner"])
def test_the_compiled_program_agrees(transfer: str) -> None:
    needs("brian2-cpp")
    rng = np.random.default_rng(1)
    cell = Race(cells=5, transfer=transfer, beta=2.0, rate=100.0)  # type: ignore[arg-type]
    net = network(cell, rng.integers(-4, 8, (6, 15)).astype(float).tolist())
    spikes = sorted((int(t), int(i)) for t, i in np.argwhere(rng.random((300, 6)) < 0.3))
    wanted, found = (
        ran(name, net, as_events({"in": spikes}), 310, numerics="exact") for name in ("numba", "brian2-cpp")
    )
    assert wanted.spikes()["race"][0].size > 100
    assert_same_spikes(found.spikes(), wanted.spikes())
