"""CA3CAM: the spiking content-addressable memory of hippocampal CA3, as published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from spikemem.language import (
    AllToAll,
    Bits,
    IF_curr_exp,
    Index,
    Memory,
    NetworkBuilder,
    Neurons,
    OneToOne,
    PairSTDP,
    Stimulus,
    hold,
    operation,
    parameter,
    pulse,
    window,
)
from spikemem.models.cue_items import CueItems

_COMMON = {"tau_refrac": 1.0, "tau_syn_E": 0.3, "tau_syn_I": 0.3, "v_rest": -60.0, "v_reset": -60.0}
SLOW = IF_curr_exp(cm=0.27, tau_m=3.0, v_thresh=-57.0, **_COMMON)
FAST = IF_curr_exp(cm=0.14, tau_m=0.5, v_thresh=-57.0, **_COMMON)
OUT = IF_curr_exp(cm=0.27, tau_m=3.0, v_thresh=-57.5, **_COMMON)

LEARNING = PairSTDP(
    tau_plus=3.0, tau_minus=3.0, A_plus=6.0, A_minus=6.0, w_min=0.0, w_max=6.0,
    weight_dependence="additive", delay="dendritic", coincidence="depress", pairing="all-to-all",
    update="deferred", history=15, depress_by="latest", clip="each",
)  # fmt: skip
"""sPyNNaker's deferred pair STDP. Amplitudes are in nA, not fractions of w_max; a post neuron remembers 15 spikes."""

Cue = Annotated[Neurons, Index("cues")]
Content = Annotated[Neurons, Bits("bits")]


class CA3CAM(Memory):
    """Spiking content-addressable memory of hippocampal CA3 (Casanueva-Morato et al. 2024, Neural Networks 178:106474).

    C one-hot cues, one memory each, and K content bits. Recall by cue gives the full content; recall by any content bits
    gives every cue whose memory shares at least one of them. New content on a used cue replaces the old: the only forgetting.
    Sizes: 3C + 4K + 1 neurons, 3CK + 2C(C-1) + 3C + 6K internal synapses, of which 2CK are plastic.
    """

    cues: int = parameter(5, ge=1, doc="one-hot cue lines C: one memory each")
    bits: int = parameter(10, ge=1, doc="content bits K")

    cannot: ClassVar[Mapping[str, str]] = {
        "forget": "it forgets only by relearning; call learn(cue=..., content=...) with the new content of the same cue"
    }

    def build(self, net: NetworkBuilder) -> None:
        """Declare the network of the publication (the numbers of the comments count its projections)."""
        cues, bits = self.cues, self.bits
        one, full, other = OneToOne(), AllToAll(), AllToAll(allow_self_connections=False)
        in_cue, in_content = net.input("in_cue", cues), net.input("in_content", bits)
        cue = net.population("cue_from_cue", cues, SLOW)
        content = net.population("content_from_cue", bits, SLOW)
        condition = net.population("condition", bits, FAST)
        gate = net.population("condition_gate", 1, FAST)
        found_cue = net.population("cue_from_content", cues, FAST)
        query = net.population("content_from_content", bits, SLOW)
        merge_cue, merge_content = net.population("merge_cue", cues, SLOW), net.population("merge_content", bits, SLOW)
        out_cue, out_content = net.population("out_cue", cues, OUT), net.population("out_content", bits, OUT)

        net.connect(in_cue, cue, one, weight=6.0, delay=1.0)  # 1
        net.connect(in_content, content, one, weight=6.0, delay=1.0)  # 2
        net.connect(cue, content, full, weight=0.0, delay=1.0, synapse=LEARNING)  # 3: cue recalls content
        net.connect(cue, found_cue, one, weight=6.0, delay=2.0)  # 4
        net.inhibit(
            cue, found_cue, other, weight=6.0 * bits, delay=3.0
        )  # 5: silences cues that share bits in a relearn
        net.inhibit(cue, condition, full, weight=6.0, delay=2.0)  # 6: a cue recall must not echo as a content query
        net.connect(content, condition, one, weight=9.0, delay=1.0)  # 7
        net.connect(content, gate, full, weight=6.0, delay=1.0)  # 8: with 9, lets the old bits of a relearn through
        net.connect(gate, condition, full, weight=2.0, delay=1.0)  # 9
        net.connect(condition, query, one, weight=6.0, delay=1.0)  # 10
        net.connect(query, found_cue, full, weight=0.0, delay=1.0, synapse=LEARNING)  # 11: content recalls cues
        net.inhibit(found_cue, found_cue, other, weight=6.0 * bits, delay=2.0)  # 12: as 5
        net.connect(cue, merge_cue, one, weight=6.0, delay=3.0)  # 13
        net.connect(found_cue, merge_cue, one, weight=6.0, delay=1.0)  # 14
        net.connect(content, merge_content, one, weight=6.0, delay=3.0)  # 15
        net.connect(query, merge_content, one, weight=6.0, delay=1.0)  # 16
        net.connect(merge_cue, out_cue, one, weight=6.0, delay=1.0)  # 17
        net.connect(merge_content, out_content, one, weight=6.0, delay=1.0)

    @operation(spacing=7.0)
    def learn(self, cue: Cue, content: Content) -> Stimulus:
        """Store ``content`` under ``cue``, in place of what was stored there: both are held for three steps."""
        return hold(3, in_cue=cue, in_content=content)

    @operation(
        spacing=6.0,
        one_of=("cue", "content"),
        answers={
            "cues": window("out_cue", at=6.0, echo_at=(5.0,)),
            "content": window("out_content", at=6.0, echo_at=(5.0,)),
        },
    )
    def recall(self, cue: Cue | None = None, content: Content | None = None) -> Stimulus:
        """Ask by ``cue`` for its content, or by some ``content`` for all cues that share a bit; the question echoes first."""
        return pulse(in_cue=cue, in_content=content)

    @classmethod
    def sized(cls, items: int, bits: int) -> CA3CAM:
        """Return one of ``items`` cues and ``bits`` content bits."""
        return cls(cues=items, bits=bits)

    def association(self) -> CueItems:
        """Items are contents at cues; a fragment asks for every cue that shares a bit."""
        return CueItems(self.cues, self.bits)
