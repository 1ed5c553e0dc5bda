"""The spiking form of a fading matrix beside slots for what is novel: PointerMemory behind the layers' interface."""

from __future__ import annotations

from typing import final

from spikemem.ir.node import Fraction
from spikemem.layers.records import Item
from spikemem.layers.slots import SAME_KEY
from spikemem.layers.spiking.pointer import PointerLayer, PointerLayerParameters
from spikemem.models import PointerMemory
from spikemem.models.line_pairs import lines
from spikemem.parameters import parameter


class SpikingFadingNoveltyParameters(PointerLayerParameters):
    """Parameters of :class:`SpikingFadingNovelty`: those of :class:`spikemem.layers.NoveltyGated`, policy ``novelty``."""

    decay: Fraction = parameter(0.9, doc="alpha, the part of the fading memory that a write leaves")
    match: Fraction = parameter(SAME_KEY, doc="theta, the cosine of two keys from which on they count as one")
    range: float = parameter(4.0, gt=0, doc="the largest number that is told")


@final
class SpikingFadingNovelty(PointerLayer[SpikingFadingNoveltyParameters]):
    """A matrix that fades, and slots that only keys enter which no slot matches (``exclusive`` :class:`PointerMemory`).

    The spiking form of :class:`spikemem.layers.NoveltyGated`. A key is novel if no slot's neuron spikes when it is asked; then
    the host names the slot, of all that are taken that of the oldest item. Else the slot that spiked gets the new value and
    keeps its key. What is lost: up to range/levels of a number, and what is beyond range.
    """

    takes = SpikingFadingNoveltyParameters

    def _model(self) -> PointerMemory:
        p = self.parameters
        return PointerMemory(
            key=p.d_k, value=p.d_v, slots=p.slots, weight=1.0, match=p.match, exclusive=True, retain=p.decay,
            levels=p.levels, range=p.range,
        )  # fmt: skip

    def _write(self, item: Item) -> None:
        shown = {"key": lines(item.key), "value": lines(item.value)}
        known = self._running.do("recall", key=shown["key"]).spikes["memory"][1]
        if known.size:
            self._running.do("replace", slot=int(known[0]), **shown)
        else:
            self._running.do("write", slot=self._next(), **shown)
