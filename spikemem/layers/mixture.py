"""Mixture of memories: several matrices, of which a router chooses those that take part."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from spikemem.ir.node import Count, Fraction
from spikemem.layers.cost import Array
from spikemem.layers.forgetting import DECAY, PRUNE, QUANTISE, erase, key
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, Mode, PairParameters, Query, Recalled, Traits
from spikemem.layers.softmax import softmax
from spikemem.parameters import parameter
from spikemem.rng import generator


class MixtureOfMemoriesParameters(PairParameters):
    """Parameters of :class:`MixtureOfMemories`."""

    blocks: Count = parameter(4, doc="the memories among which the router chooses")
    active: Count = parameter(1, doc="the memories that take part in a write or a read, at most blocks")
    decay: Fraction = parameter(1.0, doc="alpha, the part of an active memory that a write leaves")
    shared: bool = parameter(False, doc="whether there is one more memory that always takes part")


def _erase(layer: MixtureOfMemories, k: Array) -> None:
    erase(layer._meter, layer._S, k)


@final
class MixtureOfMemories(MemoryLayer[MixtureOfMemoriesParameters]):
    r"""Matrices :math:`S_m`, few of which are written or read at a time.

    .. math:: S_m \leftarrow \alpha S_m + g\, v k^T \ \text{for active}\ m, \qquad \hat v = \sum_{m\ \text{active}} w_m S_m q

    with g the gate; active are the memories of the ``active`` largest scores R k, their weights w the softmax of these
    scores (Du et al. 2025, arXiv:2502.13685). There the router R is learned and its input is the token; here R is drawn by
    the seed, from normal numbers, and its input is the key or the query. A ``label`` names one memory in the place of the
    router. The shared memory takes part in all with weight 1, after the others in the state.
    """

    takes = MixtureOfMemoriesParameters
    traits = Traits(write_options=("gate", "label"), read_options=("label", "top_k"), labels="blocks")
    modes: ClassVar = {
        "decay": DECAY,
        "key": Mode("make the key bring up nothing in any memory: S -= (S k) k^T / k^T k", key, _erase),
        "prune": PRUNE,
        "quantise": QUANTISE,
    }

    def _reset(self) -> None:
        p = self.parameters
        self._S: Array = np.zeros((p.blocks + p.shared, p.d_v, p.d_k))
        self._R: Array = generator(self._seed, "router").standard_normal((p.blocks, p.d_k))

    def _route(self, k: Array, label: int | None, count: int | None) -> list[tuple[int, float]]:
        """Return the memories that take part and their weights."""
        p = self.parameters
        always = [(p.blocks, 1.0)] if p.shared else []
        if label is not None:
            return [(label, 1.0), *always]
        scores = self._meter.project(self._R, k)
        chosen = np.argsort(-scores, kind="stable")[: count or p.active]
        return [*zip(chosen.tolist(), softmax(scores[chosen]).tolist(), strict=True), *always]

    def _write(self, item: Item) -> None:
        for m, _ in self._route(item.key, item.label, None):
            self._meter.scale(self._S[m], self.parameters.decay)
            self._meter.associate(self._S[m], item.gate * item.value, item.key)

    def _read(self, query: Query) -> Recalled:
        parts = self._route(query.key, query.label, query.top_k)
        return Recalled(np.sum([w * self._meter.project(self._S[m], query.key) for m, w in parts], axis=0))

    def _state(self) -> dict[str, Array]:
        return {"S": self._S}

    def _constants(self) -> dict[str, Array]:
        return {"R": self._R}

    def _circuit(self) -> tuple[int, int]:
        p = self.parameters
        return p.d_k + p.d_v + p.blocks, self._S.size + self._R.size
