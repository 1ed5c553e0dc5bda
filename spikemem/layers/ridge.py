"""Ridge regression as a memory: the best linear map from all keys to all values."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from spikemem.ir.node import Fraction, Positive
from spikemem.layers.cost import Array, Cost
from spikemem.layers.forgetting import DECAY, QUANTISE, key
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, Mode, PairParameters, Query, Recalled, Traits
from spikemem.parameters import parameter


class RidgeParameters(PairParameters):
    """Parameters of :class:`Ridge`."""

    penalty: Positive = parameter(1e-3, doc="lambda, the weight of the map's own size")
    decay: Fraction = parameter(1.0, doc="alpha, the part of A and C that a write leaves; 1: all")


def _project_out(layer: Ridge, k: Array) -> None:
    norm = k @ k
    if norm:
        for matrix in (layer._A, layer._C, layer._C.T):
            layer._meter.associate(matrix, -layer._meter.project(matrix, k) / norm, k)


@final
class Ridge(MemoryLayer[RidgeParameters]):
    r"""Two matrices, of the pairs and of the keys; the map is solved for when it is read.

    .. math:: A \leftarrow \alpha A + g\, v k^T, \quad C \leftarrow \alpha C + g\, k k^T, \qquad
        \hat v = A (C + \lambda I)^{-1} q

    with g the gate: the minimum of :math:`\sum g |v - W k|^2 + \lambda |W|^2` (Hoerl & Kennard 1970; as a layer: von Oswald et
    al. 2023, arXiv:2309.05858; Wang et al. 2025, arXiv:2501.12352). The solution is not local: this is a reference.

    What it forgets, A and C forget together. One key is forgotten by projecting it out of both, which leaves C a sum of
    squares. Counted for a read: d_k^3/3 multiply-accumulates of a Cholesky solution.
    """

    takes = RidgeParameters
    traits = Traits(local=False, write_options=("gate",))
    modes: ClassVar = {
        "decay": DECAY,
        "key": Mode("project the key out of A and, from both sides, out of C", key, _project_out),
        "quantise": QUANTISE,
    }
    cannot: ClassVar = {"prune": "weights of A that are dropped stay in C"}

    def _reset(self) -> None:
        self._A: Array = np.zeros((self.parameters.d_v, self.parameters.d_k))
        self._C: Array = np.zeros((self.parameters.d_k, self.parameters.d_k))

    def _write(self, item: Item) -> None:
        for matrix, post in ((self._A, item.value), (self._C, item.key)):
            self._meter.scale(matrix, self.parameters.decay)
            self._meter.associate(matrix, item.gate * post, item.key)

    def _read(self, query: Query) -> Recalled:
        d = self.parameters.d_k
        found = np.linalg.solve(self._C + self.parameters.penalty * np.eye(d), query.key)
        self._meter.add(Cost(macs=d**3 // 3, bytes_moved=self._C.nbytes))
        return Recalled(self._meter.project(self._A, found))

    def _state(self) -> dict[str, Array]:
        return {"A": self._A, "C": self._C}

    def _circuit(self) -> tuple[int, int]:
        return self.parameters.d_k + self.parameters.d_v, self._A.size + self._C.size
