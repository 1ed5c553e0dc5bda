"""The spiking forms of the nearest neighbour and of the novelty gate's slots: NearestNeighbour behind the layers' interface."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from math import ceil
from typing import final

import numpy as np

from spikemem.ir.node import Count, Fraction
from spikemem.layers.codes import SIGNED, TERNARY
from spikemem.layers.cost import Array
from spikemem.layers.records import Item, PairParameters, Query, Recalled, Traits
from spikemem.layers.slots import SAME_KEY
from spikemem.layers.spiking.running import RunningLayer, Slots
from spikemem.models import NearestNeighbour
from spikemem.models.hebbian_associator import UNIT
from spikemem.models.line_pairs import lines, signs
from spikemem.parameters import parameter
from spikemem.recording import Answer

CANNOT: Mapping[str, str] = {
    "decay": "its pairs are equally strong, and synapses of keys only grow",
    "key": "synapses of keys only grow, so that no slot is freed",
    "prune": "synapses of keys only grow, so that no slot is freed",
    "quantise": "its synapses are of one bit, and of values of three states, already",
}


class NearestParameters(PairParameters):
    """Parameters that both layers have."""

    slots: Count = parameter(64, doc="pairs that can be stored")


class NearestLayer[P: NearestParameters](RunningLayer[P]):
    """A :class:`spikemem.models.NearestNeighbour` whose slots are filled in their order. A subclass says how it is written."""

    cannot = CANNOT

    def _reset(self) -> None:
        super()._reset()
        self._slots = Slots(self.parameters.slots)

    def _least(self) -> int:
        """Return how many bits must agree."""
        return 1

    def _model(self) -> NearestNeighbour:
        p = self.parameters
        return NearestNeighbour(slots=p.slots, key=p.d_k, value=p.d_v, least=self._least())

    @abstractmethod
    def _write(self, item: Item) -> None:
        """Store an item."""

    def _read(self, query: Query) -> Recalled:
        known = int(np.count_nonzero(query.key))
        if not known:
            return Recalled(np.zeros(self.parameters.d_v), 0.0)
        answer = self._running.do("recall", key=lines(query.key))
        return Recalled(signs(answer.value, self.parameters.d_v), self._cosine(answer, known), 1, answer.latency_ms)

    def _cosine(self, answer: Answer, known: int) -> float:
        """Return (agreements - disagreements) / known bits of what answered, by its latency; at least 0, which nothing has."""
        times, _ = answer.spikes["memory"]
        if not times.size:
            return 0.0
        agreeing = self._model().agreement(float(times[0]) - answer.at_ms)
        return max(0.0, (2 * agreeing - known) / known)

    def _state(self) -> dict[str, Array]:
        """Return which synapses of keys are on, and those onto values as -1, 0 and 1."""
        onto, off = (np.rint(self._running.weights(name) / UNIT) for name in ("in_key->match", "memory->bit"))
        return {"keys": onto > 0.0, "values": (off - 1.0).astype(np.int8)}


class SpikingNearestNeighbourParameters(NearestParameters):
    """Parameters of :class:`SpikingNearestNeighbour`."""


@final
class SpikingNearestNeighbour(NearestLayer[SpikingNearestNeighbourParameters]):
    r"""Pairs of signs of which the best match answers, in a :class:`spikemem.models.NearestNeighbour` on ``backend``.

    The spiking form of :class:`spikemem.layers.SoftmaxAttention` for :math:`\beta \to \infty`. Unknown bits of a query are 0.
    What is lost: the mean of the values of a tie, of which the sign is told. The confidence is the cosine of the known bits.
    """

    takes = SpikingNearestNeighbourParameters
    traits = Traits(keys=TERNARY, values=SIGNED)

    def _write(self, item: Item) -> None:
        slot = self._slots.check(f"{type(self).__name__}.write")
        if item.key.any():
            self._running.do("write", slot=slot, key=lines(item.key), value=lines(item.value))
            self._slots.take()


class SpikingNoveltyGatedParameters(NearestParameters):
    """Parameters of :class:`SpikingNoveltyGated`."""

    match: Fraction = parameter(SAME_KEY, doc="theta, the cosine of two keys from which on they count as one")


@final
class SpikingNoveltyGated(NearestLayer[SpikingNoveltyGatedParameters]):
    """Slots that only keys enter which no slot matches, in a :class:`spikemem.models.NearestNeighbour` on ``backend``.

    The spiking form of the slots of :class:`spikemem.layers.NoveltyGated`, without its fading matrix: what no slot matches has
    the value 0, where the oracle asks the matrix. Whether a key is novel is decided by spikes; the host counts the slots by
    it, and has the value of the slot that answered replaced, as the oracle does. What is lost: no slot is freed, so that a
    novel key is refused when all are taken; of several that match equally well all get the value. The confidence is the
    cosine.
    """

    takes = SpikingNoveltyGatedParameters
    traits = Traits(keys=SIGNED, values=SIGNED)

    def _least(self) -> int:
        """Return for how many of d_k bits the cosine is at least ``match``."""
        d = self.parameters.d_k
        return max(ceil(d * (1.0 + self.parameters.match) / 2.0 - 1e-9), 1)

    def _write(self, item: Item) -> None:
        where, value = f"{type(self).__name__}.write", lines(item.value)
        if self._slots.full:
            known = self._running.do("recall", key=lines(item.key))
            if known.novel:
                self._slots.check(where)
        else:
            known = self._running.do("store", slot=self._slots.check(where), key=lines(item.key), value=value)
            if known.novel:
                self._slots.take()
        for slot in sorted(known.memory):
            self._running.do("write", slot=slot, value=value)
