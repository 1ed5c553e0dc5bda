"""Phase-associative memory: complex keys and values, bound in a complex matrix and read by the conjugate product."""

from __future__ import annotations

from typing import final

import numpy as np

from spikemem.ir.node import Fraction
from spikemem.layers.codes import COMPLEX
from spikemem.layers.cost import Array
from spikemem.layers.forgetting import MATRIX_MODES
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, PairParameters, Query, Recalled, Traits
from spikemem.parameters import parameter


class PhaseAssociativeParameters(PairParameters):
    """Parameters of :class:`PhaseAssociative`."""

    decay: Fraction = parameter(1.0, doc="gamma, the part of the state that an unprotected write leaves")


@final
class PhaseAssociative(MemoryLayer[PhaseAssociativeParameters]):
    r"""A complex matrix S; in keys and values an angle is a phase of firing.

    .. math:: S \leftarrow \gamma' S + (1 - p)\, v k^*, \quad \gamma' = \gamma (1 - p) + p, \qquad \hat v = S q

    with p the protection: 1 - p is the gate, and at gate 0 the state stays as it is (Agostino & Vishwakarma 2026,
    arXiv:2604.05030, where gamma and p are learned functions of the input, and the product is divided by sqrt(d); here keys
    are to be of length 1). A value is found in a codebook by the real part of its conjugate product with what is read.

    A complex number counts as two in the footprint: a real matrix of as many numbers, sqrt(2) d on a side, holds nearly as
    many.
    """

    takes = PhaseAssociativeParameters
    traits = Traits(keys=COMPLEX, values=COMPLEX, write_options=("gate",))
    modes = MATRIX_MODES

    def _reset(self) -> None:
        self._S: Array = np.zeros((self.parameters.d_v, self.parameters.d_k), dtype=np.complex128)

    def _write(self, item: Item) -> None:
        self._meter.scale(self._S, self.parameters.decay * item.gate + 1.0 - item.gate)
        self._meter.associate(self._S, item.gate * item.value, item.key.conj())

    def _read(self, query: Query) -> Recalled:
        return Recalled(self._meter.project(self._S, query.key))

    def _state(self) -> dict[str, Array]:
        return {"S": self._S}

    def _circuit(self) -> tuple[int, int]:
        return self.parameters.d_k + self.parameters.d_v, 2 * self._S.size
