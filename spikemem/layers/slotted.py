"""Layers of a matrix that takes part in all, beside a fixed number of slots for single items."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from spikemem.ir.node import Fraction
from spikemem.layers.cost import Array
from spikemem.layers.forgetting import QUANTISE, budget, erase, key
from spikemem.layers.layer import MemoryLayer, fraction
from spikemem.layers.records import Item, Mode, PairParameters, Query, Recalled
from spikemem.layers.slots import Slots
from spikemem.parameters import parameter


class SlottedParameters(PairParameters):
    """Parameters of a matrix beside slots."""

    slots: int = parameter(64, ge=1, doc="items that are kept as they are, at most")
    decay: Fraction = parameter(1.0, doc="alpha, the part of the matrix that a write leaves")


def _decay(layer: SlottedLayer[Any], lost: float) -> None:
    layer._meter.scale(layer._S, 1.0 - lost)


def _latest(layer: SlottedLayer[Any], count: int) -> None:
    layer._slots.keep_latest(count)


def _drop(layer: SlottedLayer[Any], k: Array) -> None:
    layer._slots.drop(k, layer._meter)
    erase(layer._meter, [layer._S], k)


class SlottedLayer[P: SlottedParameters](MemoryLayer[P]):
    """A matrix S to which every pair is added, and slots, of which a subclass says what enters and how both are read."""

    modes: ClassVar = {
        "decay": Mode("multiply the matrix by 1 - amount; the slots stay", fraction, _decay),
        "key": Mode("drop the slots of this key, and make it bring up nothing in the matrix", key, _drop),
        "prune": Mode("keep so many slots, the latest; the matrix stays", budget, _latest),
        "quantise": QUANTISE,
    }

    def _reset(self) -> None:
        p = self.parameters
        self._S: Array = np.zeros((p.d_v, p.d_k))
        self._slots = Slots(p.d_k, p.d_v, p.slots)
        self._writes = 0

    def _write(self, item: Item) -> None:
        self._meter.scale(self._S, self.parameters.decay)
        self._meter.associate(self._S, item.value, item.key)
        self._store(item)
        self._writes += 1

    @abstractmethod
    def _store(self, item: Item) -> None:
        """Put the item in a slot, or not."""

    @abstractmethod
    def _read(self, query: Query) -> Recalled:
        """Recall."""

    def _state(self) -> dict[str, Array]:
        return {"S": self._S, **self._slots.state()}

    def _parts(self) -> dict[str, list[Array]]:
        held = self._slots.state()
        return {"memory": [self._S, held["values"]], "routing": [held["keys"]]}

    def _circuit(self) -> tuple[int, int]:
        p = self.parameters
        return p.d_k + p.d_v + p.slots, self._S.size + p.slots * (p.d_k + p.d_v)
