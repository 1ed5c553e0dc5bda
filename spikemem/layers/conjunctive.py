"""Conjunctive keys: a linear memory whose key is made of a key and the context in which it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, final

import numpy as np

from spikemem.ir.node import Fraction
from spikemem.layers.cost import Array, Cost
from spikemem.layers.forgetting import MATRIX_MODES
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, PairParameters, Query, Recalled, Traits
from spikemem.parameters import parameter

BINDINGS: Mapping[str, Callable[[Array, Array], Array]] = {
    "conjunctive": lambda k, c: k * c,
    "additive": lambda k, c: (k + c) / np.sqrt(2.0),
    "key": lambda k, c: k,
}
"""How a key and a context become one key."""


class ConjunctiveParameters(PairParameters):
    """Parameters of :class:`Conjunctive`."""

    binding: Literal["conjunctive", "additive", "key"] = parameter(
        "conjunctive", doc="how key and context become one key"
    )
    decay: Fraction = parameter(1.0, doc="alpha, the part of the state that a write leaves")


@final
class Conjunctive(MemoryLayer[ConjunctiveParameters]):
    r"""A matrix S whose keys are bound to contexts: the same key has another value in another context.

    .. math:: S \leftarrow \alpha S + g\, v\, b(k, c)^T, \qquad \hat v = S\, b(q, c)

    with g the gate and b the binding: ``conjunctive`` :math:`k_i c_i`, for contexts of signs (a coincidence of key and
    context), ``additive`` :math:`(k + c) / \sqrt 2`, or the ``key`` alone, for comparison. Joint recall, for which Zhan et
    al. 2025 (arXiv:2507.00449) find attention that depends on the context; that a linear memory does it with bound keys is
    ours.

    One key is forgotten in its bound form: give ``b(k, c)``.
    """

    takes = ConjunctiveParameters
    traits = Traits(write_options=("gate", "context"), read_options=("context",), needs=("context",))
    modes = MATRIX_MODES

    def _reset(self) -> None:
        self._S: Array = np.zeros((self.parameters.d_v, self.parameters.d_k))

    def _bound(self, k: Array, context: Array | None) -> Array:
        assert context is not None
        self._meter.add(Cost(sops=int(np.count_nonzero(k)), macs=k.size))
        return BINDINGS[self.parameters.binding](k, context)

    def _write(self, item: Item) -> None:
        self._meter.scale(self._S, self.parameters.decay)
        self._meter.associate(self._S, item.gate * item.value, self._bound(item.key, item.context))

    def _read(self, query: Query) -> Recalled:
        return Recalled(self._meter.project(self._S, self._bound(query.key, query.context)))

    def _state(self) -> dict[str, Array]:
        return {"S": self._S}

    def _circuit(self) -> tuple[int, int]:
        return 3 * self.parameters.d_k + self.parameters.d_v, self._S.size + 2 * self.parameters.d_k
