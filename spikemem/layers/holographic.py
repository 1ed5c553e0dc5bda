"""Holographic reduced representation: all pairs in one vector, bound by circular convolution."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from spikemem.errors import InvalidInput
from spikemem.layers.cost import Array, Cost
from spikemem.layers.forgetting import DECAY, PRUNE, QUANTISE
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, PairParameters, Query, Recalled, Traits


class HolographicParameters(PairParameters):
    """Parameters of :class:`Holographic`. Keys and values are vectors of one space: d_v must be d_k."""

    def model_post_init(self, context: object) -> None:
        """Check that d_v is d_k."""
        if self.d_v != self.d_k:
            raise InvalidInput(f"HolographicParameters.d_v: must be d_k = {self.d_k}, got {self.d_v}")


@final
class Holographic(MemoryLayer[HolographicParameters]):
    r"""A vector m to which every pair is added, bound.

    .. math:: m_n \leftarrow m_n + g \sum_j k_j v_{n - j}, \qquad \hat v_n = \sum_j q_j m_{n + j}

    with g the gate and indices modulo d: circular convolution and its approximate inverse, circular correlation (Plate 1995,
    IEEE Trans. Neural Networks 6:623). What these d numbers cannot hold is the reason for matrices: a reference for
    :class:`PhaseAssociative`. Counted as the sums are written, d^2 multiply-accumulates each.
    """

    takes = HolographicParameters
    traits = Traits(write_options=("gate",))
    modes: ClassVar = {"decay": DECAY, "prune": PRUNE, "quantise": QUANTISE}
    cannot: ClassVar = {"key": "what the key brings up is all that is stored, turned"}

    def _reset(self) -> None:
        self._m: Array = np.zeros(self.parameters.d_k)

    def _write(self, item: Item) -> None:
        bound = np.fft.ifft(np.fft.fft(item.key) * np.fft.fft(item.value)).real
        self._meter.add(Cost(macs=bound.size**2))
        self._meter.accumulate(self._m, item.gate * bound)

    def _read(self, query: Query) -> Recalled:
        found = np.fft.ifft(np.fft.fft(query.key).conj() * np.fft.fft(self._m)).real
        active = int(np.count_nonzero(query.key))
        self._meter.add(Cost(sops=active * found.size, macs=found.size**2, bytes_moved=self._m.nbytes))
        return Recalled(found)

    def _state(self) -> dict[str, Array]:
        return {"m": self._m}

    def _circuit(self) -> tuple[int, int]:
        return 3 * self.parameters.d_k, self.parameters.d_k**2
