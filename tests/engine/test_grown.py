"""Dendrites that learning grows: quiet time, checkpoints, and that the chains of synapses stay whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spikemem.backend import Program, RunOptions
from spikemem.backends.numba_cpu.program import NumbaProgram
from spikemem.ir import AllToAll, HebbianPermanence, Network, Population, Projection, SpikeSource, Static
from spikemem.ir.lowered import LoweredProjection
from tests.engine.support import assert_same_bits, fired, outcome, started
from tests.engine.test_quiet import stretched
from tests.engine.test_state import assert_split_is_whole
from tests.reference.strategies import Experiment
from tests.reference.temporal_strategies import grown, learning

DRAWS = [HealthCheck.too_slow, HealthCheck.data_too_large]
SINGLE, DOUBLE = RunOptions(weight_precision="float32"), RunOptions()


def clocked(network: Network) -> Network:
    """Return ``network`` with a clock whose synapses of weight 0 make the cells run in every step."""
    tick = Projection("tick", "clock", "cells", AllToAll(), 0.0, network.dt, "excitatory", Static())
    return replace(
        network,
        populations=(*network.populations, Population("clock", 1, SpikeSource())),
        projections=(*network.projections, tick),
    ).verify()


def run_step_by_step(program: Program, steps: int) -> None:
    """Run with every stage made to run in every step."""
    assert isinstance(program, NumbaProgram)
    stages = len(program.network.populations) + sum(len(p.buckets) for p in program.network.projections)
    wake = program.memory.control[-2 * stages :: 2]
    sources = [type(p.cell) is SpikeSource for p in program.network.populations]
    inner = ~np.array(sources + [False] * (stages - len(sources)))
    for now in range(steps):
        wake[inner] = np.minimum(wake[inner], now)
        program.run(1)


def assert_skipping_changes_no_bit(experiment: Experiment, at: int, gap: int) -> None:
    """Assert that quiet steps, ``gap`` of them put in at ``at``, may be skipped or run."""
    stimulus, steps = stretched(experiment.stimulus, at, gap), experiment.steps + gap
    skipping, stepped = started(experiment.network, stimulus), started(experiment.network, stimulus)
    skipping.run(steps)
    run_step_by_step(stepped, steps)
    assert fired(skipping) == fired(stepped)
    assert_same_bits(outcome(skipping), outcome(stepped))


@settings(max_examples=60, deadline=None, suppress_health_check=DRAWS)
@given(experiment=learning(), gap=st.sampled_from([40, 300]), data=st.data())
def test_skipping_quiet_time_changes_no_bit(experiment: Experiment, gap: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, experiment.steps), "at")
    stimulus, steps = stretched(experiment.stimulus, at, gap), experiment.steps + gap
    skipping, stepped = started(experiment.network, stimulus), started(experiment.network, stimulus)
    skipping.run(steps)
    run_step_by_step(stepped, steps)
    ticking = started(clocked(experiment.network), {**stimulus, "clock": [(t, 0) for t in range(steps)]})
    ticking.run(steps)
    ticked = fired(ticking)
    del ticked["clock"]
    assert fired(skipping) == fired(stepped) == ticked
    own = [p.name for p in experiment.network.populations]
    assert_same_bits(outcome(skipping), outcome(stepped))
    assert_same_bits(outcome(skipping), outcome(ticking, own))


@settings(max_examples=60, deadline=None, suppress_health_check=DRAWS)
@given(experiment=learning(), single=st.booleans(), file=st.booleans(), data=st.data())
def test_a_run_split_at_any_step_gives_the_same_bits(
    experiment: Experiment, single: bool, file: bool, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, experiment.steps), "at")
    options = SINGLE if single else DOUBLE
    assert_split_is_whole(experiment.network, experiment.stimulus, experiment.steps, at, options=options, file=file)


def assert_chains_are_whole(program: Program, projection: LoweredProjection) -> None:
    """Check what the kernels rely on in the arrays of a projection whose synapses have grown."""
    rule, state = projection.synapse, program.save_state()
    assert isinstance(rule, HebbianPermanence)

    def array(name: str) -> Any:
        return state[f"projection/{projection.name}/{name}"]

    permanences, head, following = array("weights"), array("head"), array("next")
    live, seen = set(np.flatnonzero(permanences >= 0.0).tolist()), []
    pre_of = {}
    for i, place in enumerate(head.tolist()):
        assert place >= 0 or place == -1
        while place >= 0:
            seen.append(place)
            pre_of[place] = i
            place, before = int(following[place]), place
            assert place >= 0 or place == -(i + 2), f"the chain of {i} ends at {before} with {place}"
            assert len(seen) <= permanences.size, "a chain goes round"
    assert sorted(seen) == sorted(live), "each synapse is in one chain"
    assert (permanences[permanences < 0.0] == -1.0).all()
    assert (permanences <= 1.0).all()
    last = array("last")
    active = set(last[2 : 2 + last[1]].tolist()) if last[0] >= 0 else set()
    marked = {p for p in range(permanences.size) if int(array("mark")[p >> 5]) >> (p & 31) & 1}
    assert marked == {p for p in live if pre_of[p] in active}, "marked are the synapses of the neurons active last"
    segment = np.array(sorted(marked), dtype=np.int64) // rule.most_synapses
    assert array("match").tolist() == np.bincount(segment, minlength=array("match").size).tolist()
    pairs = [(p // rule.most_synapses, i) for p, i in pre_of.items()]
    assert len(set(pairs)) == len(pairs), "a segment has at most one synapse of a neuron"
    used, owner = int(array("segments")[0]), np.asarray(state[f"population/{projection.post}/owner"], dtype=np.int64)
    assert (owner[:used] >= 0).all()
    assert (owner[used:] == -1).all()
    assert all(s < used for s, _ in pairs)
    of = array("segments_of")
    assert of.tolist() == np.bincount(owner[:used], minlength=of.size).tolist()
    assert of.max() <= rule.most_segments


@settings(max_examples=100, deadline=None, suppress_health_check=DRAWS)
@given(experiment=learning(most_letters=25), single=st.booleans())
def test_chains_are_whole_after_any_protocol(experiment: Experiment, single: bool) -> None:
    program = started(experiment.network, experiment.stimulus, options=SINGLE if single else DOUBLE)
    for _ in range(0, experiment.steps, 3):
        program.run(3)
        for projection in grown(program.network):
            assert_chains_are_whole(program, projection)
