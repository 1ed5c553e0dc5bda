"""ReliableCAM: a content-addressable memory of neurons and pair STDP whose recalls do not write."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np

from spikemem.language import (
    AllToAll,
    Bits,
    Explicit,
    Index,
    Memory,
    NetworkBuilder,
    Neurons,
    Numbers,
    OneToOne,
    PairSTDP,
    Stimulus,
    Threshold,
    operation,
    parameter,
    pulse,
    window,
)
from spikemem.models.counting_neurons import neurons, units
from spikemem.models.cue_items import CueItems

TAU, SWING = 0.16, 1000.0
"""ms, and units: a pair 1 ms apart changes a weight by 1.93 units, one 4 ms apart by 1.4e-8 units, and on SpiNNaker by 0."""
PROBE_MS = 8
"""From one pulse of a content query to the next."""

Cue = Annotated[Neurons, Index("cues")]
Content = Annotated[Neurons, Bits("bits")]


def learning(theta: int) -> PairSTDP:
    """Return the rule of synapses onto ``neurons(theta)`` whose weights are 0 or 1 unit."""
    unit = 1.0 / (theta - 0.5)
    return PairSTDP(
        tau_plus=TAU, tau_minus=TAU, A_plus=SWING * unit, A_minus=SWING * unit, w_min=0.0, w_max=unit, unit="threshold",
        delay="dendritic", pairing="all-to-all", update="deferred", history=15, portable=True,
    )  # fmt: skip


class ReliableCAM(Memory):
    r"""Content-addressable memory whose recalls do not write and whose forgetting erases (ours).

    C one-hot cues, one memory each, and K content bits. Recall by cue gives the full content, recall by any number of bits
    every cue that shares one of them, and ``complete`` the cues that share most of them, with their contents. New content
    on a used cue replaces the old. Encoding and retrieval are gated apart, as acetylcholine does it in cortex (Hasselmo 2006,
    Curr. Opin. Neurobiol. 16:710), here within milliseconds: a neuron fires only by two inputs that arrive in the same step.

    All neurons count what arrives within a step (:func:`~spikemem.models.counting_neurons.neurons`), and have 2 inputs to fire
    but for ``found``, which needs K + 1, and ``any``, which needs 1:

    - ``cue`` and ``bit`` repeat the lines of the input when a gate, in_encode or in_retrieve, says so;
    - ``cue -> recalled`` and ``bit -> found`` are plastic: 0 or 1 unit. A weight does nothing but in the step in which
      in_retrieve comes with it: 1 unit onto ``recalled``, K onto ``found``, where one bit is then enough, and K bits without it
      are not. So nothing has to be inhibited;
    - ``any`` and the latches ``need`` measure the greatest overlap in ``complete``: as an A/D converter does, by successive
      approximation, whose powers of two inhibit ``found``.

    *What writes.* Pre and post spikes, as the synapses see them (post spikes 2 ms late), are 1 ms apart when a cue is learned
    and at least 4 ms at all other times, which changes a weight by 1.4e-8 units at most. Steps of ``learn`` after its start:

    - ``bit -> found``: the content fires at 2, its cue is seen at 3, all other bits fire at 4: so the content is
      potentiated, all else of this cue depressed to 0. At 8 the content fires again, which has it written.
    - ``cue -> recalled``: the bits that are not in the content are seen at 4, the cue fires at 5, the content is seen at 6. At
      10 the cue fires again.

    So each weight of a cue is written anew, whatever it was, and no answer depends on what targets do differently:
    pairs with dt = 0, histories of 15 spikes or of all. Sizes: 2C + 2K + 1 + B neurons, B = bits of K - 1, of which only
    ``complete`` needs 1 + B; 2CK plastic synapses and 12C + 14K + B(2C + 4) others.
    """

    numerics: ClassVar[None] = None

    cues: int = parameter(5, ge=1, doc="one-hot cue lines C: one memory each")
    bits: int = parameter(10, ge=1, doc="content bits K")

    @property
    def probes(self) -> int:
        """The number B of latches."""
        return max(1, (self.bits - 1).bit_length())

    def build(self, net: NetworkBuilder) -> None:
        """Declare lines, the two matrices, the gates onto them, and the search for the greatest overlap."""
        one, full = OneToOne(), AllToAll()
        in_cue, in_content = net.input("in_cue", self.cues), net.input("in_content", self.bits)
        encode, retrieve = net.input("in_encode", 1), net.input("in_retrieve", 1)
        cue, bit = net.population("cue", self.cues, neurons(2)), net.population("bit", self.bits, neurons(2))
        most = self.bits + 1
        found = net.population("found", self.cues, neurons(most))
        recalled = net.population("recalled", self.bits, neurons(2))
        once, twice = units(1, 2), units(2, 2)

        net.connect(cue, recalled, full, weight=0.0, delay=2.0, synapse=learning(2))
        net.connect(bit, found, full, weight=0.0, delay=2.0, synapse=learning(most))
        for role, line, neuron, gate, delay in (
            ("ask", in_cue, cue, retrieve, 1.0),
            ("ask", in_content, bit, retrieve, 1.0),
            ("learn", in_cue, cue, encode, 5.0),
            ("learn", in_content, bit, encode, 2.0),
            ("teach", in_content, recalled, encode, 4.0),
            ("write", in_cue, cue, encode, 10.0),
            ("write", in_content, bit, encode, 8.0),
        ):
            net.connect(line, neuron, one, weight=once, delay=delay, name=f"{line}-{role}->{neuron}")
            net.connect(gate, neuron, full, weight=once, delay=delay, name=f"{gate}-{role}->{neuron}")
        for neuron, delay in ((bit, 4.0), (recalled, 2.0)):  # all but the content
            net.connect(encode, neuron, full, weight=twice, delay=delay, name=f"{encode}-others->{neuron}")
            net.inhibit(in_content, neuron, one, weight=twice, delay=delay)
        for teacher, connector in ((in_cue, one), (encode, full)):
            net.connect(teacher, found, connector, weight=units(self.bits, most), delay=1.0)
        net.connect(retrieve, recalled, full, weight=once, delay=3.0)
        net.connect(retrieve, found, full, weight=units(self.bits, most), delay=3.0)
        self._search(net)

    def _search(self, net: NetworkBuilder) -> None:
        """Declare what finds the greatest overlap n: latch j of ``need`` holds bit j of n - 1."""
        one, full, once, twice = OneToOne(), AllToAll(), units(1, 2), units(2, 2)
        test, last = net.input("in_test", self.probes), net.input("in_complete", 1)
        some, need = net.population("any", 1, neurons(1)), net.population("need", self.probes, neurons(2))
        powers = Numbers(np.repeat(2.0 ** np.arange(self.probes) / (self.bits + 0.5), self.cues))
        for line, delay in ((test, 3.0), (need, 1.0)):
            net.inhibit(line, "found", full, weight=Threshold(Explicit(powers)), delay=delay)
        net.connect("found", some, full, weight=units(1, 1), delay=1.0)
        net.connect(some, need, full, weight=once, delay=1.0)
        net.connect(test, need, one, weight=once, delay=5.0)
        net.connect(need, need, one, weight=twice, delay=1.0)
        net.inhibit(last, need, full, weight=units(6, 2), delay=4.0)
        net.connect("found", "cue", one, weight=once, delay=1.0)
        net.connect(last, "cue", full, weight=once, delay=4.0)
        net.connect(last, "recalled", full, weight=once, delay=6.0)

    @operation(spacing=10.0)
    def learn(self, cue: Cue, content: Content) -> Stimulus:
        """Store ``content`` under ``cue``, in place of what was stored there."""
        return pulse(in_cue=cue, in_content=content, in_encode=(0,))

    @operation(spacing=10.0)
    def forget(self, cue: Cue) -> Stimulus:
        """Erase what is stored under ``cue``: all its weights become 0."""
        return pulse(in_cue=cue, in_encode=(0,))

    @operation(
        spacing=10.0,
        one_of=("cue", "content"),
        answers={"cues": window("found", at=3.0), "content": window("recalled", at=3.0)},
    )
    def recall(self, cue: Cue | None = None, content: Content | None = None) -> Stimulus:
        """Ask by ``cue`` for its content, or by some ``content`` for all cues that share a bit."""
        return pulse(in_cue=cue, in_content=content, in_retrieve=(0,))

    @operation(
        spacing=12.0,
        from_end=True,
        answers={"cues": window("found", at=3.0, from_end=True), "content": window("recalled", at=6.0, from_end=True)},
    )
    def complete(self, content: Content) -> Stimulus:
        """Ask for the cues that share most bits with ``content``, and for all that is stored under them."""
        made = pulse()
        probes = (len(content) - 1).bit_length()
        for k in range(probes):
            asked = pulse(in_content=content, in_retrieve=(0,), in_test=(probes - 1 - k,))
            made = made + asked.later(PROBE_MS * k)
        return made + pulse(in_content=content, in_retrieve=(0,), in_complete=(0,)).later(PROBE_MS * probes)

    @classmethod
    def sized(cls, items: int, bits: int) -> ReliableCAM:
        """Return one of ``items`` cues and ``bits`` content bits."""
        return cls(cues=items, bits=bits)

    def association(self) -> CueItems:
        """Items are contents at cues; fragments ask for every cue that shares a bit, or for the best match; and it forgets."""
        return CueItems(self.cues, self.bits, complete="complete", forget="forget")
