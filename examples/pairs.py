"""Pairs: the smallest memory, as an example of how one is written."""

from __future__ import annotations

from typing import Annotated

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
    Threshold,
    operation,
    parameter,
    pulse,
    window,
)

HEBBIAN = PairSTDP(tau_plus=2.0, A_plus=6.0, A_minus=0.0, w_max=1.2, unit="threshold")
Cue = Annotated[Neurons, Index("cues")]
Content = Annotated[Neurons, Bits("bits")]


class Pairs(Memory):
    """One-hot cues recall the content that was shown just after them."""

    cues: int = parameter(4, ge=1, doc="cue lines")
    bits: int = parameter(8, ge=1, doc="content bits")

    def build(self, net: NetworkBuilder) -> None:
        """Content drives the output neurons; cues learn to."""
        cue, content = net.input("in_cue", self.cues), net.input("in_content", self.bits)
        out = net.population("out", self.bits, IF_curr_exp(tau_m=10.0, tau_syn_E=1.0))
        net.connect(content, out, OneToOne(), weight=Threshold(1.2), delay=1.0)
        net.connect(cue, out, AllToAll(), weight=0.0, delay=1.0, synapse=HEBBIAN)

    @operation(spacing=20.0)
    def learn(self, cue: Cue, content: Content) -> Stimulus:
        """Show the cue, and the content one step later."""
        return pulse(in_cue=cue) + pulse(in_content=content).later(1)

    @operation(spacing=20.0, answers={"content": window("out", at=1.0)})
    def recall(self, cue: Cue) -> Stimulus:
        """Show the cue; its content fires one step later."""
        return pulse(in_cue=cue)
