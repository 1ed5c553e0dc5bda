"""The slow meaning of a lowered network: what every engine's spikes and weights are compared with.

Pure Python, one neuron and one synapse at a time. Each step: deliver what arrives, integrate, fire, learn, emit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from spikemem.ir import (
    Dendrite,
    IF_cond_exp,
    IF_curr_delta,
    IF_curr_exp,
    PairSTDP,
    ResonateAndFire,
    Segment,
    SpikeSource,
    SpikeSourcePoisson,
    Static,
    TagAndCapture,
)
from spikemem.ir.lowered import Dense, LoweredNetwork, LoweredPopulation, LoweredProjection
from spikemem.passes import Abilities
from tests.reference.cells import Neuron, neuron
from tests.reference.dendrites import Branches, branches
from tests.reference.stdp import Synapse, effective, update_deferred, update_online
from tests.reference.tagging import Tagging

Spike = tuple[int, int]
"""A step and a neuron."""
Connection = tuple[int, int, int, float]
"""Pre neuron, post neuron, delay in steps, weight."""
Form = Literal["stored", "effective"]

ABILITIES = Abilities(
    "reference",
    ("spinnaker", "exact"),
    # SpikeSourcePoisson can be lowered, but its draws belong to an engine: interpret refuses it.
    (SpikeSource, SpikeSourcePoisson, IF_curr_exp, IF_curr_delta, IF_cond_exp, ResonateAndFire, Segment),
    (Static, PairSTDP, TagAndCapture),
)


@dataclass(frozen=True)
class Outcome:
    """What a run leaves: the spikes by population, sorted, the weights of its end, and how many of them captures changed."""

    spikes: dict[str, list[Spike]]
    _weights: dict[Form, dict[str, list[Connection]]]
    captured: int

    def weights(self, projection: str, form: Form = "stored") -> list[Connection]:
        """Return the synapses of ``projection`` in the order of the lowered network."""
        return self._weights[form][projection]


def interpret(network: LoweredNetwork, stimulus: Mapping[str, Sequence[Spike]], steps: int) -> Outcome:
    """Run ``network`` for ``steps`` steps; ``stimulus`` gives the spikes of its spike sources."""
    for name in stimulus:
        if type(network.population(name).cell) is not SpikeSource:
            raise ValueError(f"{name} is not a spike source")
    run = _Run(network, {name: set(spikes) for name, spikes in stimulus.items()})
    for now in range(steps):
        run.step(now)
    return run.outcome(steps - 1)


class _Run:
    def __init__(self, network: LoweredNetwork, stimulus: Mapping[str, set[Spike]]) -> None:
        self.network, self.stimulus = network, stimulus
        self.neurons = {p.name: list(_neurons(network, p.name)) for p in network.populations if p.branch is None}
        self.synapses = {p.name: list(_synapses(network, p)) for p in network.projections}
        # The steps in which each neuron has fired, ascending.
        self.fired: dict[str, list[list[int]]] = {p.name: [[] for _ in range(p.size)] for p in network.populations}
        self.branches = {p.name: self.branches_of(p) for p in network.populations if p.branch is not None}
        # (population, neuron, receptor, step) -> the weights that arrive then.
        self.arriving: dict[tuple[str, int, str, int], list[float]] = defaultdict(list)
        self.learning = [p for p in network.projections if isinstance(p.synapse, PairSTDP)]
        self.tagging = {
            p.name: Tagging(p.synapse, self.synapses[p.name], p.pre, p.post, network.population(p.post).size)
            for p in network.projections
            if isinstance(p.synapse, TagAndCapture)
        }
        # (projection of these, post neuron, step) -> the weights that arrive then.
        self.through: dict[tuple[str, int, int], list[float]] = defaultdict(list)

    def branches_of(self, population: LoweredPopulation) -> Branches:
        branch, cell = population.branch, population.cell
        assert branch is not None
        assert isinstance(cell, Dendrite)
        fired = self.fired
        return branches(cell, self.network.dt, branch.per_neuron, fired[population.name], fired[branch.soma])

    def step(self, now: int) -> None:
        for name, neurons in self.neurons.items():
            zones = [b for n, b in self.branches.items() if _soma(self.network, n) == name]
            for i, cell in enumerate(neurons):
                exc = sum(self.arriving.pop((name, i, "excitatory", now), []))
                inh = sum(self.arriving.pop((name, i, "inhibitory", now), []))
                if zones:
                    cell.take_from_dendrites(sum(zone.current(i, now) for zone in zones))
                if cell.step(exc, inh, (now, i) in self.stimulus.get(name, ())):
                    self.fired[name][i].append(now)
        for name, found in self.branches.items():
            for j in range(len(found.owners)):
                found.arrive(j, now, len(self.arriving.pop((name, j, "excitatory", now), [])))
            for j in [j for j in range(len(found.owners)) if found.spikes_now(j, now)]:
                self.fired[name][j].append(now)
        for projection in self.learning:
            self.learn(projection, now)
        for name, tagging in self.tagging.items():
            tagging.learn(now, self.fired, [sum(self.through.pop((name, i, now), [])) for i in range(tagging.size)])
        for projection in self.network.projections:
            for synapse in self.synapses[projection.name]:
                if now in self.fired[projection.pre][synapse.pre][-1:]:
                    arrival = (projection.post, synapse.post, projection.receptor, now + synapse.delay)
                    self.arriving[arrival].append(synapse.weight)
                    if projection.name in self.tagging:
                        self.through[projection.name, synapse.post, now + synapse.delay].append(synapse.weight)

    def learn(self, projection: LoweredProjection, now: int) -> None:
        rule, dt = projection.synapse, self.network.dt
        assert isinstance(rule, PairSTDP)
        for synapse in self.synapses[projection.name]:
            pre, post = self.fired[projection.pre][synapse.pre], self.fired[projection.post][synapse.post]
            if rule.update == "online":
                update_online(rule, synapse, pre, post, now, dt)
            elif now in pre[-1:]:
                update_deferred(rule, synapse, pre[:-1], post, now, dt)

    def outcome(self, last: int) -> Outcome:
        spikes = {name: sorted((t, i) for i, ts in enumerate(fired) for t in ts) for name, fired in self.fired.items()}
        stored = {name: [(s.pre, s.post, s.delay, s.weight) for s in found] for name, found in self.synapses.items()}
        applied = dict(stored)
        for projection in self.learning:
            rule = projection.synapse
            assert isinstance(rule, PairSTDP)
            pre, post = self.fired[projection.pre], self.fired[projection.post]
            applied[projection.name] = [
                (s.pre, s.post, s.delay, effective(rule, s, pre[s.pre], post[s.post], last, self.network.dt))
                for s in self.synapses[projection.name]
            ]
        captured = sum(tagging.changed for tagging in self.tagging.values())
        return Outcome(spikes, {"stored": stored, "effective": applied}, captured)


def _soma(network: LoweredNetwork, dendrites: str) -> str:
    branch = network.population(dendrites).branch
    assert branch is not None
    return branch.soma


def _neurons(network: LoweredNetwork, name: str) -> Iterator[Neuron]:
    population = network.population(name)
    for i in range(population.size):
        initial = {variable: float(values[i]) for variable, values in population.initial.items()}
        yield neuron(population.cell, network.dt, network.numerics, float(population.i_offset[i]), initial)


def static_synapses(network: LoweredNetwork, projection: LoweredProjection) -> list[Synapse]:
    """Return the synapses of a lowered projection, one by one."""
    return list(_synapses(network, projection))


def _synapses(network: LoweredNetwork, projection: LoweredProjection) -> Iterator[Synapse]:
    if not isinstance(projection.synapse, Static | PairSTDP | TagAndCapture):
        raise NotImplementedError(f"the reference interpreter has no {type(projection.synapse).__name__}")
    pre, post = network.population(projection.pre).size, network.population(projection.post).size
    for bucket in projection.buckets:
        layout = bucket.layout
        weights = layout.weights
        if isinstance(layout, Dense):
            for i in range(pre):
                for j in range(post):
                    if i != j or layout.allow_self_connections:
                        weight = weights if isinstance(weights, float) else float(weights[i, j])
                        yield Synapse(i, j, bucket.delay, weight)
        else:
            for i in range(pre):
                for at in range(int(layout.indptr[i]), int(layout.indptr[i + 1])):
                    weight = weights if isinstance(weights, float) else float(weights[at])
                    yield Synapse(i, int(layout.targets[at]), bucket.delay, weight)
