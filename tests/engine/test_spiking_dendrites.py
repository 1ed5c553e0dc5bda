"""AlphaDendrite and PermanenceSTDP: against closed forms, hand-computed pairs and a slow interpreter."""

from __future__ import annotations

from dataclasses import replace
from math import e, exp
from typing import Any

import numpy as np
import pytest

from spikemem.backend import Program, RunOptions
from spikemem.ir import (
    AllToAll,
    AlphaDendrite,
    Branch,
    Explicit,
    FixedProbability,
    FromList,
    IF_curr_exp,
    Network,
    Numbers,
    PermanenceSTDP,
    Population,
    Projection,
    SpikeSource,
    Static,
    Synapse,
    Uniform,
)
from tests.engine.support import assert_same_bits, fired, outcome, started
from tests.engine.test_state import assert_split_is_whole
from tests.reference.interpreter import Spike
from tests.reference.spiking_dendrites import Cells

DT = 0.1
SOMA = IF_curr_exp(
    cm=0.25, tau_m=10.0, tau_syn_E=2.0, tau_syn_I=1.0, tau_refrac=3.0, v_rest=0.0, v_reset=0.0, v_thresh=20.0
)
KICKED, FIRES = replace(SOMA, tau_syn_E=0.3), 100.0
"""A soma and the weight (nA) that fires it in the step of its arrival, and is gone when it is no longer refractory."""


def network(
    dendrite: AlphaDendrite, *onto_dendrites: tuple[Any, ...], pre: int = 2, somata: int = 1, soma: IF_curr_exp = KICKED
) -> Network:
    """Return ``pre`` sources onto the dendrites of ``somata`` neurons, and a source ``kick`` that fires neuron by neuron."""
    made = [Projection("kick", "kick", "somata", AllToAll(), FIRES, DT, "excitatory", Static())]
    for number, (connector, weight, delay, synapse) in enumerate(onto_dendrites):
        made.append(Projection(f"in{number}", "pre", "dendrites", connector, weight, delay, "excitatory", synapse))
    populations = (
        Population("pre", pre, SpikeSource()),
        Population("kick", 1, SpikeSource()),
        Population("somata", somata, soma),
        Population("dendrites", somata, dendrite, branch=Branch("somata", "basal", 1)),
    )
    return Network("net", DT, populations, tuple(made)).verify()


def course(program: Program, steps: int, population: str, variable: str) -> list[float]:
    """Return a variable of the first neuron at the end of each step."""
    found = []
    for _ in range(steps):
        program.run(1)
        found.append(float(program.variable(population, variable)[0]))
    return found


def test_the_current_is_the_sum_of_alpha_functions() -> None:
    cell = AlphaDendrite(theta=9.0, tau_syn=5.0)
    net = network(cell, (FromList(((0, 0),)), 0.07, 2.0, Static()), (FromList(((1, 0),)), 0.03, 0.1, Static()))
    program = started(net, {"pre": [(3, 0), (10, 1), (40, 0)]})
    found = course(program, 300, "dendrites", "isyn_exc")
    arrivals = [(23, 0.07), (11, 0.03), (60, 0.07)]
    for t, value in enumerate(found):
        ages = [((t + 1 - at) * DT, w) for at, w in arrivals if t >= at]
        assert value == pytest.approx(sum(w * e * s / 5.0 * exp(-s / 5.0) for s, w in ages), abs=1e-15)


def test_the_weight_is_the_peak_which_comes_after_tau_syn() -> None:
    net = network(AlphaDendrite(theta=9.0, tau_syn=4.0), (AllToAll(), 0.25, 0.1, Static()), pre=1)
    found = course(started(net, {"pre": [(0, 0)]}), 100, "dendrites", "isyn_exc")
    assert max(found) == pytest.approx(0.25, rel=1e-12)
    assert found.index(max(found)) == 40  # arrives in step 1; 40 steps have passed at the end of step 40


def test_threshold_weight_is_exact() -> None:
    cell = AlphaDendrite(theta=0.05, tau_syn=3.0)
    weight = cell.threshold_weight("excitatory", DT, "exact")
    for factor, spikes in ((1.000001, [(1, 0)]), (0.999999, [(2, 0)])):  # just below, the alpha function still rises
        net = network(cell, (AllToAll(), factor * weight, 0.1, Static()), pre=1)
        program = started(net, {"pre": [(0, 0)]})
        program.run(10)
        assert fired(program)["dendrites"][:1] == spikes


def depolarisations(
    cell: AlphaDendrite, kicks: list[Spike], steps: int
) -> tuple[list[float], list[Spike], list[Spike]]:
    """Return the soma's V after each step if its dendrite gets to threshold in step 1."""
    weight = 1.5 * cell.threshold_weight("excitatory", DT, "exact")
    program = started(network(cell, (AllToAll(), weight, 0.1, Static()), pre=1), {"pre": [(0, 0)], "kick": kicks})
    found = course(program, steps, "somata", "v")
    return found, fired(program)["dendrites"], fired(program)["somata"]


@pytest.mark.parametrize("plateau", [0, 1, 7])
def test_a_plateau_flows_for_its_steps_and_then_nothing_does(plateau: int) -> None:
    v, spikes, _ = depolarisations(AlphaDendrite(plateau=plateau * DT, current=0.2), [], 20)
    assert spikes == [(1, 0)]
    kept = exp(-DT / 10.0)
    expected = 0.0
    for t, found in enumerate(v):
        current = 0.2 if 2 <= t <= 1 + plateau else 0.0
        expected = kept * expected + (1.0 - kept) * 40.0 * current
        assert found == pytest.approx(expected, abs=1e-14), t


def test_below_threshold_the_current_flows_into_the_soma_one_step_later() -> None:
    net = network(AlphaDendrite(theta=0.5, tau_syn=5.0), (AllToAll(), 0.4, 0.1, Static()), pre=1)
    program = started(net, {"pre": [(0, 0)]})
    kept, expected, current = exp(-DT / 10.0), 0.0, 0.0
    for _ in range(200):
        program.run(1)
        expected = kept * expected + (1.0 - kept) * 40.0 * current
        assert program.variable("somata", "v")[0] == pytest.approx(expected, abs=1e-13)
        current = float(program.variable("dendrites", "isyn_exc")[0])
    assert expected > 5.0


def test_a_somatic_spike_ends_the_plateau_and_the_current() -> None:
    v, spikes, fires = depolarisations(AlphaDendrite(plateau=60.0, current=0.2), [(30, 0)], 300)
    assert (spikes, fires) == ([(1, 0)], [(31, 0)])
    assert max(v[2:31]) > 0.2
    assert set(v[31:62]) == {0.0}  # refractory for 30 steps
    quiet, _, _ = depolarisations(AlphaDendrite(plateau=60.0, current=0.0), [(30, 0)], 300)
    assert v[31:] == quiet[31:]


def test_what_arrives_in_a_plateau_or_as_the_soma_fires_is_lost() -> None:
    cell = AlphaDendrite(plateau=2.0, current=0.0)
    weight = 1.5 * cell.threshold_weight("excitatory", DT, "exact")
    net = network(cell, (AllToAll(), weight, 0.1, Static()), pre=1)
    # The plateau of the spike in step 1 is of steps 2 to 21; the soma fires in step 31.
    for at, spikes in ((20, [1]), (21, [1, 22]), (30, [1]), (31, [1, 32]), (29, [1, 30])):
        program = started(net, {"pre": [(0, 0), (at, 0)], "kick": [(30, 0)]})
        program.run(60)
        assert [t for t, _ in fired(program)["dendrites"]] == spikes, at


RULE = PermanenceSTDP(
    w_mature=0.001, P_theta=10.0, P_min=0.0, P_max=20.0, lambda_plus=0.1, lambda_minus=0.01, lambda_h=0.05, z_target=1.0,
    tau_pre=20.0, tau_h=100.0, dt_min=4.0, dt_max=50.0,
)  # fmt: skip
NEVER_SPIKES = AlphaDendrite(theta=1e6)


def permanence(rule: PermanenceSTDP, begins: float, pre: list[int], post: list[int], steps: int = 3000) -> float:
    """Return the permanence after the given spikes of a pre neuron and of the soma (each kicked a step earlier)."""
    net = network(NEVER_SPIKES, (AllToAll(), begins, 2.0, rule), pre=1)
    program = started(net, {"pre": [(t, 0) for t in pre], "kick": [(t - 1, 0) for t in post]})
    program.run(steps)
    assert [t for t, _ in fired(program)["somata"]] == post
    return float(program.weights("in0").weight[0])


def test_pairs_by_hand() -> None:
    # A pre spike takes 0.01 * 20 = 0.2; a post spike gives 0.1 * 20 * x + 0.05 * (1 - 0) * 20 = 2 x + 1.
    assert permanence(RULE, 5.0, [100], []) == pytest.approx(4.8)
    assert permanence(RULE, 5.0, [], [100]) == pytest.approx(5.0)
    assert permanence(RULE, 5.0, [100], [200]) == pytest.approx(4.8 + 2 * exp(-10 / 20) + 1)
    both = 4.6 + 2 * (exp(-10 / 20) + exp(-15 / 20)) + 1
    assert permanence(RULE, 5.0, [100, 150], [250]) == pytest.approx(both)  # the trace counts both
    assert permanence(RULE, 5.0, [100], [200, 300]) == pytest.approx(4.8 + 2 * (exp(-0.5) + exp(-1.0)) + 2)


def test_the_bounds_of_the_window_are_exclusive_and_the_last_pre_spike_decides() -> None:
    for late, counts in ((40, False), (41, True), (499, True), (500, False)):
        change = 2 * exp(-late * DT / 20) + 1 if counts else 0.0
        assert permanence(RULE, 5.0, [100], [100 + late]) == pytest.approx(4.8 + change), late
    assert permanence(RULE, 5.0, [100, 180], [200]) == pytest.approx(4.6)


def test_a_pre_spike_in_the_step_of_the_post_spike_is_no_part_of_the_pair() -> None:
    assert permanence(RULE, 5.0, [100, 200], [200]) == pytest.approx(4.6 + 2 * exp(-10 / 20) + 1)
    at_once = replace(RULE, dt_min=0.0)
    assert permanence(at_once, 5.0, [200], [200]) == pytest.approx(4.8)
    assert permanence(at_once, 5.0, [199], [200]) == pytest.approx(4.8 + 2 * exp(-0.1 / 20) + 1)


def test_permanences_stay_within_bounds() -> None:
    assert permanence(RULE, 0.1, [100], []) == 0.0
    assert permanence(replace(RULE, P_min=3.0), 3.1, [100], []) == 3.0
    assert permanence(RULE, 19.0, [100], [200]) == 20.0


def test_homeostasis_counts_dendritic_spikes() -> None:
    dendrite = AlphaDendrite(theta=0.5, tau_syn=2.0, plateau=1.0, current=0.0)
    net = network(dendrite, (FromList(((0, 0),)), 15.0, 0.1, RULE), (FromList(((1, 0),)), 1.0, 0.1, Static()))
    program = started(net, {"pre": [(100, 0), (120, 1), (145, 1), (170, 1)], "kick": [(199, 0)]})
    program.run(400)
    found = fired(program)
    assert found["somata"] == [(200, 0)]
    daps = [t for t, _ in found["dendrites"]]
    assert len(daps) == 3
    z = sum(exp(-(200 - t) * DT / 100) for t in daps)
    assert program.weights("in0").weight[0] == pytest.approx(14.8 + 2 * exp(-0.5) + (1 - z))


def test_only_mature_synapses_send_by_the_permanence_after_the_depression() -> None:
    for begins, sent in ((10.19, 0), (10.21, 1)):
        net = network(AlphaDendrite(theta=1e6), (AllToAll(), begins, 2.0, RULE), pre=1)
        program = started(net, {"pre": [(0, 0)]})
        program.run(60)
        assert program.cost.synaptic_events == 1  # a potential synapse is counted, mature or not
        assert program.cost.weight_updates == 1
        assert (program.variable("dendrites", "isyn_exc")[0] > 0.0) == bool(sent)


def test_a_potential_synapse_takes_eight_bytes() -> None:
    net = network(AlphaDendrite(), (FixedProbability(0.5), Uniform(0.0, 20.0), 2.0, RULE), pre=300, somata=200)
    program: Any = started(net, options=RunOptions(weight_precision="float32"))
    slots = program._image.layout.slots
    count = slots["projection/in0/weights"].initial.size
    assert count > 20000
    large = {name: slot.initial.nbytes for name, slot in slots.items() if slot.initial.size >= count}
    assert sum(large.values()) == 8 * count, large


def random_case(seed: int) -> tuple[Network, dict[str, list[Spike]], Cells, int]:
    """Return a random network as the engine takes it and as the interpreter does."""
    rng = np.random.default_rng(seed)
    pre, post, steps, every = 6, 4, 900, float(rng.choice([2.0, 5.0]))
    rule = PermanenceSTDP(
        w_mature=0.03, P_theta=10.0, P_min=1.0, P_max=12.0, lambda_plus=0.07, lambda_minus=0.02, lambda_h=0.06,
        z_target=0.7, tau_pre=9.0, tau_h=30.0, dt_min=1.0, dt_max=15.0,
    )  # fmt: skip
    dendrite = AlphaDendrite(theta=0.059, tau_syn=3.0, plateau=6.0, current=0.3)
    joined = rng.random((pre, post)) < 0.7
    joined[0] = True
    begins, drive = rng.uniform(7.0, 12.0, (pre, post)), rng.uniform(0.0, 4.0, (pre, post))
    pairs = tuple((int(i), int(j)) for i, j in zip(*np.nonzero(joined), strict=True))
    populations = (
        Population("pre", pre, SpikeSource()),
        Population("somata", post, SOMA),
        Population("dendrites", post, dendrite, branch=Branch("somata", "basal", 1)),
    )
    values = Explicit(Numbers(begins[joined]))
    net = Network("random", DT, populations, (
        Projection("drive", "pre", "somata", AllToAll(), Explicit(Numbers(drive)), 0.3, "excitatory", Static()),
        Projection("send", "pre", "dendrites", FromList(pairs), values, every, "excitatory", rule),
    )).verify()  # fmt: skip
    stimulus = [(int(t), int(i)) for t, i in zip(*np.nonzero(rng.random((steps, pre)) < 0.02), strict=True)]
    cells = Cells(
        DT, SOMA, dendrite, rule, drive.tolist(), [[p if k else None for p, k in zip(*row, strict=True)]
        for row in zip(begins.tolist(), joined.tolist(), strict=True)], 3, round(every / DT),
    )  # fmt: skip
    return net, {"pre": stimulus}, cells, steps


def test_random_networks_are_the_interpreters() -> None:
    seen = {"daps": 0, "spikes": 0, "delivered": 0, "ended": 0}
    clipped: set[str] = set()
    for seed in range(25):
        net, stimulus, cells, steps = random_case(seed)
        program = started(net, stimulus)
        program.run(steps)
        cells.run(stimulus["pre"], steps)
        found = fired(program)
        assert found["somata"] == cells.spikes, seed
        assert found["dendrites"] == cells.daps, seed
        wanted = [p for row in cells.send for p in row if p is not None]
        np.testing.assert_allclose(program.weights("send").weight, wanted, rtol=1e-10)
        np.testing.assert_allclose(program.variable("somata", "v"), cells.v, rtol=1e-9, atol=1e-9)
        seen["daps"] += len(cells.daps)
        seen["spikes"] += len(cells.spikes)
        seen["delivered"] += cells.delivered
        seen["ended"] += sum(any(s == j and d < t < d + 60 for d, s in cells.daps) for t, j in cells.spikes)
        clipped |= cells.clipped
    assert all(count > 20 for count in seen.values()), seen
    assert clipped == {"above", "below", "floor"}


def clocked(net: Network) -> Network:
    """Return ``net`` with a clock whose synapses of weight 0 make somata and dendrites run in every step."""
    ticks = tuple(
        Projection(f"tick {name}", "clock", name, AllToAll(), 0.0, DT, "excitatory", Static())
        for name in ("somata", "dendrites")
    )
    return replace(
        net,
        populations=(*net.populations, Population("clock", 1, SpikeSource())),
        projections=(*net.projections, *ticks),
    ).verify()


@pytest.mark.parametrize("seed", range(4))
def test_skipping_quiet_time_changes_no_bit(seed: int) -> None:
    net, stimulus, _, steps = random_case(seed)
    gap = 9000  # longer than any current lasts
    given = {"pre": [(t if t < 450 else t + gap, i) for t, i in stimulus["pre"]]}
    skipping = started(net, given)
    skipping.run(steps + gap)
    running = started(clocked(net), {**given, "clock": [(t, 0) for t in range(steps + gap)]})
    running.run(steps + gap)
    found = fired(running)
    del found["clock"]
    assert fired(skipping) == found
    assert any(t > 450 + gap for t, _ in found["dendrites"])
    assert_same_bits(outcome(skipping), outcome(running, ["pre", "somata", "dendrites"]))


def test_a_silent_dendrite_comes_to_rest() -> None:
    net = network(AlphaDendrite(), (AllToAll(), 0.05, 0.1, Static()), pre=1)
    program = started(net, {"pre": [(0, 0)]})
    program.run(10**9)
    assert program.variable("dendrites", "isyn_exc").tolist() == [0.0]


@pytest.mark.parametrize("options", [RunOptions(), RunOptions(weight_precision="float32")], ids=["float64", "float32"])
@pytest.mark.parametrize("at", [1, 300, 401, 702])
def test_a_run_split_by_saving_gives_the_same_bits(at: int, options: RunOptions) -> None:
    net, stimulus, _, steps = random_case(3)
    second = assert_split_is_whole(net, stimulus, steps, at, options=options, file=at == 401)
    assert second.now == steps


def both(connector: Any, delay: Any, synapse: Synapse, begins: float) -> Program:
    net = network(AlphaDendrite(current=0.0), (connector, begins, delay, synapse), pre=3, somata=3)
    stimulus = {"pre": [(t, k % 3) for k, t in enumerate(range(0, 900, 37))], "kick": [(150, 0), (555, 0)]}
    program = started(net, stimulus)
    program.run(1000)
    return program


@pytest.mark.parametrize("self_connections", [True, False])
def test_all_to_all_is_as_a_list_of_all_pairs(self_connections: bool) -> None:
    pairs = tuple((i, j) for i in range(3) for j in range(3) if self_connections or i != j)
    dense = both(AllToAll(self_connections), 2.0, RULE, 9.5)
    sparse = both(FromList(pairs), 2.0, RULE, 9.5)
    assert fired(dense) == fired(sparse)
    assert len(set(dense.weights("in0").weight.tolist())) > 2
    assert dense.weights("in0").weight.tolist() == sparse.weights("in0").weight.tolist()
    assert dense.cost == sparse.cost


def test_synapses_of_several_delays_learn_alike_for_spikes_count_at_their_own_time() -> None:
    silent, pairs = replace(RULE, w_mature=0.0), FromList(tuple((i, j) for i in range(3) for j in range(3)))
    one, several = both(AllToAll(), 2.0, silent, 9.5), both(pairs, Uniform(0.5, 9.0), silent, 9.5)
    found = several.weights("in0")
    assert len(set(found.delay.tolist())) > 3
    order = np.lexsort((found.post, found.pre))
    assert found.weight[order].tolist() == one.weights("in0").weight.tolist()
