"""Dendrites, the rules that grow them and the patterns that they store: what contradicts itself is refused before it runs."""

from __future__ import annotations

from typing import Any

import pytest

import spikemem
from spikemem.ir import Connector, IF_curr_exp, Network, PairSTDP, Static, Steps
from spikemem.language import (
    AllToAll,
    Grouped,
    HebbianPermanence,
    MiniColumn,
    NetworkBuilder,
    Segment,
    Subsamples,
    Threshold,
    Unconnected,
    Uniform,
)
from spikemem.models import SDRNeuron
from tests.bad_input.support import Wrong, assert_refused

NAN, INF = float("nan"), float("inf")
Rule: Any = HebbianPermanence
Branch: Any = Segment
SEGMENT = Segment(theta=2)


def network(
    segment: Any = SEGMENT, soma: str = "cells", zone: Any = "basal", size: int = 4,
    room: dict[str, Any] | None = None, **changes: Any,
) -> Network:  # fmt: skip
    """Four cells of two mini-columns, their dendrites, and a projection with ``changes`` that grows these."""
    net = begun(segment, soma, zone, size, room)
    projection: dict[str, Any] = {
        "pre": "cells", "post": "grown", "connector": Unconnected(), "weight": 1.0, "delay": 1.0, "synapse": Rule(),
    }  # fmt: skip
    net.connect(**(projection | changes))
    return net.network()


def begun(
    segment: Any = SEGMENT, soma: str = "cells", zone: Any = "basal", size: int = 4,
    room: dict[str, Any] | None = None,
) -> NetworkBuilder:  # fmt: skip
    net = NetworkBuilder("net", 1.0)
    net.input("in", 2)
    net.population("cells", size, MiniColumn(2))
    net.dendrites("grown", soma, segment, zone=zone, **(room or {"room": 5}))
    return net


def more(soma: str) -> Network:
    """A second population of basal dendrites."""
    net = begun()
    net.dendrites("more", soma, Segment(theta=1), per_neuron=1)
    return net.network()


def two_rules(synapse: Any, connector: Connector) -> Network:
    net = begun()
    for pre, rule, pairs in (("cells", Rule(), Unconnected()), ("in", synapse, connector)):
        net.connect(pre, "grown", pairs, weight=1.0, delay=1.0, synapse=rule)
    return net.network()


def alone(cell: Any) -> Network:
    net = NetworkBuilder("net", 1.0)
    net.population("a", 2, cell)
    return net.network()


def run(connector: Connector) -> object:
    """Join two sources to three cells, and run."""
    net = NetworkBuilder("net", 1.0)
    net.input("a", 2)
    net.population("b", 3, IF_curr_exp())
    net.connect("a", "b", connector, weight=1.0, delay=1.0)
    return spikemem.run(net.network(), stimulus={"a": ([0.0], [0])}, duration_ms=5.0)


PARAMETERS: dict[str, Wrong] = {
    "theta 0": (lambda: Segment(theta=0), "Segment.theta: must be >= 1, got 0"),
    "theta 256": (lambda: Segment(theta=256), "Segment.theta: must be <= 255, got 256"),
    "theta nan": (lambda: Branch(theta=NAN), "Segment.theta: must be a whole number, got nan"),
    "theta fraction": (lambda: Branch(theta=1.5), "Segment.theta: must be a whole number, got 1.5"),
    "plateau": (lambda: Segment(theta=1, plateau=-1.0), "Segment.plateau: must be >= 0, got -1.0"),
    "window": (lambda: Segment(theta=1, window=INF), "Segment.window: must be a finite number, got inf"),
    "current": (lambda: Segment(theta=1, current=NAN), "Segment.current: must be a finite number, got nan"),
    "unit": (
        lambda: Segment(theta=1).threshold_weight("excitatory", 1.0, "exact"),
        "Segment: every synapse counts one; give weight=1.0, and the threshold as theta",
    ),
    "connected": (lambda: Rule(connected=1.5), "HebbianPermanence.connected: must be <= 1, got 1.5"),
    "initial": (lambda: Rule(initial=-0.1), "HebbianPermanence.initial: must be >= 0, got -0.1"),
    "increment": (lambda: Rule(increment=NAN), "HebbianPermanence.increment: must be a finite number, got nan"),
    "decrement": (lambda: Rule(decrement=INF), "HebbianPermanence.decrement: must be a finite number, got inf"),
    "punishment": (lambda: Rule(punishment=2.0), "HebbianPermanence.punishment: must be <= 1, got 2.0"),
    "theta_match 0": (lambda: Rule(theta_match=0), "HebbianPermanence.theta_match: must be >= 1, got 0"),
    "theta_match": (
        lambda: Rule(theta_match=33),
        "HebbianPermanence.theta_match: must be <= new_synapses = 32, got 33",
    ),
    "new_synapses": (
        lambda: Rule(new_synapses=129),
        "HebbianPermanence.new_synapses: must be <= most_synapses = 128, got 129",
    ),
    "most_synapses": (lambda: Rule(most_synapses=256), "HebbianPermanence.most_synapses: must be <= 255, got 256"),
    "most_segments": (lambda: Rule(most_segments=0), "HebbianPermanence.most_segments: must be >= 1, got 0"),
    "interval": (lambda: Rule(interval=0.0), "HebbianPermanence.interval: must be > 0, got 0.0"),
    "gate": (lambda: Rule(gate=3), "HebbianPermanence.gate: must be a text, got 3"),
    "mini-column": (lambda: MiniColumn(0), "MiniColumn.cells: must be >= 1, got 0"),
    "mini-column's theta": (lambda: MiniColumn(2, theta=0.0), "MiniColumn.theta: must be > 0, got 0.0"),
    "groups": (lambda: Grouped(0, 1), "Grouped.pre_size: must be >= 1, got 0"),
    "pattern twice": (lambda: Subsamples(((1, 2, 2),), 2), "Subsamples.patterns[0]: bit 2 is given twice"),
    "pattern short": (
        lambda: Subsamples(((1, 2, 3), (1, 2)), 3),
        "Subsamples.patterns[1]: must have at least n = 3 bits, got 2",
    ),
    "pattern empty": (
        lambda: Subsamples(((),), 1),
        "Subsamples.patterns[0]: must have at least n = 1 bits, is empty",
    ),
    "pattern of fractions": (
        lambda: Subsamples([[1.5, 2]], 1),  # type: ignore[arg-type]
        "Subsamples.patterns[0][0]: must be a whole number, got 1.5",
    ),
    "patterns as text": (lambda: Subsamples("ab", 1), "Subsamples.patterns: must be a list, got 'ab'"),  # type: ignore[arg-type]
    "subsample of none": (lambda: Subsamples(((1,),), 0), "Subsamples.n: must be >= 1, got 0"),
    "SDRNeuron without patterns": (
        lambda: SDRNeuron(patterns=()),
        "SDRNeuron.patterns: must hold at least one pattern, is empty",
    ),
    "SDRNeuron's theta": (lambda: SDRNeuron(theta=21), "SDRNeuron.theta: must be <= synapses = 20, got 21"),
    "SDRNeuron's theta 256": (lambda: SDRNeuron(theta=256), "SDRNeuron.theta: must be <= 255, got 256"),
    "SDRNeuron's pattern twice": (
        lambda: SDRNeuron(patterns=((1, 2), (1, 1)), synapses=2, theta=1),
        "SDRNeuron.patterns[1]: cell 1 is given 2 times; give each once",
    ),
    "SDRNeuron's pattern outside": (
        lambda: SDRNeuron(inputs=10, patterns=((5, 10),), synapses=2, theta=1),
        "SDRNeuron.patterns[0]: cell 10 is out of range 0..9 (inputs=10)",
    ),
    "SDRNeuron's pattern short": (
        lambda: SDRNeuron(patterns=((1, 2),), synapses=3, theta=1),
        "SDRNeuron.patterns[0]: must hold at least synapses = 3 cells, holds 2",
    ),
    "SDRNeuron's pattern empty": (
        lambda: SDRNeuron(patterns=((),)),
        "SDRNeuron.patterns[0]: must hold at least synapses = 20 cells, holds 0",
    ),
    "SDRNeuron's pattern a number": (
        lambda: SDRNeuron(patterns=[1, 2]),  # type: ignore[arg-type]
        "SDRNeuron.patterns[0]: must be a list, got 1",
    ),
}  # fmt: skip

FIRST = "projection cells->grown: "
NETWORKS: dict[str, Wrong] = {
    "on a source": (
        lambda: network(soma="in"),
        "population grown: soma in is a SpikeSource, which takes no dendrites",
    ),
    "on a dendrite": (lambda: more("grown"), "population more: soma grown is a Segment, which takes no dendrites"),
    "on an unknown soma": (
        lambda: network(soma="cels"),
        "population grown: soma 'cels' is no population declared before; did you mean 'cells'? valid: cells, in",
    ),
    "so many on an unknown soma": (
        lambda: network(soma="cels", room={"per_neuron": 2}),
        "dendrites grown: soma 'cels' is no population declared before; did you mean 'cells'? valid: cells, in",
    ),
    "room and per_neuron": (
        lambda: network(room={"per_neuron": 2, "room": 3}),
        "dendrites grown: give either per_neuron or room, got per_neuron=2, room=3",
    ),
    "neither room nor per_neuron": (
        lambda: network(room={"room": 0}),
        "dendrites grown: give either per_neuron or room, got per_neuron=0, room=0",
    ),
    "room below 0": (
        lambda: network(room={"room": -3}),
        "dendrites grown: room: must be a whole number >= 1, got -3",
    ),
    "per_neuron a fraction": (
        lambda: network(room={"per_neuron": 1.5}),
        "dendrites grown: per_neuron: must be a whole number >= 1, got 1.5",
    ),
    "room for too many": (
        lambda: network(room={"room": 2**31}),
        "population grown: size must be <= 2147483647, got 2147483648",
    ),
    "room for too many synapses": (
        lambda: network(room={"room": 2**24}),
        FIRST + "room for dendrites x most_synapses must be < 2147483648, got 16777216 x 128",
    ),
    "zone": (lambda: network(zone="distal"), "population grown: zone 'distal' is unknown; valid: apical, basal"),
    "two basal": (lambda: more("cells"), "population more: cells has basal dendrites already, grown"),
    "a cell as dendrite": (
        lambda: network(segment=IF_curr_exp()),
        "population grown: dendrites must be of a dendrite type, got IF_curr_exp",
    ),
    "a dendrite as population": (
        lambda: alone(Segment(theta=1)),
        "population a: Segment is a dendrite; declare it with dendrites(...), on neurons",
    ),
    "no whole mini-columns": (
        lambda: network(size=5),
        "population cells: size must be whole modules of 2 cells, got 5",
    ),
    "inhibitory": (
        lambda: network(receptor="inhibitory"),
        "projection cells-|grown: grown is a Segment and takes no inhibitory synapses; valid: excitatory",
    ),
    "weight": (
        lambda: network(weight=2.0),
        FIRST + "each synapse onto grown counts one: weight must be 1, got 2.0",
    ),
    "weight drawn": (
        lambda: network(weight=Uniform(0.5, 1.5)),
        FIRST + "each synapse onto grown counts one: weight must be 1, got Uniform(low=0.5, high=1.5)",
    ),
    "weight in threshold units": (
        lambda: network(weight=Threshold(1.0)),
        FIRST + "each synapse onto grown counts one: weight must be 1, got Threshold(value=1.0)",
    ),
    "gate": (
        lambda: network(synapse=Rule(gate="cell")),
        FIRST + "HebbianPermanence listens to population 'cell', which is unknown; did you mean 'cells'? "
        "valid: cells, grown, in",
    ),
    "rule on fixed dendrites": (
        lambda: network(room={"per_neuron": 1}),
        FIRST + "HebbianPermanence grows the dendrites that it synapses onto; grown must be declared by "
        "dendrites(..., room=...)",
    ),
    "rule on cells": (
        lambda: network(post="cells"),
        "projection cells->cells: HebbianPermanence grows the dendrites that it synapses onto; cells must be declared by "
        "dendrites(..., room=...)",
    ),
    "static on grown dendrites": (
        lambda: network(synapse=Static(), connector=AllToAll()),
        FIRST + "grown are dendrites that learning grows; the synapse must be HebbianPermanence, got Static",
    ),
    "STDP on grown dendrites": (
        lambda: network(synapse=PairSTDP()),
        FIRST + "each synapse onto grown counts one, PairSTDP has no weight to change; valid: Static, or "
        "HebbianPermanence on dendrites that learning grows",
    ),
    "STDP on fixed dendrites": (
        lambda: network(synapse=PairSTDP(), room={"per_neuron": 1}, connector=AllToAll()),
        FIRST + "each synapse onto grown counts one, PairSTDP has no weight to change; valid: Static, or "
        "HebbianPermanence on dendrites that learning grows",
    ),
    "two rules": (
        lambda: two_rules(Rule(), Unconnected()),
        FIRST + "grown are grown by in->grown already; give each rule its own dendrites",
    ),
    "a rule and static synapses": (
        lambda: two_rules(Static(), AllToAll()),
        FIRST + "grown are grown by in->grown already; give each rule its own dendrites",
    ),
    "connector": (
        lambda: network(connector=AllToAll()),
        FIRST + "HebbianPermanence makes its synapses itself; the connector must be Unconnected(), got AllToAll",
    ),
    "delay drawn": (
        lambda: network(delay=Uniform(1.0, 3.0)),
        FIRST + "delay of the synapses that HebbianPermanence grows must be one number of ms, "
        "got Uniform(low=1.0, high=3.0)",
    ),
    "delay drawn in steps": (
        lambda: network(delay=Steps(drawn=Uniform(1.0, 3.0))),
        FIRST + "delay of the synapses that HebbianPermanence grows must be one number of ms, "
        "got Steps(count=0, drawn=Uniform(low=1.0, high=3.0), least=1)",
    ),
    "a pattern each": (
        lambda: run(Subsamples(((0, 1),), 1)),
        "projection a->b: Subsamples: there must be a pattern for each of 3 segments, got 1",
    ),
    "pattern outside": (
        lambda: run(Subsamples(((0, 1), (0, 2), (0, 1)), 1)),
        "projection a->b: Subsamples.patterns[1]: bit 2 is out of range 0..1",
    ),
    "pattern below 0": (
        lambda: run(Subsamples(((0, 1), (0, -2), (0, 1)), 1)),
        "projection a->b: Subsamples.patterns[1]: bit -2 is out of range 0..1",
    ),
    "groups of another size": (
        lambda: run(Grouped(2, 2)),
        "projection a->b: Grouped: populations must be as many groups of 2 and 2 neurons, got 2 and 3 neurons",
    ),
    "groups of another number": (
        lambda: run(Grouped(1, 1)),
        "projection a->b: Grouped: populations must be as many groups of 1 and 1 neurons, got 2 and 3 neurons",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PARAMETERS)
def test_a_wrong_parameter_is_refused_when_it_is_given(case: str) -> None:
    assert_refused(PARAMETERS[case])


@pytest.mark.parametrize("case", NETWORKS)
def test_a_network_that_contradicts_itself_is_refused(case: str) -> None:
    assert_refused(NETWORKS[case])


def test_the_network_that_the_others_are_made_from_is_good() -> None:
    assert [p.name for p in network().populations] == ["in", "cells", "grown"]
