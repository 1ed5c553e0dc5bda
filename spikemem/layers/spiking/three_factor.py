"""The spiking forms of Hebbian linear attention, the delta rules and Titans: ThreeFactorMemory behind the layers' interface."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from math import sqrt
from typing import Any, ClassVar, final

import numpy as np

from spikemem.checks import whole_number
from spikemem.ir.node import Count
from spikemem.layers.codes import TERNARY
from spikemem.layers.cost import Array
from spikemem.layers.delta import GatedDeltaParameters
from spikemem.layers.forgetting import key
from spikemem.layers.hebbian import HebbianLinearParameters
from spikemem.layers.records import Item, Mode, PairParameters, Query, Recalled, Traits
from spikemem.layers.spiking.running import RunningLayer, lines
from spikemem.layers.titans import TitansParameters
from spikemem.models import ThreeFactorMemory
from spikemem.parameters import parameter
from spikemem.recording import Answer

NO_SMALLEST = "no neuron knows which of its synapses are small"
NO_ROUNDING = "nothing in a neuron rounds its synapses"
FADES_BY_CAPTURES = "its synapses fade by a capture, by the same part each time; use 'captures'"


class ToldParameters(PairParameters):
    """How numbers are told by latency; the other parameters of a layer are its oracle's."""

    levels: Count = parameter(31, doc="steps in which an answer is told; 1: its signs alone")
    range: float = parameter(2.0, gt=0, doc="the largest number that is told")


def _captures(where: str, layer: object, amount: Any) -> int:
    return whole_number(where, amount, least=1)


def _fade(layer: ThreeFactorLayer[Any], captures: int) -> None:
    for _ in range(captures):
        layer._running.do("fade")


def _unteach(layer: ThreeFactorLayer[Any], k: Array) -> None:
    layer._write(Item(k, np.zeros(layer.parameters.d_v)))


CAPTURES = Mode("so many captures without tags: the equation with nothing to learn", _captures, _fade)
UNTEACH = Mode(
    "write the key once without a value, by which the part that a write removes of what it brings up goes",
    key,
    _unteach,
)


class ThreeFactorLayer[P: ToldParameters](RunningLayer[P]):
    """A matrix S in a network of :class:`spikemem.models.ThreeFactorMemory`. A subclass gives the numbers of its rule.

    Keys are signs, 0 being unknown, and stand for k = key/sqrt(d_k); so are values. A read is off by up to range/levels for
    numbers up to ``range``, which is what is told of greater ones.
    """

    traits = Traits(keys=TERNARY, values=TERNARY)
    synapses: ClassVar = {"memory": (("memory", "weights"),)}

    @abstractmethod
    def _model(self) -> ThreeFactorMemory:
        """Return the model, from the parameters."""

    @property
    def matrix(self) -> Array:
        """S, d_v x d_k, as the oracle has it."""
        return matrix_of(self._weights())

    def _weights(self) -> Array:
        """Return the weights of both lines of each bit, (2, d_k, d_v)."""
        return self._running.weights("memory").reshape(2, self.parameters.d_k, self.parameters.d_v)

    def _write(self, item: Item) -> None:
        shown = self._shown(item.key, item.context)
        if all(shown.values()):
            self._running.do("write", value=lines(item.value) or None, **shown)
        else:
            self._running.do("fade")

    def _read(self, query: Query) -> Recalled:
        shown = self._shown(query.key, query.context)
        if not all(shown.values()):
            return Recalled(np.zeros(self.parameters.d_v))
        answer = self._running.do("recall", **shown)
        p = self.parameters
        return Recalled(values_told(answer, p.d_v, p.levels, p.range), latency_ms=answer.latency_ms)

    def _shown(self, k: Array, context: Array | None) -> dict[str, list[int]]:
        """Return the lines that are shown; where one list is empty nothing is known."""
        return {"key": lines(k)}

    def _state(self) -> dict[str, Array]:
        return {"w": self._weights()}


def matrix_of(weights: Array) -> Array:
    """Return S, ... x d_v x d_k, of the weights of both lines of each bit, ... x 2 x d_k x d_v."""
    on, off = weights[..., 0, :, :], weights[..., 1, :, :]
    matrix: Array = sqrt(weights.shape[-2]) / 2 * (on - off).swapaxes(-1, -2)
    return matrix


def values_told(answer: Answer, size: int, levels: int, reach: float) -> Array:
    """Return the numbers that the latencies of ``out`` tell: reach (1 - 2 n/levels) of a neuron that fires in step n."""
    times, neurons = answer.spikes["out"]
    last = np.rint(times).max(initial=0.0)  # then all are cleared
    steps, before = np.full(size, levels), (times < last) & (times >= last - levels)
    steps[neurons[before]] = np.rint(times[before]) - (last - levels)
    return reach * (1.0 - 2.0 * steps / levels)


class ThreeFactorHebbianParameters(HebbianLinearParameters, ToldParameters):
    """Parameters of :class:`ThreeFactorHebbian`."""


@final
class ThreeFactorHebbian(ThreeFactorLayer[ThreeFactorHebbianParameters]):
    """The spiking form of :class:`spikemem.layers.HebbianLinear` with decay: every write teaches, whatever is stored."""

    takes = ThreeFactorHebbianParameters
    modes: ClassVar = {"captures": CAPTURES}
    cannot: ClassVar[Mapping[str, str]] = {
        "decay": FADES_BY_CAPTURES,
        "key": "nothing in its rule takes up what a key brings up; the delta rule's does",
        "prune": NO_SMALLEST,
        "quantise": NO_ROUNDING,
    }

    def _model(self) -> ThreeFactorMemory:
        p = self.parameters
        return ThreeFactorMemory(key=p.d_k, value=p.d_v, retain=p.decay, levels=p.levels, range=p.range)


class ThreeFactorDeltaParameters(GatedDeltaParameters, ToldParameters):
    """Parameters of :class:`ThreeFactorDelta`; beta must be above 0."""


@final
class ThreeFactorDelta(ThreeFactorLayer[ThreeFactorDeltaParameters]):
    """The spiking form of :class:`spikemem.layers.GatedDelta`: a write teaches what its key does not bring up yet.

    Replayed until it rests (:meth:`consolidate`), it answers as ridge regression does in the limit lambda = 0.
    """

    takes = ThreeFactorDeltaParameters
    modes: ClassVar = {"captures": CAPTURES, "key": UNTEACH}
    cannot: ClassVar[Mapping[str, str]] = {"decay": FADES_BY_CAPTURES, "prune": NO_SMALLEST, "quantise": NO_ROUNDING}

    def _model(self) -> ThreeFactorMemory:
        p = self.parameters
        return ThreeFactorMemory(
            key=p.d_k, value=p.d_v, rate=p.beta, prediction=p.alpha, retain=p.alpha, levels=p.levels, range=p.range
        )


class ThreeFactorTitansParameters(TitansParameters, ToldParameters):
    """Parameters of :class:`ThreeFactorTitans`; theta must be above 0, eta below 1."""


@final
class ThreeFactorTitans(ThreeFactorLayer[ThreeFactorTitansParameters]):
    """The spiking form of :class:`spikemem.layers.Titans`: M is ``matrix`` here, and the momentum are the tags."""

    takes = ThreeFactorTitansParameters
    modes: ClassVar = {"captures": CAPTURES, "key": UNTEACH}
    cannot: ClassVar[Mapping[str, str]] = {"decay": FADES_BY_CAPTURES, "prune": NO_SMALLEST, "quantise": NO_ROUNDING}

    synapses: ClassVar = {"memory": (("memory", "weights"), ("memory", "tags"))}

    @property
    def momentum(self) -> Array:
        """What a write left of the momentum for the next one: eta S of the oracle, d_v x d_k, as the tags have it."""
        return matrix_of(self._tags())

    def _tags(self) -> Array:
        """Return the tags of the lines of each bit, (2, d_k, d_v)."""
        return self._running.synaptic("memory", "tags").reshape(2, self.parameters.d_k, self.parameters.d_v)

    def _state(self) -> dict[str, Array]:
        return {"w": self._weights(), "tags": self._tags()}

    def _model(self) -> ThreeFactorMemory:
        p = self.parameters
        return ThreeFactorMemory(
            key=p.d_k, value=p.d_v, rate=p.theta, prediction=1.0, momentum=p.eta, retain=1.0 - p.alpha, levels=p.levels,
            range=p.range,
        )  # fmt: skip
