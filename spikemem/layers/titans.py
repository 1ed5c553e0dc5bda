"""Titans' neural memory with a linear map, as a rule of three factors."""

from __future__ import annotations

from typing import final

import numpy as np

from spikemem.ir.node import Fraction, NonNegative
from spikemem.layers.cost import Array
from spikemem.layers.forgetting import MATRIX_MODES
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, PairParameters, Query, Recalled, Traits
from spikemem.parameters import parameter


class TitansParameters(PairParameters):
    """Parameters of :class:`Titans`."""

    eta: Fraction = parameter(0.0, doc="the part of the momentum (past surprise) that a write leaves")
    theta: NonNegative = parameter(1.0, doc="how much of the momentary surprise a write takes up")
    alpha: Fraction = parameter(0.0, doc="the part of the memory that a write forgets")


@final
class Titans(MemoryLayer[TitansParameters]):
    r"""A map M that follows the gradient of its own error, with momentum and forgetting.

    .. math:: S \leftarrow \eta S - \theta \nabla_M \tfrac{1}{2} |M k - v|^2, \quad M \leftarrow (1 - \alpha) M + S, \qquad
        \hat v = M q, \qquad \nabla_M \tfrac{1}{2} |M k - v|^2 = (M k - v) k^T

    with theta the parameter times the gate (Behrouz, Zhong & Mirrokni 2024, arXiv:2501.00663). The factor 1/2 is ours: with it
    theta = 1, eta = alpha = 0 is the delta rule. As a rule of three factors: the outer product of the trace k and the
    output's own error v - M k, scaled by a modulator theta that all synapses share, accumulates in an eligibility S of
    memory eta; M leaks by alpha. What M forgets, S forgets too: momentum would bring it back.
    """

    takes = TitansParameters
    traits = Traits(write_options=("gate",))
    modes = MATRIX_MODES

    def _reset(self) -> None:
        self._M: Array = np.zeros((self.parameters.d_v, self.parameters.d_k))
        self._S = np.zeros_like(self._M)

    def _write(self, item: Item) -> None:
        error = item.value - self._meter.project(self._M, item.key)
        self._meter.scale(self._S, self.parameters.eta)
        self._meter.associate(self._S, self.parameters.theta * item.gate * error, item.key)
        self._meter.scale(self._M, 1.0 - self.parameters.alpha)
        self._meter.accumulate(self._M, self._S)

    def _read(self, query: Query) -> Recalled:
        return Recalled(self._meter.project(self._M, query.key))

    def _state(self) -> dict[str, Array]:
        return {"M": self._M, "S": self._S}

    def _circuit(self) -> tuple[int, int]:
        return self.parameters.d_k + self.parameters.d_v, self._M.size
