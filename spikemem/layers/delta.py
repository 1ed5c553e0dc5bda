"""The delta rule and the gated delta rule: a write replaces what its key brought up."""

from __future__ import annotations

from typing import final

from spikemem.ir.node import Fraction
from spikemem.layers.matrix import MatrixLayer
from spikemem.layers.records import Item, PairParameters
from spikemem.parameters import parameter


class GatedDeltaParameters(PairParameters):
    """Parameters of :class:`GatedDelta`."""

    alpha: Fraction = parameter(1.0, doc="the part of the state that a write leaves; 1: the delta rule")
    beta: Fraction = parameter(1.0, doc="the part of the error that a write removes, for keys of length 1")


@final
class GatedDelta(MatrixLayer[GatedDeltaParameters]):
    r"""A matrix S that is moved towards the value by the error of what it brings up.

    .. math:: S \leftarrow \alpha S (I - \beta k k^T) + \beta v k^T = \alpha S + \beta (v - \alpha S k) k^T, \qquad \hat v = S q

    with beta the parameter times the gate. With alpha = 1 it is the delta rule (Widrow & Hoff 1960; Schlag et al. 2021,
    arXiv:2102.11174), with alpha < 1 the gated one (Yang et al. 2024, arXiv:2412.06464). Keys should be of length 1: the rule
    diverges where beta k^T k > 2. The error is local to the output neurons, hence the rule has three factors.
    """

    takes = GatedDeltaParameters

    def _write(self, item: Item) -> None:
        self._meter.scale(self._S, self.parameters.alpha)
        error = item.value - self._meter.project(self._S, item.key)
        self._meter.associate(self._S, self.parameters.beta * item.gate * error, item.key)
