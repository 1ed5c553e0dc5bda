"""Slow, obvious mini-columns, segments and permanences, as their docstrings say: one synapse at a time, and no arrays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from spikemem.ir import HebbianPermanence, MiniColumn, Segment, SpikeSource, Static
from spikemem.ir.lowered import LoweredNetwork, LoweredPopulation, LoweredProjection
from spikemem.rng import generator
from tests.reference.cells import Neuron, neuron
from tests.reference.interpreter import Spike, static_synapses
from tests.reference.stdp import Synapse

Arriving = dict[tuple[str, str, int, int], list[float]]
"""(population, receptor, neuron, step) -> the weights that arrive."""
Grown = tuple[int, int, float]
"""Pre neuron, segment, permanence."""


@dataclass
class Plateau:
    """A current into a soma, in the steps after ``begin`` until ``end``."""

    begin: int
    end: int


@dataclass
class Branch:
    """A segment: whose it is, what arrived by step, its last plateau and its last spike."""

    soma: int | None
    arrived: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    plateau: Plateau | None = None
    spiked: int | None = None


class Dendrites:
    """A population of segments."""

    def __init__(self, network: LoweredNetwork, population: LoweredPopulation) -> None:
        assert population.branch is not None
        assert isinstance(population.cell, Segment)
        self.cell, self.soma, per = population.cell, population.branch.soma, population.branch.per_neuron
        self.branches = [Branch(i // per if per else None) for i in range(population.size)]
        self.window = max(1, round(self.cell.window / network.dt))
        self.length = round(self.cell.plateau / network.dt)
        self.plateaus: dict[int, list[Plateau]] = defaultdict(list)

    def step(self, now: int, somata: set[int]) -> list[int]:
        """Return the segments that spike in step ``now``, in which ``somata`` fire."""
        for soma in somata:
            for plateau in self.plateaus.pop(soma, []):
                plateau.end = now
        spikes = []
        for s, branch in enumerate(self.branches):
            count = sum(branch.arrived[now - k] for k in range(self.window))
            lasting = branch.plateau is not None and now <= branch.plateau.end
            if branch.soma is None or branch.soma in somata or lasting or count < self.cell.theta:
                continue
            spikes.append(s)
            branch.spiked = now
            branch.plateau = Plateau(now, now + self.length)
            self.plateaus[branch.soma].append(branch.plateau)
        return spikes

    def current(self, soma: int, now: int) -> float:
        """Return the current of this zone into a soma in step ``now``."""
        flows = any(plateau.begin < now <= plateau.end for plateau in self.plateaus[soma])
        return self.cell.current if flows else 0.0


def mini_columns(cell: MiniColumn, drive: Sequence[float], depolarised: Sequence[float]) -> list[int]:
    """Return which cells fire."""
    winners = []
    for first in range(0, len(drive), cell.cells):
        members = range(first, first + cell.cells)
        reach = [i for i in members if drive[i] > 0.0 and drive[i] + depolarised[i] >= cell.theta]
        most = max((depolarised[i] for i in reach), default=0.0)
        winners += [i for i in reach if depolarised[i] == most]
    return winners


class Rule:
    """HebbianPermanence at work: places[s][k] is None, or the pre neuron and the permanence of a synapse."""

    def __init__(
        self, network: LoweredNetwork, projection: LoweredProjection, dendrites: Dendrites, single: bool
    ) -> None:
        rule, name = projection.synapse, projection.name
        assert isinstance(rule, HebbianPermanence)
        self.rule, self.dendrites, self.projection = rule, dendrites, projection
        self.delay = projection.buckets[0].delay
        self.module = network.population(dendrites.soma).cell.module_size
        self.interval = round(rule.interval / network.dt)
        self.stored = (lambda p: float(np.float32(p))) if single else float
        pre, post = network.population(projection.pre).size, len(dendrites.branches)
        self.circle_pre = generator(network.seed, "circle", name, "pre").integers(0, 1 << 62, pre).tolist()
        self.circle_post = generator(network.seed, "circle", name, "post").integers(0, 1 << 62, post).tolist()
        self.places: list[list[tuple[int, float] | None]] = [[None] * rule.most_synapses for _ in range(post)]
        self.reinforced: dict[int, int] = {}
        self.active: set[int] = set()
        self.active_step: int | None = None
        self.winners: list[int] = []

    def owner(self, s: int) -> int:
        soma = self.dendrites.branches[s].soma
        assert soma is not None
        return soma

    def owned(self, soma: int) -> list[int]:
        return [s for s in self.reinforced if self.owner(s) == soma]

    def matches(self, s: int) -> int:
        return sum(place is not None and place[0] in self.active for place in self.places[s])

    def is_active(self, s: int) -> bool:
        spiked = self.dendrites.branches[s].spiked
        assert self.active_step is not None
        return spiked is not None and spiked >= self.active_step + self.delay

    def step(self, now: int, somata: Sequence[int], pre: Sequence[int], gate: bool) -> None:
        """Learn by the somata that fire in step ``now``, then send the spikes of ``pre``."""
        if somata:
            chosen = self.learn(now, somata, gate)
        if pre:
            recurrent = self.projection.pre == self.dendrites.soma
            self.winners = list(chosen if recurrent else pre)
            self.active, self.active_step = set(pre), now
            for branch, places in zip(self.dendrites.branches, self.places, strict=True):
                for place in places:
                    if place is not None and place[0] in self.active and place[1] >= self.stored(self.rule.connected):
                        branch.arrived[now + self.delay] += 1

    def learn(self, now: int, somata: Sequence[int], gate: bool) -> list[int]:
        """Return the winners."""
        recent = self.active_step is not None and now - self.active_step <= self.interval
        learns = recent and gate
        known = sorted(self.reinforced) if recent else []
        active = [s for s in known if self.is_active(s)]
        matching = {s: self.matches(s) for s in known if self.matches(s) >= self.rule.theta_match}
        modules = sorted({soma // self.module for soma in somata})
        predicted = {self.owner(s) // self.module for s in active if self.owner(s) in somata}
        winners, growing = [], []
        right: list[int] = [s for s in active if self.owner(s) in somata]
        for module in modules:
            firing = [soma for soma in somata if soma // self.module == module]
            if module in predicted:
                winners += firing
                continue
            own = [s for s in matching if self.owner(s) in firing]
            if own:
                best = min(own, key=lambda s: (-matching[s], s))
                right.append(best)
                winners.append(self.owner(best))
            else:
                fewest = min(firing, key=lambda soma: (len(self.owned(soma)), soma))
                winners.append(fewest)
                growing.append(fewest)
        if learns:
            for s in sorted({*active, *matching}):
                if self.owner(s) // self.module not in modules:
                    self.punish(s)
            for s in right:
                self.reinforce(s, now)
            for soma in growing:
                self.new_segment(soma, now)
        return winners

    def changed(self, s: int, k: int, by: float) -> None:
        place = self.places[s][k]
        assert place is not None
        p = min(1.0, max(0.0, self.stored(place[1] + self.stored(by))))
        self.places[s][k] = (place[0], p) if p > 0.0 else None

    def punish(self, s: int) -> None:
        for k, place in enumerate(self.places[s]):
            if place is not None and place[0] in self.active:
                self.changed(s, k, -self.rule.punishment)

    def reinforce(self, s: int, now: int) -> None:
        for k, place in enumerate(self.places[s]):
            if place is not None:
                self.changed(s, k, self.rule.increment if place[0] in self.active else -self.rule.decrement)
        self.reinforced[s] = now
        self.grow(s)

    def grow(self, s: int) -> None:
        """Grow synapses to the next winners round the circle until enough match."""
        from_here = sorted(
            self.winners, key=lambda i: (self.circle_pre[i] < self.circle_post[s], self.circle_pre[i])
        )  # fmt: skip
        for i in from_here:
            places = self.places[s]
            if self.matches(s) >= self.rule.new_synapses:
                return
            if any(place is not None and place[0] == i for place in places):
                continue
            free = [k for k, place in enumerate(places) if place is None]
            silent = [(p[1], k) for k, p in enumerate(places) if p is not None and p[0] not in self.active]
            if free:
                places[free[0]] = (i, self.stored(self.rule.initial))
            elif silent:
                places[min(silent)[1]] = (i, self.stored(self.rule.initial))

    def new_segment(self, soma: int, now: int) -> None:
        full = len(self.owned(soma)) >= self.rule.most_segments
        if full or len(self.reinforced) == len(self.places):
            known = self.owned(soma) if full else list(self.reinforced)
            s = min(known, key=lambda s: (self.reinforced[s], s))
        else:
            s = len(self.reinforced)
        self.dendrites.branches[s] = Branch(soma)
        self.places[s] = [None] * self.rule.most_synapses
        self.reinforced[s] = now
        self.grow(s)

    def synapses(self) -> list[Grown]:
        """Return the synapses, by pre neuron, then segment."""
        return sorted((p[0], s, p[1]) for s, places in enumerate(self.places) for p in places if p is not None)


class Reference:
    """A network of sources, mini-columns, integrate-and-fire cells and segments, running."""

    def __init__(self, network: LoweredNetwork, stimulus: Mapping[str, Sequence[Spike]], single: bool = False) -> None:
        self.network, self.stimulus = network, {name: set(spikes) for name, spikes in stimulus.items()}
        self.spikes: dict[str, list[Spike]] = {p.name: [] for p in network.populations}
        self.dendrites = {p.name: Dendrites(network, p) for p in network.populations if p.branch is not None}
        self.rules: dict[str, Rule] = {}
        self.static: dict[str, list[Synapse]] = {}
        for p in network.projections:
            if isinstance(p.synapse, HebbianPermanence):
                self.rules[p.name] = Rule(network, p, self.dendrites[p.post], single)
            else:
                assert isinstance(p.synapse, Static)
                self.static[p.name] = static_synapses(network, p)
        self.cells: dict[str, list[Neuron]] = {
            p.name: [
                neuron(p.cell, network.dt, network.numerics, float(p.i_offset[i]), {n: float(v[i]) for n, v in start})
                for i in range(p.size)
            ]
            for p in network.populations
            for start in [p.initial.items()]
            if not isinstance(p.cell, SpikeSource | MiniColumn | Segment)
        }  # fmt: skip
        self.arriving: Arriving = defaultdict(list)

    def fires(self, population: LoweredPopulation, now: int, fired: Mapping[str, Sequence[int]]) -> list[int]:
        """Return the neurons of a population that fire in step ``now``; ``fired`` are those of populations before it."""
        name, cell, neurons = population.name, population.cell, range(population.size)
        if isinstance(cell, SpikeSource):
            return [i for i in neurons if (now, i) in self.stimulus.get(name, ())]
        if name in self.dendrites:
            return self.dendrites[name].step(now, set(fired[self.dendrites[name].soma]))
        zones = [d for d in self.dendrites.values() if d.soma == name]
        depolarised = [sum(d.current(i, now) for d in zones) for i in neurons]
        exc, inh = (
            [sum(self.arriving.pop((name, receptor, i, now), [])) for i in neurons]
            for receptor in ("excitatory", "inhibitory")
        )
        if isinstance(cell, MiniColumn):
            return mini_columns(cell, [e - i for e, i in zip(exc, inh, strict=True)], depolarised)
        found = []
        for i, own in enumerate(self.cells[name]):
            own.i_offset = float(population.i_offset[i]) + depolarised[i]  # type: ignore[attr-defined]  # all integrators have it
            if own.step(exc[i], inh[i], False):
                found.append(i)
        return found

    def step(self, now: int) -> None:
        """Advance one step."""
        fired: dict[str, list[int]] = {}
        for population in self.network.populations:
            fired[population.name] = self.fires(population, now, fired)
            self.spikes[population.name] += [(now, i) for i in fired[population.name]]
        for projection in self.network.projections:
            pre, post = fired[projection.pre], projection.post
            if projection.name in self.rules:
                rule = self.rules[projection.name]
                gate = rule.rule.gate
                rule.step(now, fired[rule.dendrites.soma], pre, gate is None or bool(fired[gate]))
                continue
            for synapse in self.static[projection.name]:
                if synapse.pre not in pre:
                    continue
                if post in self.dendrites:
                    self.dendrites[post].branches[synapse.post].arrived[now + synapse.delay] += 1
                else:
                    self.arriving[post, projection.receptor, synapse.post, now + synapse.delay].append(synapse.weight)

    def run(self, steps: int) -> Reference:
        """Run steps 0 to ``steps`` - 1."""
        for now in range(steps):
            self.step(now)
        return self
