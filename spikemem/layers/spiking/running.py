"""A spiking memory that runs behind a layer: its answers, its costs, its circuit."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

import spikemem
from spikemem.errors import InvalidInput
from spikemem.ir.lowered import Connections
from spikemem.language import Memory
from spikemem.layers.cost import Array, Cost, Meter
from spikemem.layers.forgetting import precision, quantised
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, LayerParameters, Mode, Query, Recalled
from spikemem.recording import Answer


class Running:
    """``model`` as a live memory on ``backend``, empty, whose costs go to ``meter``."""

    def __init__(self, model: Memory, backend: str, seed: int, meter: Meter) -> None:
        self.model = model
        self._memory, self._meter = spikemem.open(model, backend=backend, seed=seed), meter

    def do(self, operation: str, **arguments: Any) -> Answer:
        """Do an operation of the model, count what it takes, and return its answer."""
        answer = self._memory.operate(operation, **arguments)
        spent = answer.cost
        self._meter.add(Cost(sops=spent.synaptic_events, spikes=spent.spikes, weight_updates=spent.weight_updates))
        return answer

    def wait(self, ms: float) -> None:
        """Let time pass."""
        self._memory.wait(ms)

    def connections(self, projection: str) -> Connections:
        """Return a projection's synapses as they are stored."""
        return self._memory.weights(projection)

    def weights(self, projection: str) -> Array:
        """Return a projection's weights as they are stored, in its own order."""
        return self.connections(projection).weight

    def synaptic(self, projection: str, name: str) -> Array:
        """Return a state variable of a projection's synapses."""
        return self._memory.synaptic(projection, name)

    def set_synaptic(self, projection: str, name: str, values: Array) -> None:
        """Change it."""
        self._memory.set_synaptic(projection, name, values)

    def circuit(self) -> tuple[int, int]:
        """Return all neurons, sources apart, and all synapses of the network, for reading and for writing, too."""
        network = self.model.network()
        neurons = sum(p.size for p in network.populations if not p.name.startswith("in_"))
        return neurons, sum(self.connections(p.name).pre.size for p in network.projections)


def _round(layer: RunningLayer[Any], bits: int) -> None:
    layer._settle()
    for place in {place for places in layer.synapses.values() for place in places}:
        before = layer._running.synaptic(*place)
        after = quantised(before, bits)
        layer._running.set_synaptic(*place, after)
        layer._meter.add(Cost(weight_updates=int(np.count_nonzero(before != after))))


ROUND = Mode("round the weights, as they are stored, to so many bits a number", precision, _round)


class RunningLayer[P: LayerParameters](MemoryLayer[P]):
    """A layer that is a model on ``backend``. A subclass says which, what it is told and how its answers are read."""

    modes: ClassVar = {}
    synapses: ClassVar[Mapping[str, tuple[tuple[str, str], ...]]] = {}
    """What lesions may silence, by part: projections, and the names of state variables of their synapses."""

    def __init__(self, parameters: P, seed: int = 1, backend: str = "numba") -> None:
        self._backend = backend
        super().__init__(parameters, seed)

    def _reset(self) -> None:
        self._running = Running(self._model(), self._backend, self._seed, self._meter)

    @abstractmethod
    def _model(self) -> Memory:
        """Return the model, from the parameters."""

    @abstractmethod
    def _write(self, item: Item) -> None:
        """Store an item."""

    @abstractmethod
    def _read(self, query: Query) -> Recalled:
        """Recall."""

    @abstractmethod
    def _state(self) -> dict[str, Array]:
        """Return the weights that writes change."""

    def _settle(self) -> None:
        """Have changes made that weights await, before they are cut or rounded. Layers whose rule defers none leave this."""
        return

    def _parts(self) -> dict[str, list[Array]]:
        self._settle()
        return {part: [self._running.synaptic(*place) for place in places] for part, places in self.synapses.items()}

    def _put(self, part: str, arrays: list[Array]) -> None:
        for place, array in zip(self.synapses[part], arrays, strict=True):
            self._running.set_synaptic(*place, array)

    def _circuit(self) -> tuple[int, int]:
        return self._running.circuit()


def lines(pattern: Array) -> list[int]:
    """Return the lines that are on for signs: i for +1, so many further on for -1, none for 0.

    >>> lines(np.array([1.0, -1.0, 0.0]))
    [0, 4]
    """
    on: list[int] = np.flatnonzero(np.concatenate([pattern > 0, pattern < 0])).tolist()
    return on


def signs(on: frozenset[int], bits: int) -> Array:
    """Return the signs that lines say, 0 where neither of a bit's two is on.

    >>> signs(frozenset([0, 4]), 3)
    array([ 1., -1., 0.])
    """
    said = np.zeros(2 * bits)
    said[sorted(on)] = 1.0
    return said[:bits] - said[bits:]


class Slots:
    """The numbers of slots that are given out, one after the other."""

    def __init__(self, count: int) -> None:
        self.used, self._count = 0, count

    @property
    def full(self) -> bool:
        """Whether all are taken."""
        return self.used == self._count

    def check(self, where: str) -> int:
        """Return the next slot, which is still free; raise :class:`InvalidInput` about ``where`` if none is."""
        if self.full:
            raise InvalidInput(f"{where}: all slots are taken (slots={self._count})")
        return self.used

    def take(self) -> None:
        """Count it as taken."""
        self.used += 1
