"""Memory caching: a matrix memory of which a copy is kept after every so many writes."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from spikemem.ir.node import Count, Fraction, NonNegative
from spikemem.layers.cost import Array
from spikemem.layers.forgetting import QUANTISE, budget, erase, key
from spikemem.layers.layer import MemoryLayer, fraction
from spikemem.layers.records import Item, Mode, PairParameters, Query, Recalled, Traits
from spikemem.layers.softmax import softmax
from spikemem.parameters import parameter


class MemoryCachingParameters(PairParameters):
    """Parameters of :class:`MemoryCaching`."""

    segment: Count = parameter(16, doc="writes into a memory before it is frozen and the next begins, empty")
    decay: Fraction = parameter(1.0, doc="alpha, the part of the memory in use that a write leaves")
    beta: NonNegative = parameter(0.0, doc="how much better matching caches weigh more; 0: all alike")


def _decay(layer: MemoryCaching, lost: float) -> None:
    for S in layer._S:
        layer._meter.scale(S, 1.0 - lost)


def _latest(layer: MemoryCaching, count: int) -> None:
    dropped = max(len(layer._S) - count, 0)
    del layer._S[:dropped], layer._u[:dropped]
    if not layer._S:
        layer._begin()


def _erase(layer: MemoryCaching, k: Array) -> None:
    erase(layer._meter, layer._S, k)


@final
class MemoryCaching(MemoryLayer[MemoryCachingParameters]):
    r"""Matrices :math:`S_1 \dots S_T`, one for each segment of what is written; only the last, in use, changes.

    .. math:: S_T \leftarrow \alpha S_T + g\, v k^T, \quad u_T \leftarrow u_T + \tfrac{1}{n} (k - u_T), \qquad
        \hat v = T \sum_i w_i S_i q, \quad w = \mathrm{softmax}(\beta\, u^T q)

    with g the gate, n the writes into the segment and u the means of the segments' keys (Behrouz et al. 2026, arXiv:2602.24281:
    gated caching with linear memories, where each segment begins with an empty one; ``top_k`` reads the caches of the k
    largest weights only, which is sparse selective caching). The paper's w is not normalised; the softmax and beta are ours, as
    is T, which makes beta = 0 the plain sum.
    """

    takes = MemoryCachingParameters
    traits = Traits(growing=True, write_options=("gate",), read_options=("top_k",))
    modes: ClassVar = {
        "decay": Mode("multiply all memories by 1 - amount", fraction, _decay),
        "key": Mode("make the key bring up nothing in any cache: S -= (S k) k^T / k^T k", key, _erase),
        "prune": Mode("keep so many memories, the latest", budget, _latest),
        "quantise": QUANTISE,
    }

    def _reset(self) -> None:
        self._S: list[Array] = []
        self._u: list[Array] = []
        self._begin()

    def _begin(self) -> None:
        self._S.append(np.zeros((self.parameters.d_v, self.parameters.d_k)))
        self._u.append(np.zeros(self.parameters.d_k))
        self._written = 0

    def _write(self, item: Item) -> None:
        if self._written == self.parameters.segment:
            self._begin()
        self._written += 1
        self._meter.scale(self._S[-1], self.parameters.decay)
        self._meter.associate(self._S[-1], item.gate * item.value, item.key)
        self._meter.accumulate(self._u[-1], (item.key - self._u[-1]) / self._written)

    def _read(self, query: Query) -> Recalled:
        weights = softmax(self.parameters.beta * self._meter.project(np.array(self._u), query.key)) * len(self._S)
        chosen = np.argsort(-weights, kind="stable")[: query.top_k]
        return Recalled(np.sum([weights[i] * self._meter.project(self._S[i], query.key) for i in chosen], axis=0))

    def _state(self) -> dict[str, Array]:
        memories = {f"S{i}": S for i, S in enumerate(self._S)}
        return memories | {f"u{i}": u for i, u in enumerate(self._u)}

    def _parts(self) -> dict[str, list[Array]]:
        return {"memory": self._S, "routing": self._u}

    def _circuit(self) -> tuple[int, int]:
        p = self.parameters
        return p.d_k + p.d_v + len(self._S), sum(S.size for S in self._S) + sum(u.size for u in self._u)
