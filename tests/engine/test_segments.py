"""Segments in the engine: both ways to count, full counters, plateaus and their currents step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikemem.backends.numba_cpu import counting
from spikemem.ir import (
    AllToAll,
    Branch,
    Connector,
    FromList,
    FromMatrix,
    IF_curr_delta,
    Network,
    Numbers,
    Population,
    Projection,
    Segment,
    SpikeSource,
    Static,
    Zone,
)
from spikemem.language import OneToOne
from tests.engine.support import fired, started
from tests.reference.interpreter import Spike

SOMA = IF_curr_delta(cm=1.0, tau_m=10.0, tau_refrac=0.0, v_rest=0.0, v_reset=0.0, v_thresh=10.0)


def counting_network(pre: int, post: int, connector: Connector, segment: Segment, delay: float = 1.0) -> Network:
    populations = (
        Population("in", pre, SpikeSource()),
        Population("soma", post, SOMA),
        Population("segments", post, segment, (), Branch("soma", "basal", 1)),
    )
    counted = Projection("counted", "in", "segments", connector, 1.0, delay, "excitatory", Static())
    return Network("counting", 1.0, populations, (counted,))


def counts(network: Network, neurons: Sequence[int]) -> list[int]:
    """Return what arrives at each segment one step after these neurons fire."""
    program = started(network, {"in": [(0, n) for n in neurons]})
    program.run(1)
    state = program.save_state()
    assert state["population/segments/touched"].tolist() == [-1, 1 if state["population/segments/counts"].any() else -1]
    found: list[int] = state["population/segments/counts"][1].tolist()
    return found


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_following_rows_and_gathering_bits_count_the_same(data: st.DataObject) -> None:
    pre, post = data.draw(st.integers(1, 200), "pre"), data.draw(st.integers(1, 9), "post")
    rng = np.random.default_rng(data.draw(st.integers(0, 99), "seed"))
    matrix = (rng.random((pre, post)) < data.draw(st.sampled_from([0.02, 0.5, 1.0]), "density")).astype(float)
    fires = rng.random(pre) < data.draw(st.sampled_from([0.05, 0.6, 1.0]), "rate")
    network = counting_network(pre, post, FromMatrix(Numbers(matrix)), Segment(theta=255))
    found = []
    for share in (2.0, -1.0):  # never gathered, always gathered
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(counting, "MANY_SHARE", share)
            found.append(counts(network, np.flatnonzero(fires).tolist()))
    assert found[0] == found[1] == np.minimum(255, matrix[fires].sum(axis=0)).astype(int).tolist()


MANY = FromList(((0, 0),) * 300 + ((0, 1),) * 254 + ((1, 1),) * 3 + ((1, 2),) * 255)


@pytest.mark.parametrize("share", [2.0, -1.0])
def test_a_full_counter_stays_full(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MANY_SHARE", share)
    network = counting_network(2, 3, MANY, Segment(theta=255))
    assert counts(network, [0]) == [255, 254, 0]
    assert counts(network, [1]) == [0, 3, 255]
    assert counts(network, [0, 1]) == [255, 255, 255]
    program = started(network, {"in": [(0, 0), (1, 0), (1, 1)]})
    program.run(4)
    assert fired(program)["segments"] == [(1, 0), (2, 0), (2, 1), (2, 2)]


def test_a_full_counter_stays_full_for_dense_synapses() -> None:
    network = counting_network(300, 2, AllToAll(), Segment(theta=255))
    assert counts(network, range(254)) == [254, 254]
    assert counts(network, range(256)) == [255, 255]
    assert counts(network, range(300)) == [255, 255]


def test_two_projections_and_two_delays_add_up_and_stay_full() -> None:
    network = counting_network(2, 3, MANY, Segment(theta=255))
    later = Projection("later", "in", "segments", MANY, 1.0, 2.0, "excitatory", Static())
    both = Network("both", 1.0, network.populations, (*network.projections, later))
    program = started(both, {"in": [(0, 1), (1, 0), (1, 1)]})
    program.run(2)
    assert program.save_state()["population/segments/counts"][2].tolist() == [255, 255, 255]  # 300, 254 + 3 + 3, 510
    program.run(3)
    # What arrives over two steps from neuron 1 at 0, with what arrives over one step from both at 1; then at 3 from both.
    assert fired(program)["segments"] == [(1, 2), *((t, j) for t in (2, 3) for j in range(3))]


def plateau_network(zones: dict[Zone, Segment], weight: float = 20.0) -> Network:
    """Return one soma with a segment a zone, each with an input line of its own; the last line drives the soma."""
    lines = len(zones) + 1
    populations: list[Population] = [Population(f"in{k}", 1, SpikeSource()) for k in range(lines)]
    populations.append(Population("soma", 1, SOMA))
    populations += [Population(z, 1, s, (), Branch("soma", z, 1)) for z, s in zones.items()]
    made = [Projection(z, f"in{k}", z, OneToOne(), 1.0, 1.0, "excitatory", Static()) for k, z in enumerate(zones)]
    made.append(Projection("drive", f"in{lines - 1}", "soma", OneToOne(), weight, 1.0, "excitatory", Static()))
    return Network("plateau", 1.0, tuple(populations), tuple(made))


def voltages(network: Network, stimulus: dict[str, list[Spike]], steps: int) -> list[float]:
    program, found = started(network, stimulus), []
    for _ in range(steps):
        program.run(1)
        found.append(float(program.variable("soma", "v")[0]))
    return found


def relaxed(currents: Sequence[float]) -> list[float]:
    """Return V of a soma that rests at 0 mV and is given these currents (nA), step by step: R = tau_m/cm = 10 MOhm."""
    v, found = 0.0, []
    for current in currents:
        v = 10.0 * current + np.exp(-0.1) * (v - 10.0 * current)
        found.append(v)
    return found


def test_a_plateau_depolarises_the_soma_in_the_steps_after_the_dendritic_spike() -> None:
    network = plateau_network({"basal": Segment(theta=1, plateau=3.0, current=0.5)})
    found = voltages(network, {"in0": [(1, 0)]}, 9)  # the segment spikes in step 2
    assert found == pytest.approx(relaxed([0, 0, 0, 0.5, 0.5, 0.5, 0, 0, 0]), rel=1e-12)


def test_a_soma_spike_ends_the_plateau_and_forbids_a_dendritic_spike_in_its_step() -> None:
    segment = Segment(theta=1, plateau=6.0, current=0.5)
    stimulus = {"in0": [(1, 0), (2, 0), (3, 0), (4, 0)], "in1": [(3, 0)]}
    program = started(plateau_network({"basal": segment}), stimulus)
    program.run(7)
    # 2: spikes. 3: in a plateau. 4: the soma fires. 5: no plateau any more.
    assert fired(program)["basal"] == [(2, 0), (5, 0)]
    found = voltages(plateau_network({"basal": segment}), stimulus, 7)
    assert found[4:6] == [0.0, 0.0]  # the reset at 4, and no current in the step after
    assert found[6] == pytest.approx(10.0 * 0.5 * (1 - np.exp(-0.1)), rel=1e-12)  # of the plateau from 6 on
    heedless = started(plateau_network({"basal": Segment(theta=1, reset_by_soma=False)}), stimulus)
    heedless.run(7)
    assert fired(heedless)["basal"] == [(2, 0), (3, 0), (4, 0), (5, 0)]


def test_the_currents_of_zones_add_up_and_end_each_in_its_time() -> None:
    zones: dict[Zone, Any] = {
        "basal": Segment(theta=1, plateau=2.0, current=0.3), "apical": Segment(theta=1, plateau=4.0, current=0.2)
    }  # fmt: skip
    found = voltages(plateau_network(zones), {"in0": [(1, 0)], "in1": [(1, 0)]}, 9)
    assert found == pytest.approx(relaxed([0, 0, 0, 0.5, 0.5, 0.2, 0.2, 0, 0]), rel=1e-12)
