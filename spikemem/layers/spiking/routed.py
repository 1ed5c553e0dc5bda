"""The spiking forms of mixture of memories and memory caching: RoutedMemory behind the layers' interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import sqrt
from typing import Any, ClassVar, final

import numpy as np

from spikemem.errors import InvalidInput
from spikemem.ir.node import Count
from spikemem.layers.caching import MemoryCachingParameters
from spikemem.layers.codes import TERNARY
from spikemem.layers.cost import Array
from spikemem.layers.mixture import MixtureOfMemoriesParameters
from spikemem.layers.records import Item, Query, Recalled, Traits
from spikemem.layers.spiking.running import RunningLayer
from spikemem.layers.spiking.three_factor import NO_ROUNDING, NO_SMALLEST, ToldParameters, matrix_of, values_told
from spikemem.models import RoutedMemory
from spikemem.models.line_pairs import lines
from spikemem.parameters import parameter


class RoutedLayer[P: ToldParameters](RunningLayer[P]):
    """Blocks of a :class:`spikemem.models.RoutedMemory`. A subclass says which are opened.

    Keys and values are signs, and numbers are told, as in :class:`spikemem.layers.spiking.three_factor.ThreeFactorLayer`.
    """

    modes: ClassVar = {}
    cannot: ClassVar[Mapping[str, str]] = {
        "decay": "a block fades when it is written, by the same part each time",
        "key": "nothing in its rule takes up what a key brings up",
        "prune": NO_SMALLEST,
        "quantise": NO_ROUNDING,
    }

    @property
    def matrices(self) -> Array:
        """All S_b, blocks x d_v x d_k, as the oracle has them."""
        w = np.stack(list(self._blocks().values()))
        return matrix_of(w)

    def _blocks(self) -> dict[str, Array]:
        """Return the weights of both lines of each bit, (2, d_k, d_v), of each block."""
        p = self.parameters
        names = [q.name for q in self._running.model.network().projections if q.name.startswith("memory")]
        return {name: self._running.weights(name).reshape(2, p.d_k, p.d_v) for name in names}

    def _store(self, item: Item, opened: list[int] | None) -> None:
        if not item.key.any() or not item.value.any():
            raise InvalidInput(f"{type(self).__name__}.write: key and value must have a sign that is not 0")
        self._running.do("write", key=lines(item.key), value=lines(item.value), opened=opened)

    def _ask(self, query: Query, **which: Any) -> Recalled:
        p = self.parameters
        if not query.key.any():
            return Recalled(np.zeros(p.d_v))
        answer = self._running.do("recall", key=lines(query.key), **which)
        return Recalled(values_told(answer, p.d_v, p.levels, p.range), latency_ms=answer.latency_ms)

    def _state(self) -> dict[str, Array]:
        return self._blocks()


class SpikingMixtureOfMemoriesParameters(MixtureOfMemoriesParameters, ToldParameters):
    """Parameters of :class:`SpikingMixtureOfMemories`."""

    races: int = parameter(64, ge=0, doc="races by which a read weighs several active memories; 0: all weigh 1")


@final
class SpikingMixtureOfMemories(RoutedLayer[SpikingMixtureOfMemoriesParameters]):
    """The spiking form of :class:`spikemem.layers.MixtureOfMemories`, with the same drawn router.

    Several ``active`` memories are weighed by ``races``, each won with the chances of the softmax: its mean of so many reads
    has a standard deviation of that of S_m q, by these chances, over the root of ``races``, in the place of no deviation.
    """

    takes = SpikingMixtureOfMemoriesParameters
    traits = Traits(keys=TERNARY, values=TERNARY, write_options=("label",), read_options=("label",), labels="blocks")

    def _model(self) -> RoutedMemory:
        p = self.parameters
        return RoutedMemory(
            blocks=p.blocks, active=p.active, key=p.d_k, value=p.d_v, shared=p.shared, retain=p.decay, levels=p.levels,
            range=p.range, seed=self._seed, races=p.races if p.active > 1 else 0, beta=1.0 / sqrt(p.d_k),
        )  # fmt: skip

    def _write(self, item: Item) -> None:
        self._store(item, None if item.label is None else [item.label])

    def _read(self, query: Query) -> Recalled:
        return self._ask(query, opened=None if query.label is None else [query.label])

    def _constants(self) -> dict[str, Array]:
        return {"R": self._model().drawn()}


class SpikingMemoryCachingParameters(MemoryCachingParameters, ToldParameters):
    """Parameters of :class:`SpikingMemoryCaching`."""

    caches: Count = parameter(4, doc="segments for which there is room")
    best: int = parameter(0, ge=0, doc="caches that are read, those that match best; 0: all")
    races: Count = parameter(64, doc="races by which a read weighs the caches, unless beta is 0")

    def model_post_init(self, context: object) -> None:
        """Refuse weights among few caches, and more caches than there are."""
        if self.beta and self.best:
            raise InvalidInput(
                "SpikingMemoryCachingParameters.beta: must be 0 where best caches are read, which weigh alike, "
                f"got {self.beta:g}"
            )
        if self.best > self.caches:
            raise InvalidInput(
                f"SpikingMemoryCachingParameters.best: must be <= caches = {self.caches}, got {self.best}"
            )


@final
class SpikingMemoryCaching(RoutedLayer[SpikingMemoryCachingParameters]):
    """The spiking form of :class:`spikemem.layers.MemoryCaching`.

    With beta > 0 each of ``races`` reads one cache, with the chances of the softmax, and the answer is their mean times the
    caches in use: so it is told to ``caches`` x range/levels, beside what the sampling loses. A score is the sum of a segment's
    keys over the writes of a full one, so that a segment that is not full weighs less than by the oracle's mean.

    ``best`` caches are those that match best, and are read with the weight 1: the oracle reads as many with ``top_k``, and
    weighs them by beta.
    """

    takes = SpikingMemoryCachingParameters
    traits = Traits(keys=TERNARY, values=TERNARY)

    def _reset(self) -> None:
        super()._reset()
        self._written = 0

    def _model(self) -> RoutedMemory:
        p = self.parameters
        return RoutedMemory(
            blocks=p.caches, active=max(p.best, 1), key=p.d_k, value=p.d_v, router="learned", retain=p.decay,
            levels=p.levels, range=p.range, races=p.races if p.beta else 0, beta=p.beta / p.segment or 1.0,
        )  # fmt: skip

    def _write(self, item: Item) -> None:
        p = self.parameters
        if self._written == p.caches * p.segment:
            raise InvalidInput(f"{type(self).__name__}.write: all caches are full (caches={p.caches})")
        self._store(item, [self._written // p.segment])
        self._written += 1

    def _read(self, query: Query) -> Recalled:
        p = self.parameters
        used = list(range(max(-(-self._written // p.segment), 1)))
        if p.best:
            return self._ask(query, among=used)
        found = self._ask(query, opened=used)
        return replace(found, value=len(used) * found.value) if p.beta else found

    def _state(self) -> dict[str, Array]:
        keys = self._running.weights("keys").reshape(-1, self.parameters.caches)
        return {**self._blocks(), "keys": keys}
