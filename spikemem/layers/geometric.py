"""Geometric factual recall: facts in the geometry of embeddings, and no memory that is written."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from spikemem.ir.node import Count
from spikemem.layers.codes import BINARY
from spikemem.layers.cost import Array
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, PairParameters, Query, Recalled, Traits
from spikemem.parameters import parameter
from spikemem.rng import generator


class GeometricRecallParameters(PairParameters):
    """Parameters of :class:`GeometricRecall`: d_k subjects, of which a query names one, and d_v attributes."""

    relations: Count = parameter(4, doc="R, the relations, one a label")
    d: Count = parameter(64, doc="numbers of an embedding")


@final
class GeometricRecall(MemoryLayer[GeometricRecallParameters]):
    r"""Subjects whose embeddings are sums of their attributes', each turned by its relation.

    .. math:: x_s = \sum_r Q_r a_{f(s, r)}, \qquad \hat v_A = a_A^T y, \qquad
        y = \sum_{r'} \mathrm{ReLU}(z_{r'} - C [r' \ne r]) - \mathrm{ReLU}(-z_{r'} - C [r' \ne r]), \quad z_{r'} = Q_{r'}^T x_s

    with a of length 1, Q orthogonal, both drawn by the seed as the facts f are, and C larger than any z, so that the ReLU
    of the relation asked for alone is open (Ravfogel et al. 2026, arXiv:2605.12426, where x is learned; that Q is
    orthogonal is ours). How well it answers depends on R and d, not on the number of subjects. The ``label`` of a read is
    the relation.

    It recalls from its parameters and cannot be written: it is not compared with memories that learn in context.
    """

    takes = GeometricRecallParameters
    traits = Traits(
        keys=BINARY, local=False, recall="parametric", read_options=("label",), needs=("label",), labels="relations"
    )
    modes: ClassVar = {}
    cannot: ClassVar = dict.fromkeys(("decay", "key", "prune", "quantise"), "nothing was written that it could forget")

    def _reset(self) -> None:
        p = self.parameters
        drawn = generator(self._seed, "attributes").standard_normal((p.d_v, p.d))
        self._a: Array = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        turns = generator(self._seed, "relations").standard_normal((p.relations, p.d, p.d))
        self._Q: Array = np.linalg.qr(turns)[0]
        self.facts: Array = generator(self._seed, "facts").integers(p.d_v, size=(p.d_k, p.relations))
        """The attribute of each subject by each relation."""
        self._x: Array = np.einsum("rij,srj->si", self._Q, self._a[self.facts])

    def _write(self, item: Item) -> None:
        raise AssertionError("writes are refused")

    def _read(self, query: Query) -> Recalled:
        x = self._meter.project(self._x.T, query.key)
        z = np.array([self._meter.project(Q.T, x) for Q in self._Q])
        closed = np.where(np.arange(len(z)) == query.label, 0.0, np.abs(z).max() + 1.0)[:, None]
        y = (np.maximum(z - closed, 0.0) - np.maximum(-z - closed, 0.0)).sum(axis=0)
        return Recalled(self._meter.project(self._a, y))

    def _state(self) -> dict[str, Array]:
        return {}

    def _constants(self) -> dict[str, Array]:
        return {"x": self._x, "a": self._a, "Q": self._Q}

    def _parts(self) -> dict[str, list[Array]]:
        return {"memory": [self._x, self._a], "routing": [self._Q]}

    def _circuit(self) -> tuple[int, int]:
        p = self.parameters
        return p.d_k + p.d + 2 * p.relations * p.d + p.d_v, self._x.size + 2 * self._Q.size + self._a.size
