"""The spiking forms of the Hebbian sum and of Willshaw's memory: HebbianAssociator behind the layers' interface."""

from __future__ import annotations

from typing import ClassVar, final

import numpy as np

from spikemem.ir.node import Count, Fraction
from spikemem.layers.codes import BINARY, TERNARY
from spikemem.layers.cost import Array
from spikemem.layers.records import Item, PairParameters, Query, Recalled, Traits
from spikemem.layers.spiking.running import RunningLayer
from spikemem.models import HebbianAssociator
from spikemem.models.hebbian_associator import PAUSE, UNIT
from spikemem.models.line_pairs import lines, signs
from spikemem.parameters import parameter

_SYNAPSES = "in_key->out"


class SpikingHebbianLinearParameters(PairParameters):
    """Parameters of :class:`SpikingHebbianLinear`; those but d_k and d_v are of :class:`spikemem.models.HebbianAssociator`."""

    most: Count = parameter(32, doc="largest |S_ij|, in writes")
    levels: int = parameter(64, ge=1, le=1000, doc="classes of |S q| that latencies tell apart")
    step: Count = parameter(1, doc="width of a class")


@final
class SpikingHebbianLinear(RunningLayer[SpikingHebbianLinearParameters]):
    """Pairs of signs, 0 being unknown, in a :class:`spikemem.models.HebbianAssociator` on ``backend``.

    The spiking form of :class:`spikemem.layers.HebbianLinear` without decay or gate. What is lost: a number of the answer is
    told by its latency, as the middle of a class of the width ``step`` (the least of the last class), so that it is off by
    less than half of that; ``|S_ij|`` ends at ``most``; signs and zeros are those of the oracle. The confidence (ours) is the
    mean magnitude of the answer, as a part of what a key alone would bring up of itself. The updates that a read counts
    change less than 1e-8 of a write.
    """

    takes = SpikingHebbianLinearParameters
    traits = Traits(keys=TERNARY, values=TERNARY)
    cannot: ClassVar = {
        "decay": "a pair of spikes changes a weight by a whole write, never by a part of what it is",
        "key": "a key is taken back in whole writes only; write it with the opposite of its value",
        "prune": "no neuron knows which of its synapses are small",
        "quantise": "its weights are whole numbers of writes already",
    }

    def _model(self) -> HebbianAssociator:
        p = self.parameters
        return HebbianAssociator(key=p.d_k, value=p.d_v, most=p.most, levels=p.levels, step=p.step)

    def _write(self, item: Item) -> None:
        if item.key.any() and item.value.any():  # nothing that is known, no spike
            self._running.do("write", key=lines(item.key), value=lines(item.value))

    def _read(self, query: Query) -> Recalled:
        p, known = self.parameters, int(np.count_nonzero(query.key))
        if not known:
            return Recalled(np.zeros(p.d_v), 0.0)
        answer = self._running.do("recall", key=lines(query.key))
        times, neurons = answer.spikes["out"]
        levels = p.levels + PAUSE - 2 - np.rint(times - answer.at_ms)  # below 0: those that are cleared
        size = np.zeros(p.d_v)
        for n, i in zip(levels[levels >= 0], neurons[levels >= 0] % p.d_v, strict=True):
            size[i] = p.step * n + (1.0 if n == p.levels - 1 else (p.step + 1) / 2)
        confidence = min(float(size.mean()) / known, 1.0)
        return Recalled(signs(answer.value, p.d_v) * size, confidence, 1, answer.latency_ms)

    def _state(self) -> dict[str, Array]:
        """Return S + most and most - S of each line and neuron, in the 16 bits in which boards hold them."""
        return {"w": np.rint(self._running.weights(_SYNAPSES) / UNIT).astype(np.uint16)}


class SpikingWillshawParameters(PairParameters):
    """Parameters of :class:`SpikingWillshaw`."""

    theta: Fraction = parameter(1.0, doc="the part of the active inputs that must reach an output that answers")


@final
class SpikingWillshaw(RunningLayer[SpikingWillshawParameters]):
    """Pairs of sparse binary vectors in a :class:`spikemem.models.HebbianAssociator` of binary code on ``backend``.

    The spiking form of :class:`spikemem.layers.Willshaw`. Nothing is lost; but its synapses are never switched off.
    """

    takes = SpikingWillshawParameters
    traits = Traits(keys=BINARY, values=BINARY)
    cannot: ClassVar = {
        "decay": "pairs of spikes switch its synapses on, and none off",
        "key": "pairs of spikes switch its synapses on, and none off",
        "prune": "its synapses are all equal, and none is the smallest",
        "quantise": "its synapses are of one bit already",
    }

    def _model(self) -> HebbianAssociator:
        p = self.parameters
        return HebbianAssociator(key=p.d_k, value=p.d_v, code="binary", most=1, theta=p.theta)

    def _write(self, item: Item) -> None:
        if item.key.any() and item.value.any():
            self._running.do("write", key=np.flatnonzero(item.key), value=np.flatnonzero(item.value))

    def _read(self, query: Query) -> Recalled:
        value = np.zeros(self.parameters.d_v)
        if not query.key.any():
            return Recalled(value)
        answer = self._running.do("recall", key=np.flatnonzero(query.key))
        value[sorted(answer.value)] = 1.0
        return Recalled(value, None, 1, answer.latency_ms)

    def _state(self) -> dict[str, Array]:
        """Return which synapses are on."""
        return {"W": self._running.weights(_SYNAPSES) > UNIT / 2}
