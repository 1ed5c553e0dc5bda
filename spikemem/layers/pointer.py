"""A matrix memory with slots that point at their answer directly."""

from __future__ import annotations

from typing import final

import numpy as np

from spikemem.ir.node import Count, NonNegative
from spikemem.layers.records import Item, Query, Recalled, Traits
from spikemem.layers.slotted import SlottedLayer, SlottedParameters
from spikemem.layers.softmax import softmax
from spikemem.parameters import parameter


class SparsePointerParameters(SlottedParameters):
    """Parameters of :class:`SparsePointer`."""

    active: Count = parameter(1, doc="slots that answer; 1: the winner alone")
    weight: NonNegative = parameter(4.0, doc="lambda, what the pointer adds to the answer of the matrix")
    beta: NonNegative = parameter(8.0, doc="inverse temperature among the slots that answer")


@final
class SparsePointer(SlottedLayer[SparsePointerParameters]):
    r"""A matrix S, and the latest items in slots, the best matching of which add their values to the answer.

    .. math:: S \leftarrow \alpha S + v k^T, \qquad \hat v = S q + \lambda \sum_{\mu \in \text{top}(K q)} a_\mu v_\mu, \qquad
        a = \mathrm{softmax}(\beta K q)

    the softmax over the slots that answer. If the values are one-hot, the answer is a vector of logits, and the winner
    drives its output neuron directly (Xiao 2026, arXiv:2604.25930, UniMatrix-SparsePointer; there keys, routing and lambda
    are learned; which slot is replaced, the oldest, is ours). ``top_k`` in the place of ``active``. The confidence is the
    largest a.
    """

    takes = SparsePointerParameters
    traits = Traits(read_options=("top_k",))

    def _store(self, item: Item) -> None:
        self._slots.append(item.key, item.value, self._meter)

    def _read(self, query: Query) -> Recalled:
        logits = self._meter.project(self._S, query.key)
        if not self._slots.count:
            return Recalled(logits, 0.0)
        h = self._meter.project(self._slots.keys, query.key)
        top = np.argsort(-h, kind="stable")[: query.top_k or self.parameters.active]
        a = softmax(self.parameters.beta * h[top])
        pointed = self._meter.project(self._slots.values[top].T, a)
        return Recalled(logits + self.parameters.weight * pointed, float(a.max()))
