"""A lowered network as PyNN objects will be made of it, by the translation table and a target's dialect: plain data.

What is made of a description is either PyNN objects, here or in a process of their own, or a script that makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

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


@dataclass(frozen=True)
class Dialect:
    """How a PyNN simulator differs from our step order.

    ``lag``: steps between a spike's arrival and its effect on a membrane. ``lead``: steps by which a source's spikes are
    sent early, so that a delay of ``lag`` steps remains possible. ``first``: the simulator's step that is our step 0.
    ``stamp``: steps from a spike to the time that it carries. ``gain``: the factor from our weights to the simulator's;
    ``unscaled``: that of what PyNN forgets to scale. ``amplitude``: from a rule and the gain, the factor to its A_plus.
    ``early``: ms by which a source's times are given before the grid, where the simulator rounds them up to it.
    ``least_max_delay``: the least that the simulator may be told of the longest delay (ms).
    """

    lag: Callable[[Cell], int]
    gain: Callable[[Cell, float], float]
    unscaled: Callable[[Cell], float]
    amplitude: Callable[[PairSTDP, float], float]
    lead: int
    first: int
    stamp: int
    early: float = 0.0
    least_max_delay: float = 0.0


@dataclass(frozen=True, eq=False)
class Synapses:
    """The synapses of a projection that have one delay, in steps, and how they are counted."""

    delay: int
    connections: Connections
    updates: tuple[Updates, ...]
    heard: None = None


@dataclass(frozen=True, eq=False)
class PopulationSpec:
    """A PyNN population: cell and parameters by PyNN's names, initial values, and, of a source, each neuron's times (ms)."""

    label: str
    size: int
    cell: str
    parameters: Mapping[str, Any]
    initial: Mapping[str, FloatArray] = field(default_factory=dict)
    spike_times: tuple[list[float], ...] | None = None


@dataclass(frozen=True, eq=False)
class PlasticitySpec:
    """PyNN's STDPMechanism with SpikePairRule, in the simulator's weight unit."""

    tau_plus: float
    tau_minus: float
    A_plus: float
    A_minus: float
    dependence: str
    w_min: float
    w_max: float


@dataclass(frozen=True, eq=False)
class ProjectionSpec:
    """A PyNN projection of one delay (ms): ``pre[k]`` to ``post[k]`` with ``weights[k]``, sign and unit the simulator's."""

    label: str
    source: str
    target: str
    receptor: str
    pre: npt.NDArray[np.int32]
    post: npt.NDArray[np.int32]
    weights: FloatArray
    delay: float
    plasticity: PlasticitySpec | None


@dataclass(frozen=True, eq=False)
class Description:
    """A network for a PyNN simulator. ``first`` is the simulator's step that is our step 0, ``max_delay`` in ms."""

    name: str
    dt: float
    first: int
    stamp: int
    max_delay: float
    populations: tuple[PopulationSpec, ...]
    projections: tuple[ProjectionSpec, ...]

    def of(self, projection: str) -> tuple[ProjectionSpec, ...]:
        """Return the parts of one of our projections, by delay."""
        return tuple(p for p in self.projections if p.label.rpartition("@")[0] == projection)


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


def describe(
    network: LoweredNetwork,
    listed: Mapping[str, tuple[Synapses, ...]],
    dialect: Dialect,
    feed: Mapping[str, StepEvents],
) -> Description:
    """Return what PyNN is to make of ``network``; ``feed`` are all spikes of the sources."""
    parts = [
        _projection(p, s, network, dialect)
        for p in network.projections
        for s in listed[p.name]
        if s.connections.pre.size
    ]
    longest = max((b.delay for p in network.projections for b in p.buckets), default=1) + dialect.lead
    return Description(
        network.name, network.dt, dialect.first, dialect.stamp, max(longest * network.dt, dialect.least_max_delay),
        tuple(_population(p, network, dialect, feed) for p in network.populations), tuple(parts),
    )  # fmt: skip


def is_source(population: LoweredPopulation) -> bool:
    """Return whether the host says what the population fires."""
    return isinstance(population.cell, SpikeSource | SpikeSourcePoisson)


def lead(network: LoweredNetwork, population: str, dialect: Dialect) -> int:
    """Return the steps by which the population's spikes are early: plasticity would see it, so a plastic source's are not."""
    plastic = any(p.pre == population and isinstance(p.synapse, PairSTDP) for p in network.projections)
    return dialect.lead if is_source(network.population(population)) and not plastic else 0


def _population(
    population: LoweredPopulation, network: LoweredNetwork, dialect: Dialect, feed: Mapping[str, StepEvents]
) -> PopulationSpec:
    name, parameters = to_pynn(population.cell, population.i_offset)
    if not is_source(population):
        return PopulationSpec(population.name, population.size, name, parameters, dict(population.initial))
    steps, neurons = feed[population.name]
    times = (
        steps + dialect.first + dialect.stamp - lead(network, population.name, dialect)
    ) * network.dt - dialect.early
    by_neuron = np.split(
        times[np.argsort(neurons, kind="stable")], np.searchsorted(np.sort(neurons), np.arange(1, population.size))
    )
    return PopulationSpec(population.name, population.size, name, {}, {}, tuple(t.tolist() for t in by_neuron))


def _projection(
    projection: LoweredProjection, listed: Synapses, network: LoweredNetwork, dialect: Dialect
) -> ProjectionSpec:
    found = listed.connections
    pre, post = network.population(projection.pre), network.population(projection.post)
    gain = dialect.gain(post.cell, network.dt)
    return ProjectionSpec(
        f"{projection.name}@{listed.delay}", pre.name, post.name, projection.receptor, found.pre, found.post,
        to_pynn_weight(post.cell, projection.receptor, found.weight * gain),
        (listed.delay - dialect.lag(post.cell) + lead(network, pre.name, dialect)) * network.dt,
        _plasticity(projection, found, dialect, gain, gain * dialect.unscaled(post.cell)),
    )  # fmt: skip


def _plasticity(
    projection: LoweredProjection, found: Connections, dialect: Dialect, gain: float, bound: float
) -> PlasticitySpec | None:
    rule = projection.synapse
    if not isinstance(rule, PairSTDP):
        return None
    pairs = np.stack([found.pre, found.post])
    if np.unique(pairs, axis=1).shape[1] < found.pre.size:
        raise Unsupported(
            f"projection {projection.name}: connects a pair of neurons twice with plastic synapses, which PyNN cannot tell "
            "apart; instead: one synapse a pair"
        )
    factor = dialect.amplitude(rule, gain)
    return PlasticitySpec(
        rule.tau_plus, rule.tau_minus, rule.A_plus * factor, rule.A_minus * factor, rule.weight_dependence,
        rule.w_min * bound, rule.w_max * bound,
    )  # fmt: skip
