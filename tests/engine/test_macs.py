"""Macs in the Numba engine: against plain Python, in the limits of the algorithm, through checkpoints and quiet time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spikemem.backend import Program
from spikemem.errors import NetworkError
from spikemem.ir import (
    AllToAll,
    Branch,
    Mac,
    Network,
    OneShot,
    Population,
    Projection,
    Segment,
    SpikeSource,
)
from tests.engine.support import assert_same_bits, fired, outcome, started
from tests.reference.code_selection import Macs, Wires
from tests.reference.interpreter import Spike
from tests.reference.mac_strategies import INPUTS, STEPS, Fields, Rule, macs, network, stimuli


def wires(cell: Mac, macs: int, fields: Fields, rule: Rule, delay: int, horizontal: int) -> list[Wires]:
    size, K = macs * cell.size, cell.cells
    up = {(i, j) for mac in range(macs) for i in fields[mac] for j in range(mac * cell.size, (mac + 1) * cell.size)}
    beside = {(i, j) for i in range(size) for j in range(size) if i // K != j // K}
    above = {(i, j) for i in range(3) for j in range(size)}
    return [
        Wires("x", "up", delay, up, rule),
        Wires("mac", "horizontal", horizontal, beside, rule),
        Wires("above", "down", 1, above, OneShot()),
    ]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data(), macs(), st.integers(0, 1000))
def test_the_engine_does_what_plain_python_does(data: st.DataObject, made: Any, seed: int) -> None:
    cell, count = made[:2]
    stimulus = data.draw(stimuli(count * cell.size))
    program = started(network(*made), stimulus, seed=seed)
    program.run(STEPS)
    reference = Macs(cell, count, seed, wires(*made), drive=[("drive", 1)])
    by_step: dict[str, dict[int, set[int]]] = {}
    for name, spikes in stimulus.items():
        for step, neuron in spikes:
            by_step.setdefault(name, {}).setdefault(step, set()).add(neuron)
    reference.run(STEPS, by_step)
    assert fired(program)["mac"] == sorted((t, j) for t, cells in reference.fired.items() for j in cells)
    for name, wire in zip(("U", "H", "D"), reference.wires, strict=True):
        wire.fade(STEPS)
        found = program.weights(name)
        pairs = zip(found.pre.tolist(), found.post.tolist(), strict=True)
        assert dict(zip(pairs, found.weight.tolist(), strict=True)) == wire.weights
    wanted = [reference.V.get(j, 0.0) for j in range(count * cell.size)]
    assert program.variable("mac", "V").tolist() == pytest.approx(wanted, rel=1e-12, abs=1e-300)
    G = [reference.G.get(j // cell.size, 0.0) for j in range(count * cell.size)]
    assert program.variable("mac", "G").tolist() == pytest.approx(G, rel=1e-12, abs=1e-300)


def single(cell: Mac, macs: int = 1, inputs: int = 40, rule: OneShot | None = None) -> Network:
    return Network(
        "single", 1.0,
        (
            Population("x", inputs, SpikeSource()), Population("in_learn", 1, SpikeSource()),
            Population("mac", macs * cell.size, cell),
        ),
        (Projection("U", "x", "mac", AllToAll(), 0.0, 1.0, "up", rule or OneShot()),),
    )  # fmt: skip


def shown(program: Program, inputs: range, learn: bool = True) -> list[int]:
    """Show inputs and return the winners, two steps later."""
    now = program.now
    events = {"x": (np.full(len(inputs), now), np.array(inputs, dtype=np.int32))}
    if learn:
        events["in_learn"] = (np.array([now + 1]), np.zeros(1, dtype=np.int32))
    program.stimulate(events)
    program.forget_spikes()
    program.run(3)
    return [int(j) for j in program.spikes()["mac"][1]]


def test_what_is_stored_comes_back_and_is_familiar() -> None:
    program = started(single(Mac(modules=20, cells=8, gate="in_learn")))
    codes = [shown(program, inputs) for inputs in (range(10), range(10, 20), range(20, 30))]
    for inputs, code in zip((range(10), range(10, 20), range(20, 30)), codes, strict=True):
        assert shown(program, inputs, learn=False) == code
        assert program.variable("mac", "G").tolist() == [1.0] * 160
    shown(program, range(30, 40), learn=False)
    assert program.variable("mac", "G").tolist() == [0.0] * 160


def test_at_full_familiarity_learning_draws_the_stored_code_again_with_the_chance_of_the_equations() -> None:
    cell = Mac(modules=50, cells=8)
    program = started(single(cell, macs=100))
    code = np.array(shown(program, range(20)))
    again = np.array(shown(program, range(20)))
    psi = cell.psi(1.0, 1.0), cell.psi(0.0, 1.0)
    chance = psi[0] / (psi[0] + 7 * psi[1])
    assert chance == pytest.approx(0.991, abs=5e-4)
    assert (code == again).mean() == pytest.approx(chance, abs=3 * (chance * (1 - chance) / code.size) ** 0.5)


@pytest.mark.parametrize("share", [0, 1, 2])
def test_the_choice_is_uniform_for_what_is_not_familiar(share: int) -> None:
    """Pearson's chi-squared at the level 0.001, of K = 8 cells by 10,000 modules; seeds are fixed."""
    program = started(single(Mac(modules=50, cells=8, G_minus=0.1), macs=200), seed=5 + share)
    first = np.array(shown(program, range(20)))
    winners = np.array(shown(program, range(20 - share, 40 - share)))
    assert program.variable("mac", "G").max() == pytest.approx(share / 20)
    for numbers in (winners % 8, (winners - first) % 8):
        counts = np.bincount(numbers, minlength=8)
        expected = winners.size / 8
        assert ((counts - expected) ** 2 / expected).sum() < 24.32  # chi-squared, 7 degrees of freedom, 0.999


def test_frozen_cells_learn_no_more() -> None:
    program = started(single(Mac(modules=3, cells=1), rule=OneShot(freeze=0.25)))
    for inputs, wanted in ((range(10), 10), (range(5, 15), 15), (range(20, 30), 15)):
        shown(program, inputs)
        assert program.weights("U").weight.reshape(40, 3).sum(axis=0).tolist() == [wanted] * 3


def test_ties_are_drawn_uniformly() -> None:
    """Pearson's chi-squared at the level 0.001, 4 cells that have stored the same."""
    program = started(single(Mac(modules=2000, cells=4, gate="in_learn")), seed=3)
    winners = np.array(shown(program, range(10), learn=False))
    counts = np.bincount(winners % 4, minlength=4)
    assert ((counts - 500) ** 2 / 500).sum() < 16.27


def learner() -> Network:
    cell = Mac(modules=4, cells=6, persistence=2, frame=3.0, gate="in_learn", free="in_free")
    return network(cell, 2, ((0, 1, 2, 3, 4, 5), (2, 3, 4, 5, 6, 7)), OneShot(), 2, 5)


def busy() -> dict[str, list[Spike]]:
    rng = np.random.default_rng(4)
    found = {}
    for name, count, rate in (("x", INPUTS, 0.15), ("above", 3, 0.05), ("in_learn", 1, 0.5), ("in_free", 1, 0.3)):
        steps, neurons = np.nonzero(rng.random((300, count)) < rate)
        found[name] = list(zip(steps.tolist(), neurons.tolist(), strict=True))
    return found


@pytest.mark.parametrize("at", [1, 57, 100, 163, 250])
def test_a_checkpoint_goes_on_bit_for_bit(at: int) -> None:
    whole, begun, resumed = (started(learner(), busy(), seed=2) for _ in range(3))
    whole.run(300)
    begun.run(at)
    resumed.run(17)  # it has numbers drawn of its own
    resumed.load_state(begun.save_state())
    resumed.run(300 - at)
    assert_same_bits(outcome(resumed), outcome(whole))
    assert fired(begun, resumed)["mac"] == fired(whole)["mac"]
    assert len(fired(whole)["mac"]) > 200


def test_the_length_of_stretches_changes_nothing_and_quiet_time_neither() -> None:
    late = {name: [(step + 1_000_000, neuron) for step, neuron in spikes] for name, spikes in busy().items()}
    once, pieces = started(learner(), late), started(learner(), late)
    once.run(1_000_300)
    for stretch in (10, 999_900, 99, 1, 7, 93, 190):
        pieces.run(stretch)
    assert_same_bits(outcome(pieces), outcome(once))
    assert fired(pieces)["mac"] == fired(once)["mac"]
    assert len(fired(once)["mac"]) > 200


def test_a_state_holds_no_drawn_numbers() -> None:
    assert [name for name in started(learner()).save_state() if "draws" in name] == []


def test_branches_cannot_grow_on_macs() -> None:
    cell = Mac(modules=2, cells=3)
    dendrites = Population("basal", 6, Segment(theta=2), branch=Branch("mac", "basal", 1))
    with pytest.raises(NetworkError, match=r"^population basal: soma mac is a Mac, which takes no dendrites$"):
        Network("n", 1.0, (Population("mac", 6, cell), dendrites), ()).verify()
