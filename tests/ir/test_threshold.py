"""A weight in threshold units just fires a resting neuron within one step, under every numerics."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikemem.errors import NetworkError
from spikemem.ir import (
    NUMERICS,
    AllToAll,
    Cell,
    Explicit,
    IF_cond_exp,
    IF_curr_delta,
    IF_curr_exp,
    Network,
    Normal,
    Numbers,
    Numerics,
    PairSTDP,
    Population,
    Projection,
    SpikeSource,
    Static,
    Threshold,
    Uniform,
)
from spikemem.passes import ThresholdUnits
from tests.engine.support import fired, lowered, started

positive = st.floats(0.2, 30.0)


@st.composite
def cells(draw: st.DrawFn) -> IF_curr_exp | IF_curr_delta:
    v_rest = draw(st.floats(-80.0, -55.0))
    common: dict[str, Any] = {
        "cm": draw(st.floats(0.05, 2.0)), "tau_m": draw(positive), "v_rest": v_rest, "v_reset": v_rest,
        "v_thresh": v_rest + draw(st.floats(1.0, 25.0)),
    }  # fmt: skip
    if draw(st.booleans()):
        return IF_curr_delta(**common)
    return IF_curr_exp(tau_syn_E=draw(st.one_of(positive, st.just(common["tau_m"]))), **common)


def one_to_one(cell: Cell, weight: Any, dt: float, **fields: Any) -> Network:
    populations = (Population("in", 1, SpikeSource()), Population("cell", 1, cell))
    projection = Projection("p", "in", "cell", AllToAll(), weight, 2 * dt, "excitatory", Static())
    return Network("one", dt, populations, (replace(projection, **fields),))


@settings(max_examples=60, deadline=None)
@given(cell=cells(), dt=st.sampled_from([0.1, 0.5, 1.0]), numerics=st.sampled_from(NUMERICS))
def test_a_billionth_above_fires_and_a_billionth_below_does_not(
    cell: IF_curr_exp | IF_curr_delta, dt: float, numerics: Numerics
) -> None:
    spikes = {}
    for weight in (1.0 + 1e-9, 1.0 - 1e-9):
        program = started(one_to_one(cell, Threshold(weight), dt), {"in": [(4, 0)]}, numerics=numerics)
        program.run(7)  # up to the step in which the input arrives
        spikes[weight] = fired(program)["cell"]
    assert spikes == {1.0 + 1e-9: [(6, 0)], 1.0 - 1e-9: []}


@pytest.mark.parametrize("numerics", NUMERICS)
def test_inhibition_of_one_unit_takes_back_one_unit(numerics: Numerics) -> None:
    cell = IF_curr_exp(tau_m=4.0, tau_syn_E=0.7, tau_syn_I=3.0)
    network = one_to_one(cell, Threshold(2.0), 1.0)
    for weight, wanted in ((1.0 - 1e-9, [(2, 0)]), (1.0 + 1e-9, [])):
        against = replace(network.projections[0], name="i", weight=Threshold(weight), receptor="inhibitory")
        both = replace(network, projections=(*network.projections, against))
        program = started(both, {"in": [(0, 0)]}, numerics=numerics)
        program.run(3)
        assert fired(program)["cell"] == wanted


@pytest.mark.parametrize(
    ("numerics", "cell", "weight"),
    [
        ("spinnaker", IF_curr_exp(cm=0.27, tau_m=3.0, tau_syn_E=0.3, v_rest=-60.0, v_reset=-60.0, v_thresh=-57.0), 3.292),
        ("spinnaker", IF_curr_exp(cm=0.14, tau_m=0.5, tau_syn_E=0.3, v_rest=-60.0, v_reset=-60.0, v_thresh=-57.0), 3.358),
        ("spinnaker", IF_curr_exp(cm=0.27, tau_m=3.0, tau_syn_E=0.3, v_rest=-60.0, v_reset=-60.0, v_thresh=-57.5), 2.744),
        ("exact", IF_curr_exp(cm=0.27, tau_m=3.0, tau_syn_E=0.3, v_rest=-60.0, v_reset=-60.0, v_thresh=-57.0), 3 / 0.8406),
        ("exact", IF_curr_exp(cm=0.14, tau_m=0.5, tau_syn_E=0.3, v_rest=-60.0, v_reset=-60.0, v_thresh=-57.0), 3 / 0.534),
    ],
)  # fmt: skip
def test_the_published_cells_have_these_one_step_weights(numerics: Numerics, cell: Cell, weight: float) -> None:
    network = ThresholdUnits(1.0, numerics)(one_to_one(cell, Threshold(1.0), 1.0))
    assert network.projections[0].weight == pytest.approx(weight, rel=1e-3)


def test_distributions_and_rules_are_scaled_alike() -> None:
    cell = IF_curr_delta(tau_m=10.0)
    unit = cell.threshold_weight("excitatory", 1.0, "exact")
    rule = PairSTDP(unit="threshold", w_min=0.1, w_max=1.2, A_plus=0.3, A_minus=0.2)
    cases: dict[Any, Any] = {
        Uniform(0.2, 1.0): Uniform(0.2 * unit, 1.0 * unit),
        Normal(0.6, 0.1, 0.2, 1.0): Normal(0.6 * unit, 0.1 * unit, 0.2 * unit, 1.0 * unit),
        Explicit(Numbers([0.2])): Explicit(Numbers([0.2 * unit])),
        1.2: 1.2 * unit,
    }
    for given_, wanted in cases.items():
        made = ThresholdUnits(1.0, "exact")(one_to_one(cell, Threshold(given_), 1.0, synapse=rule)).projections[0]
        assert made.weight == wanted
        scaled = made.synapse
        assert isinstance(scaled, PairSTDP)
        assert (scaled.w_min, scaled.w_max, scaled.A_plus, scaled.A_minus, scaled.unit) == pytest.approx(
            (0.1 * unit, 1.2 * unit, 0.3 * unit, 0.2 * unit, "weight")
        )
    multiplicative = replace(rule, weight_dependence="multiplicative")
    network = one_to_one(cell, Threshold(1.0), 1.0, synapse=multiplicative)
    kept = ThresholdUnits(1.0, "exact")(network).projections[0].synapse
    assert isinstance(kept, PairSTDP)
    assert (kept.A_plus, kept.A_minus) == (0.3, 0.2)


def test_threshold_units_hold_at_the_models_dt_only() -> None:
    network = one_to_one(IF_curr_exp(), Threshold(1.0), 1.0)
    sentence = r"^projection p: weights in threshold units hold at the model's dt = 1\.0 ms only, got dt = 0\.5 ms$"
    with pytest.raises(NetworkError, match=sentence):
        ThresholdUnits(0.5, "exact")(network)
    plain = one_to_one(IF_curr_exp(), 3.0, 1.0)
    assert ThresholdUnits(0.5, "exact")(plain) == plain


def test_a_conductance_has_no_threshold_unit() -> None:
    with pytest.raises(NetworkError, match=r"^IF_cond_exp: threshold units are for .*; give weights in uS$"):
        lowered(one_to_one(IF_cond_exp(), Threshold(1.0), 1.0))


def test_a_rule_in_threshold_units_needs_such_weights() -> None:
    network = one_to_one(IF_curr_exp(), 0.5, 1.0, synapse=PairSTDP(unit="threshold"))
    with pytest.raises(
        NetworkError, match=r"^projection p: PairSTDP is in threshold units, so must be the weight; got"
    ):
        network.verify()
    replace(network, projections=(replace(network.projections[0], weight=0.0),)).verify()
