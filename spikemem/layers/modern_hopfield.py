"""The modern Hopfield network: patterns completed by softmax attention to themselves, again and again."""

from __future__ import annotations

from typing import final

from spikemem.ir.node import Count, NonNegative
from spikemem.layers.attractor import settle
from spikemem.layers.codes import SIGNED, TERNARY
from spikemem.layers.cost import Array
from spikemem.layers.records import PatternParameters, Query, Recalled, Traits
from spikemem.layers.slots import SlotLayer
from spikemem.layers.softmax import softmax
from spikemem.parameters import parameter


class ModernHopfieldParameters(PatternParameters):
    """Parameters of :class:`ModernHopfield`."""

    beta: NonNegative = parameter(32.0, doc="inverse temperature: the weight of an overlap of 1")
    max_steps: Count = parameter(50, doc="updates of all neurons in a read, at most")


@final
class ModernHopfield(SlotLayer[ModernHopfieldParameters]):
    r"""Patterns :math:`\xi^\mu` of N signs, each of which attracts by the exponential of its overlap.

    .. math:: s \leftarrow \mathrm{sign} \sum_\mu \xi^\mu a_\mu, \qquad a = \mathrm{softmax}(\beta m), \qquad
        m_\mu = \tfrac{1}{N} \sum_i \xi_i^\mu s_i

    all neurons at once until they rest (Demircigil et al. 2017, arXiv:1702.01929; Ramsauer et al. 2020, arXiv:2008.02217). That
    signs are fed back, and not the mean itself, is ours; so is beta on overlaps from -1 to 1.
    A cue may be 0 where it is unknown.
    """

    takes = ModernHopfieldParameters
    traits = Traits(
        keys=SIGNED, values=SIGNED, cues=TERNARY, auto=True, growing=True, attractor=True, read_options=("max_steps",)
    )

    def _read(self, query: Query) -> Recalled:
        return settle(query, self.parameters.max_steps, self._mean)

    def _mean(self, s: Array) -> Array:
        if not self._slots.count:
            return 0.0 * s
        patterns = self._slots.keys
        a = softmax(self.parameters.beta / self.parameters.N * self._meter.project(patterns, s))
        return self._meter.project(patterns.T, a)
