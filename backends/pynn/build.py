"""A lowered network to PyNN objects, by the translation table and a target's dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spikemem.backend import StepEvents
from spikemem.backends.pynn.translate import to_pynn, to_pynn_weight
from spikemem.errors import Unsupported
from spikemem.ir.cell import Cell
from spikemem.ir.lowered import (
    Bucket,
    Connections,
    LoweredNetwork,
    LoweredPopulation,
    LoweredProjection,
    connection_list,
)
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.ir.spike_source import SpikeSource, SpikeSourcePoisson
from spikemem.ir.values import FloatArray
from spikemem.tally import Updates

Sim = Any
"""A PyNN simulator module."""


@dataclass(frozen=True)
class Dialect:
    """How a PyNN simulator differs from our step order.

    ``lag``: steps between a spike's arrival and its effect on a membrane. ``lead``: steps by which a source's spikes are
    sent early, so that a delay of ``lag`` steps remains possible. ``first``: the simulator's step that is our step 0.
    ``gain``: the factor from our weights to the simulator's; ``unscaled``: that of what PyNN forgets to scale.
    """

    lag: Callable[[Cell], int]
    gain: Callable[[Cell, float], float]
    unscaled: Callable[[Cell], float]
    lead: int
    first: int


@dataclass(frozen=True, eq=False)
class Synapses:
    """The synapses of a projection that have one delay, in steps, and how they are counted."""

    delay: int
    connections: Connections
    updates: tuple[Updates, ...]


@dataclass(frozen=True, eq=False)
class Built:
    """The PyNN objects of a network, by our names."""

    populations: Mapping[str, Any]
    projections: Mapping[str, tuple[Any | None, ...]]
    """By delay; None where there are no synapses."""


def synapses(network: LoweredNetwork) -> dict[str, tuple[Synapses, ...]]:
    """Return the synapses of every projection, by delay."""
    sizes = {p.name: p.size for p in network.populations}
    return {p.name: tuple(_listed(p, b, sizes, network.dt) for b in p.buckets) for p in network.projections}


def _listed(projection: LoweredProjection, bucket: Bucket, sizes: Mapping[str, int], dt: float) -> Synapses:
    found = connection_list(bucket, sizes[projection.pre], sizes[projection.post], dt)
    if not isinstance(projection.synapse, PairSTDP):
        return Synapses(bucket.delay, found, ())
    counts = np.bincount(found.pre, minlength=sizes[projection.pre]).astype(np.int64)
    return Synapses(bucket.delay, found, (Updates(projection.pre, 0, counts),))


def build(
    sim: Sim, network: LoweredNetwork, listed: Mapping[str, tuple[Synapses, ...]], dialect: Dialect,
    feed: Mapping[str, StepEvents],
) -> Built:  # fmt: skip
    """Make the network in ``sim``, which is set up; ``feed`` are all spikes of the sources."""
    populations = {p.name: _population(sim, p, network, dialect, feed) for p in network.populations}
    projections = {
        p.name: tuple(_projection(sim, p, s, network, dialect, populations) for s in listed[p.name])
        for p in network.projections
    }
    return Built(populations, projections)


def is_source(population: LoweredPopulation) -> bool:
    """Return whether the host says what the population fires."""
    return isinstance(population.cell, SpikeSource | SpikeSourcePoisson)


def lead(network: LoweredNetwork, population: str, dialect: Dialect) -> int:
    """Return the steps by which the population's spikes are early: plasticity would see it, so a plastic source's are not."""
    plastic = any(p.pre == population and isinstance(p.synapse, PairSTDP) for p in network.projections)
    return dialect.lead if is_source(network.population(population)) and not plastic else 0


def _population(
    sim: Sim, population: LoweredPopulation, network: LoweredNetwork, dialect: Dialect, feed: Mapping[str, StepEvents]
) -> Any:
    name, parameters = to_pynn(population.cell, population.i_offset)
    if not is_source(population):
        # Silent until our step 0, when the currents and the initial values are set.
        made = sim.Population(
            population.size, getattr(sim, name)(**{**parameters, "i_offset": 0.0}),
            initial_values={"v": parameters["v_rest"]}, label=population.name,
        )  # fmt: skip
        made.record("spikes")
        return made
    steps, neurons = feed[population.name]
    # A spike of step s carries the time at the end of that step.
    times = (steps + dialect.first + 1 - lead(network, population.name, dialect)) * network.dt
    by_neuron = np.split(
        times[np.argsort(neurons, kind="stable")], np.searchsorted(np.sort(neurons), np.arange(1, population.size))
    )
    return sim.Population(
        population.size, sim.SpikeSourceArray(spike_times=[t.tolist() for t in by_neuron]), label=population.name
    )


def _projection(
    sim: Sim, projection: LoweredProjection, listed: Synapses, network: LoweredNetwork, dialect: Dialect,
    populations: Mapping[str, Any],
) -> Any | None:  # fmt: skip
    found = listed.connections
    if not found.pre.size:
        return None
    pre, post = network.population(projection.pre), network.population(projection.post)
    gain = dialect.gain(post.cell, network.dt)
    weights = to_pynn_weight(post.cell, projection.receptor, found.weight * gain)
    delay = (listed.delay - dialect.lag(post.cell) + lead(network, pre.name, dialect)) * network.dt
    return sim.Projection(
        populations[pre.name], populations[post.name],
        sim.FromListConnector(np.column_stack([found.pre, found.post, weights]), column_names=["weight"]),
        _synapse(sim, projection, found, gain * dialect.unscaled(post.cell), delay), receptor_type=projection.receptor,
        label=f"{projection.name}@{listed.delay}",
    )  # fmt: skip


def _synapse(sim: Sim, projection: LoweredProjection, found: Connections, bound: float, delay: float) -> Any:
    rule = projection.synapse
    if not isinstance(rule, PairSTDP):
        return sim.StaticSynapse(delay=delay)
    pairs = np.stack([found.pre, found.post])
    if np.unique(pairs, axis=1).shape[1] < found.pre.size:
        raise Unsupported(
            f"projection {projection.name}: connects a pair of neurons twice with plastic synapses, which PyNN cannot tell "
            "apart; instead: one synapse a pair"
        )
    return sim.STDPMechanism(
        timing_dependence=sim.SpikePairRule(
            tau_plus=rule.tau_plus, tau_minus=rule.tau_minus,
            A_plus=_fraction(rule, rule.A_plus), A_minus=_fraction(rule, rule.A_minus),
        ),
        weight_dependence=_weight_dependence(sim, rule, bound),
        delay=delay,
    )  # fmt: skip


def _fraction(rule: PairSTDP, amplitude: float) -> float:
    """Return an amplitude as PyNN's additive rule has it, as a fraction of w_max."""
    absolute = rule.weight_dependence == "additive" and rule.amplitude == "absolute"
    return amplitude / rule.w_max if absolute else amplitude


def _weight_dependence(sim: Sim, rule: PairSTDP, bound: float) -> Any:
    kind = "AdditiveWeightDependence" if rule.weight_dependence == "additive" else "MultiplicativeWeightDependence"
    return getattr(sim, kind)(w_min=rule.w_min * bound, w_max=rule.w_max * bound)


def with_pending(
    rule: PairSTDP, listed: Synapses, stored: FloatArray, pre: StepEvents, post: StepEvents, *, until: int, dt: float
) -> FloatArray:
    """Return the weights with the post events that each synapse has seen since its last pre spike, up to step ``until``.

    ``w += A_plus f_+(w) r(u) exp(-(p + d - u) dt/tau_plus)`` for every post event p + d in (u, until], with u the last pre
    spike and r the pre trace: what a deferred rule does when the pre neuron fires next.
    """
    weights, delay, decay = stored.copy(), listed.delay, dt / rule.tau_plus
    gain, _ = rule.amplitudes
    for i in np.unique(listed.connections.pre):
        fired = pre[0][pre[1] == i]
        if not fired.size:
            continue
        last = int(fired[-1])
        trace = float(np.exp((fired - last) * decay).sum())
        for k in np.flatnonzero(listed.connections.pre == i):
            seen = post[0][post[1] == listed.connections.post[k]] + delay
            for event in seen[(seen > last) & (seen <= until)]:
                room = rule.w_max - weights[k] if rule.weight_dependence == "multiplicative" else 1.0
                weights[k] = min(rule.w_max, weights[k] + gain * room * trace * np.exp(-(event - last) * decay))
    return weights
