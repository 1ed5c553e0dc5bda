"""PointerMemory: a matrix memory, beside slots of which the best match points at its value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from spikemem.language import (
    AllToAll,
    Index,
    NetworkBuilder,
    Neurons,
    OneToOne,
    Race,
    Stimulus,
    TagAndCapture,
    Window,
    operation,
    parameter,
    pulse,
)
from spikemem.models.line_pairs import KeyLines, LinePairs, ValueLines, opposite
from spikemem.models.three_factor_memory import CERTAIN, accumulators, telling, told, window_of

Slot = Annotated[Neurons, Index("slots")]


def _told(model: PointerMemory) -> Window:
    return window_of("out", model.way, model.levels)


class PointerMemory(LinePairs):
    r"""A matrix S and memory neurons, the winner of which drives the accumulators directly (after Xiao 2026, arXiv:2604.25930).

    Keys and values are signs on lines as those of :class:`spikemem.models.ThreeFactorMemory`; with k = key/sqrt(d),

    .. math::
        S \leftarrow \rho\, S + v k^T, \qquad \hat v = S q + \lambda\, v_{\mu^*}, \qquad \mu^* = \arg\max_\mu k_\mu \cdot q

    with rho = ``retain`` and lambda = ``weight``. Slot mu is a :class:`Race` neuron with a synapse of 1 from each line of its
    key: the one that most of the lines reach spikes, the first of equals, if they are more than half of ``key``; none else
    adds. ``match``: if the cosine of both keys is at least that. ``exclusive``: the slot that answers first wipes out what the
    matrix has brought up, so that the answer is one or the other, as that of a memory with a novelty gate (after Zancato et al.
    2024, arXiv:2407.06324), whose slots are for what is novel: what no slot answers.

    *Writing.* What a slot held is overwritten. The slot's neuron fires with the lines of the key, and its own capture, which
    retains nothing, leaves it the lines that are on. Its spike then reaches the accumulators, where the error between lambda v
    and what it brings up is learned at once, so that it brings up lambda v. Meanwhile the matrix learns the key and, in the
    next step, its opposite, for which all slots are silenced. S, and how an answer is told, are as in ThreeFactorMemory.

    There keys, router and lambda are learned, and several slots may answer; the fixed rule, and one slot, are ours.
    """

    numerics: ClassVar[None] = None
    cannot: ClassVar[Mapping[str, str]] = {
        "forget": "a slot forgets when it is written again, and the matrix fades by writes"
    }

    slots: int = parameter(16, ge=1, doc="memory neurons")
    weight: float = parameter(4.0, gt=0, doc="lambda: what a slot adds to the answer")
    match: float = parameter(0.0, ge=0, le=1, doc="cosine from which on a slot answers; 0: above it")
    exclusive: bool = parameter(False, doc="whether a slot answers in the place of the matrix")
    retain: float = parameter(1.0, ge=0, le=1, doc="rho: the part of the matrix that a write leaves")
    levels: int = parameter(31, ge=1, doc="steps in which an answer is told")
    range: float = parameter(8.0, gt=0, doc="the largest number that is told")

    @property
    def way(self) -> int:
        """Steps from the lines of a key to what a slot brings up; the matrix needs one."""
        return 3 if self.exclusive else 2

    def build(self, net: NetworkBuilder) -> None:
        """Declare lines, slots, accumulators, the synapses between them, and what tells the answer."""
        certain = 4.0 * self.key
        key, slot = net.input("in_key", self.key_lines), net.input("in_slot", self.slots)
        silence = net.input("in_silence", 1)
        for name, size in (
            ("in_opened", self.slots), ("in_teacher", self.value_lines), ("in_gate", 1), ("in_capture", 1),
            ("in_pointed", self.value_lines), ("in_pointing", 1),
        ):  # fmt: skip
            net.input(name, size)
        memory = net.population("memory", self.slots, Race(self.slots, transfer="winner", theta=self._theta))
        out = net.population("out", self.value, accumulators(self.range))

        own = TagAndCapture(gate="in_opened", retain=0.0, w_min=0.0, w_max=1.0)
        net.connect(key, memory, AllToAll(), weight=0.0, delay=1.0, synapse=own, name="keys")
        net.connect(slot, memory, OneToOne(), weight=2.0 * certain, delay=1.0)
        net.inhibit(silence, memory, AllToAll(), weight=certain, delay=1.0)
        pointed = TagAndCapture(
            gate="in_pointing", teacher="in_pointed", rate=self.weight, prediction=1.0 / self.weight
        )
        net.connect(memory, out, AllToAll(), weight=0.0, delay=self.way - 1.0, synapse=pointed, name="values")
        if self.exclusive:
            net.connect(memory, out, AllToAll(), weight=CERTAIN * self.range, delay=1.0)
        summed = TagAndCapture(
            gate="in_gate", capture="in_capture", teacher="in_teacher", rate=1.0 / self.key, retain=self.retain
        )
        net.connect(key, out, AllToAll(), weight=0.0, delay=1.0, synapse=summed, name="matrix")
        telling(net, out, self.value, self.levels, self.range)

    @property
    def _theta(self) -> float:
        """What a slot's neuron must get more than; whole numbers arrive."""
        least = (1.0 + self.match) * self.key / 2.0
        return least - 0.5 if self.match else least

    @operation(spacing=2.0, from_end=True)
    def write(self, slot: Slot, key: KeyLines, value: ValueLines) -> Stimulus:
        """Put key and value in the slot, in the place of what it held, and add them to the matrix."""
        return self._written(slot, key, value) + pulse(in_opened=slot).later(1)

    @operation(spacing=2.0, from_end=True)
    def replace(self, slot: Slot, key: KeyLines, value: ValueLines) -> Stimulus:
        """Put the value in the slot, which keeps its key, and add key and value to the matrix."""
        return self._written(slot, key, value)

    def _written(self, slot: Neurons, key: Neurons, value: Neurons) -> Stimulus:
        off = opposite("PointerMemory.write: key", key, self.key)
        against = opposite("PointerMemory.write: value", value, self.value)
        shown = pulse(in_key=key, in_slot=slot, in_silence=(0,)) + pulse(in_key=off, in_silence=(0,)).later(1)
        added = pulse(in_teacher=value, in_gate=(0,)) + pulse(in_teacher=against, in_gate=(0,), in_capture=(0,)).later(
            1
        )
        pointed = pulse(in_pointed=value, in_pointing=(0,)).later(self.way)
        return shown + added.later(1) + pointed + pulse(in_clear=(0,)).later(self.way)

    @operation(spacing=2.0, from_end=True, answers={"value": _told})
    def recall(self, key: KeyLines) -> Stimulus:
        """Show the key once, and have told what matrix and slot bring up."""
        opposite("PointerMemory.recall: key", key, self.key)
        return pulse(in_key=key) + told(self.levels).later(self.way - 1)
