"""Steps and delays: in which step each target does what, and what it is therefore given."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest

import spikemem
from spikemem.backend import RunOptions, backend
from spikemem.backends.pynn.describe import Description
from spikemem.backends.pynn.program import PyNNProgram
from spikemem.errors import InvalidInput, NetworkError, Unsupported
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
from spikemem.ir.numerics import Numerics
from spikemem.passes import lower
from tests.semantics.raw import (
    NUMBA_AND_BRIAN2,
    at,
    brian2,
    connect,
    fires_at,
    made,
    needs,
    nest,
    source,
    spynnaker,
)

STRONG: dict[str, float] = {"IF_curr_exp": 100.0, "IF_cond_exp": 1.0, "IF_curr_delta": 100.0}
"""Weights that fire a resting neuron in the step in which they move its membrane."""
CELLS: tuple[Cell, ...] = (IF_curr_exp(tau_refrac=1.0), IF_cond_exp(tau_refrac=1.0), IF_curr_delta(tau_refrac=1.0))


def chain(cell: Cell, delay: float, dt: float = 1.0) -> Network:
    """Return source -> relay -> target; the delay is the last projection's."""
    relay = IF_curr_delta(tau_refrac=dt)
    populations = (Population("in", 1, SpikeSource()), Population("relay", 1, relay), Population("t", 1, cell))
    weight = STRONG[type(cell).__name__]
    return Network("chain", dt, populations, (
        Projection("first", "in", "relay", AllToAll(), 100.0, 2 * dt, "excitatory", Static()),
        Projection("last", "relay", "t", AllToAll(), weight, delay, "excitatory", Static()),
    ))  # fmt: skip


@NUMBA_AND_BRIAN2
@pytest.mark.parametrize("delay", [1, 3])
@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)
def test_a_spike_over_d_steps_moves_the_membrane_d_steps_later(name: str, cell: Cell, delay: int) -> None:
    program = made(name, chain(cell, float(delay)))
    program.stimulate({"in": at(4)})
    fired_in = 4 + 2
    program.run(fired_in + delay)
    assert program.spikes()["relay"][0].tolist() == [fired_in]
    assert program.variable("t", "v").tolist() == [-65.0]
    program.run(1)
    assert program.spikes()["t"][0].tolist() == [fired_in + delay]


@pytest.mark.parametrize("delay", [0.0, 1.0, 3.0])
def test_brian2_itself_delivers_after_its_neurons_have_moved(delay: float) -> None:
    with brian2() as b:
        clock = b.Clock(1 * b.ms)
        pre = b.SpikeGeneratorGroup(1, [0], [5.0] * b.ms, clock=clock)
        post = b.NeuronGroup(1, "dv/dt = -v/(10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact", clock=clock)
        synapses = b.Synapses(pre, post, on_pre="v_post += 5", clock=clock)
        synapses.connect()
        synapses.delay = delay * b.ms
        monitor = b.SpikeMonitor(post)
        b.Network(pre, post, synapses, monitor).run(20 * b.ms, namespace={})
        assert np.round(monitor.t / b.ms, 6).tolist() == [5.0 + delay + 1.0]


@pytest.mark.parametrize("delay", [1.0, 3.0])
@pytest.mark.parametrize(("cell", "late"), [("IF_curr_exp", 1.0), ("IF_cond_exp", 1.0), ("IF_curr_delta", 0.0)])
def test_nest_itself_moves_currents_and_conductances_a_step_later(cell: str, late: float, delay: float) -> None:
    with nest() as sim:
        relay, target = sim.Population(1, sim.IF_curr_delta()), sim.Population(1, getattr(sim, cell)(tau_refrac=15.0))
        connect(sim, source(sim, [5.0]), relay, sim.StaticSynapse(weight=100.0, delay=2.0))
        connect(sim, relay, target, sim.StaticSynapse(weight=STRONG[cell], delay=delay))
        for population in (relay, target):
            population.record("spikes")
        sim.run(20.0)
        (first,) = fires_at(relay)
        assert fires_at(target) == [first + delay + late]


@pytest.mark.parametrize("name", ["numba", "nest", "spinnaker"])
def test_what_is_lowered_has_the_delay_itself(name: str) -> None:
    needs(name)
    abilities = backend(name).abilities
    network = lower(chain(CELLS[0], 3.0), abilities, abilities.numerics[0], 1)
    assert [b.delay for b in network.projections[1].buckets] == [3]


def test_brian2_is_given_a_step_less() -> None:
    needs("brian2")
    from spikemem.backends.brian.runtime import RuntimeProgram

    program = made("brian2", chain(CELLS[0], 3.0))
    assert isinstance(program, RuntimeProgram)
    synapses = {o.name: o for o in program._model.brian.objects if hasattr(o, "pre")}
    delays = {name: float(np.ravel(o.pre.delay_)[0]) * 1e3 for name, o in synapses.items()}
    assert delays == pytest.approx({"s0": 2.0 - 1.0, "s1": 3.0 - 1.0})


def described(name: str, network: Network, numerics: Numerics) -> Description:
    """Return what a PyNN target is given, if the source fires in step 4."""
    needs(name)
    options = RunOptions(hardware=find_hardware("virtual3")) if name == "spinnaker" else RunOptions()
    program = made(name, network, numerics, options)
    assert isinstance(program, PyNNProgram)
    program.stimulate({"in": at(4)})
    return program.describe(program.feed(10))


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)
def test_nest_is_given_a_step_less_onto_what_it_moves_later(cell: Cell) -> None:
    found = described("nest", chain(cell, 3.0), "exact")
    late = 0.0 if isinstance(cell, IF_curr_delta) else 1.0
    assert [p.delay for p in found.projections] == [2.0 + 1.0, 3.0 - late]  # the source fires a step early
    direct = Network("direct", 1.0, (Population("in", 1, SpikeSource()), Population("t", 1, cell)), (
        Projection("only", "in", "t", AllToAll(), 1.0, 3.0, "excitatory", Static()),
    ))  # fmt: skip
    assert [p.delay for p in described("nest", direct, "exact").projections] == [3.0 + 1.0 - late]


def test_spynnaker_is_given_the_delay_itself() -> None:
    for cell in CELLS:
        assert [p.delay for p in described("spinnaker", chain(cell, 3.0), "spinnaker").projections] == [2.0, 3.0]


@NUMBA_AND_BRIAN2
@pytest.mark.parametrize("dt", [1.0, 0.5])
def test_the_least_delay_is_a_step(name: str, dt: float) -> None:
    program = made(name, chain(CELLS[0], dt, dt))
    program.stimulate({"in": at(4)})
    program.run(12)
    assert program.spikes()["t"][0].tolist()[:1] == [4 + 2 + 1]
    with pytest.raises(
        NetworkError, match=f"projection last: delay must be at least dt = {dt:g} ms, got {dt / 2:g} ms"
    ):
        made(name, chain(CELLS[0], dt / 2, dt))


def test_nest_has_no_delay_of_zero_so_two_steps_are_the_least() -> None:
    with nest():
        import nest as module

        neurons = module.Create("iaf_psc_exp", 2)
        with pytest.raises(module.NESTErrors.BadDelay):
            module.Connect(neurons, neurons, syn_spec={"delay": 0.0})
    for cell in CELLS[:2]:
        with pytest.raises(
            Unsupported, match=r"delay of 1 ms: NEST moves the membrane of IF_.* instead: a delay of at least 2 ms"
        ):
            made("nest", chain(cell, 1.0))
        made("nest", chain(cell, 2.0))
    made("nest", chain(CELLS[2], 1.0))


def test_from_sources_nest_has_a_delay_of_one_step() -> None:
    programs = []
    for name in ("nest", "numba"):
        populations = (Population("in", 1, SpikeSource()), *(Population(type(c).__name__, 1, c) for c in CELLS))
        projections = (
            Projection(n, "in", n, AllToAll(), w, 1.0, "excitatory", Static()) for n, w in STRONG.items()
        )  # fmt: skip
        program = made(name, Network("direct", 1.0, populations, tuple(projections)))
        program.stimulate({"in": at(4)})
        program.run(8)
        programs.append({n: s.tolist()[:1] for n, (s, _) in program.spikes().items()})
    assert programs[0] == programs[1] == {"in": [4], **{cell: [5] for cell in STRONG}}


def test_spynnaker_makes_shorter_delays_a_step_long() -> None:
    spynnaker()
    connectors = pytest.importorskip("spynnaker.pyNN.models.neural_projections.connectors")
    connector = connectors.AllToAllConnector()
    connector.set_projection_information(None)
    assert connector._clip_delays(np.array([0.2, 1.0, 2.0])).tolist() == [1.0, 1.0, 2.0]


@NUMBA_AND_BRIAN2
def test_a_spike_of_step_t_has_the_time_t_dt(name: str) -> None:
    needs(name)
    found = spikemem.run(
        chain(CELLS[2], 1.0, 0.5), stimulus={"in": ([2.0], [0])}, duration_ms=6.0, backend=name, numerics="exact"
    )
    assert {n: times.tolist() for n, (times, _) in found.spikes.items()} == {"in": [2.0], "relay": [3.0], "t": [4.0]}


def test_a_spike_of_step_t_has_the_time_t_dt_in_brian2_itself() -> None:
    with brian2() as b:
        group = b.NeuronGroup(1, "v : 1", threshold="v > 1", reset="v = 0", clock=b.Clock(0.5 * b.ms))
        group.v = 2.0
        monitor = b.SpikeMonitor(group)
        b.Network(group, monitor).run(5 * b.ms, namespace={})
        assert (monitor.t / b.ms).tolist() == [0.0]


def test_a_spike_of_nests_first_step_has_the_time_dt() -> None:
    with nest(dt=0.5) as sim:
        population = sim.Population(1, sim.IF_curr_delta())
        population.record("spikes")
        population.node_collection.set(V_m=-40.0)
        sim.run(5.0)
        assert fires_at(population) == [0.5]


def test_nest_is_silent_for_three_steps_before_step_0() -> None:
    """A source fires in step 4 and a step early: 4 + 3 + 1 - 1 steps."""
    found = described("nest", chain(CELLS[0], 2.0), "exact")
    assert (found.first, found.stamp) == (3, 1)
    (times,) = found.populations[0].spike_times or ()
    assert times == pytest.approx([4.0 + 3.0 + 1.0 - 1.0], abs=1e-6)
    program = made("nest", chain(CELLS[0], 2.0))
    program.stimulate({"in": at(0)})
    program.run(8)
    assert {n: s.tolist()[:1] for n, (s, _) in program.spikes().items()} == {"in": [0], "relay": [2], "t": [4]}


@NUMBA_AND_BRIAN2
def test_source_times_off_by_rounding_are_those_of_the_nearest_step(name: str) -> None:
    needs(name)
    network = chain(CELLS[2], 0.1, 0.1)
    for ms in (0.30000000000000004, 0.3, 0.29999999999999993):
        found = spikemem.run(network, stimulus={"in": ([ms], [0])}, duration_ms=2.0, backend=name, numerics="exact")
        assert found.spikes["relay"][0].tolist() == pytest.approx([0.5])
    with pytest.raises(InvalidInput, match=r"stimulus of in: 0.34 ms is not a multiple of dt = 0.1 ms"):
        spikemem.run(network, stimulus={"in": ([0.34], [0])}, duration_ms=2.0, backend=name, numerics="exact")


@pytest.mark.parametrize(("given", "fires"), [(5.0, 5.0), (5.4, 5.0), (5.6, 5.0), (5.9995, 6.0), (6.0 - 1e-12, 6.0)])
def test_brian2_itself_rounds_source_times_down_within_a_thousandth(given: float, fires: float) -> None:
    with brian2() as b:
        group = b.SpikeGeneratorGroup(1, [0], [given] * b.ms, clock=b.Clock(1 * b.ms))
        monitor = b.SpikeMonitor(group)
        b.Network(group, monitor).run(10 * b.ms, namespace={})
        assert (monitor.t / b.ms).tolist() == [fires]


@pytest.mark.parametrize(("given", "fires"), [(5.0, 5.0), (5.0000001, 6.0), (5.4, 6.0), (5.0 - 1e-7, 5.0)])
def test_nest_itself_rounds_source_times_up(given: float, fires: float) -> None:
    with nest() as sim:
        population = source(sim, [given])
        population.record("spikes")
        sim.run(10.0)
        assert fires_at(population) == [fires]


def test_nest_is_given_source_times_before_the_grid() -> None:
    found = described("nest", chain(CELLS[0], 2.0), "exact")
    (times,) = found.populations[0].spike_times or ()
    assert 7.0 - times[0] == pytest.approx(1e-7, rel=1e-6)


@pytest.mark.parametrize(
    ("given", "dt", "step"),
    [(3.0, 1.0, 3), (3.0000001, 1.0, 3), (2.9999999, 1.0, 3), (3.4, 1.0, 4), (0.7 + 1e-9, 0.1, 7)],
)
def test_spynnaker_rounds_source_times_down_to_microseconds_then_up(given: float, dt: float, step: int) -> None:
    spynnaker()
    vertex = cast(Any, pytest.importorskip("spynnaker.pyNN.models.spike_source.spike_source_array_vertex"))
    assert vertex._send_buffer_times([[given]], dt * 1000)[0].tolist() == [step]


REFRACTORY = [(0.0, 0), (0.4, 0), (1.0, 1), (1.4, 1), (1.6, 2), (2.0, 2)]


@NUMBA_AND_BRIAN2
@pytest.mark.parametrize(("tau_refrac", "steps"), REFRACTORY)
def test_refractory_times_are_of_the_nearest_number_of_steps(name: str, tau_refrac: float, steps: int) -> None:
    cell = IF_curr_exp(tau_refrac=tau_refrac, i_offset=1000.0)
    program = made(name, Network("one", 1.0, (Population("x", 1, cell),), ()))
    program.run(12)
    assert set(np.diff(program.spikes()["x"][0]).tolist()) == {1 + steps}


@pytest.mark.parametrize(("tau_refrac", "gap"), [(1.0, 1.0), (1.4, 1.0), (1.6, 1.0), (2.0, 2.0)])
def test_brian2s_own_refractory_times_are_rounded_down(tau_refrac: float, gap: float) -> None:
    """And it counts the spike's own step, which we do not."""
    with brian2() as b:
        group = b.NeuronGroup(
            1, "dv/dt = 100/ms : 1 (unless refractory)", threshold="v > 1", reset="v = 0", refractory=tau_refrac * b.ms,
            method="euler", clock=b.Clock(1 * b.ms),
        )  # fmt: skip
        monitor = b.SpikeMonitor(group)
        b.Network(group, monitor).run(12 * b.ms, namespace={})
        assert set(np.diff(np.round(monitor.t / b.ms, 6)).tolist()) == {gap}


@pytest.mark.parametrize(("tau_refrac", "steps"), [(1.0, 1), (1.4, 2), (2.0, 2), (2.6, 3)])
def test_nest_itself_rounds_refractory_times_up(tau_refrac: float, steps: int) -> None:
    with nest() as sim:
        population = sim.Population(1, sim.IF_curr_exp(tau_refrac=tau_refrac, i_offset=1000.0))
        population.record("spikes")
        sim.run(20.0)
        assert set(np.diff(fires_at(population)).tolist()) == {1.0 + steps}
