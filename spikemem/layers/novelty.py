"""A fading memory beside few slots, which only what is new may enter."""

from __future__ import annotations

from typing import Literal, final

import numpy as np

from spikemem.ir.node import Fraction
from spikemem.layers.cost import Array
from spikemem.layers.records import Item, Query, Recalled, Traits
from spikemem.layers.slotted import SlottedLayer, SlottedParameters
from spikemem.parameters import parameter
from spikemem.rng import generator


class NoveltyGatedParameters(SlottedParameters):
    """Parameters of :class:`NoveltyGated`."""

    policy: Literal["novelty", "oldest", "random"] = parameter(
        "novelty", doc="novelty: only new items enter, for the oldest; oldest, random: all enter, for that one"
    )
    match: Fraction = parameter(0.99, doc="theta, the cosine of two keys from which on they count as one")


@final
class NoveltyGated(SlottedLayer[NoveltyGatedParameters]):
    r"""A matrix S that fades, and slots for items that could not be foretold.

    .. math:: S \leftarrow \alpha S + v k^T, \qquad \text{store } (k, v) \text{ if } \max_\mu \cos(k_\mu, k) < \theta, \qquad
        \hat v = v_{\mu^*} \text{ if } \cos(k_{\mu^*}, q) \ge \theta \text{ else } S q

    with :math:`\mu^*` the slot that matches best and theta the parameter ``match``. After B'MOJO (Zancato et al. 2024,
    arXiv:2407.06324), where what enters is what its fading state predicts badly, and a learned attention reads fading
    state, recent window and slots together. That new means absent from the slots, and how the two are read, is ours. The
    confidence is the cosine.
    """

    takes = NoveltyGatedParameters
    traits = Traits()

    def _cosines(self, k: Array) -> Array:
        """Return the cosine of k with each key that is kept; a key of zeros matches nothing."""
        held = self._slots.keys
        lengths = np.linalg.norm(held, axis=1) * np.linalg.norm(k)
        return self._meter.project(held, k) / np.where(lengths > 0.0, lengths, 1.0)

    def _store(self, item: Item) -> None:
        p = self.parameters
        if p.policy == "novelty" and self._cosines(item.key).max(initial=-1.0) >= p.match:
            return
        if p.policy == "random" and self._slots.count == p.slots:
            gone = int(generator(self._seed, "replaced", self._writes).integers(p.slots))
            self._slots.keep(np.delete(np.arange(p.slots), gone))
        self._slots.append(item.key, item.value, self._meter)

    def _read(self, query: Query) -> Recalled:
        cosines = self._cosines(query.key)
        best = int(np.argmax(cosines)) if cosines.size else -1
        if best >= 0 and cosines[best] >= self.parameters.match:
            return Recalled(self._slots.values[best].copy(), min(float(cosines[best]), 1.0))
        return Recalled(self._meter.project(self._S, query.key), max(0.0, float(cosines.max(initial=0.0))))
