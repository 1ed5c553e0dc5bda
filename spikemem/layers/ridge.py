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


def _unlearn(layer: Ridge, k: Array) -> None:
    norm = k @ k
    if norm:
        solved = layer._solved(k)
        h = k @ solved
        weight = min(float(1.0 / h - layer.parameters.penalty / norm), 1.0)
        layer._meter.associate(layer._A, -layer._meter.project(layer._A, solved) / h, k)
        layer._meter.associate(layer._C, -weight * k, k)


@final
class Ridge(MemoryLayer[RidgeParameters]):
    r"""Two matrices, of the pairs and of the keys; the map is solved for when it is read.

    .. math:: A \leftarrow \alpha A + g\, v k^T, \quad C \leftarrow \alpha C + g\, k k^T, \qquad
        \hat v = A (C + \lambda I)^{-1} q

    with g the gate: the minimum of :math:`\sum g |v - W k|^2 + \lambda |W|^2` (Hoerl & Kennard 1970; as a layer: von Oswald et
    al. 2023, arXiv:2309.05858; Wang et al. 2025, arXiv:2501.12352). The solution is not local: this is a reference.

    What it forgets, A and C forget together. One key k is forgotten (ours) as if it had not been written,

    .. math:: A \leftarrow A - \frac{\hat v}{h} k^T, \quad C \leftarrow C - w\, k k^T, \qquad
        h = k^T (C + \lambda I)^{-1} k, \quad w = \min(1 / h - \lambda / k^T k,\, 1)

    after which it brings up nothing, and other keys what they would have brought up without it, as far as A and C tell: w is
    the gate of its write, 1, or less where its direction was hardly written, and leaves C + lambda I positive definite.
    Counted for a read, and for forgetting a key: d_k^3/3 multiply-accumulates of a Cholesky solution.
    """

    takes = RidgeParameters
    traits = Traits(local=False, write_options=("gate",))
    modes: ClassVar = {
        "decay": DECAY,
        "key": Mode("take the key's write out of A and C, so that it brings up nothing", key, _unlearn),
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
        return Recalled(self._meter.project(self._A, self._solved(query.key)))

    def _solved(self, k: Array) -> Array:
        d = self.parameters.d_k
        found: Array = np.linalg.solve(self._C + self.parameters.penalty * np.eye(d), k)
        self._meter.add(Cost(macs=d**3 // 3, bytes_moved=self._C.nbytes))
        return found

    def _state(self) -> dict[str, Array]:
        return {"A": self._A, "C": self._C}

    def _circuit(self) -> tuple[int, int]:
        return self.parameters.d_k + self.parameters.d_v, self._A.size + self._C.size
