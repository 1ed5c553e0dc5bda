"""Races: the chances that the docstring gives, the times, and every spike of a slow reference with the same draws."""

from __future__ import annotations

from itertools import accumulate
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from spikemem.draws import DRAW_BLOCK, Draws
from spikemem.errors import NetworkError
from spikemem.ir import Explicit, FromMatrix, Network, Numbers, Race
from spikemem.language import AllToAll, NetworkBuilder, Threshold
from tests.engine.support import as_spikes, lowered, started

TRANSFERS = ("linear", "power", "exponential", "winner")
ROUGH = 4
"""Numbers of drives, multiples of 1/4, so that no sum of them depends on its order."""


def network(cell: Race, drives: list[list[float]], dt: float = 1.0) -> Network:
    """One source neuron a row of ``drives``, which are weights onto modules of racing neurons, over one step."""
    net = NetworkBuilder("races", dt)
    table = np.array(drives)
    net.input("in", len(drives))
    net.population("race", table.shape[1], cell)
    for connect, signed in ((net.connect, np.maximum(table, 0)), (net.inhibit, np.maximum(-table, 0))):
        found = signed > 0
        if found.any():
            weight = Explicit(Numbers(signed[found].tolist()))
            connect("in", "race", FromMatrix(Numbers(found.astype(int).tolist())), weight=weight, delay=dt)
    return net.network()


def winners(cell: Race, drives: list[float], races: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return steps and neurons of the spikes of one module that is driven in each of ``races`` steps."""
    program = started(network(cell, [drives]), {"in": [(t, 0) for t in range(races)]}, seed=seed)
    program.run(races + 1)
    steps, neurons = program.spikes()["race"]
    return steps, neurons


@st.composite
def races(draw: st.DrawFn) -> tuple[Race, list[list[float]], list[tuple[int, int]], int]:
    cell = Race(
        cells=draw(st.integers(1, 4)), transfer=draw(st.sampled_from(TRANSFERS)),
        exponent=draw(st.sampled_from([1.0, 2.0, 0.5, 3.0])),
        beta=draw(st.sampled_from([0.5, 2.0, 40.0])), theta=draw(st.sampled_from([0.0, 1.0, -0.5])),
        rate=draw(st.sampled_from([1000.0, 20.0, 1e6])),
    )  # fmt: skip
    size = cell.cells * draw(st.integers(1, 3))
    quarters = st.integers(-8, 16).map(lambda k: k / ROUGH)
    drives = draw(st.lists(st.lists(quarters, min_size=size, max_size=size), min_size=1, max_size=3))
    spikes = draw(st.sets(st.tuples(st.integers(0, 120), st.integers(0, len(drives) - 1)), max_size=60))
    return cell, drives, sorted(spikes), draw(st.integers(0, 3))


@settings(deadline=None, max_examples=150)
@given(races())
def test_the_engine_does_what_the_docstring_says(
    case: tuple[Race, list[list[float]], list[tuple[int, int]], int],
) -> None:
    cell, drives, spikes, seed = case
    made = network(cell, drives)
    program = started(made, {"in": spikes}, seed=seed)
    program.run(130)
    draws = Draws(lowered(made, seed=seed))
    wanted = []
    for t in range(1, 130):
        came = [drives[i] for s, i in spikes if s == t - 1]
        x = np.sum(came, axis=0) if came else np.zeros(len(drives[0]))
        excited = np.sum(np.maximum(came, 0), axis=0) if came else x
        numbers = draws.block(t // DRAW_BLOCK)["race"][t % DRAW_BLOCK]
        for module, number in enumerate(numbers):
            own = slice(module * cell.cells, (module + 1) * cell.cells)
            if excited[own].any() or (excited - x)[own].any():
                won = winner(cell, x[own].tolist(), float(number))
                wanted += [(t, own.start + won)] if won is not None else []
    assert as_spikes(program.spikes()["race"]) == wanted


def winner(cell: Race, drives: list[float], number: float) -> int | None:
    rates = cell.rates(drives)
    if cell.transfer == "winner":
        return rates.index(1.0) if any(rates) else None
    expected = [rate * 1e-3 for rate in rates]
    chance = 1.0 - exp(-sum(expected))
    if number >= chance:
        return None
    left = min(number / chance, 1.0 - 2.0**-52) * sum(expected)
    return next(i for i, passed in enumerate(accumulate(expected)) if left < passed)


@pytest.mark.parametrize("rate", [1e6, 40.0])
def test_the_first_spike_is_softmax(rate: float) -> None:
    """200,000 races, which are won in their first step or only after many: chi-squared at the 1 % level."""
    h, beta, wanted = [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0], 1.7, 200_000
    scale = rate / sum(np.exp(beta * np.array(h)))
    cell = Race(cells=8, beta=beta, rate=scale)
    steps = wanted if rate == 1e6 else int(1.02 * wanted / (1.0 - exp(-rate * 1e-3)))
    # A drive of 0 alone would be no input, so theta is moved.
    _, neurons = winners(Race(cells=8, beta=beta, rate=cell.rate, theta=1.0), [x + 1.0 for x in h], steps)
    found = np.bincount(neurons[:wanted], minlength=8)
    assert found.sum() == wanted
    softmax = np.exp(beta * np.array(h)) / np.exp(beta * np.array(h)).sum()
    assert stats.chisquare(found, wanted * softmax).pvalue > 0.01


@pytest.mark.parametrize(("transfer", "exponent"), [("linear", 1.0), ("power", 2.0), ("power", 3.0)])
def test_the_first_spike_is_proportional_to_the_transfer(transfer: str, exponent: float) -> None:
    x = [0.5, 1.0, 2.0, 3.0]
    cell = Race(cells=4, transfer=transfer, exponent=exponent, theta=0.5, rate=1e6)  # type: ignore[arg-type]
    _, neurons = winners(cell, x, 50_000)
    found, rates = np.bincount(neurons, minlength=4), (np.array(x) - 0.5) ** exponent
    assert found[0] == 0
    assert stats.chisquare(found[1:], found.sum() * rates[1:] / rates.sum()).pvalue > 0.01


def test_the_more_familiar_the_input_the_sooner_a_neuron_spikes() -> None:
    """Times between spikes are geometric: Kolmogorov-Smirnov does not take ties, so chi-squared at the 1 % level."""
    cell = Race(cells=3, beta=1.0, rate=100.0)
    steps, _ = winners(cell, [1.0, 0.5, 0.25], 60_000)
    chance = 1.0 - exp(-1e-3 * sum(cell.rates([1.0, 0.5, 0.25])))
    gaps = np.minimum(np.diff(steps), 8)
    found = np.bincount(gaps, minlength=9)[1:]
    expected = np.array([chance * (1 - chance) ** (k - 1) for k in range(1, 8)] + [(1 - chance) ** 7])
    assert stats.chisquare(found, found.sum() * expected).pvalue > 0.01


def test_half_steps_have_half_the_spikes() -> None:
    cell = Race(cells=1, transfer="linear", rate=10.0)
    program = started(network(cell, [[1.0]], 0.5), {"in": [(t, 0) for t in range(40_000)]})
    program.run(40_001)
    found = program.spikes()["race"][0].size
    assert found == pytest.approx(40_000 * (1 - exp(-0.005)), abs=3.5 * 200**0.5)


def test_rates_too_high_to_be_summed_are_cut_off() -> None:
    _, neurons = winners(Race(cells=3, beta=1e6), [1.0, 2.0, 0.0], 2000)
    assert set(neurons.tolist()) == {0, 1}


def test_a_race_has_no_threshold() -> None:
    net = NetworkBuilder("races", 1.0)
    net.input("in", 1)
    net.population("race", 2, Race(cells=2))
    net.connect("in", "race", AllToAll(), weight=Threshold(1.0), delay=1.0)
    with pytest.raises(NetworkError, match=r"Race: its neurons race and have no threshold; give weights as numbers$"):
        lowered(net.network())
