"""Layers whose state is one matrix, which is read by a product."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from spikemem.layers.cost import Array
from spikemem.layers.forgetting import MATRIX_MODES
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, PairParameters, Query, Recalled, Traits


class MatrixLayer[P: PairParameters](MemoryLayer[P]):
    """A matrix S of d_v x d_k that brings up S q. A subclass says how a pair is written to it."""

    traits = Traits(write_options=("gate",))
    modes = MATRIX_MODES

    def _reset(self) -> None:
        self._S: Array = np.zeros((self.parameters.d_v, self.parameters.d_k))

    @abstractmethod
    def _write(self, item: Item) -> None:
        """Store a pair."""

    def _read(self, query: Query) -> Recalled:
        return Recalled(self._meter.project(self._S, query.key))

    def _state(self) -> dict[str, Array]:
        return {"S": self._S}

    def _circuit(self) -> tuple[int, int]:
        return self.parameters.d_k + self.parameters.d_v, self._S.size
