"""A run that is split by saving and loading gives the same bits as one run."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from spikemem.backend import Program, RunOptions
from spikemem.errors import FileError
from spikemem.hdf5 import read_checkpoint, write_checkpoint
from spikemem.hdf5_file import new_file, open_file
from spikemem.ir import (
    AllToAll,
    IF_curr_delta,
    IF_curr_exp,
    Network,
    Numerics,
    PairSTDP,
    Population,
    Projection,
    SpikeSource,
    SpikeSourcePoisson,
    Static,
    Uniform,
)
from tests.engine.support import as_events, assert_same_bits, engine, fired, lowered, outcome, started
from tests.reference.interpreter import Spike
from tests.reference.strategies import Experiment, experiments, unit

Stimulus = Mapping[str, list[Spike]]
SINGLE = RunOptions(weight_precision="float32")


def through_a_file(state: Mapping[str, Any]) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "state.h5"
        with new_file(path) as file:
            write_checkpoint(file, state)
        with open_file(path) as file:
            return read_checkpoint(file)


def assert_same_end(split: Program, whole: Program) -> None:
    assert_same_bits(outcome(split), outcome(whole))
    assert_same_bits(split.save_state(), whole.save_state())
    assert split.cost == whole.cost


def assert_split_is_whole(
    network: Network, stimulus: Stimulus, steps: int, at: int, *, numerics: Numerics = "exact", seed: int = 1,
    options: RunOptions | None = None, file: bool = False,
) -> Program:  # fmt: skip
    """Compare one run with two, the second of a program that took over the state of the first; return the first half."""
    whole = started(network, stimulus, numerics=numerics, seed=seed, options=options)
    whole.run(steps)
    first = started(network, stimulus, numerics=numerics, seed=seed, options=options)
    first.run(at)
    state = first.save_state()
    second = started(network, numerics=numerics, seed=seed, options=options)
    second.load_state(through_a_file(state) if file else state)
    assert second.now == at
    second.run(steps - at)
    assert fired(first, second) == fired(whole)
    assert_same_end(second, whole)
    first.run(steps - at)  # saving has changed nothing
    assert_same_end(first, whole)
    return second


def with_noise(network: Network, rate: float, start: int) -> Network:
    """Return ``network`` with a Poisson source onto its first cells."""
    target = next(p for p in network.populations if p.name == "cells0")
    noise = Population("noise", 3, SpikeSourcePoisson(rate=rate / network.dt, start=start * network.dt))
    weight = 0.713 * unit(target.cell, "excitatory", network.dt)
    drive = Projection("noise", "noise", "cells0", AllToAll(), weight, 2 * network.dt, "excitatory", Static())
    return replace(
        network, populations=(*network.populations, noise), projections=(*network.projections, drive)
    ).verify()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    experiment=experiments(), numerics=st.sampled_from(["spinnaker", "exact"]), seed=st.integers(0, 3),
    noise=st.sampled_from([None, 0, 7]), single=st.booleans(), file=st.booleans(), data=st.data(),
)  # fmt: skip
def test_a_run_split_at_any_step_gives_the_same_bits(
    experiment: Experiment, numerics: Numerics, seed: int, noise: int | None, single: bool, file: bool,
    data: st.DataObject,
) -> None:  # fmt: skip
    network = experiment.network if noise is None else with_noise(experiment.network, 200.0, noise)
    at = data.draw(st.integers(0, experiment.steps), "at")
    options = SINGLE if single else RunOptions()
    second = assert_split_is_whole(
        network, experiment.stimulus, experiment.steps, at, numerics=numerics, seed=seed, options=options, file=file
    )
    event("spikes after the split" if any(fired(second).values()) else "silent after the split")


@pytest.mark.parametrize("at", [1, 999, 1000, 1001, 1999, 2000])
def test_poisson_spikes_go_on_across_blocks(at: int) -> None:
    cells = Population("cells", 4, IF_curr_exp(tau_m=5.0, tau_syn_E=1.0))
    noise = Population("noise", 20, SpikeSourcePoisson(rate=40.0))
    other = Population("given", 2, SpikeSource())
    rule = PairSTDP(w_max=9.0, A_plus=0.5, A_minus=0.5)
    projections = (
        Projection("noise", "noise", "cells", AllToAll(), Uniform(1.0, 8.0), 3.0, "excitatory", rule),
        Projection("given", "given", "cells", AllToAll(), 30.0, Uniform(1.0, 6.0), "excitatory", Static()),
    )
    network = Network("noisy", 1.0, (noise, other, cells), projections)
    stimulus = {"given": [(t, t % 2) for t in range(5, 2400, 97)]}
    second = assert_split_is_whole(network, stimulus, 2400, at)
    for steps in ([second.spikes()["noise"][0], second.spikes()["cells"][0]], [second.spikes()["given"][0]]):
        for own in steps:
            assert own.max() > 2300


def often(history: int | None) -> tuple[Network, Stimulus]:
    """Return a deferred rule whose post neurons fire in every step and whose pre neurons fire rarely."""
    populations = (
        Population("pre", 2, SpikeSource()),
        Population("drive", 1, SpikeSource()),
        Population("post", 2, IF_curr_delta(tau_refrac=0.0)),
    )
    rule = PairSTDP(
        tau_plus=50.0, tau_minus=50.0, A_plus=0.01, A_minus=0.003, update="deferred", history=history, w_max=1.0
    )
    projections = (
        Projection("drive", "drive", "post", AllToAll(), 100.0, 1.0, "excitatory", Static()),
        Projection("plastic", "pre", "post", AllToAll(), 0.3, 2.0, "excitatory", rule),
    )
    stimulus = {"drive": [(t, 0) for t in range(140)], "pre": [(0, 0), (0, 1), (70, 0), (130, 0), (139, 1)]}
    return Network("often", 1.0, populations, projections), stimulus


@pytest.mark.parametrize("options", [RunOptions(), SINGLE], ids=["float64", "float32"])
@pytest.mark.parametrize("at", [31, 32, 33, 34, 64, 65, 66, 129, 131])
def test_an_unlimited_history_that_has_grown_is_saved(at: int, options: RunOptions) -> None:
    network, stimulus = often(None)
    second = assert_split_is_whole(network, stimulus, 145, at, options=options, file=True)
    weights = second.weights("plastic").weight
    finite, _ = often(32)
    limited = started(finite, stimulus, options=options)
    limited.run(145)
    assert not np.array_equal(weights, limited.weights("plastic").weight)


def test_a_grown_program_takes_over_a_state_from_before_it_grew() -> None:
    network, stimulus = often(None)
    program = started(network, stimulus)
    program.run(20)
    early = program.save_state()
    program.run(125)
    whole = outcome(program)
    program.load_state(early)
    assert program.now == 20
    program.run(125)
    assert_same_bits(outcome(program), whole)


def test_spikes_in_flight_arrive_after_loading() -> None:
    cells = Population("cells", 1, IF_curr_delta(tau_refrac=0.0))
    projection = Projection("far", "in", "cells", AllToAll(), 20.0, 50.0, "excitatory", Static())
    network = Network("far", 1.0, (Population("in", 1, SpikeSource()), cells), (projection,))
    second = assert_split_is_whole(network, {"in": [(3, 0), (5, 0)]}, 60, 40)
    assert fired(second) == {"in": [], "cells": [(53, 0), (55, 0)]}


def changed(network: Network, **fields: Any) -> Network:
    return network.with_projections({"plastic": replace(network.projection("plastic"), **fields)})


OTHERS: dict[str, Network] = {
    "more neurons": replace(
        often(15)[0], populations=(Population("pre", 3, SpikeSource()), *often(15)[0].populations[1:])
    ),
    "another delay": changed(often(15)[0], delay=3.0),
    "another history": often(16)[0],
    "online instead": changed(often(15)[0], synapse=PairSTDP()),
    "another name": replace(
        often(15)[0], projections=(often(15)[0].projections[0], replace(often(15)[0].projections[1], name="other"))
    ),
    "other initial weights": changed(often(15)[0], weight=0.25),
    "other cell parameters": replace(
        often(15)[0],
        populations=tuple(
            replace(p, cell=replace(p.cell, tau_m=7.0)) if isinstance(p.cell, IF_curr_delta) else p
            for p in often(15)[0].populations
        ),
    ),
    "one projection less": replace(often(15)[0], projections=often(15)[0].projections[:1]),
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_state_of_another_network_is_refused_and_changes_nothing(other: str) -> None:
    network, stimulus = often(15)
    program = started(network, stimulus)
    program.run(70)
    before = program.save_state()
    theirs = engine().compile(lowered(OTHERS[other]), RunOptions())
    theirs.run(10)
    with pytest.raises(FileError, match=r"^state: (array '[^']+' (is in one of|has shape \()|is of another network)"):
        program.load_state(theirs.save_state())
    assert_same_bits(program.save_state(), before)
    program.run(75)
    whole = started(network, stimulus)
    whole.run(145)
    assert fired(program) == fired(whole)
    assert_same_end(program, whole)


def test_a_loaded_program_takes_more_stimulus() -> None:
    network, stimulus = often(15)
    early = {name: [s for s in spikes if s[0] < 100] for name, spikes in stimulus.items()}
    late = {name: [s for s in spikes if s[0] >= 100] for name, spikes in stimulus.items()}
    whole = started(network, stimulus)
    whole.run(145)
    first = started(network, early)
    first.run(60)
    second = started(network)
    second.load_state(first.save_state())
    second.stimulate(as_events(late))
    second.run(85)
    assert_same_end(second, whole)
