"""Macs with one-shot synapses, step by step and cell by cell in plain Python, from the docstrings of their primitives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from spikemem.draws import DRAW_BLOCK
from spikemem.ir import FadingOneShot, Mac, OneShot, Receptor
from spikemem.rng import generator

KINDS = ("up", "horizontal", "down")
Spikes = Mapping[str, Mapping[int, Set[int]]]
"""The neurons that fire, by population and step."""


@dataclass
class Wires:
    """A projection onto the macs: ``joined`` are its (pre, post) pairs."""

    pre: str
    receptor: Receptor
    delay: int
    joined: Set[tuple[int, int]]
    rule: OneShot | FadingOneShot
    weights: dict[tuple[int, int], int] = field(init=False)
    learned: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """When a synapse that fades was learned last, and its stiffness."""
    sent: dict[int, dict[tuple[int, int], int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.weights = dict.fromkeys(self.joined, 0)

    def arrive(self, t: int, i: int, j: int) -> int:
        """Return the weight that arrives: that of the step in which i fired."""
        return self.sent[t][i, j]

    def fade(self, t: int) -> None:
        rule = self.rule
        if isinstance(rule, FadingOneShot):
            for pair, (since, stiffness) in list(self.learned.items()):
                ages = {0: rule.ages, 1: rule.stiff_ages, 2: ()}[stiffness]
                self.weights[pair] = rule.weights[sum(t - since >= round(age) for age in ages)]
                if self.weights[pair] == 0:
                    del self.learned[pair]

    def learn(self, t: int, pair: tuple[int, int]) -> None:
        if isinstance(self.rule, OneShot):
            self.weights[pair] = min(self.weights[pair] + 1, self.rule.most)
            return
        _, stiffness = self.learned.get(pair, (t, 0))
        self.learned[pair] = (t, min(2, stiffness + int(self.weights[pair] == self.rule.most)))
        self.weights[pair] = self.rule.most

    def frozen(self, cell: int) -> bool:
        if isinstance(self.rule, FadingOneShot):
            return False
        own = [w for (_, j), w in self.weights.items() if j == cell]
        return sum(w > 0 for w in own) > self.rule.freeze * len(own)


@dataclass
class Macs:
    """The population ``mac`` of ``count`` macs; its own spikes are entered in ``fired``."""

    cell: Mac
    count: int
    seed: int
    wires: Sequence[Wires]
    drive: Sequence[tuple[str, int]] = ()
    now: int = 0
    fired: dict[int, set[int]] = field(default_factory=dict)
    V: dict[int, float] = field(default_factory=dict)
    G: dict[int, float] = field(default_factory=dict)
    held: dict[int, tuple[int, int, set[int]]] = field(default_factory=dict)
    zeta: dict[int, int] = field(default_factory=dict)
    counts: dict[int, dict[int, int]] = field(default_factory=dict)
    """By step and cell, how often what the cell sends then counts."""

    def cells(self, mac: int, q: int) -> range:
        first = (mac * self.cell.modules + q) * self.cell.cells
        return range(first, first + self.cell.cells)

    def run(self, steps: int, inputs: Spikes) -> None:
        for t in range(steps):
            self.step(t, inputs)

    def arriving(self, t: int, wire: Wires, inputs: Spikes) -> Set[int]:
        if wire.pre == "mac":
            return {j for j, times in self.counts.get(t - wire.delay, {}).items() if times > 0}
        return inputs.get(wire.pre, {}).get(t - wire.delay, set())

    def factor(self, mac: int) -> int:
        zeta = self.zeta.get(mac, 1)
        if self.cell.hypotheses == 0:
            return 1
        return zeta if zeta <= self.cell.hypotheses else 0

    def times(self, wire: Wires, i: int) -> int:
        return self.counts[self.now - wire.delay][i] if wire.pre == "mac" else 1

    def competing(self, mac: int) -> int:
        total = 0
        for q in range(self.cell.modules):
            most = max(self.V[j] for j in self.cells(mac, q))
            near = sum(self.V[j] >= self.cell.near * most for j in self.cells(mac, q))
            total += near if most > self.cell.G_minus else 1
        return int(total / self.cell.modules + 0.5)

    def step(self, t: int, inputs: Spikes) -> None:
        self.now = t
        for wire in self.wires:
            wire.fade(t)
        learning = self.cell.gate is None or bool(inputs.get(self.cell.gate, {}).get(t))
        free = self.cell.free is not None and bool(inputs.get(self.cell.free, {}).get(t))
        drawn = generator(self.seed, "draws", "mac", t // DRAW_BLOCK).random(
            (DRAW_BLOCK, self.count * self.cell.modules)
        )
        x, chosen = drawn[t % DRAW_BLOCK].tolist(), {}
        arrived = [(wire, self.arriving(t, wire, inputs)) for wire in self.wires]
        driven = {j for pre, delay in self.drive for j in inputs.get(pre, {}).get(t - delay, set())}
        for mac in range(self.count):
            if mac in self.held:
                self.refire(t, mac)
                continue
            winners = self.choose(mac, arrived, driven, learning, free, x)
            if winners is None:
                continue
            self.fired.setdefault(t, set()).update(winners)
            if self.cell.persistence > 1:
                self.held[mac] = (self.cell.persistence - 1, t + round(self.cell.frame), winners)
            if learning:
                chosen[mac] = winners
        for j in self.fired.get(t, ()):
            self.counts.setdefault(t, {})[j] = self.factor(j // (self.cell.modules * self.cell.cells))
        self.learn({cell for winners in chosen.values() for cell in winners}, arrived)
        for wire in self.wires:
            wire.sent[t + wire.delay] = dict(wire.weights)

    def refire(self, t: int, mac: int) -> None:
        left, due, winners = self.held[mac]
        if due == t:
            self.fired.setdefault(t, set()).update(winners)
            self.held[mac] = (left - 1, t + round(self.cell.frame), winners)
            if left == 1:
                del self.held[mac]

    def learn(self, winners: Set[int], arrived: Sequence[tuple[Wires, Set[int]]]) -> None:
        for wire, inputs in arrived:
            for j in winners:
                if not wire.frozen(j):
                    for i in inputs:
                        if (i, j) in wire.weights:
                            wire.learn(self.now, (i, j))

    def choose(
        self, mac: int, arrived: Sequence[tuple[Wires, Set[int]]], driven: Set[int], learning: bool, free: bool,
        x: Sequence[float],
    ) -> set[int] | None:  # fmt: skip
        first = self.cells(mac, 0)[0]
        up = sum((i, first) in w.joined for w, inputs in arrived if w.receptor == "up" for i in inputs)
        own = {j for q in range(self.cell.modules) for j in self.cells(mac, q)}
        others = any((i, j) in w.joined for w, inputs in arrived if w.receptor != "up" for i in inputs for j in own)
        by_input = up >= self.cell.pi_minus and (self.cell.pi_plus is None or up <= self.cell.pi_plus)
        by_input |= free and up == 0 and others
        if not by_input and not driven & own:
            return None
        if by_input:
            V, G = self.measured(mac, arrived, learning)
            self.V.update(V)
            self.G[mac] = G
        self.zeta[mac] = self.competing(mac) if by_input and not learning and not driven & own else 1
        winners = set()
        for q in range(self.cell.modules):
            cells = list(self.cells(mac, q))
            number = x[mac * self.cell.modules + q]
            if driven & set(cells):
                winners.add(min(driven & set(cells)))
            elif by_input and learning:
                winners.add(self.by_chance(cells, number))
            elif by_input:
                best = [j for j in cells if self.V[j] == max(self.V[k] for k in cells)]
                winners.add(best[int(number * len(best))])
        return winners

    def measured(
        self, mac: int, arrived: Sequence[tuple[Wires, Set[int]]], learning: bool
    ) -> tuple[dict[int, float], float]:
        best = self.values(mac, arrived, KINDS)
        if not learning and best[1] < self.cell.back_off:
            for kinds in (("up", "horizontal"), ("up", "down"), ("up",)):
                if kinds == ("up",) and best[1] >= self.cell.back_off:
                    break
                other = self.values(mac, arrived, kinds)
                if other[1] > best[1]:
                    best = other
        return best

    def values(
        self, mac: int, arrived: Sequence[tuple[Wires, Set[int]]], kinds: Sequence[str]
    ) -> tuple[dict[int, float], float]:
        V, best = {}, []
        exponents = dict(zip(KINDS, (self.cell.lambda_U, self.cell.lambda_H, self.cell.lambda_D), strict=True))
        for q in range(self.cell.modules):
            for j in self.cells(mac, q):
                x = {}
                for kind in kinds:
                    own = [
                        (self.times(w, i) * w.arrive(self.now, i, j), w.rule.most)
                        for w, inputs in arrived if w.receptor == kind for i in inputs if (i, j) in w.joined
                    ]  # fmt: skip
                    if own:
                        x[kind] = min(1.0, sum(w for w, _ in own) / sum(most for _, most in own))
                value = 1.0 if x else 0.0
                for kind, share in x.items():
                    value *= share ** (self.cell.lambda_first if list(x) == ["up"] else exponents[kind])
                V[j] = value
            best.append(max(V[j] for j in self.cells(mac, q)))
        return V, sum(best) / len(best)

    def by_chance(self, cells: Sequence[int], x: float) -> int:
        mac = cells[0] // (self.cell.modules * self.cell.cells)
        psi = [self.cell.psi(self.V[j], self.G[mac]) for j in cells]
        left = x * sum(psi)
        for j, chance in zip(cells, psi, strict=True):
            left -= chance
            if left < 0.0:
                return j
        return cells[-1]
