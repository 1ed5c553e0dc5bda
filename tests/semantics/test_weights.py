"""Weights: what one does to a membrane on each target, its sign, and its precision."""

from __future__ import annotations

from math import exp
from types import SimpleNamespace

import numpy as np
import pytest

from spikemem.backend import Program, RunOptions, backend
from spikemem.backends.pynn.program import PyNNProgram
from spikemem.errors import NetworkError, Unsupported
from spikemem.hardware import find_hardware
from spikemem.ir import (
    AllToAll,
    Cell,
    IF_cond_exp,
    IF_curr_delta,
    IF_curr_exp,
    Network,
    Population,
    Projection,
    SpikeSource,
    Static,
)
from spikemem.ir.cell import Receptor
from spikemem.ir.numerics import Numerics
from spikemem.passes import lower
from tests.semantics.raw import NUMBA_AND_BRIAN2, at, connect, made, needs, nest, source, spynnaker

CURRENT = IF_curr_exp(
    cm=0.27, tau_m=3.0, tau_syn_E=0.3, tau_syn_I=0.3, tau_refrac=1.0, v_rest=-60.0, v_reset=-60.0, v_thresh=0.0
)
DELTA = IF_curr_delta(tau_m=10.0, tau_refrac=1.0, v_rest=-65.0, v_thresh=0.0)
CONDUCTANCE = IF_cond_exp(tau_refrac=1.0, v_rest=-65.0, v_thresh=0.0, e_rev_I=-80.0)
REST: dict[type[Cell], float] = {IF_curr_exp: -60.0, IF_curr_delta: -65.0, IF_cond_exp: -65.0}
GAIN = {
    "exact": exp(-1 / 3) * (1 - exp(-(1 / 0.3 - 1 / 3))) / (0.27 * (1 / 0.3 - 1 / 3)),
    "spinnaker": (1 - exp(-1 / 3)) * 0.3 * (1 - exp(-1 / 0.3)) * 3.0 / 0.27,
}
"""mV by which 1 nA moves the membrane of ``CURRENT`` in its first step of 1 ms.

``exact``: the integral of exp(-(1 - s)/tau_m) exp(-s/tau_syn)/cm; ``spinnaker``: (1 - exp(-1/tau_m)) k tau_m/cm with
k = tau_syn (1 - exp(-1/tau_syn)), by which sPyNNaker multiplies a weight.
"""


def network(cell: Cell, weight: float, receptor: Receptor = "excitatory") -> Network:
    populations = (Population("in", 1, SpikeSource()), Population("t", 1, cell))
    only = Projection("only", "in", "t", AllToAll(), weight, 2.0, receptor, Static())
    return Network("weights", 1.0, populations, (only,))


def moved(program: Program) -> float:
    """Return how far the membrane is from rest after the step in which a spike arrives."""
    program.stimulate({"in": at(4)})
    program.run(4 + 2 + 1)
    return float(program.variable("t", "v")[0]) - REST[type(program.network.population("t").cell)]


@NUMBA_AND_BRIAN2
@pytest.mark.parametrize("numerics", ["exact", "spinnaker"])
def test_the_gain_of_a_current_follows_the_numerics(name: str, numerics: Numerics) -> None:
    assert pytest.approx({"exact": 0.8406, "spinnaker": 0.9112}, abs=5e-5) == GAIN
    assert moved(made(name, network(CURRENT, 1.0), numerics)) == pytest.approx(GAIN[numerics], rel=1e-12)


def test_nest_itself_integrates_exactly_and_offers_nothing_else() -> None:
    with nest() as sim:
        target = sim.Population(
            1,
            sim.IF_curr_exp(cm=0.27, tau_m=3.0, tau_syn_E=0.3, v_rest=-60.0, v_thresh=0.0),
            initial_values={"v": -60.0},
        )
        target.record("v")
        connect(sim, source(sim, [5.0]), target, sim.StaticSynapse(weight=1.0, delay=1.0))
        sim.run(12.0)
        v = target.get_data("v").segments[0].analogsignals[0].magnitude[:, 0] + 60.0
    assert v[v > 1e-9][0] == pytest.approx(GAIN["exact"], rel=1e-9)
    with pytest.raises(Unsupported, match="run: numerics 'spinnaker': not offered; instead: exact"):
        made("nest", network(CURRENT, 1.0), "spinnaker")


@NUMBA_AND_BRIAN2
def test_a_weight_in_mv_decays_in_its_own_step(name: str) -> None:
    e = exp(-1 / 10)
    assert moved(made(name, network(DELTA, 3.0))) == pytest.approx(3.0 * e, rel=1e-9)
    offset = IF_curr_delta(tau_m=10.0, v_rest=-65.0, v_thresh=0.0, i_offset=0.5)
    populations = (Population("in", 1, SpikeSource()), Population("t", 1, offset, (("v", -60.0),)))
    only = Projection("only", "in", "t", AllToAll(), 3.0, 1.0, "excitatory", Static())
    program = made(name, Network("offset", 1.0, populations, (only,)))
    program.stimulate({"in": at(0)})
    program.run(1)
    v, v_inf = float(program.variable("t", "v")[0]), -65.0 + 0.5 * 10.0 / offset.cm
    program.run(1)
    assert program.variable("t", "v")[0] == pytest.approx((v + 3.0 - v_inf) * e + v_inf, rel=1e-12)


def test_nest_itself_adds_a_weight_in_mv_after_the_decay() -> None:
    with nest() as sim:
        target = sim.Population(1, sim.IF_curr_delta(tau_m=10.0, v_rest=-65.0, v_thresh=0.0))
        connect(sim, source(sim, [5.0]), target, sim.StaticSynapse(weight=3.0, delay=1.0))
        target.node_collection.set(V_m=-65.0)
        seen = []
        for _ in range(10):
            sim.run(1.0)
            seen.append(float(target.node_collection.get("V_m")) + 65.0)
    assert [v for v in seen if v > 1e-9][:2] == pytest.approx([3.0, 3.0 * exp(-1 / 10)], rel=1e-12)


def given(name: str, cell: Cell, weight: float, receptor: Receptor = "excitatory") -> float:
    """Return the weight that a PyNN target is given."""
    needs(name)
    options = RunOptions(hardware=find_hardware("virtual3")) if name == "spinnaker" else RunOptions()
    numerics = backend(name).abilities.numerics[0]
    program = made(name, network(cell, weight, receptor), numerics, options)
    assert isinstance(program, PyNNProgram)
    (projection,) = program.describe(program.feed(4)).projections
    return float(projection.weights[0])


def test_nest_is_given_weights_in_mv_that_have_decayed() -> None:
    assert given("nest", DELTA, 3.0) == pytest.approx(3.0 * exp(-1 / 10), rel=1e-12)
    assert moved(made("nest", network(DELTA, 3.0))) == pytest.approx(3.0 * exp(-1 / 10), rel=1e-9)


def test_spynnaker_is_given_the_current_of_one_step_that_does_the_same() -> None:
    """V = v_inf - e (v_inf - V) with v_inf = v_rest + R W/dt moves a resting membrane by R W (1 - e)/dt."""
    e, resistance = exp(-1 / 10), DELTA.tau_m / DELTA.cm
    current = given("spinnaker", DELTA, 3.0)
    assert resistance * current * (1 - e) == pytest.approx(3.0 * e, rel=1e-12)


def test_spynnakers_delta_input_is_scaled_by_the_step() -> None:
    """Its only parameter is the step, and it has no weight scale of its own."""
    spynnaker()
    inputs = pytest.importorskip("spynnaker.pyNN.models.neuron.input_types")
    parameters: dict[str, float] = {}
    delta = inputs.InputTypeDelta()
    delta.add_parameters(parameters)
    assert (parameters, delta.get_global_weight_scale()) == ({"time_step": 1.0}, 1.0)


@NUMBA_AND_BRIAN2
@pytest.mark.parametrize("cell", [CURRENT, DELTA, CONDUCTANCE], ids=lambda cell: type(cell).__name__)
def test_inhibitory_weights_are_magnitudes(name: str, cell: Cell) -> None:
    assert moved(made(name, network(cell, 0.1, "inhibitory"))) < -1e-4
    with pytest.raises(
        NetworkError,
        match=r"projection only: weight must be >= 0 \w+; make it inhibitory by receptor, not by sign, got -0.1",
    ):
        made(name, network(cell, -0.1, "inhibitory"))


@pytest.mark.parametrize("cell", [CURRENT, DELTA, CONDUCTANCE], ids=lambda cell: type(cell).__name__)
def test_nest_wants_inhibitory_weights_negative_but_for_conductances(cell: Cell) -> None:
    sign = 1.0 if cell is CONDUCTANCE else -1.0
    with nest() as sim:
        from pyNN.errors import ConnectionError as Refused

        target = sim.Population(1, getattr(sim, type(cell).__name__)())
        connect(sim, source(sim, [5.0]), target, sim.StaticSynapse(weight=sign * 0.1, delay=1.0), "inhibitory")
        wrong = sim.StaticSynapse(weight=-sign * 0.1, delay=1.0)
        with pytest.raises(Refused, match="Weights must be"):
            connect(sim, source(sim, [5.0]), target, wrong, "inhibitory")
    assert np.sign(given("nest", cell, 0.1, "inhibitory")) == sign


@pytest.mark.parametrize("cell", [CURRENT, DELTA, CONDUCTANCE], ids=lambda cell: type(cell).__name__)
def test_spynnaker_is_given_negative_inhibitory_weights_but_for_conductances(cell: Cell) -> None:
    assert np.sign(given("spinnaker", cell, 0.1, "inhibitory")) == (1.0 if cell is CONDUCTANCE else -1.0)


@pytest.mark.parametrize("weight", [-2.5, 2.5])
def test_spynnaker_takes_the_magnitude_of_a_weight(weight: float) -> None:
    spynnaker()
    connectors = pytest.importorskip("spynnaker.pyNN.models.neural_projections.connectors")
    one = np.zeros(3, dtype=np.int64)
    held = connectors.AllToAllConnector()._generate_weights(one, one, 3, None, SimpleNamespace(weights=weight))
    assert held.tolist() == [2.5, 2.5, 2.5]


@NUMBA_AND_BRIAN2
def test_weights_are_float64_or_float32_as_asked(name: str) -> None:
    from spikemem.ir import PairSTDP

    needs(name)
    plain = network(DELTA, 0.1)
    plastic = PairSTDP(w_max=1.0)
    changed = Network("p", 1.0, plain.populations, (
        Projection("only", "in", "t", AllToAll(), 0.1, 2.0, "excitatory", plastic),
    ))  # fmt: skip
    held = [made(name, changed, options=RunOptions(p)).weights("only").weight.tolist() for p in ("float64", "float32")]
    assert held == [[0.1], [float(np.float32(0.1))]]
    assert float(np.float32(0.1)) != 0.1


def test_nest_itself_holds_weights_in_float64() -> None:
    with nest() as sim:
        target = sim.Population(1, sim.IF_curr_exp())
        made_ = connect(sim, source(sim, [5.0]), target, sim.StaticSynapse(weight=0.1, delay=1.0))
        held = made_.get("weight", format="array")[0, 0]
    assert held == pytest.approx(0.1, rel=1e-15)
    assert held != float(np.float32(0.1))


def test_what_is_lowered_for_nest_is_float64() -> None:
    assert given("nest", CURRENT, 0.1) == 0.1
    needs("nest")
    lowered = lower(network(CURRENT, 0.1), backend("nest").abilities, "exact", 1)
    assert isinstance(lowered.projections[0].buckets[0].layout.weights, float)
