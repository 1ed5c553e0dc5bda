"""Hebbian linear attention: one matrix, one outer product a write."""

from __future__ import annotations

from typing import final

import numpy as np

from spikemem.ir.node import Fraction
from spikemem.layers.cost import Array
from spikemem.layers.forgetting import MATRIX_MODES
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, PairParameters, Query, Recalled, Traits
from spikemem.parameters import parameter


class HebbianLinearParameters(PairParameters):
    """Parameters of :class:`HebbianLinear`."""

    decay: Fraction = parameter(1.0, doc="alpha, the part of the state that a write leaves; 1: all")


@final
class HebbianLinear(MemoryLayer[HebbianLinearParameters]):
    r"""A matrix S to which every pair is added.

    .. math:: S \leftarrow \alpha S + g\, v k^T, \qquad \hat v = S q

    with g the gate. Linear attention without normaliser (Katharopoulos et al. 2020, arXiv:2006.16236), with alpha < 1
    retention; the correlation matrix memory of Kohonen (1972).
    """

    takes = HebbianLinearParameters
    traits = Traits(write_options=("gate",))
    modes = MATRIX_MODES

    def _reset(self) -> None:
        self._S: Array = np.zeros((self.parameters.d_v, self.parameters.d_k))

    def _write(self, item: Item) -> None:
        self._meter.scale(self._S, self.parameters.decay)
        self._meter.associate(self._S, item.gate * item.value, item.key)

    def _read(self, query: Query) -> Recalled:
        return Recalled(self._meter.project(self._S, query.key))

    def _state(self) -> dict[str, Array]:
        return {"S": self._S}

    def _circuit(self) -> tuple[int, int]:
        return self.parameters.d_k + self.parameters.d_v, self._S.size
