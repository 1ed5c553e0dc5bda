"""The spiking form of layers with one neuron a memory and races: MemoryNeurons on a backend, behind the layers' interface."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Literal, final

import numpy as np

from spikemem.errors import InvalidInput
from spikemem.ir.node import Count
from spikemem.layers.attractor import settle
from spikemem.layers.codes import SIGNED, TERNARY
from spikemem.layers.cost import Array
from spikemem.layers.records import Item, PairParameters, PatternParameters, Query, Recalled, Traits
from spikemem.layers.spiking.running import RunningLayer, Slots, lines, signs
from spikemem.models import MemoryNeurons
from spikemem.parameters import parameter

Transfer = Literal["linear", "power", "exponential", "winner"]
CANNOT: Mapping[str, str] = dict.fromkeys(
    ("decay", "key", "prune", "quantise"), "its synapses are on or off and only grow"
)


class MemoryNeuronPairsParameters(PairParameters):
    """Parameters of :class:`MemoryNeuronPairs`; those but d_k and d_v are of :class:`spikemem.models.MemoryNeurons`."""

    slots: Count = parameter(doc="pairs that can be stored")
    transfer: Transfer = parameter("exponential", doc="f, from match to rate")
    exponent: Count = parameter(2, doc="of the power: P - 1")
    beta: float = parameter(1.0, gt=0, doc="of the exponential, per unit of overlap")
    races: Count = parameter(100, doc="races held for an answer")


class MemoryNeuronPatternsParameters(PatternParameters):
    """Parameters of :class:`MemoryNeuronPatterns`; those but N and max_steps are of :class:`spikemem.models.MemoryNeurons`."""

    slots: Count = parameter(doc="patterns that can be stored")
    transfer: Transfer = parameter("power", doc="f, from match to rate")
    exponent: Count = parameter(2, doc="of the power: P - 1")
    beta: float = parameter(1.0, gt=0, doc="of the exponential, per unit of overlap")
    races: Count = parameter(100, doc="races held for an answer")
    max_steps: Count = parameter(10, doc="answers that are asked again, at most")


class MemoryNeuronLayer[P: MemoryNeuronPairsParameters | MemoryNeuronPatternsParameters](RunningLayer[P]):
    """A network of memory neurons, its slots filled one after the other. A subclass reads it."""

    cannot = CANNOT
    synapses: ClassVar = {"memory": (("memory->bit", "weights"),), "routing": (("in_key->memory", "weights"),)}

    def _reset(self) -> None:
        super()._reset()
        self._slots = Slots(self.parameters.slots)

    def _model(self) -> MemoryNeurons:
        p = self.parameters
        return MemoryNeurons(
            slots=p.slots, key=p.d_k, value=p.d_v, transfer=p.transfer, exponent=p.exponent, beta=p.beta, races=p.races
        )

    def _write(self, item: Item) -> None:
        slot = self._slots.check(f"{type(self).__name__}.write")
        self._running.do("write", slot=slot, key=lines(item.key), value=lines(item.value))
        self._slots.take()

    def _recall(self, key: Array) -> Recalled:
        """Return the signs that most votes are for (0: no majority); the confidence is the largest share of a pair.

        A cue of which nothing is known reaches no neuron: it is not shown, and brings up nothing.
        """
        if not key.any():
            return Recalled(np.zeros(self.parameters.d_v), 0.0)
        answer = self._running.do("recall", key=lines(key))
        votes = np.bincount(answer.spikes["memory"][1] % self.parameters.slots, minlength=1)
        share = float(votes.max()) / max(float(votes.sum()), 1.0)
        return Recalled(signs(answer.value, self.parameters.d_v), share, 1, answer.latency_ms)

    @abstractmethod
    def _read(self, query: Query) -> Recalled:
        """Recall."""

    def _state(self) -> dict[str, Array]:
        """Return which synapses are on."""
        return {name: self._running.weights(name) > 0 for name in ("in_key->memory", "memory->bit")}


@final
class MemoryNeuronPairs(MemoryNeuronLayer[MemoryNeuronPairsParameters]):
    """Pairs of signs in a network of :class:`spikemem.models.MemoryNeurons` on ``backend``.

    The spiking form of softmax attention (``exponential``), of the nearest neighbour (``winner``) and, between pairs, of
    Hopfield's and dense Hebbian memories. What is lost: the value is the majority of ``races`` votes, drawn with the weights
    that the oracle sums, and its sign alone. The confidence is the largest share of a pair in the votes. A cue may be 0
    where it is unknown, with ``exponential``, to which only differences of overlaps matter, and with ``winner``, which is
    silent unless it agrees with a memory in more than half of the key's bits.
    """

    takes = MemoryNeuronPairsParameters
    traits = Traits(keys=SIGNED, values=SIGNED, cues=TERNARY)

    def _read(self, query: Query) -> Recalled:
        if self.parameters.transfer in ("linear", "power") and not query.key.all():
            raise InvalidInput(
                f"MemoryNeuronPairs.read: query must be known in full where the transfer is {self.parameters.transfer!r}, "
                f"whose rates are of the overlap and not of differences, got 0 at {int(np.argmin(np.abs(query.key)))}"
            )
        return self._recall(query.key)


@final
class MemoryNeuronPatterns(MemoryNeuronLayer[MemoryNeuronPatternsParameters]):
    """Patterns of N signs in a network of :class:`spikemem.models.MemoryNeurons` on ``backend``.

    The spiking form of Hopfield's network (``linear``), of dense Hebbian memories (``power``) and of the modern Hopfield
    network (``exponential``): an answer is asked again until it rests, by the host. What is lost: the sign of each sum is that
    of a sample of ``races`` votes; and a bit's effect on itself is not left out, as two-body synapses cannot.
    """

    takes = MemoryNeuronPatternsParameters
    traits = Traits(keys=SIGNED, values=SIGNED, auto=True, attractor=True, read_options=("max_steps",))

    def _read(self, query: Query) -> Recalled:
        return settle(query, self.parameters.max_steps, lambda s: self._recall(s).value)
