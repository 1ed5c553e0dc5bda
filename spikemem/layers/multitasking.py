"""Multitasking Hebbian network: patterns with blanks, several of which are retrieved at once."""

from __future__ import annotations

from typing import final

import numpy as np

from spikemem.ir.node import Count
from spikemem.layers.attractor import settle
from spikemem.layers.codes import TERNARY
from spikemem.layers.cost import Array
from spikemem.layers.forgetting import MATRIX_MODES
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.records import Item, PatternParameters, Query, Recalled, Traits
from spikemem.parameters import parameter


class MultitaskingHebbianParameters(PatternParameters):
    """Parameters of :class:`MultitaskingHebbian`."""

    max_steps: Count = parameter(50, doc="updates of all neurons in a read, at most")


@final
class MultitaskingHebbian(MemoryLayer[MultitaskingHebbianParameters]):
    r"""Hebbian couplings of ternary patterns, each entry blank (0) with probability d.

    .. math:: J \leftarrow J + g\, \xi \xi^T, \qquad s_i \leftarrow \mathrm{sign} \sum_{j \ne i} J_{ij} s_j

    all neurons at once until they rest, with g the gate; a neuron whose field is 0 stays as it is, also at 0. The neurons
    that one pattern leaves blank align with the next: with :math:`m_\mu = \sum_i \xi_i^\mu s_i / N`, the hierarchy
    :math:`m_\mu = d^{\mu - 1} (1 - d)` (Agliari et al. 2012, *Multitasking associative networks*, Phys. Rev. Lett. 109:268101,
    arXiv:1111.5191). A neuron in which only the first of K patterns is not blank keeps its sign against all others together if
    1 - 2d + d^K > 0.
    """

    takes = MultitaskingHebbianParameters
    traits = Traits(
        keys=TERNARY, values=TERNARY, auto=True, attractor=True, write_options=("gate",), read_options=("max_steps",)
    )
    modes = MATRIX_MODES

    def _reset(self) -> None:
        self._J: Array = np.zeros((self.parameters.N, self.parameters.N))

    def _write(self, item: Item) -> None:
        self._meter.associate(self._J, item.gate * item.value, item.key)

    def _read(self, query: Query) -> Recalled:
        own = self._J.diagonal()
        return settle(query, self.parameters.max_steps, lambda s: self._meter.project(self._J, s) - own * s)

    def _state(self) -> dict[str, Array]:
        return {"J": self._J}

    def _circuit(self) -> tuple[int, int]:
        return self.parameters.N, self.parameters.N * (self.parameters.N - 1)
