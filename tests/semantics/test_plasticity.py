"""Pair STDP: convention by convention, on each target, against weights worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import Any

import numpy as np
import pytest

from spikemem.backend import Program, RunOptions, backend
from spikemem.backends.pynn.spinnaker import SpinnakerProgram
from spikemem.errors import Unsupported
from spikemem.hardware import find_hardware
from spikemem.ir import (
    AllToAll,
    Cell,
    IF_cond_exp,
    IF_curr_delta,
    IF_curr_exp,
    Network,
    PairSTDP,
    Population,
    Projection,
    SpikeSource,
    Static,
)
from spikemem.passes import lower
from tests.semantics.raw import NUMBA_AND_BRIAN2, at, connect, made, needs, nest, source, spynnaker

# In each step the potentiating trace halves and the depressing one quarters; the weight begins at 10, within 0 to 20.
HALVES: dict[str, Any] = {"tau_plus": 1 / log(2), "tau_minus": 1 / log(4), "A_plus": 1.0, "A_minus": 1.0, "w_max": 20.0}
LEAKY = IF_curr_delta(tau_m=1 / log(1024), tau_refrac=0.0, v_rest=0.0, v_reset=-1e-6, v_thresh=1e6)


def ran(name: str, fields: dict[str, Any], d: int, pre: Sequence[int], post: Sequence[int], steps: int = 13) -> Program:
    """Run a synapse whose pre and post neuron fire in the given steps."""
    populations = (
        Population("pre", 1, SpikeSource()),
        Population("drive", 1, SpikeSource()),
        Population("post", 1, LEAKY),
    )
    projections = (
        Projection("drive", "drive", "post", AllToAll(), 1e12, 1.0, "excitatory", Static()),
        Projection("plastic", "pre", "post", AllToAll(), 10.0, float(d), "excitatory", PairSTDP(**(HALVES | fields))),
    )
    program = made(name, Network("pair", 1.0, populations, projections))
    program.stimulate({"pre": at(*pre), "drive": at(*(t - 1 for t in post))})
    program.run(steps)
    assert program.spikes()["post"][0].tolist() == [t for t in post if t < steps]
    return program


def weight(program: Program) -> float:
    return float(program.weights("plastic").weight[0])


DEFERRED: dict[str, Any] = {"update": "deferred"}


@NUMBA_AND_BRIAN2
@pytest.mark.parametrize(
    ("delay", "d", "pre", "post", "change"),
    [
        ("dendritic", 1, [5], [7], 1 / 8),  # the post spike acts at 8
        ("dendritic", 3, [5], [3], 1 / 2),  # at 6: after the pre spike
        ("axonal", 2, [5], [8], 1 / 2),  # the pre spike acts at 7
        ("axonal", 2, [5], [6], -1 / 4),
        ("ignored", 3, [5], [6], 1 / 2),
        ("ignored", 3, [6], [5], -1 / 4),
    ],
)
def test_the_delay_is_split_as_the_field_says(
    name: str, delay: str, d: int, pre: list[int], post: list[int], change: float
) -> None:
    assert weight(ran(name, {"delay": delay}, d, pre, post)) == pytest.approx(10 + change)


def test_the_delay_is_dendritic_unless_stated() -> None:
    assert PairSTDP().delay == "dendritic"


@NUMBA_AND_BRIAN2
@pytest.mark.parametrize(("coincidence", "change"), [("depress", -1), ("potentiate", 1), ("both", 0), ("neither", 0)])
def test_a_pair_that_meets_does_what_the_field_says(name: str, coincidence: str, change: float) -> None:
    """The post spike acts in the step of the second pre spike; a pair of the first is the same in all cases."""
    fields = {"delay": "ignored", "coincidence": coincidence}
    assert weight(ran(name, fields, 1, [6], [6])) == pytest.approx(10 + change)
    assert weight(ran(name, fields, 1, [4, 6], [6])) == pytest.approx(10 + change + 1 / 4)


@NUMBA_AND_BRIAN2
def test_the_update_is_online_or_deferred(name: str) -> None:
    for update, seen in (("online", [10.0, 10.5, 10.5 - 1 / 4]), ("deferred", [10.0, 10.0, 10.5 - 1 / 4])):
        fields = {"delay": "ignored", "update": update}
        assert [weight(ran(name, fields, 1, [5, 7], [6], steps)) for steps in (6, 7, 8)] == pytest.approx(seen)


@NUMBA_AND_BRIAN2
def test_as_many_post_spikes_are_remembered_as_the_field_says(name: str) -> None:
    late = {"A_minus": 0.0, "delay": "ignored", **DEFERRED}
    for history, change in ((1, 1 / 8), (2, 1 / 4 + 1 / 8), (None, 1 / 2 + 1 / 4 + 1 / 8)):
        program = ran(name, {**late, "history": history}, 1, [5, 10], [6, 7, 8])
        assert weight(program) == pytest.approx(10 + change)


@NUMBA_AND_BRIAN2
def test_clipping_is_after_each_change_or_at_the_end(name: str) -> None:
    """8 and 4 on 10 are clipped to 20, or not yet, before 5 are taken away."""
    for clip, wanted in (("each", 20 - 5), ("end", 22 - 5)):
        fields = {"delay": "ignored", "A_plus": 16.0, "A_minus": 16.0, "clip": clip, **DEFERRED}
        assert weight(ran(name, fields, 1, [5, 8], [6, 7])) == pytest.approx(wanted)


@NUMBA_AND_BRIAN2
def test_additive_amplitudes_are_weights_or_fractions(name: str) -> None:
    for amplitude, change in (("absolute", 0.25 / 2), ("fraction_of_w_max", 0.25 * 20 / 2)):
        fields = {"delay": "ignored", "A_plus": 0.25, "amplitude": amplitude}
        assert weight(ran(name, fields, 1, [5], [6])) == pytest.approx(10 + change)


ONTO: dict[str, tuple[Cell, float]] = {
    "IF_curr_exp": (IF_curr_exp(tau_refrac=1.0), 100.0), "IF_curr_delta": (IF_curr_delta(tau_refrac=1.0), 100.0),
    "IF_cond_exp": (IF_cond_exp(tau_refrac=1.0), 1.0),
}  # fmt: skip


def onto(cell: str, rule: PairSTDP, delay: float = 2.0) -> Network:
    """Return a plastic synapse onto a cell that a source of its own fires."""
    kind, strong = ONTO[cell]
    populations = (
        Population("pre", 1, SpikeSource()),
        Population("drive", 1, SpikeSource()),
        Population("post", 1, kind),
    )
    return Network("onto", 1.0, populations, (
        Projection("drive", "drive", "post", AllToAll(), strong, 1.0, "excitatory", Static()),
        Projection("plastic", "pre", "post", AllToAll(), 1e-6, delay, "excitatory", rule),
    ))  # fmt: skip


@NUMBA_AND_BRIAN2
@pytest.mark.parametrize("cell", ONTO)
def test_a_plastic_synapse_may_be_onto_any_cell(name: str, cell: str) -> None:
    """The target fires in step 5, acts in 7, and the pre spike was in 4: three steps."""
    rule = PairSTDP(tau_plus=1 / log(2), A_plus=1.0, A_minus=0.0, w_max=2.0)
    program = made(name, onto(cell, rule))
    program.stimulate({"pre": at(4), "drive": at(4)})
    program.run(8)
    assert program.spikes()["post"][0].tolist()[:1] == [5]
    assert weight(program) == pytest.approx(1e-6 + 1 / 8)


# ---- NEST itself. Weights in mV onto iaf_psc_delta are V to NEST and PyNN scales them on their way in, not on their way out.


def in_nest(
    pre: Sequence[float], post: Sequence[float], *, delay: float = 1.0, A_plus: float = 0.02, A_minus: float = 0.01,
    end: float = 60.0, tau: float = 3.0,
) -> list[tuple[float, float]]:  # fmt: skip
    """Return when the weight, 10 mV at the start and at most 20, changes and to what; the post neuron fires at ``post``."""
    with nest() as sim:
        target = sim.Population(1, sim.IF_curr_delta(tau_m=0.2, tau_refrac=0.0, v_thresh=1e5))
        target.record("spikes")
        connect(sim, source(sim, [t - 1.0 for t in post]), target, sim.StaticSynapse(weight=1e9, delay=1.0))
        rule = sim.STDPMechanism(
            timing_dependence=sim.SpikePairRule(tau_plus=tau, tau_minus=tau, A_plus=A_plus, A_minus=A_minus),
            weight_dependence=sim.AdditiveWeightDependence(w_min=0.0, w_max=20.0 * 1e-3), weight=10.0, delay=delay,
        )  # fmt: skip
        plastic = connect(sim, source(sim, pre), target, rule)
        seen, changes = 10.0, []
        while sim.get_current_time() < end:
            sim.run(1.0)
            held = 1e3 * float(plastic.get("weight", format="array")[0, 0])
            if abs(held - seen) > 1e-12:
                changes.append((float(sim.get_current_time()), held))
            seen = held
        from spikemem.backends.pynn.build import fired

        assert sorted(fired(target)[0].tolist()) == list(post)
    return changes


def test_nests_delay_is_dendritic() -> None:
    """A post spike at p acts at p + d: what counts is p + d - u, however it is made up."""
    for delay, post in ((1.0, 13.0), (3.0, 11.0), (4.0, 10.0)):
        ((_, found),) = in_nest([10.0, 59.0], [post], delay=delay, A_minus=1e-12)
        assert found == pytest.approx(10 + 0.02 * 20 * exp(-4 / 3), rel=1e-9)


def test_a_pair_that_meets_changes_nothing_in_nest() -> None:
    assert in_nest([10.0], [9.0], A_minus=0.5, A_plus=0.5) == []
    ((_, found),) = in_nest([10.0, 30.0], [9.0], A_plus=0.5, A_minus=0.01)
    assert found == pytest.approx(10 - 0.01 * 20 * exp(-20 / 3), rel=1e-9)  # only the later pre spike sees it


def test_nest_changes_a_weight_when_its_pre_neuron_fires() -> None:
    changes = in_nest([10.0, 40.0], [12.0, 14.0])
    assert [time for time, _ in changes] == [40.0]


def test_nest_remembers_all_post_spikes_that_are_needed() -> None:
    """40 of them between two pre spikes."""
    post = [11.0 + k for k in range(40)]
    ((_, found),) = in_nest([10.0, 58.0], post, A_plus=0.001, A_minus=1e-9, tau=30.0)
    wanted = 10 + sum(0.001 * 20 * exp(-(p + 1 - 10) / 30.0) for p in post)
    assert found == pytest.approx(wanted, rel=1e-6)
    assert wanted > 10 + 1.3 * sum(0.001 * 20 * exp(-(p + 1 - 10) / 30.0) for p in post[-15:])


def test_nest_clips_after_each_change() -> None:
    """Potentiation would go to 10 + 2 x 12, and is clipped to 20 before it is depressed by a little."""
    ((_, found),) = in_nest([10.0, 16.0], [10.0, 11.0], A_plus=1.0, A_minus=0.1, tau=3.0)
    depressed = 0.1 * 20 * (exp(-(16 - 11) / 3) + exp(-(16 - 12) / 3))
    assert found == pytest.approx(20 - depressed, rel=1e-9)


def test_nests_additive_amplitude_is_a_fraction_of_w_max() -> None:
    ((_, found),) = in_nest([10.0, 59.0], [11.0], A_plus=0.05, A_minus=1e-12)
    assert found == pytest.approx(10 + 0.05 * 20.0 * exp(-2 / 3), rel=1e-9)


def test_nest_refuses_plastic_synapses_onto_what_it_moves_later() -> None:
    needs("nest")
    rule = PairSTDP(A_plus=0.1, A_minus=0.1, w_max=2.0, update="deferred", coincidence="neither")
    made("nest", onto("IF_curr_delta", rule))
    for cell in ("IF_curr_exp", "IF_cond_exp"):
        with pytest.raises(
            Unsupported, match=f"PairSTDP onto {cell}: what reaches its membrane within a step must leave"
        ):
            made("nest", onto(cell, rule))


# ---- sPyNNaker: its own code, and what it is given.

OWN = PairSTDP(A_plus=0.1, A_minus=0.1, w_max=2.0, update="deferred", history=15)


def test_spynnaker_takes_dendritic_delays_only_and_delays_the_post_spike() -> None:
    spynnaker()
    sim = pytest.importorskip("spynnaker.pyNN")
    parts = {"timing_dependence": sim.SpikePairRule(), "weight_dependence": sim.AdditiveWeightDependence()}
    with pytest.raises(NotImplementedError, match="All delays must be dendritic!"):
        sim.STDPMechanism(**parts, dendritic_delay_fraction=0.5)
    made_ = sim.STDPMechanism(**parts)
    assert (made_.dendritic_delay_fraction, made_.backprop_delay) == (1.0, True)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (
            {"history": 16},
            r"PairSTDP history=16: a post neuron on SpiNNaker remembers its last 15 spikes; instead: history=15",
        ),
        ({"history": None}, r"PairSTDP history=None: .* its last 15 spikes"),
        ({"update": "online", "history": None}, r"PairSTDP update='online': SpiNNaker changes a weight when its pre"),
    ],
    ids=["history of 16", "history of all", "update"],
)
def test_spynnaker_is_not_asked_for_what_it_has_not(fields: dict[str, Any], reason: str) -> None:
    needs("spinnaker")
    from dataclasses import replace

    with pytest.raises(Unsupported, match=reason):
        lower(onto("IF_curr_exp", replace(OWN, **fields)), backend("spinnaker").abilities, "spinnaker", 1)


def test_spynnaker_writes_additive_amplitudes_as_they_are() -> None:
    spynnaker()
    sim = pytest.importorskip("spynnaker.pyNN")
    rule = sim.STDPMechanism(
        timing_dependence=sim.SpikePairRule(A_plus=0.5, A_minus=0.25), weight_dependence=sim.AdditiveWeightDependence(w_max=4.0)
    )  # fmt: skip
    written: list[float] = []

    class Specification:
        def write_value(self, data: float, data_type: object) -> None:
            written.append(float(data))

    rule.weight_dependence.write_parameters(Specification(), 1.0, np.ones(1), 1)
    assert written == [0.0, 4.0, 0.5, 0.25]  # w_min, w_max, A_plus, A_minus: not 0.5 x 4


@pytest.mark.parametrize("cell", ONTO)
def test_spynnaker_maps_plastic_synapses_onto(cell: str) -> None:
    needs("spinnaker")
    target = backend("spinnaker")
    lowered = lower(onto(cell, OWN), target.abilities, "spinnaker", 1)
    program = target.compile(lowered, RunOptions(hardware=find_hardware("virtual3")))
    assert isinstance(program, SpinnakerProgram)
    program.stimulate({"pre": at(4), "drive": at(4)})
    assert program.rehearse(10).startswith("sPyNNaker placed it on 3 cores")
