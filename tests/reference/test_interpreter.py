"""The interpreter's cells, delays and refusals against numbers worked out by hand."""

from math import exp

import pytest

from spikemem.ir import (
    AllToAll,
    Branch,
    FromList,
    IF_cond_exp,
    IF_curr_delta,
    IF_curr_exp,
    Network,
    Numerics,
    Population,
    Projection,
    Segment,
    SpikeSource,
    SpikeSourcePoisson,
    Static,
)
from spikemem.passes import lower
from tests.reference.ca3_network import FAST, OUT, SLOW
from tests.reference.cells import CurrExp, neuron
from tests.reference.interpreter import ABILITIES, interpret


def curr_exp(cell: IF_curr_exp, numerics: Numerics, dt: float = 1.0, i_offset: float = 0.0) -> CurrExp:
    made = neuron(cell, dt, numerics, i_offset, {"v": cell.v_rest, "isyn_exc": 0.0, "isyn_inh": 0.0})
    assert isinstance(made, CurrExp)
    return made


@pytest.mark.parametrize(
    ("cell", "numerics", "gain"),
    [(SLOW, "spinnaker", 0.9112), (SLOW, "exact", 0.8406), (FAST, "spinnaker", 0.893), (FAST, "exact", 0.534)],
)
def test_one_nanoampere_moves_the_membrane_by_the_gain(cell: IF_curr_exp, numerics: Numerics, gain: float) -> None:
    excited, inhibited = curr_exp(cell, numerics), curr_exp(cell, numerics)
    excited.step(1.0, 0.0, False)
    inhibited.step(0.0, 1.0, False)
    assert excited.v == pytest.approx(-60.0 + gain, abs=5e-4)
    assert inhibited.v == pytest.approx(-60.0 - gain, abs=5e-4)


@pytest.mark.parametrize(("cell", "weight"), [(SLOW, 3.292), (FAST, 3.358), (OUT, 2.744)])
def test_one_step_weight_to_threshold(cell: IF_curr_exp, weight: float) -> None:
    assert not curr_exp(cell, "spinnaker").step(weight - 0.001, 0.0, False)
    assert curr_exp(cell, "spinnaker").step(weight + 0.001, 0.0, False)


def test_two_steps_under_spinnaker_follow_the_formulas() -> None:
    cell = curr_exp(SLOW, "spinnaker", i_offset=0.1)
    cell.step(2.0, 0.5, False)
    cell.step(0.0, 0.0, False)
    k, p = 0.3 * (1 - exp(-1 / 0.3)), exp(-1 / 3)
    first = -60 + (1 - p) * (1.5 * k + 0.1) * 3 / 0.27
    alpha = -60 + (1.5 * k * exp(-1 / 0.3) + 0.1) * 3 / 0.27
    assert cell.v == pytest.approx(alpha - p * (alpha - first), rel=1e-14)


def test_exact_steps_do_not_depend_on_dt() -> None:
    coarse, fine = curr_exp(SLOW, "exact", 1.0, 0.05), curr_exp(SLOW, "exact", 0.1, 0.05)
    coarse.step(2.0, 0.7, False)
    fine.step(2.0, 0.7, False)
    for _ in range(9):
        fine.step(0.0, 0.0, False)
    assert fine.v == pytest.approx(coarse.v, rel=1e-13)


def test_exact_gain_for_equal_time_constants() -> None:
    cell = curr_exp(IF_curr_exp(cm=0.5, tau_m=2.0, tau_syn_E=2.0), "exact")
    cell.step(1.0, 0.0, False)
    assert cell.v == pytest.approx(-65 + exp(-0.5) / 0.5, rel=1e-14)


def test_a_three_step_input_gives_two_spikes() -> None:
    cell = curr_exp(SLOW, "spinnaker")
    assert [cell.step(6.0, 0.0, False) for _ in range(3)] == [True, False, True]


@pytest.mark.parametrize(("tau_refrac", "dt", "steps"), [(0.0, 1.0, 0), (1.0, 1.0, 1), (2.0, 0.5, 4), (0.3, 0.1, 3)])
def test_refractoriness_freezes_the_membrane(tau_refrac: float, dt: float, steps: int) -> None:
    cell = curr_exp(IF_curr_exp(tau_refrac=tau_refrac, v_reset=-70.0), "exact", dt)
    assert cell.step(1e4, 0.0, False)
    for _ in range(steps):
        assert not cell.step(1e4, 0.0, False)
        assert cell.v == -70.0
    assert cell.step(0.0, 0.0, False)  # the current of the frozen steps is still there


def test_input_to_a_refractory_delta_neuron_is_lost() -> None:
    cell = neuron(IF_curr_delta(tau_refrac=1.0), 1.0, "exact", 0.0, {"v": -65.0})
    assert [cell.step(w, 0.0, False) for w in (15.7, 1e4, 0.0, 15.8)] == [False, True, False, True]
    # 15.7 leaves 14.93 mV, and 1e4 fires; then one frozen step; then 15.8 exp(-1/20) = 15.03 mV from v_reset.
    lost = neuron(IF_curr_delta(tau_refrac=1.0), 1.0, "exact", 0.0, {"v": -65.0})
    assert [lost.step(w, 0.0, False) for w in (16.0, 1e4, 15.0)] == [True, False, False]


def test_the_runge_kutta_step_is_of_fourth_order() -> None:
    def v_after_1_ms(steps: int) -> float:
        rest = {"v": -65.0, "gsyn_exc": 0.0, "gsyn_inh": 0.0}
        made = neuron(IF_cond_exp(cm=0.3, tau_m=10.0), 1.0 / steps, "exact", 0.1, rest)
        made.step(0.02, 0.03, False)
        for _ in range(steps - 1):
            made.step(0.0, 0.0, False)
        return float(vars(made)["v"])

    true = v_after_1_ms(200)
    errors = [abs(v_after_1_ms(steps) - true) for steps in (1, 2, 4)]
    assert true > -65 + 0.5
    assert errors[0] < 1e-3
    assert 12 < errors[0] / errors[1] < 30
    assert 12 < errors[1] / errors[2] < 30


def test_conductances_under_spinnaker_follow_the_formulas() -> None:
    cell = IF_cond_exp(cm=0.3, tau_m=10.0, tau_syn_E=5.0, tau_syn_I=2.0)
    made = neuron(cell, 1.0, "spinnaker", 0.1, {"v": -60.0, "gsyn_exc": 0.0, "gsyn_inh": 0.0})
    made.step(0.02, 0.03, False)
    current = 0.02 * 5 * (1 - exp(-0.2)) * 60 + 0.03 * 2 * (1 - exp(-0.5)) * -10 + 0.1
    alpha = -65 + current * 10 / 0.3
    assert vars(made)["v"] == pytest.approx(alpha - exp(-0.1) * (alpha + 60), rel=1e-14)


def chain(cell: IF_curr_delta, delay: float) -> Network:
    """Return source a -> b -> b, where a spike of a makes b fire again and again through its own loop."""
    populations = (Population("a", 2, SpikeSource()), Population("b", 2, cell))
    projections = (
        Projection("in", "a", "b", AllToAll(allow_self_connections=False), 20.0, delay, "excitatory", Static()),
        Projection("loop", "b", "b", AllToAll(allow_self_connections=False), 20.0, 2.0, "excitatory", Static()),
    )
    return Network("chain", 1.0, populations, projections)


def test_a_spike_over_d_steps_can_fire_its_target_d_steps_later() -> None:
    network = lower(chain(IF_curr_delta(tau_refrac=0.0), 3.0), ABILITIES, "exact", seed=1)
    outcome = interpret(network, {"a": [(1, 0), (1, 0)]}, 10)
    assert outcome.spikes == {"a": [(1, 0)], "b": [(4, 1), (6, 0), (8, 1)]}
    assert outcome.weights("in") == [(0, 1, 3, 20.0), (1, 0, 3, 20.0)]
    assert outcome.weights("loop", "effective") == [(0, 1, 2, 20.0), (1, 0, 2, 20.0)]


def test_inhibition_is_subtracted() -> None:
    network = chain(IF_curr_delta(), 3.0)
    against = Projection("against", "a", "b", AllToAll(), 10.0, 3.0, "inhibitory", Static())
    both = Network("both", 1.0, network.populations, (network.projections[0], against))
    assert interpret(lower(both, ABILITIES, "exact", seed=1), {"a": [(1, 0)]}, 10).spikes["b"] == []


def test_what_is_not_supported_is_refused() -> None:
    network = lower(chain(IF_curr_delta(), 1.0), ABILITIES, "exact", seed=1)
    with pytest.raises(ValueError, match="b is not a spike source"):
        interpret(network, {"b": [(0, 0)]}, 1)
    noise = Network("noise", 1.0, (Population("p", 1, SpikeSourcePoisson(rate=1.0)),), ())
    with pytest.raises(NotImplementedError, match="no SpikeSourcePoisson"):
        interpret(lower(noise, ABILITIES, "exact", seed=1), {}, 1)


def test_a_segment_counts_over_its_window_and_passes_its_current_on() -> None:
    soma = IF_curr_delta(cm=1.0, tau_m=10.0, tau_refrac=0.0, v_rest=0.0, v_reset=0.0, v_thresh=1.0)
    segment = Segment(theta=2, window=2.0, plateau=3.0, current=0.5)
    populations = (
        Population("a", 2, SpikeSource()),
        Population("soma", 1, soma),
        Population("branch", 2, segment, (), Branch("soma", "basal", 2)),
    )
    counted = Projection("in", "a", "branch", FromList(((0, 0), (1, 0), (1, 1))), 1.0, 1.0, "excitatory", Static())
    network = lower(Network("dendrite", 1.0, populations, (counted,)), ABILITIES, "exact", seed=1)
    outcome = interpret(network, {"a": [(1, 0), (2, 1), (4, 0), (5, 0), (6, 0), (6, 1)]}, 9)
    # Branch 0 has two in its window in steps 3, 6 and 7, branch 1 never. The soma gets 5 (1 - exp(-n/10)) mV in the n-th step:
    # 0.48, 0.91, 1.30, so it fires in step 6, which is the plateau's last and in which the branch may not spike.
    assert outcome.spikes["branch"] == [(3, 0), (7, 0)]
    assert outcome.spikes["soma"] == [(6, 0)]
