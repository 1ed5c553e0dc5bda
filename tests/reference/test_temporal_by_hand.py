"""Protocols of a few steps on which the rule's result is worked out by hand, for the engine and for the slow reference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from spikemem.ir import Cell, HebbianPermanence, MiniColumn, Network, Segment
from spikemem.language import NetworkBuilder, OneToOne, Unconnected
from tests.reference.interpreter import Spike
from tests.reference.strategies import Experiment
from tests.reference.test_temporal_memory import agree

CELL = MiniColumn(1)


def network(
    cell: Cell = CELL, cells: int = 2, others: int = 5, room: int = 4, delay: float = 1.0, **rule: Any
) -> Network:
    """Cells that one input each fires, and segments that grow synapses from another population."""
    net = NetworkBuilder("by hand", 1.0)
    net.input("in", cells)
    net.input("other", others)
    net.population("cells", cells, cell)
    net.dendrites("grown", "cells", Segment(theta=1, plateau=1.0, current=0.5), room=room)
    net.connect("in", "cells", OneToOne(), weight=1.0, delay=1.0)
    amounts: dict[str, Any] = {"theta_match": 1, "new_synapses": 1, "initial": 0.25, "interval": 3.0} | rule
    net.connect("other", "grown", Unconnected(), weight=1.0, delay=delay, synapse=HebbianPermanence(**amounts))
    return net.network()


def outcome(made: Network, other: Iterable[Spike], cells: Iterable[Spike], single: bool = False) -> tuple[Any, Any]:
    """Return the synapses as (pre, segment, permanence) and the spikes of the segments; ``cells``: when each fires."""
    stimulus = {"other": list(other), "in": [(t - 1, i) for t, i in cells]}
    _, slow = agree(Experiment(made, stimulus, 30), single=single)
    return slow.rules["other->grown"].synapses(), slow.spikes["grown"]


def test_a_silent_neurons_segment_is_not_the_best_though_it_matches() -> None:
    made = network(MiniColumn(2), increment=0.5)
    synapses, _ = outcome(made, [(0, 0), (10, 0)], [(1, 0), (11, 1)])
    assert synapses == [(0, 0, 0.25), (0, 1, 0.25)]


def test_a_full_segment_does_not_replace_what_it_has_just_grown() -> None:
    made = network(new_synapses=3, most_synapses=3, increment=0.5, decrement=0.0)
    synapses, _ = outcome(made, [(0, 0), (0, 1), (0, 2), (10, 0), (10, 3), (10, 4)], [(1, 0), (11, 0)])
    assert synapses == [(0, 0, 0.75), (3, 0, 0.25), (4, 0, 0.25)]


def test_a_segment_grown_on_an_activity_matches_it_at_once() -> None:
    made = network(new_synapses=2, increment=0.5)
    synapses, _ = outcome(made, [(0, 0), (0, 1)], [(1, 0), (2, 0)])
    assert synapses == [(0, 0, 0.75), (1, 0, 0.75)]


def test_what_is_under_way_to_a_replaced_segment_is_lost() -> None:
    both = [(0, 0), (10, 0)]
    kept, spikes = outcome(network(room=2, delay=3.0, initial=1.0, punishment=0.25), both, [(1, 0), (12, 1)])
    assert (kept, spikes) == ([(0, 0, 0.75), (0, 1, 1.0)], [(13, 0)])
    replaced, spikes = outcome(network(room=1, delay=3.0, initial=1.0, punishment=0.25), both, [(1, 0), (12, 1)])
    assert (replaced, spikes) == ([(0, 0, 1.0)], [])


def test_an_initial_permanence_at_the_threshold_is_connected_in_both_precisions() -> None:
    for single in (False, True):
        _, spikes = outcome(network(initial=0.7, connected=0.7), [(0, 0), (10, 0)], [(1, 0)], single)
        assert spikes == [(11, 0)]


def test_a_prediction_that_fails_is_punished_and_pruned_at_0() -> None:
    made = network(initial=0.5, punishment=0.25)
    synapses, spikes = outcome(made, [(0, 0), (10, 0)], [(1, 0), (12, 1)])
    assert synapses == [(0, 0, 0.25), (0, 1, 0.5)]
    assert spikes == [(11, 0)]
    synapses, _ = outcome(made, [(0, 0), (10, 0), (20, 0)], [(1, 0), (12, 1), (22, 1)])
    assert synapses == [(0, 1, 0.6)]


def test_activity_longer_ago_than_the_interval_teaches_nothing() -> None:
    synapses, _ = outcome(network(), [(0, 0)], [(4, 0)])
    assert synapses == []
    synapses, _ = outcome(network(), [(0, 0)], [(3, 0)])
    assert synapses == [(0, 0, 0.25)]
