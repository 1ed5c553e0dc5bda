"""The interface over a network that runs: what a spiking form of a layer is made of, on the smallest example."""

from __future__ import annotations

from typing import Any, ClassVar, final

import numpy as np
import pytest

import spikemem
from spikemem.errors import InvalidInput
from spikemem.layers import Cost, Item, MemoryLayer, PairParameters, Query, Recalled, Traits
from spikemem.layers.codes import BINARY
from spikemem.models import HeteroAssociative


class PairsParameters(PairParameters):
    """Parameters of :class:`Pairs`: one-hot keys, binary values."""


@final
class Pairs(MemoryLayer[PairsParameters]):
    """HeteroAssociative on a backend, behind the interface of memory layers."""

    takes = PairsParameters
    traits = Traits(keys=BINARY, values=BINARY)
    modes: ClassVar = {}
    cannot: ClassVar = {**HeteroAssociative.cannot, "key": "a cue forgets only by learning other content"}

    def __init__(self, parameters: PairsParameters, seed: int = 1, backend: str = "numba") -> None:
        self.backend = backend
        super().__init__(parameters, seed)

    def _reset(self) -> None:
        model = HeteroAssociative(cues=self.parameters.d_k, bits=self.parameters.d_v)
        self._memory = spikemem.open(model, backend=self.backend, seed=self._seed)

    def _spent(self, cost: spikemem.backend.Cost) -> None:
        self._meter.add(Cost(sops=cost.synaptic_events, spikes=cost.spikes, weight_updates=cost.weight_updates))

    def _learn(self, cue: int, content: list[int]) -> None:
        self._spent(self._memory.learn(cue=cue, content=content).cost)

    def _write(self, item: Item) -> None:
        self._learn(int(np.argmax(item.key)), np.flatnonzero(item.value).tolist())

    def _read(self, query: Query) -> Recalled:
        answer = self._memory.recall(cue=int(np.argmax(query.key)))
        self._spent(answer.cost)
        value = np.zeros(self.parameters.d_v)
        value[sorted(answer.content)] = 1.0
        return Recalled(value, answer.confidence, latency_ms=answer.latency_ms)

    def _state(self) -> dict[str, Any]:
        return {"weights": self._memory.weights("in_cue->out").weight}

    def _circuit(self) -> tuple[int, int]:
        p = self.parameters
        return p.d_k + 2 * p.d_v, p.d_k * p.d_v + p.d_v


def test_a_running_network_is_a_memory_layer() -> None:
    layer = Pairs(PairsParameters(d_k=3, d_v=4), backend="numba")
    written = layer.write([0, 1, 0], [1, 0, 1, 0])
    assert written.spikes > 0
    assert written.weight_updates > 0
    layer.write([0, 0, 1], [0, 1, 1, 1])
    found = layer.read([0, 1, 0])
    np.testing.assert_array_equal(found.value, [1, 0, 1, 0])
    assert found.latency_ms is not None
    assert found.cost.spikes > 0
    assert found.cost.sops > 0
    np.testing.assert_array_equal(layer.read([0, 0, 1]).value, [0, 1, 1, 1])
    assert layer.footprint().state_bits == 3 * 4 * 64
    layer.reset(2)
    np.testing.assert_array_equal(layer.read([0, 1, 0]).value, np.zeros(4))


def test_its_wrong_input_is_refused_by_the_same_sentences() -> None:
    layer = Pairs(PairsParameters(d_k=3, d_v=4))
    with pytest.raises(InvalidInput, match=r"^Pairs\.write: value must be 4 numbers \(d_v\), got the shape \(2,\)$"):
        layer.write([0, 1, 0], [1, 0])
    with pytest.raises(InvalidInput, match=r"^Pairs\.forget: has no mode 'key': a cue forgets only by learning other"):
        layer.forget("key", [0, 1, 0])
