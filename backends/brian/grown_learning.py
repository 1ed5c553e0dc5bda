"""What HebbianPermanence does in a step, in NumPy on the host: it hears the somata, passes plateaus on, and learns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spikemem.backends.brian.build import NEVER, Array, Firing, Flow
from spikemem.backends.brian.grown_synapses import NOBODY, Grown
from spikemem.ir.permanence import HebbianPermanence


@dataclass(eq=False)
class Learning:
    """One projection's rule at work; the groups are Brian2's, and what is written to their variables is theirs.

    ``arrives`` is the dendrites' variable that what is sent is added to, ``waiting`` all that hold what is under way to them or
    in their window. ``last`` is the step of the last activity (-1: none), ``segments_of`` the number of each soma's segments,
    ``reinforced`` the step of each segment's last reinforcement or growth, ``used`` how many have ever been grown.
    """

    rule: HebbianPermanence
    grown: Grown
    pre: Any
    soma: Any
    gate: Any
    dendrites: Any
    clock: Any
    firing: Firing
    flow: Flow
    module: int
    delay: int
    interval: int
    arrives: str
    waiting: tuple[str, ...]
    last: int = -1
    used: int = 0
    segments_of: Array = field(init=False)
    reinforced: Array = field(init=False)

    def __post_init__(self) -> None:
        self.segments_of = np.zeros(len(self.soma), dtype=np.int64)
        self.reinforced = np.full(self.grown.segments, -1, dtype=np.int64)

    @property
    def now(self) -> int:
        """The step."""
        return int(self.clock.variables["timestep"].get_value().item())

    def variable(self, name: str) -> Array:
        """Return a variable of the dendrites."""
        values: Array = self.dendrites.variables[name].get_value()
        return values

    def hear(self) -> None:
        """Tell the branches what their somata fire by."""
        self.variable("soma_fires_by")[:] = self.soma.variables[self.firing.variable].get_value()[
            self.variable("soma_of")
        ]

    def pass_on(self) -> None:
        """Tell the somata that plateaus have begun."""
        if self.flow.current:
            self.soma.variables[self.flow.begun].get_value()[self.variable("soma_of")[self.dendrites.spikes]] = 1.0

    def learn(self) -> None:
        """Learn by the neurons that fire, then send."""
        fired = np.sort(self.soma.spikes)
        winners = self._teach(fired) if fired.size else fired
        active = np.sort(self.pre.spikes)
        if active.size:
            reached = self.grown.send(active, winners if self.pre is self.soma else active, self._amount("connected"))
            self.variable(self.arrives)[:] += reached
            self.last = self.now

    def _amount(self, name: str) -> float:
        """Return one of the rule's amounts, rounded as permanences are."""
        return float(self.grown.permanence.dtype.type(getattr(self.rule, name)))

    def _teach(self, fired: Array) -> Array:
        """Let the neurons that fire choose winners and, if the gate is open, learn; return the winners."""
        recent = self.last >= 0 and self.now - self.last <= self.interval
        learns = recent and (self.gate is None or self.gate.spikes.size > 0)
        match = self.grown.match()
        active = recent & (self.variable("spiked") >= self.last + self.delay)
        matching = recent & (match >= self.rule.theta_match)
        found = np.flatnonzero((active | matching) & (self.variable("soma_of") != NOBODY))
        owner = self.variable("soma_of")[found]
        module, on_fired = owner // self.module, np.isin(owner, fired)
        modules = np.unique(fired // self.module)
        predicted = np.isin(modules, module[on_fired & active[found]])
        best = [self._best(found[on_fired & matching[found] & (module == m)], match) for m in modules]
        if learns:
            self._punish(found[~np.isin(module, modules)])
            right = np.isin(module, modules[predicted]) & on_fired & active[found]
            burst = [s for s, known in zip(best, predicted, strict=True) if s >= 0 and not known]
            for segment in sorted([*found[right].tolist(), *burst]):
                self._reinforce(segment)
        chosen: list[int] = []
        growing: list[int] = []
        for m, known, segment in zip(modules, predicted, best, strict=True):
            own = fired[fired // self.module == m]
            if known:
                chosen += own.tolist()
            elif segment >= 0:
                chosen.append(int(self.variable("soma_of")[segment]))
            else:
                growing.append(int(own[np.argmin(self.segments_of[own])]))
                chosen.append(growing[-1])
        for soma in growing if learns else ():
            self._new_segment(soma)
        return np.array(chosen, dtype=np.int64)

    def _best(self, candidates: Array, match: Array) -> int:
        """Return the first of those that match most, or -1."""
        return int(candidates[np.argmax(match[candidates])]) if candidates.size else -1

    def _punish(self, segments: Array) -> None:
        self.grown.change(segments, -self._amount("punishment"), None)

    def _reinforce(self, segment: int) -> None:
        """Strengthen the synapses of active neurons, weaken the others, prune, and grow what lacks."""
        row = np.array([segment])
        self.grown.change(row, self._amount("increment"), -self._amount("decrement"))
        self.reinforced[segment] = self.now
        lacking = self.rule.new_synapses - int(self.grown.match(row)[0])
        if lacking > 0:
            self.grown.grow(segment, lacking, self.rule.initial)

    def _new_segment(self, soma: int) -> None:
        """Grow a segment on the soma, in place of the one reinforced longest ago if the soma or the population is full."""
        owner = self.variable("soma_of")
        full = self.segments_of[soma] >= self.rule.most_segments
        if full or self.used >= self.grown.segments:
            there = np.flatnonzero(owner == soma) if full else np.arange(self.used)
            segment = int(there[np.argmin(self.reinforced[there])])
            self.grown.strip(segment)
            self.segments_of[owner[segment]] -= 1
            for name in self.waiting:  # what is under way to the old one, or in its window, is lost
                self.variable(name)[segment] = 0.0
            self.variable("spiked")[segment] = NEVER
            self.variable("lasting")[segment] = 0
        else:
            segment = self.used
            self.used += 1
        owner[segment] = soma
        self.segments_of[soma] += 1
        self.reinforced[segment] = self.now
        self.grown.grow(segment, self.rule.new_synapses, self.rule.initial)
