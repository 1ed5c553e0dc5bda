"""Hebbian linear attention: one matrix, one outer product a write."""

from __future__ import annotations

from typing import final

from spikemem.ir.node import Fraction
from spikemem.layers.matrix import MatrixLayer
from spikemem.layers.records import Item, PairParameters
from spikemem.parameters import parameter


class HebbianLinearParameters(PairParameters):
    """Parameters of :class:`HebbianLinear`."""

    decay: Fraction = parameter(1.0, doc="alpha, the part of the state that a write leaves; 1: all")


@final
class HebbianLinear(MatrixLayer[HebbianLinearParameters]):
    r"""A matrix S to which every pair is added.

    .. math:: S \leftarrow \alpha S + g\, v k^T, \qquad \hat v = S q

    with g the gate. Linear attention without normaliser (Katharopoulos et al. 2020, arXiv:2006.16236), with alpha < 1
    retention; the correlation matrix memory of Kohonen (1972).
    """

    takes = HebbianLinearParameters

    def _write(self, item: Item) -> None:
        self._meter.scale(self._S, self.parameters.decay)
        self._meter.associate(self._S, item.gate * item.value, item.key)
