"""Quiet time is skipped, and that changes no bit."""

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import spikemem
from spikemem.backend import Program
from spikemem.backends.numba_cpu.kernel import WAKE
from spikemem.backends.numba_cpu.program import NumbaProgram
from spikemem.ir import (
    AllToAll,
    IF_cond_exp,
    IF_curr_delta,
    IF_curr_exp,
    Network,
    Numerics,
    PairSTDP,
    Population,
    Projection,
    SpikeSource,
    Static,
)
from spikemem.language import call
from spikemem.models import CA3CAM
from tests.engine.support import FORMS, assert_same_bits, fired, lowered, outcome, started
from tests.reference.interpreter import Spike, interpret
from tests.reference.strategies import Experiment, experiments


def forced(network: Network) -> Network:
    """Return ``network`` with a clock whose synapses of weight 0 make every population of neurons run in every step."""
    targets = [p.name for p in network.populations if p.branch is None and not isinstance(p.cell, SpikeSource)]
    ticks = tuple(
        Projection(f"tick {name}", "clock", name, AllToAll(), 0.0, network.dt, "excitatory", Static())
        for name in targets
    )
    return replace(
        network,
        populations=(*network.populations, Population("clock", 1, SpikeSource())),
        projections=(*network.projections, *ticks),
    ).verify()


def stretched(stimulus: dict[str, list[Spike]], at: int, gap: int) -> dict[str, list[Spike]]:
    return {name: [(t + gap if t >= at else t, n) for t, n in spikes] for name, spikes in stimulus.items()}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    experiment=experiments(max_steps=30), numerics=st.sampled_from(["spinnaker", "exact"]),
    gap=st.sampled_from([40, 300, 2500]), data=st.data(),
)  # fmt: skip
def test_skipping_quiet_time_changes_no_bit(
    experiment: Experiment, numerics: Numerics, gap: int, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, experiment.steps), "at")
    stimulus, steps = stretched(experiment.stimulus, at, gap), experiment.steps + gap
    skipping = started(experiment.network, stimulus, numerics=numerics)
    skipping.run(steps)
    clocked = started(
        forced(experiment.network), {**stimulus, "clock": [(t, 0) for t in range(steps)]}, numerics=numerics
    )
    clocked.run(steps)
    found = fired(clocked)
    del found["clock"]
    assert fired(skipping) == found
    own = [p.name for p in experiment.network.populations]
    assert_same_bits(outcome(skipping), outcome(clocked, own))
    event("spikes after the gap" if any(t >= at + gap for s in found.values() for t, _ in s) else "no spikes after")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    experiment=experiments(max_steps=30), numerics=st.sampled_from(["spinnaker", "exact"]),
    gap=st.sampled_from([0, 40, 300]), data=st.data(),
)  # fmt: skip
def test_waking_every_stage_in_every_step_changes_no_bit(
    experiment: Experiment, numerics: Numerics, gap: int, data: st.DataObject
) -> None:
    """Sources apart: those sleep until the next spike that they are given."""
    at = data.draw(st.integers(0, experiment.steps), "at")
    stimulus, steps = stretched(experiment.stimulus, at, gap), experiment.steps + gap
    skipping, woken = (started(experiment.network, stimulus, numerics=numerics) for _ in range(2))
    skipping.run(steps)
    assert isinstance(woken, NumbaProgram)
    sources = [isinstance(p.cell, SpikeSource) for p in experiment.network.populations]
    for now in range(steps):
        wake = woken.memory.control[WAKE::2]
        wake[: len(sources)] = np.where(sources, wake[: len(sources)], now)
        wake[len(sources) :] = now
        woken.run(1)
    assert fired(skipping) == fired(woken)
    assert_same_bits(outcome(skipping), outcome(woken))
    event("dendrites" if any(p.branch is not None for p in experiment.network.populations) else "neurons only")


def chain(delay: float, rule: PairSTDP | None = None) -> Network:
    populations = (
        Population("in", 1, SpikeSource()),
        Population("far", 1, IF_curr_exp(tau_m=4.0, tau_syn_E=1.0)),
        Population("kick", 1, IF_curr_delta(tau_m=3.0)),
        Population("open", 1, IF_cond_exp(tau_m=5.0, tau_syn_E=2.0)),
    )
    projections = (
        Projection("long", "in", "far", AllToAll(), 70.0, delay, "excitatory", Static()),
        Projection("back", "far", "kick", AllToAll(), 40.0, delay / 2, "excitatory", rule or Static()),
        Projection("again", "kick", "open", AllToAll(), 1.0, 1.0, "excitatory", Static()),
    )
    return Network("chain", 1.0, populations, projections)


def agrees(program: Program, network: Network, stimulus: dict[str, list[Spike]], steps: int) -> dict[str, list[Spike]]:
    wanted = interpret(lowered(network), stimulus, steps)
    assert fired(program) == wanted.spikes
    for form in FORMS:
        found = program.weights("back", form).weight.tolist()
        np.testing.assert_allclose(found, [w[3] for w in wanted.weights("back", form)], rtol=1e-12)
    return wanted.spikes


def test_a_delay_may_be_longer_than_the_quiet_time() -> None:
    rules = [
        PairSTDP(w_max=50.0, A_plus=9.0, A_minus=7.0, tau_plus=300.0, tau_minus=300.0, delay="dendritic"),
        PairSTDP(w_max=50.0, A_plus=9.0, A_minus=7.0, tau_plus=300.0, tau_minus=300.0, delay="axonal"),
        PairSTDP(w_max=50.0, A_plus=9.0, A_minus=7.0, tau_plus=300.0, tau_minus=300.0, update="deferred"),
    ]
    for rule in (None, *rules):
        network = chain(600.0, rule)
        stimulus = {"in": [(5, 0), (6, 0), (300, 0), (905, 0), (1210, 0)]}
        program = started(network, stimulus)
        program.run(2300)
        spikes = agrees(program, network, stimulus, 2300)
        assert [t for t, _ in spikes["far"]][:1] == [605]
        assert [t for t, _ in spikes["kick"]][:1] == [905]
        assert spikes["open"]


def test_a_billion_quiet_steps_pass_at_once() -> None:
    quiet = 10**9
    soon, late = 100.0, float(quiet)
    model = CA3CAM()

    def answered(at: float) -> tuple[frozenset[int], frozenset[int], float, list[Spike]]:
        learned = [call(0.0, "learn", cue=2, content=[1, 7]), call(20.0, "learn", cue=4, content=[7])]
        asked = [call(at, "recall", cue=2), call(at + 20.0, "recall", content=[7])]
        made = spikemem.run(model, protocol=[*learned, *asked])
        times, neurons = made.spikes["out_cue"]
        after = [(int(t - at), int(n)) for t, n in zip(times, neurons, strict=True) if t >= at]
        return made.answers[2].content, made.answers[3].cues, made.duration_ms - at, after

    assert answered(soon) == answered(late)
    assert answered(late)[:2] == (frozenset({1, 7}), frozenset({2, 4}))


def test_a_live_memory_waits_a_billion_steps() -> None:
    memory = spikemem.open(CA3CAM())
    memory.learn(cue=1, content=[0, 5])
    memory.wait(1e9)
    assert memory.now_ms == 1e9 + 8.0 - 1.0
    assert memory.recall(cue=1).content == {0, 5}


def test_a_driven_neuron_is_not_skipped() -> None:
    cell = IF_curr_exp(tau_m=10.0, i_offset=2.0, tau_refrac=1.0)
    network = Network("driven", 1.0, (Population("cells", 2, cell),), ())
    program = started(network)
    program.run(5000)
    steps = program.spikes()["cells"][0]
    assert np.unique(np.diff(np.unique(steps))).size == 1
    assert steps.max() > 4900
