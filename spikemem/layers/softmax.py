"""Softmax attention, which is the modern Hopfield network: every item is kept, and the best matches are averaged."""

from __future__ import annotations

from typing import final

import numpy as np

from spikemem.ir.node import NonNegative
from spikemem.layers.cost import Array
from spikemem.layers.records import PairParameters, Query, Recalled, Traits
from spikemem.layers.slots import SlotLayer
from spikemem.parameters import parameter


def softmax(h: Array) -> Array:
    """Return exp(h) divided by its sum.

    >>> softmax(np.log([1.0, 3.0]))
    array([0.25, 0.75])
    """
    grown = np.exp(h - h.max())
    shares: Array = grown / grown.sum()
    return shares


class SoftmaxAttentionParameters(PairParameters):
    """Parameters of :class:`SoftmaxAttention`."""

    beta: NonNegative = parameter(8.0, doc="inverse temperature: the weight of a unit of overlap")


@final
class SoftmaxAttention(SlotLayer[SoftmaxAttentionParameters]):
    r"""All keys K and values V, one row an item.

    .. math:: \hat v = V^T a, \qquad a = \mathrm{softmax}(\beta K q)

    Vaswani et al. 2017 (arXiv:1706.03762); as one step of a modern Hopfield network: Ramsauer et al. 2020 (arXiv:2008.02217).
    The confidence is the largest a. ``top_k``: only the items of the k largest overlaps take part. An empty layer answers 0.
    """

    takes = SoftmaxAttentionParameters
    traits = Traits(growing=True, read_options=("top_k",))

    def _read(self, query: Query) -> Recalled:
        held = self._slots
        if not held.count:
            return Recalled(np.zeros(self.parameters.d_v), 0.0)
        h = self.parameters.beta * self._meter.project(held.keys, query.key)
        if query.top_k is not None and query.top_k < held.count:
            h[np.argsort(-h, kind="stable")[query.top_k :]] = -np.inf
        a = softmax(h)
        return Recalled(self._meter.project(held.values.T, a), float(a.max()))
