"""Spiking models of spikemem behind the interface of memory layers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, final

import numpy as np

import spikemem
from spikemem.experiments.memories.items import Array
from spikemem.language import Memory
from spikemem.layers import Item, MemoryLayer, PairParameters, PatternParameters, Query, Recalled, Traits
from spikemem.layers.codes import BINARY, SIGNED, TERNARY
from spikemem.layers.cost import Array as AnyArray
from spikemem.layers.cost import Cost
from spikemem.memory import LiveMemory
from spikemem.models import CA3CAM, SDRNeuron, Sparsey
from spikemem.models.sparsey import Level
from spikemem.parameters import parameter

GAP_MS = 7.0
"""Between operations of the CA3 memory, beyond those that it needs: until the traces of the last have faded to a tenth."""


class RunningModel[P: PairParameters | PatternParameters](MemoryLayer[P]):
    """A layer that is a live memory of a model on ``backend``. A subclass says which, and how it is written and read."""

    modes: ClassVar[Mapping[str, Any]] = {}
    cannot: ClassVar = dict.fromkeys(
        ("decay", "key", "prune", "quantise"), "it is a running network, which has its own operations alone"
    )

    def __init__(self, parameters: P, seed: int = 1, backend: str = "numba") -> None:
        self._backend = backend
        super().__init__(parameters, seed)

    @abstractmethod
    def _model(self) -> Memory:
        """Return the model."""

    def _reset(self) -> None:
        self._memory: LiveMemory = spikemem.open(self._model(), backend=self._backend, seed=self._seed)

    def _did(self, name: str, **arguments: Any) -> Any:
        """Do an operation, count what it took, and return its answer."""
        answer = self._memory.operate(name, **arguments)
        took = answer.cost
        self._meter.add(Cost(sops=took.synaptic_events, spikes=took.spikes, weight_updates=took.weight_updates))
        return answer

    def _parts(self) -> dict[str, list[AnyArray]]:
        return {}

    def _circuit(self) -> tuple[int, int]:
        network = self._memory.model.network()
        neurons = sum(p.size for p in network.populations if not p.name.startswith("in_"))
        return neurons, sum(self._memory.weights(p.name).pre.size for p in network.projections)


class CamParameters(PairParameters):
    """Parameters of :class:`Cam`: d_k cues, one memory each, and d_v content bits."""


@final
class Cam(RunningModel[CamParameters]):
    """The CA3 memory (:class:`spikemem.models.CA3CAM`): one of d_k cues brings up the content bits of its memory, 1 or 0.

    Its state is the weights of both of its plastic projections, though that from content to cues answers no cue.
    """

    takes = CamParameters
    traits = Traits(keys=BINARY, values=BINARY)

    def _model(self) -> Memory:
        return CA3CAM(cues=self.parameters.d_k, bits=self.parameters.d_v)

    def _write(self, item: Item) -> None:
        self._did("learn", cue=int(np.argmax(item.key)), content=np.flatnonzero(item.value).tolist())
        self._memory.wait(GAP_MS)

    def _read(self, query: Query) -> Recalled:
        value = np.zeros(self.parameters.d_v)
        if not query.key.any():
            return Recalled(value)
        answer = self._did("recall", cue=int(np.argmax(query.key)))
        self._memory.wait(GAP_MS)
        value[sorted(answer.content)] = 1.0
        return Recalled(value, answer.confidence, 1, answer.latency_ms)

    def _state(self) -> dict[str, AnyArray]:
        names = ("cue_from_cue->content_from_cue", "content_from_content->cue_from_content")
        return {name: self._memory.weights(name).weight for name in names}


class MacrocolumnParameters(PatternParameters):
    """Parameters of :class:`Macrocolumn`; those but N are of :class:`spikemem.models.sparsey.Level` and ``Sparsey``."""

    modules: int = parameter(16, ge=1, doc="Q: competitive modules")
    cells: int = parameter(16, ge=2, doc="K: cells of a module")
    lambda_first: float = parameter(8.0, gt=0, doc="exponent of U")


@final
class Macrocolumn(RunningModel[MacrocolumnParameters]):
    """One macrocolumn of :class:`spikemem.models.Sparsey` that sees N signs, each as two lines of which one is on.

    A cue's code brings up the pixels that it was learned with, which are the lines; where both or neither is on, there is no
    answer. Its state is the binary synapses onto codes and from codes.
    """

    takes = MacrocolumnParameters
    traits = Traits(keys=SIGNED, values=SIGNED, cues=TERNARY, auto=True)

    def _model(self) -> Memory:
        p = self.parameters
        level = Level(modules=p.modules, cells=p.cells, radius=4.0 * p.N, side=None)
        return Sparsey(height=1, width=2 * p.N, levels=(level,), classes=1, lambda_first=p.lambda_first)

    def _write(self, item: Item) -> None:
        self._did("learn", pixels=lines(item.key))

    def _read(self, query: Query) -> Recalled:
        answer = self._did("recognise", pixels=lines(query.key))
        on = np.zeros(2 * self.parameters.N)
        on[sorted(answer.pixels)] = 1.0
        return Recalled(on[: self.parameters.N] - on[self.parameters.N :], None, 1, answer.latency_ms)

    def _state(self) -> dict[str, AnyArray]:
        names = ("in_pixel-up->level1", "level1-up->class", "level1-up->pixel")
        return {name: self._memory.weights(name).weight > 0 for name in names}


class RecogniserParameters(PatternParameters):
    """Parameters of :class:`Recogniser`; those but N are of :class:`spikemem.models.SDRNeuron`."""

    synapses: int = parameter(20, ge=1, doc="s: synapses of a segment")
    theta: int = parameter(12, ge=1, doc="active synapses that make a segment spike")


@final
class Recogniser(RunningModel[RecogniserParameters]):
    """A neuron with a segment for each pattern of active cells (:class:`spikemem.models.SDRNeuron`).

    It says whether a pattern is one of those: the confidence is 1 or 0, and there is no other answer. It is made with its
    patterns, so it is made anew when it is read after a write, and a write has no cost but its synapses. Its state is the
    cells that synapses come from, as whole numbers.
    """

    takes = RecogniserParameters
    traits = Traits(keys=BINARY, values=BINARY, auto=True, growing=True)

    def _model(self) -> Memory:
        p = self.parameters
        return SDRNeuron(inputs=p.N, synapses=p.synapses, theta=p.theta, patterns=tuple(self._patterns))

    def _reset(self) -> None:
        self._patterns: list[tuple[int, ...]] = []
        self._made = 0

    def _ready(self) -> None:
        """Make the neuron of all patterns, unless it is made."""
        if self._made < len(self._patterns):
            super()._reset()
            self._made = len(self._patterns)

    def _write(self, item: Item) -> None:
        self._patterns.append(tuple(np.flatnonzero(item.key).tolist()))
        self._meter.add(Cost(weight_updates=self.parameters.synapses))

    def _read(self, query: Query) -> Recalled:
        if not self._patterns:
            return Recalled(0.0 * query.key, 0.0)
        self._ready()
        cells = np.flatnonzero(query.key).tolist()
        answer = self._did("recognise", pattern=cells) if cells else None
        known = answer is not None and bool(answer.neuron)
        return Recalled(query.key * known, float(known), 1, None if answer is None else answer.latency_ms)

    def _state(self) -> dict[str, AnyArray]:
        if not self._patterns:
            return {"cells": np.zeros(0, dtype=np.int64)}
        self._ready()
        return {"cells": self._memory.weights("in_pattern->segments").pre}

    def _circuit(self) -> tuple[int, int]:
        if not self._patterns:
            return 1, 0
        self._ready()
        return super()._circuit()


def lines(signs: Array) -> list[int]:
    """Return which of two lines a sign are on: i for +1, N + i for -1, neither for 0.

    >>> lines(np.array([1.0, -1.0, 0.0]))
    [0, 4]
    """
    return np.flatnonzero(np.concatenate([signs > 0, signs < 0])).tolist()
