"""MemoryNeurons: one neuron a memory; the transfer function from match to rate selects which associative memory it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from spikemem.language import (
    AllToAll,
    IF_curr_delta,
    Index,
    NetworkBuilder,
    Neurons,
    OneToOne,
    Race,
    Stimulus,
    TagAndCapture,
    Window,
    hold,
    operation,
    parameter,
    pulse,
    window,
)
from spikemem.models.line_pairs import KeyLines, LinePairs, ValueLines, opposite
from spikemem.models.signed_items import SignedItems, half

Slot = Annotated[Neurons, Index("slots")]


def _told(model: MemoryNeurons) -> Window:
    return window("bit", at=1.0, from_end=True)


class MemoryNeurons(LinePairs):
    r"""A population of memory neurons, one a stored pair, between lines of a key and lines of a value.

    A key of ``key`` bits is on twice as many lines: line i says that bit i is +1, line key + i that it is -1, neither that it
    is unknown; values likewise. A memory neuron has synapses of weight 1 from the lines of its key, and of 1 onto the lines of
    its value, -1 onto their opposites, so its drive is the number of active lines that agree with it. With
    h_mu = drive - key/2, half the overlap of key and cue if all bits are known, it spikes with a rate of f(h_mu), and the first
    to spike in a race votes for its value:

    .. math::
        v_i = \operatorname{sgn} \sum_{r=1}^{\text{races}} V_i^{\mu(r)}
            \;\approx\; \operatorname{sgn} \sum_\mu V_i^\mu f(h_\mu)

    The sum is sampled by ``races`` of them, one after the other: what is lost by this is that a mean of R votes has a standard
    deviation of up to 1/sqrt(R). All synapses are between two neurons, and ``transfer`` alone selects the model (Krotov &
    Hopfield 2021, arXiv:2008.06996): ``linear`` is Hopfield's, ``power`` with ``exponent`` = P - 1 the dense Hebbian memory
    whose interactions are of P neurons, ``exponential`` softmax attention with ``beta`` per unit of overlap key . cue (modern
    Hopfield), ``winner`` the nearest neighbour, for which one race will do.

    An overlap below 0 speaks for the opposite of what is stored. So with ``linear`` and ``power`` each pair has a second
    neuron, which stores the opposite key, and as its value the opposite (for a power of even exponent the same).

    With ``examples`` = M > 1 a slot is a class that is written M times, each time with another example: a write moves its
    synapses by 1/M, so that key and value become the mean of the examples, which is supervised dense Hebbian learning
    (Agliari et al. 2023, arXiv:2212.00606) for patterns, whose value is the key.

    Ours are: the lines in pairs; writing, for which the slot's neuron is made to fire while a gate is open
    (:class:`spikemem.ir.TagAndCapture`): with it fire first the lines of its key, then those that teach its value; that votes
    are counted by neurons without leak, which a last pulse makes fire if they have more votes for than against. A bit
    without a majority has neither line on.
    """

    numerics: ClassVar[None] = None
    cannot: ClassVar[Mapping[str, str]] = {
        "forget": "a slot that is written again adds to what it holds; write what is to stay to the slots of a new memory"
    }

    slots: int = parameter(16, ge=1, doc="pairs that can be stored, one memory neuron each (two, if signed)")
    transfer: Literal["linear", "power", "exponential", "winner"] = parameter("exponential", doc="f, from h to rate")
    exponent: int = parameter(2, ge=1, doc="of the power: P - 1")
    beta: float = parameter(1.0, gt=0, doc="of the exponential, per unit of overlap")
    races: int = parameter(100, ge=1, doc="races held for an answer")
    examples: int = parameter(1, ge=1, doc="times that a slot is written: it holds the mean of so many")

    @property
    def signed(self) -> bool:
        """Whether each pair has a second neuron for its opposite."""
        return self.transfer in ("linear", "power")

    def build(self, net: NetworkBuilder) -> None:
        """Declare lines, memory neurons, and what counts their votes."""
        neurons, step = self.slots * (1 + self.signed), 1.0 / self.examples
        # A drive that decides every race: by the exponential, against a chance of e^-40.
        certain = 4.0 * self.key + 20.0 / self.beta
        key, slot = net.input("in_key", self.key_lines), net.input("in_slot", neurons)
        silence, clear, tell = net.input("in_silence", 1), net.input("in_clear", 1), net.input("in_tell", 1)
        net.input("in_write", 1)
        net.input("in_value", 2 * self.value_lines)
        race = Race(
            cells=neurons, transfer=self.transfer, exponent=float(self.exponent), beta=2.0 * self.beta, theta=self.key / 2,
            rate=1e6,
        )  # fmt: skip
        memory = net.population("memory", neurons, race)
        most = 2.0 * (self.races + 2)
        counter = IF_curr_delta(cm=1.0, tau_m=1e9, tau_refrac=0.0, v_rest=0.0, v_reset=0.0, v_thresh=most)
        bit = net.population("bit", self.value_lines, counter)

        matched = TagAndCapture(gate="in_write", rate=step, w_min=0.0, w_max=1.0)
        net.connect(key, memory, AllToAll(), weight=0.0, delay=1.0, synapse=matched)
        told = TagAndCapture(gate="in_write", teacher="in_value", rate=step, w_min=-1.0, w_max=1.0)
        net.connect(memory, bit, AllToAll(), weight=0.0, delay=1.0, synapse=told)
        net.connect(slot, memory, OneToOne(), weight=2.0 * certain, delay=1.0)
        net.inhibit(silence, memory, AllToAll(), weight=certain, delay=1.0)
        net.connect(clear, bit, AllToAll(), weight=2.0 * most, delay=1.0)
        net.connect(tell, bit, AllToAll(), weight=most - step / 2.0, delay=1.0)

    @operation(spacing=8.0)
    def write(self, slot: Slot, key: KeyLines, value: ValueLines) -> Stimulus:
        """Make the slot's neuron fire with the lines of key and value, and the second one with their opposites."""
        written = self._together(slot, key, value)
        if not self.signed:
            return written
        same = self.transfer == "power" and self.exponent % 2 == 0
        (own,) = slot
        return written + self._together(
            (self.slots + own,),
            opposite("MemoryNeurons.write: key", key, self.key),
            value if same else opposite("MemoryNeurons.write: value", value, self.value),
        ).later(4)

    @operation(spacing=2.0, from_end=True, answers={"value": _told})
    def recall(self, key: KeyLines) -> Stimulus:
        """Hold the races, one a step, and have their votes told."""
        asked = pulse(in_clear=(0,)) + pulse(in_tell=(0,)).later(self.races + 1)
        return asked + hold(self.races, in_key=key).later(1)

    @classmethod
    def sized(cls, items: int, bits: int) -> MemoryNeurons:
        """Return one of ``items`` slots, with keys and values of ``bits`` lines."""
        signs = half("MemoryNeurons", bits)
        return cls(slots=items, key=signs, value=signs)

    def association(self) -> SignedItems:
        """Items are keys with values in slots; a fragment of a key asks for the value of the best match."""
        return SignedItems(self.slots, self.key_lines, slot=True)

    def _together(self, slot: Neurons, key: Neurons, value: Neurons) -> Stimulus:
        """Slot and key arrive 1 step later, when the neuron fires, which its spike tells the bits in the step after that.

        Others are silenced meanwhile, and what the bits have got by it is cleared.
        """
        against = opposite("MemoryNeurons.write: value", value, self.value)
        taught = [*value, *(self.value_lines + line for line in against)]
        meeting = pulse(in_slot=slot, in_key=key, in_silence=(0,)) + pulse(in_write=(0,)).later(1)
        return meeting + pulse(in_write=(0,), in_value=taught).later(2) + pulse(in_clear=(0,)).later(2)
