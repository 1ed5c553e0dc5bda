"""Dense Hebbian memories: patterns that interact through powers of their overlaps; the Hopfield network is P = 2."""

from __future__ import annotations

from typing import final

from spikemem.ir.node import Count
from spikemem.layers.attractor import dense_field, settle
from spikemem.layers.codes import SIGNED, TERNARY
from spikemem.layers.records import PatternParameters, Query, Recalled, Traits
from spikemem.layers.slots import SlotLayer
from spikemem.parameters import parameter


class DenseHebbianParameters(PatternParameters):
    """Parameters of :class:`DenseHebbian`."""

    P: int = parameter(3, ge=2, doc="bodies that interact at a time; 2: the Hopfield network")
    max_steps: Count = parameter(50, doc="updates of all neurons in a read, at most")


@final
class DenseHebbian(SlotLayer[DenseHebbianParameters]):
    r"""Patterns :math:`\xi^\mu` of N signs, as an energy with P-body terms; all neurons are updated at once until they rest.

    .. math:: s_i \leftarrow \mathrm{sign} \sum_\mu \xi_i^\mu (h_\mu - \xi_i^\mu s_i)^{P-1}, \qquad h_\mu = \sum_i \xi_i^\mu s_i

    without a neuron's effect on itself; a neuron whose field is 0 stays as it is. A cue
    may be 0 where it is unknown. Gardner 1987; Krotov & Hopfield 2016
    (arXiv:1606.01164), with two-body synapses by one neuron a memory: Krotov & Hopfield 2020 (arXiv:2008.06996). P = 2 is
    Hopfield 1982. Capacity without errors: K = N^(P-1) / (2 (2P-3)!! ln N).
    """

    takes = DenseHebbianParameters
    traits = Traits(
        keys=SIGNED, values=SIGNED, cues=TERNARY, auto=True, growing=True, attractor=True, read_options=("max_steps",)
    )

    def _read(self, query: Query) -> Recalled:
        held, power = self._slots.keys, self.parameters.P - 1
        return settle(query, self.parameters.max_steps, lambda s: dense_field(self._meter, held, s, power))
