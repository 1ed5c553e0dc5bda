"""The spiking form of layers with one neuron a memory: MemoryNeurons on a backend, behind the layers' interface."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, final

import numpy as np

import spikemem
from spikemem.errors import InvalidInput
from spikemem.ir.node import Count
from spikemem.layers.attractor import settle
from spikemem.layers.codes import SIGNED, TERNARY
from spikemem.layers.cost import Array, Cost, Meter
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, PairParameters, PatternParameters, Query, Recalled, Traits
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


class Network:
    """A memory that runs, its slots filled one after the other."""

    def __init__(
        self, parameters: MemoryNeuronPairsParameters | MemoryNeuronPatternsParameters, backend: str, seed: int
    ) -> None:
        p = parameters
        self.model = MemoryNeurons(
            slots=p.slots, key=p.d_k, value=p.d_v, transfer=p.transfer, exponent=p.exponent, beta=p.beta, races=p.races
        )
        self._memory, self._used = spikemem.open(self.model, backend=backend, seed=seed), 0

    def write(self, where: str, key: Array, value: Array, meter: Meter) -> None:
        """Store a pair in the next slot; raise :class:`InvalidInput` about ``where`` if there is none."""
        if self._used == self.model.slots:
            raise InvalidInput(f"{where}: all slots are taken (slots={self.model.slots})")
        answer = self._memory.write(slot=self._used, key=_lines(key), value=_lines(value))
        self._used += 1
        _spent(answer.cost, meter)

    def recall(self, key: Array, meter: Meter) -> Recalled:
        """Return the signs that most votes are for (0: no majority); the confidence is the largest share of a pair."""
        answer = self._memory.recall(key=_lines(key))
        _spent(answer.cost, meter)
        value = np.zeros(2 * self.model.value)
        value[sorted(answer.value)] = 1.0
        votes = np.bincount(answer.spikes["memory"][1] % self.model.slots, minlength=1)
        share = float(votes.max()) / max(float(votes.sum()), 1.0)
        return Recalled(value[: self.model.value] - value[self.model.value :], share, 1, answer.latency_ms)

    def state(self) -> dict[str, Array]:
        """Return which synapses are on."""
        return {name: self._memory.weights(name).weight > 0 for name in ("in_key->memory", "memory->voted")}

    def circuit(self) -> tuple[int, int]:
        """Return all neurons, sources apart, and all synapses of the network, for counting and for writing, too."""
        network = self.model.network()
        neurons = sum(p.size for p in network.populations if not p.name.startswith("in_"))
        return neurons, sum(self._memory.weights(p.name).pre.size for p in network.projections)


class RunningLayer[P: MemoryNeuronPairsParameters | MemoryNeuronPatternsParameters](MemoryLayer[P]):
    """A layer that is a network of memory neurons on ``backend``. A subclass reads it."""

    modes: ClassVar = {}
    cannot = CANNOT

    def __init__(self, parameters: P, seed: int = 1, backend: str = "numba") -> None:
        self._backend = backend
        super().__init__(parameters, seed)

    def _reset(self) -> None:
        self._network = Network(self.parameters, self._backend, self._seed)

    def _write(self, item: Item) -> None:
        self._network.write(f"{type(self).__name__}.write", item.key, item.value, self._meter)

    @abstractmethod
    def _read(self, query: Query) -> Recalled:
        """Recall."""

    def _state(self) -> dict[str, Array]:
        return self._network.state()

    def _parts(self) -> dict[str, list[Array]]:
        return {}

    def _circuit(self) -> tuple[int, int]:
        return self._network.circuit()


@final
class MemoryNeuronPairs(RunningLayer[MemoryNeuronPairsParameters]):
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
        if self._network.model.signed and not query.key.all():
            raise InvalidInput(
                f"MemoryNeuronPairs.read: query must be known in full where the transfer is {self.parameters.transfer!r}, "
                f"whose rates are of the overlap and not of differences, got 0 at {int(np.argmin(np.abs(query.key)))}"
            )
        return self._network.recall(query.key, self._meter)


@final
class MemoryNeuronPatterns(RunningLayer[MemoryNeuronPatternsParameters]):
    """Patterns of N signs in a network of :class:`spikemem.models.MemoryNeurons` on ``backend``.

    The spiking form of Hopfield's network (``linear``), of dense Hebbian memories (``power``) and of the modern Hopfield
    network (``exponential``): an answer is asked again until it rests, by the host. What is lost: the sign of each sum is that
    of a sample of ``races`` votes; and a bit's effect on itself is not left out, as two-body synapses cannot.
    """

    takes = MemoryNeuronPatternsParameters
    traits = Traits(keys=SIGNED, values=SIGNED, auto=True, attractor=True, read_options=("max_steps",))

    def _read(self, query: Query) -> Recalled:
        return settle(query, self.parameters.max_steps, lambda s: self._network.recall(s, self._meter).value)


def _lines(pattern: Array) -> list[int]:
    """Return the lines that are on for signs."""
    return np.flatnonzero(np.concatenate([pattern > 0, pattern < 0])).tolist()


def _spent(cost: Any, meter: Meter) -> None:
    meter.add(Cost(sops=cost.synaptic_events, spikes=cost.spikes, weight_updates=cost.weight_updates))
