"""Small random networks that fire, with their stimuli, for Hypothesis.

Weights are fractions of what fires the target at once, and never round fractions: no sum of them lands exactly on a
threshold, where the last bit, and so the order of a sum, would decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import gcd
from typing import Any

from hypothesis import strategies as st

from spikemem.ir import (
    AllToAll,
    Branch,
    Cell,
    Connector,
    Explicit,
    FixedNumberPre,
    FixedProbability,
    FromList,
    FromMatrix,
    Grouped,
    IF_cond_exp,
    IF_curr_delta,
    IF_curr_exp,
    Network,
    Normal,
    Numbers,
    OneToOne,
    PairSTDP,
    Population,
    Projection,
    Receptor,
    Segment,
    SpikeSource,
    Static,
    Steps,
    Synapse,
    Threshold,
    Uniform,
    Zone,
)
from tests.reference.interpreter import Spike

Draw = st.DrawFn


@dataclass(frozen=True)
class Experiment:
    """A network, what it is given, and for how many steps."""

    network: Network
    stimulus: dict[str, list[Spike]]
    steps: int


def fractions(low: float, high: float) -> st.SearchStrategy[float]:
    """Return uneven numbers between ``low`` and ``high``."""
    return st.integers(round(low * 64), round(high * 64)).map(lambda k: (k + 0.137) / 64)


@st.composite
def cells(draw: Draw, dt: float) -> Cell:
    """Draw an integrate-and-fire cell whose membrane moves within a few steps of ``dt``."""
    kind = draw(st.sampled_from([IF_curr_exp, IF_curr_delta, IF_cond_exp]))
    depth = draw(st.sampled_from([3.0, 8.0, 15.0]))
    fields: dict[str, Any] = {
        "cm": draw(st.sampled_from([0.14, 0.27, 1.0])),
        "tau_m": dt * draw(st.sampled_from([0.5, 3.0, 10.0])),
        "tau_refrac": draw(st.sampled_from([0.0, 0.1, dt, 2 * dt, 5 * dt])),
        "v_rest": -65.0,
        "v_reset": draw(st.sampled_from([-65.0, -70.0, -64.0])),
        "v_thresh": -65.0 + depth,
    }
    if kind is not IF_curr_delta:
        fields["tau_syn_E"] = dt * draw(st.sampled_from([0.3, 2.0, 3.0]))
        fields["tau_syn_I"] = dt * draw(st.sampled_from([0.3, 3.0, 6.0]))
    rheobase = depth * fields["cm"] / fields["tau_m"]
    part = draw(st.sampled_from([0.0, 0.0, 0.0, 0.31, 0.93, 1.37]))
    offset = part * rheobase
    fields["i_offset"] = Uniform(offset / 2, offset) if part and draw(st.booleans()) else offset
    made: Cell = kind(**fields)
    return made


def unit(cell: Cell, receptor: Receptor, dt: float) -> float:
    """Return about the weight that fires a resting neuron of ``cell`` in one step."""
    if isinstance(cell, IF_cond_exp):
        current = IF_curr_exp(
            cm=cell.cm, tau_m=cell.tau_m, tau_syn_E=cell.tau_syn_E, tau_syn_I=cell.tau_syn_I, v_rest=cell.v_rest,
            v_reset=cell.v_reset, v_thresh=cell.v_thresh,
        )  # fmt: skip
        # Near the threshold the driving force of inhibition is about 20 mV.
        force = cell.e_rev_E - cell.v_rest if receptor == "excitatory" else 20.0
        return current.threshold_weight(receptor, dt, "exact") / force
    return cell.threshold_weight(receptor, dt, "exact")


@st.composite
def connectors(draw: Draw, pre: int, post: int) -> Connector:
    """Draw a connector that fits the sizes."""
    selfless = draw(st.booleans())
    kinds = ["all", "list", "probability", "matrix"]
    kinds += ["one"] if pre == post else []
    kinds += ["number"] if pre > selfless else []
    kinds += ["grouped"] if gcd(pre, post) > 1 else []
    match draw(st.sampled_from(kinds)):
        case "all":
            return AllToAll(allow_self_connections=not selfless)
        case "one":
            return OneToOne()
        case "grouped":
            groups = gcd(pre, post)
            return Grouped(pre // groups, post // groups)
        case "list":  # pairs may come twice, in any order
            pair = st.tuples(st.integers(0, pre - 1), st.integers(0, post - 1))
            return FromList(tuple(draw(st.lists(pair, min_size=1, max_size=12))))
        case "probability":
            return FixedProbability(draw(st.sampled_from([0.0, 0.3, 0.7, 1.0])), allow_self_connections=not selfless)
        case "number":
            n = draw(st.integers(1, pre - selfless))
            return FixedNumberPre(n, with_replacement=draw(st.booleans()), allow_self_connections=not selfless)
        case _:
            bit = st.integers(0, 1)
            return FromMatrix(Numbers([[draw(bit) for _ in range(post)] for _ in range(pre)]))


@st.composite
def delays(draw: Draw, dt: float, connector: Connector) -> float | Uniform | Normal | Explicit | Steps:
    """Draw a delay of 1 to 5 steps, given or drawn anew for each synapse."""
    given = st.integers(1, 5)
    match draw(st.sampled_from(["one", "one", "one", "steps", "uniform", "normal", "explicit"])):
        case "steps":
            return Steps(draw(given))
        case "uniform":
            return Uniform(0.6 * dt, 5.2 * dt)
        case "normal":
            return Normal(2 * dt, dt, 0.6 * dt, 4.9 * dt)
        case "explicit" if isinstance(connector, FromList):
            return Explicit(Numbers([dt * draw(given) for _ in connector.connections]))
    return dt * draw(given)


@st.composite
def rules(draw: Draw, dt: float, w_max: float) -> PairSTDP:
    """Draw a plasticity rule with any allowed combination of its conventions."""
    pick = {
        "coincidence": ["depress", "potentiate", "both", "neither"],
        "pairing": ["all-to-all", "nearest"],
        "weight_dependence": ["additive", "multiplicative"],
        "amplitude": ["absolute", "fraction_of_w_max"],
        "update": ["online", "deferred"],
    }
    fields: dict[str, Any] = {name: draw(st.sampled_from(values)) for name, values in pick.items()}
    if fields["update"] == "online":
        fields["delay"] = draw(st.sampled_from(["dendritic", "axonal", "ignored"]))
        fields["order"] = draw(st.sampled_from(["potentiate_first", "depress_first"]))
    else:
        fields["delay"] = draw(st.sampled_from(["dendritic", "ignored"]))
        fields["depression_delay"] = draw(st.sampled_from(["same", "ignored"]))
        fields["history"] = draw(st.sampled_from([None, 1, 2, 3, 15]))
        fields["depress_by"] = draw(st.sampled_from(["latest", "latest_since_pre"]))
        fields["clip"] = draw(st.sampled_from(["each", "end"]))
    absolute = fields["weight_dependence"] == "additive" and fields["amplitude"] == "absolute"
    for name in ("A_plus", "A_minus"):
        fields[name] = draw(fractions(0.0, 1.0)) * (w_max if absolute else 1.0)
    for name in ("tau_plus", "tau_minus"):
        fields[name] = dt * draw(st.sampled_from([1.0, 3.0, 20.0]))
    return PairSTDP(w_min=w_max * draw(st.sampled_from([0.0, 0.0, 0.11])), w_max=w_max, **fields)


@st.composite
def projections(draw: Draw, name: str, pre: Population, post: Population, dt: float, *, driving: bool) -> Projection:
    """Draw a projection; a ``driving`` one is excitatory, strong and nearly complete."""
    receptor: Receptor = "excitatory" if driving else draw(st.sampled_from(["excitatory", "excitatory", "inhibitory"]))
    connector = AllToAll() if driving else draw(connectors(pre.size, post.size))
    threshold = not isinstance(post.cell, IF_cond_exp) and draw(st.booleans())
    one = 1.0 if threshold else unit(post.cell, receptor, dt)
    size = draw(fractions(0.9, 2.5) if driving else fractions(0.1, 1.4)) * one
    synapse: Synapse = Static()
    low = 0.3 * size
    if not driving and draw(st.integers(0, 2)):
        synapse = draw(rules(dt, w_max=size))
        low = synapse.w_min
        if threshold:
            synapse = replace(synapse, unit="threshold")
    kind = draw(st.sampled_from(["one", "one", "uniform", "normal", "explicit"]))
    weight: Any = size
    if kind == "uniform":
        weight = Uniform(low, size)
    elif kind == "normal":
        weight = Normal((low + size) / 2, size / 4, low, size)
    elif kind == "explicit" and isinstance(connector, FromList) and not threshold:
        weight = Explicit(Numbers([low + (size - low) * draw(fractions(0.0, 0.98)) for _ in connector.connections]))
    elif isinstance(synapse, PairSTDP):
        weight = low + (size - low) * draw(fractions(0.0, 0.9))
    delay = draw(delays(dt, connector))
    weight = Threshold(weight) if threshold else weight
    return Projection(name, pre.name, post.name, connector, weight, delay, receptor, synapse)


@st.composite
def dendrites(draw: Draw, soma: Population, zone: Zone, dt: float) -> Population:
    """Draw the segments of one zone of ``soma``; their current is a part of what brings it to threshold."""
    cell: Any = soma.cell
    rheobase = (cell.v_thresh - cell.v_rest) * cell.cm / cell.tau_m
    segment = Segment(
        theta=draw(st.integers(1, 4)),
        window=dt * draw(st.sampled_from([0.0, 1.0, 2.0, 4.0])),
        plateau=dt * draw(st.sampled_from([0.0, 1.0, 3.0, 10.0])),
        current=draw(st.sampled_from([0.0, 0.41, 0.83, 1.27, -0.37])) * rheobase,
        reset_by_soma=draw(st.sampled_from([True, True, False])),
    )
    per_neuron = draw(st.sampled_from([1, 1, 2, 3]))
    return Population(f"{soma.name} {zone}", per_neuron * soma.size, segment, (), Branch(soma.name, zone, per_neuron))


@st.composite
def counted(draw: Draw, name: str, pre: Population, post: Population, dt: float, *, driving: bool) -> Projection:
    """Draw a projection onto segments, whose synapses all count one."""
    connector = AllToAll() if driving else draw(connectors(pre.size, post.size))
    return Projection(name, pre.name, post.name, connector, 1.0, draw(delays(dt, connector)), "excitatory", Static())


@st.composite
def networks(draw: Draw) -> Network:
    """Draw a network of 1 or 2 spike sources and 1 to 4 populations, each driven by a source; loops are allowed.

    Some neurons have segments in one zone or in both, driven by a source too; their spikes go wherever those of neurons do.
    """
    dt = draw(st.sampled_from([1.0, 0.1, 0.5]))
    size = st.integers(1, 6)
    sources = [Population(f"source{i}", draw(size), SpikeSource()) for i in range(draw(st.integers(1, 2)))]
    targets = []
    for i in range(draw(st.integers(1, 4))):
        start: Any = draw(st.sampled_from([None, -66.3, Uniform(-68.0, -62.5)]))
        initial = () if start is None else (("v", start),)
        targets.append(Population(f"cells{i}", draw(size), draw(cells(dt)), initial))
    zones: list[Zone] = ["basal", "apical"]
    segments = [
        draw(dendrites(target, zone, dt))
        for target in targets
        for zone in zones[: draw(st.sampled_from([0, 0, 0, 1, 2]))]
    ]
    made = [
        draw(_onto(f"drive{i}", draw(st.sampled_from(sources)), target, dt, driving=True))
        for i, target in enumerate(targets + segments)
    ]
    everything = sources + targets + segments
    for i in range(draw(st.integers(1, 5))):
        pre, post = draw(st.sampled_from(everything)), draw(st.sampled_from(targets + segments))
        made.append(draw(_onto(f"more{i}", pre, post, dt, driving=False)))
    return Network("random", dt, tuple(everything), tuple(made)).verify()


def _onto(name: str, pre: Population, post: Population, dt: float, *, driving: bool) -> st.SearchStrategy[Projection]:
    """Return projections of the kind that the target takes."""
    kind = counted if post.cell.counts_synapses else projections
    return kind(name, pre, post, dt, driving=driving)


@st.composite
def experiments(draw: Draw, max_steps: int = 50) -> Experiment:
    """Draw a network with a stimulus: for each source and step, any set of its neurons."""
    network = draw(networks())
    steps = draw(st.integers(8, max_steps))
    stimulus = {}
    for population in network.populations:
        if isinstance(population.cell, SpikeSource):
            mask = st.integers(0, 2**population.size - 1)
            sets = draw(st.lists(mask, min_size=steps // 2, max_size=steps))
            bits = [(t, i) for t, word in enumerate(sets) for i in range(population.size) if word >> i & 1]
            stimulus[population.name] = bits
    return Experiment(network, stimulus, steps)
