"""A memory that only relays: what it answers is what a test has it answer."""

from typing import Annotated

from spikemem.language import (
    Bits,
    IF_curr_delta,
    Index,
    Memory,
    NetworkBuilder,
    Neurons,
    OneToOne,
    Stimulus,
    hold,
    operation,
    parameter,
    pulse,
    window,
)

One = Annotated[Neurons, Index("size")]
Some = Annotated[Neurons, Bits("size")]
RELAY = IF_curr_delta(tau_refrac=0.0)


class Relay(Memory):
    """Every input neuron fires its output neuron one step later, and its late neuron two steps later."""

    size: int = parameter(6, ge=1, doc="neurons")

    def build(self, net: NetworkBuilder) -> None:
        given = net.input("given", self.size)
        out, late = net.population("out", self.size, RELAY), net.population("late", self.size, RELAY)
        net.connect(given, out, OneToOne(), weight=20.0, delay=1.0)
        net.connect(given, late, OneToOne(), weight=20.0, delay=2.0)

    @operation(spacing=4.0)
    def store(self, bits: Some) -> Stimulus:
        """Hold some bits.

        Two steps long.
        """
        return hold(2, given=bits)

    @operation(spacing=8.0, answers={"found": window("out", at=4.0, until=6.0, echo_at=(1.0,))})
    def ask(
        self,
        echo: Some | None = None,
        soon: Some | None = None,
        later: Some | None = None,
        stray: Some | None = None,
    ) -> Stimulus:
        """Make spikes of ``out`` at 1 (the echo), 4 and 6 (the answer) and 7 ms (a stray)."""
        made = pulse(given=echo)
        for neurons, step in ((soon, 3), (later, 5), (stray, 6)):
            made = made + pulse(given=neurons).later(step)
        return made

    @operation(
        spacing=3.0, one_of=("one", "some"), answers={"near": window("out", at=1.0), "far": window("late", at=2.0)}
    )
    def choose(self, one: One | None = None, some: Some | None = None) -> Stimulus:
        """Give one neuron or some."""
        return pulse(given=one) + pulse(given=some)
