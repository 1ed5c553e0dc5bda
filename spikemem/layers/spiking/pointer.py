"""The spiking form of a matrix memory with a pointer: PointerMemory behind the layers' interface."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, final

import numpy as np

from spikemem.errors import InvalidInput
from spikemem.layers.codes import SIGNED
from spikemem.layers.cost import Array
from spikemem.layers.pointer import SparsePointerParameters
from spikemem.layers.records import Item, Query, Recalled, Traits
from spikemem.layers.slotted import SlottedParameters
from spikemem.layers.spiking.running import RunningLayer
from spikemem.layers.spiking.three_factor import ToldParameters, matrix_of, values_told
from spikemem.models import PointerMemory
from spikemem.models.line_pairs import lines
from spikemem.parameters import parameter


class PointerLayerParameters(ToldParameters, SlottedParameters):
    """Parameters of a :class:`PointerLayer`."""


class PointerLayer[P: PointerLayerParameters | SpikingSparsePointerParameters](RunningLayer[P]):
    """A matrix and slots in a network of :class:`spikemem.models.PointerMemory`. A subclass says what enters a slot."""

    traits = Traits(keys=SIGNED, values=SIGNED)
    cannot: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("decay", "key", "prune", "quantise"), "its matrix fades by writes alone, and its slots are written over"
    )

    def _reset(self) -> None:
        super()._reset()
        self._entered = 0

    def _next(self) -> int:
        """Return the slot that the next item enters: a free one, or that of the oldest."""
        self._entered += 1
        return (self._entered - 1) % self.parameters.slots

    @abstractmethod
    def _model(self) -> PointerMemory:
        """Return the model, from the parameters."""

    @abstractmethod
    def _write(self, item: Item) -> None:
        """Store a pair."""

    def _read(self, query: Query) -> Recalled:
        p, answer = self.parameters, self._running.do("recall", key=lines(query.key))
        return Recalled(values_told(answer, p.d_v, p.levels, p.range), latency_ms=answer.latency_ms)

    @property
    def matrix(self) -> Array:
        """S, d_v x d_k, as the oracle has it."""
        return matrix_of(self._running.weights("matrix").reshape(2, self.parameters.d_k, self.parameters.d_v))

    def _state(self) -> dict[str, Array]:
        """Return matrix, keys (which lines are on) and values."""
        running = self._running
        return {
            "matrix": running.weights("matrix"), "keys": running.weights("keys") > 0,
            "values": np.sign(running.weights("values")),
        }  # fmt: skip


class SpikingSparsePointerParameters(SparsePointerParameters, ToldParameters):
    """Parameters of :class:`SpikingSparsePointer`: the oracle's; ``active`` must be 1, and so ``beta`` says nothing."""

    range: float = parameter(8.0, gt=0, doc="the largest number that is told")

    def model_post_init(self, context: object) -> None:
        """Check that one slot answers."""
        if self.active != 1:
            raise InvalidInput(
                f"SpikingSparsePointerParameters.active: must be 1, as one slot wins the race, got {self.active}"
            )
        if self.weight == 0.0:
            raise InvalidInput(
                "SpikingSparsePointerParameters.weight: must be > 0, got 0; ThreeFactorHebbian has no slots"
            )


@final
class SpikingSparsePointer(PointerLayer[SpikingSparsePointerParameters]):
    """A matrix and the latest items in slots, in a network of :class:`spikemem.models.PointerMemory`.

    Keys are signs and stand for k = key/sqrt(d_k). When all slots are taken the oldest is written over. What is lost: up to
    range/levels of a number, and what is beyond range; one slot answers, and none if no key agrees in more than half of its
    bits.
    """

    takes = SpikingSparsePointerParameters

    def _model(self) -> PointerMemory:
        p = self.parameters
        return PointerMemory(
            key=p.d_k, value=p.d_v, slots=p.slots, weight=p.weight, retain=p.decay, levels=p.levels, range=p.range
        )

    def _write(self, item: Item) -> None:
        self._running.do("write", slot=self._next(), key=lines(item.key), value=lines(item.value))
