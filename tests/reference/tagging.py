"""Slow, obvious tagging and capture: each synapse by itself, from the complete lists of spikes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spikemem.ir import TagAndCapture
from tests.reference.stdp import Synapse

Fired = Mapping[str, Sequence[Sequence[int]]]
"""By population and neuron, the steps in which it has fired, ascending."""


class Tagging:
    """The tags of a projection's synapses, and how many weights captures have changed."""

    def __init__(self, rule: TagAndCapture, synapses: Sequence[Synapse], pre: str, post: str, size: int) -> None:
        self.rule, self.synapses, self.pre, self.post, self.size = rule, synapses, pre, post, size
        self.tags = [0.0] * len(synapses)
        self.changed = 0

    def learn(self, now: int, fired: Fired, heard: Sequence[float]) -> None:
        """Learn in step ``now``; ``heard`` is what has arrived at each post neuron in it."""
        rule = self.rule
        capture = rule.gate if rule.capture is None else rule.capture
        for k, synapse in enumerate(self.synapses):
            if self.opens(fired[rule.gate], synapse.post, now):
                error = self.error(synapse.post, now, fired, heard)
                self.tags[k] += rule.rate * error * self.trace(synapse, now, fired)
            if self.opens(fired[capture], synapse.post, now):
                new = min(rule.w_max, max(rule.w_min, rule.retain * synapse.weight + self.tags[k]))
                self.changed += new != synapse.weight
                synapse.weight = new
                self.tags[k] *= rule.momentum

    def opens(self, openers: Sequence[Sequence[int]], neuron: int, now: int) -> bool:
        """Return whether the opener of the neuron's block fires."""
        block = self.size // len(openers)
        return now in openers[neuron // block][-1:]

    def error(self, neuron: int, now: int, fired: Fired, heard: Sequence[float]) -> float:
        """Return e of a post neuron."""
        if self.rule.teacher is None:
            return float(now in fired[self.post][neuron][-1:])
        teacher = fired[self.rule.teacher]
        taught = (now in teacher[neuron][-1:]) - (now in teacher[self.size + neuron][-1:])
        return taught - self.rule.prediction * heard[neuron]

    def trace(self, synapse: Synapse, now: int, fired: Fired) -> float:
        """Return x of a synapse's pre neuron."""
        arrived = [u + synapse.delay for u in fired[self.pre][synapse.pre] if u + synapse.delay <= now]
        lag = now - arrived[-1] if arrived else len(self.rule.window)
        return self.rule.window[lag] if lag < len(self.rule.window) else 0.0
