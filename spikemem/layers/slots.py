"""Layers that keep every item: one memory neuron each, its synapses the key and the value."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from spikemem.layers.cost import Array, Meter
from spikemem.layers.forgetting import QUANTISE, budget, key
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, LayerParameters, Mode, Query, Recalled

SAME_KEY = 0.99
"""The cosine from which on two keys count as one, so that rounded ones still do. Ours."""


class Slots:
    """Rows of keys and of values, in the order in which they were written; with a ``limit``, that many, empty ones at 0."""

    def __init__(self, d_k: int, d_v: int, limit: int | None = None) -> None:
        room = limit or 1
        self._keys, self._values, self._limit, self.count = np.zeros((room, d_k)), np.zeros((room, d_v)), limit, 0

    @property
    def keys(self) -> Array:
        """The keys, (count, d_k)."""
        return self._keys[: self.count]

    @property
    def values(self) -> Array:
        """The values, (count, d_v)."""
        return self._values[: self.count]

    def state(self) -> dict[str, Array]:
        """Return what is held; with a limit, empty rows too."""
        rows = self._limit or self.count
        return {"keys": self._keys[:rows], "values": self._values[:rows]}

    def append(self, k: Array, v: Array, meter: Meter) -> None:
        """Take one more; if there is no room, room is made for twice as many, or with a limit the oldest leaves."""
        if self.count == self._limit:
            self.keep(np.arange(1, self.count))
        elif self.count == len(self._keys):
            self._keys, self._values = (np.concatenate([a, np.zeros_like(a)]) for a in (self._keys, self._values))
        self._keys[self.count], self._values[self.count] = k, v
        self.count += 1
        meter.stored(k)
        meter.stored(v)

    def keep(self, which: Array) -> None:
        """Drop the rows that ``which`` (a mask, or indices in rising order) does not name."""
        keys, values = self.keys[which], self.values[which]
        self.count = len(keys)
        for stored, kept in ((self._keys, keys), (self._values, values)):
            stored[: self.count] = kept
            stored[self.count :] = 0.0

    def keep_latest(self, count: int) -> None:
        """Drop all but the latest ``count``."""
        self.keep(np.arange(max(self.count - count, 0), self.count))

    def cosines(self, k: Array, meter: Meter) -> Array:
        """Return the cosine of ``k`` with each key; a key of zeros matches nothing."""
        lengths = np.linalg.norm(self.keys, axis=1) * np.linalg.norm(k)
        return meter.project(self.keys, k) / np.where(lengths > 0.0, lengths, 1.0)

    def drop(self, k: Array, meter: Meter) -> None:
        """Drop the rows whose key is ``k``."""
        self.keep(self.cosines(k, meter) < SAME_KEY)


def _latest(layer: SlotLayer[Any], count: int) -> None:
    layer._slots.keep_latest(count)


def _drop(layer: SlotLayer[Any], k: Array) -> None:
    layer._slots.drop(k, layer._meter)


class SlotLayer[P: LayerParameters](MemoryLayer[P]):
    """A layer whose state is one slot for each item. A pattern is a key without a value of its own."""

    modes: ClassVar = {
        "prune": Mode("keep so many items, the latest", budget, _latest),
        "key": Mode("drop the items that have this key", key, _drop),
        "quantise": QUANTISE,
    }
    cannot: ClassVar = {"decay": "its items are equally strong, and a factor common to all of them changes no answer"}

    def _reset(self) -> None:
        self._slots = Slots(self.parameters.d_k, 0 if self.traits.auto else self.parameters.d_v)

    def _write(self, item: Item) -> None:
        self._slots.append(item.key, item.value[:0] if self.traits.auto else item.value, self._meter)

    @abstractmethod
    def _read(self, query: Query) -> Recalled:
        """Recall."""

    def _state(self) -> dict[str, Array]:
        return self._slots.state()

    def _parts(self) -> dict[str, list[Array]]:
        """What is recalled, and, where that is another thing than what is matched, the keys that choose it."""
        held = self._slots.state()
        if self.traits.auto:
            return {"memory": [held["keys"]]}
        return {"memory": [held["values"]], "routing": [held["keys"]]}

    def _circuit(self) -> tuple[int, int]:
        """One neuron for each item between inputs and outputs; a pattern is its synapses on either side."""
        ends = self.parameters.d_k + self.parameters.d_v
        return ends + self._slots.count, ends * self._slots.count

    def _held(self) -> list[Item]:
        rows = zip(self._slots.keys.copy(), self._slots.values.copy(), strict=True)
        return [Item(k, k if self.traits.auto else v) for k, v in rows]
