"""Small random networks of mini-columns and segments that learn, with their protocols, for Hypothesis.

Weights and currents are multiples of 1/4, so that no sum of them depends on its order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from hypothesis import strategies as st

from spikemem.ir import Cell, HebbianPermanence, IF_curr_delta, MiniColumn, Network, Segment
from spikemem.language import AllToAll, FixedProbability, Grouped, NetworkBuilder, Unconnected
from tests.reference.interpreter import Spike
from tests.reference.strategies import Experiment

Draw = st.DrawFn
PERMANENCES = (0.0, 0.1, 0.21, 0.3, 0.5, 0.7, 1.0)
Zone = Literal["basal", "apical"]


@dataclass(frozen=True)
class Sizes:
    """Mini-columns, cells of each, and neurons of the other pre population."""

    columns: int
    cells: int
    others: int


def steps(dt: float, least: int, most: int) -> st.SearchStrategy[float]:
    return st.integers(least, most).map(lambda k: k * dt)


@st.composite
def segments(draw: Draw, dt: float) -> Segment:
    return Segment(
        theta=draw(st.integers(1, 3)),
        window=draw(st.sampled_from([0.0, 0.0, 0.0, 2 * dt, 3 * dt])),
        plateau=draw(st.sampled_from([dt, dt, 0.0, 2 * dt, 5 * dt])),
        current=draw(st.sampled_from([0.5, 0.5, 1.0, 0.25, 0.0, -0.25])),
    )


@st.composite
def rules(draw: Draw, dt: float) -> HebbianPermanence:
    most = draw(st.sampled_from([1, 2, 3, 4, 8]))
    new = draw(st.integers(1, most))
    amount = st.sampled_from(PERMANENCES)
    return HebbianPermanence(
        theta_match=draw(st.integers(1, min(new, 3))),
        connected=draw(st.sampled_from([0.5, 0.3, 0.7, 0.0])),
        initial=draw(st.sampled_from([0.5, 0.7, 0.21, 0.3, 0.1, 0.0])),
        increment=draw(amount), decrement=draw(amount), punishment=draw(amount),
        new_synapses=new, most_synapses=most, most_segments=draw(st.sampled_from([1, 2, 128])),
        interval=draw(steps(dt, 1, 4)), gate=draw(st.sampled_from([None, "gate"])),
    )  # fmt: skip


@st.composite
def networks(draw: Draw, sizes: Sizes, dt: float) -> Network:
    """Draw a network of one population of cells, driven by its columns, with dendrites of one or two zones."""
    net = NetworkBuilder("random", dt)
    net.input("columns", sizes.columns)
    net.input("gate", 1)
    net.input("probe", 1)
    net.input("other", sizes.others)
    integrates = draw(st.integers(0, 5)) == 0
    cell: Cell = IF_curr_delta(tau_m=5 * dt, tau_refrac=dt) if integrates else MiniColumn(sizes.cells)
    one = 16.0 if integrates else 1.0
    net.population("cells", sizes.columns * sizes.cells, cell)
    net.connect("columns", "cells", Grouped(1, sizes.cells), weight=one, delay=dt)
    net.connect("probe", "cells", AllToAll(), weight=one / 2, delay=dt)
    if draw(st.booleans()):
        net.inhibit("other", "cells", FixedProbability(0.3), weight=one / 4, delay=draw(steps(dt, 1, 3)))
    zones: list[Zone] = draw(st.sampled_from([["basal"], ["basal", "apical"]]))
    for zone in zones:
        pre = draw(st.sampled_from(["cells", "cells", "other"]))
        delay = draw(st.sampled_from([dt, dt, 2 * dt, 3 * dt]))
        if zone == "basal" or draw(st.booleans()):
            room = draw(st.sampled_from([1, 2, 5, 20]))
            net.dendrites(zone, "cells", draw(segments(dt)), zone=zone, room=room)
            net.connect(pre, zone, Unconnected(), weight=1.0, delay=delay, synapse=draw(rules(dt)))
        else:
            net.dendrites(zone, "cells", draw(segments(dt)), zone=zone, per_neuron=draw(st.integers(1, 2)))
            net.connect(pre, zone, FixedProbability(0.5), weight=1.0, delay=delay)
    return net.network()


def members(mask: int) -> Iterable[int]:
    return (i for i in range(mask.bit_length()) if mask >> i & 1)


@st.composite
def learning(draw: Draw, most_letters: int = 14) -> Experiment:
    """Draw a network and a protocol: letters of a small alphabet, with gaps, gates and probes."""
    sizes = Sizes(draw(st.integers(1, 5)), draw(st.sampled_from([1, 2, 3])), draw(st.integers(1, 6)))
    dt = draw(st.sampled_from([1.0, 0.5]))
    network = draw(networks(sizes, dt))
    alphabet = draw(st.lists(st.integers(1, 2**sizes.columns - 1), min_size=1, max_size=4))
    spikes: dict[str, list[Spike]] = {"columns": [], "gate": [], "probe": [], "other": []}
    usual, now = draw(st.integers(1, 3)), 0
    for _ in range(draw(st.integers(3, most_letters))):
        spikes["columns"] += [(now, i) for i in members(draw(st.sampled_from(alphabet)))]
        spikes["other"] += [
            (now + draw(st.integers(0, 1)), i) for i in members(draw(st.integers(0, 2**sizes.others - 1)))
        ]
        spikes["gate"] += [(now + 1, 0)] * draw(st.sampled_from([1, 1, 0]))
        spikes["probe"] += [(now + 1, 0)] * draw(st.sampled_from([0, 0, 1]))
        now += draw(st.sampled_from([usual, usual, usual, 1, 6]))
    return Experiment(network, {name: sorted(set(own)) for name, own in spikes.items()}, now + 6)


def grown(network: Any) -> list[Any]:
    """Return the projections whose synapses learning grows."""
    return [p for p in network.projections if isinstance(p.synapse, HebbianPermanence)]
