"""HeteroAssociative: one-hot cues to content, the same on every target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from spikemem.language import (
    AllToAll,
    Bits,
    IF_curr_delta,
    Index,
    Memory,
    NetworkBuilder,
    Neurons,
    OneToOne,
    PairSTDP,
    Stimulus,
    Threshold,
    operation,
    parameter,
    pulse,
    window,
)
from spikemem.models.cue_items import CueItems

OUT = IF_curr_delta(cm=1.0, tau_m=10.0, tau_refrac=1.0, v_rest=-65.0, v_reset=-65.0, v_thresh=-50.0)
LEARNING = PairSTDP(
    tau_plus=2.0, tau_minus=1.5, A_plus=12.0, A_minus=4.0, w_min=0.0, w_max=1.5, unit="threshold",
    delay="dendritic", pairing="all-to-all", update="deferred", portable=True,
)  # fmt: skip
"""Deferred, as NEST and SpiNNaker update. No pre and post spikes meet with dt = 0, and what matters is used before 15 more."""

CONTENT_DELAY = 3.0
"""Longer than that of the plastic synapses: SpiNNaker loses plastic input whose delay is the longest and a power of two."""

Cue = Annotated[Neurons, Index("cues")]
Content = Annotated[Neurons, Bits("bits")]


class HeteroAssociative(Memory):
    """Hetero-associative memory: C one-hot cues recall K-bit contents (a demonstration of ours, after Willshaw et al. 1969).

    Content drives the output neurons; each cue has a plastic synapse onto each of them. To learn, the cue fires three times.
    First it recalls what it had; the second spike, 1 ms after the synapses see that answer, depresses it. Then the content
    fires, 4 ms after the cue as the synapses see it, which potentiates; the third spike has this written into the weights,
    before later spikes could push it out of a short history. New content on a used cue replaces the old.

    Weights are in units of the threshold, and no answer depends on what targets do differently: pairs with dt = 0, histories
    of 15 spikes or of all, the gain of synaptic currents. So the answers are the same on all of them.
    """

    numerics: ClassVar[None] = None
    cannot: ClassVar[Mapping[str, str]] = {
        "forget": "it forgets only by relearning; call learn(cue=..., content=...) with the new content of the same cue"
    }

    cues: int = parameter(4, ge=1, doc="one-hot cue lines C: one memory each")
    bits: int = parameter(8, ge=1, doc="content bits K")

    def build(self, net: NetworkBuilder) -> None:
        """Declare the two sources and the output neurons."""
        cue, content = net.input("in_cue", self.cues), net.input("in_content", self.bits)
        out = net.population("out", self.bits, OUT)
        net.connect(content, out, OneToOne(), weight=Threshold(1.5), delay=CONTENT_DELAY)
        net.connect(cue, out, AllToAll(), weight=0.0, delay=2.0, synapse=LEARNING)

    @operation(spacing=32.0)
    def learn(self, cue: Cue, content: Content) -> Stimulus:
        """Fire the cue, 5 ms later cue and content, and 11 ms later the cue, which recalls what it has learned.

        The content is on its way a step longer, and starts that much earlier.
        """
        again = pulse(in_cue=cue)
        return again + pulse(in_content=content).later(4) + again.later(5) + again.later(16)

    @operation(spacing=20.0, answers={"content": window("out", at=2.0)})
    def recall(self, cue: Cue) -> Stimulus:
        """Fire the cue; its content fires 2 ms later."""
        return pulse(in_cue=cue)

    @classmethod
    def sized(cls, items: int, bits: int) -> HeteroAssociative:
        """Return one of ``items`` cues and ``bits`` content bits."""
        return cls(cues=items, bits=bits)

    def association(self) -> CueItems:
        """Items are contents at cues, asked for by the cue."""
        return CueItems(self.cues, self.bits, query=False)
