"""Spiking models of spikemem behind the interface of memory layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, final

import numpy as np

from spikemem.language import Memory
from spikemem.layers import Item, PairParameters, PatternParameters, Query, Recalled, Traits
from spikemem.layers.codes import BINARY, SIGNED, TERNARY
from spikemem.layers.cost import Array as AnyArray
from spikemem.layers.cost import Cost
from spikemem.layers.spiking.running import ROUND, RunningLayer, lines
from spikemem.models import CA3CAM, SDRNeuron, Sparsey
from spikemem.models.sparsey import Level
from spikemem.parameters import parameter

CANNOT: Mapping[str, str] = dict.fromkeys(
    ("decay", "key", "prune", "quantise"), "it is a running network, which has its own operations alone"
)
GAP_MS = 7.0
"""Between operations of the CA3 memory, beyond those that it needs: until the traces of the last have faded to a tenth."""


class CamParameters(PairParameters):
    """Parameters of :class:`Cam`: d_k cues, one memory each, and d_v content bits."""


@final
class Cam(RunningLayer[CamParameters]):
    """The CA3 memory (:class:`spikemem.models.CA3CAM`): one of d_k cues brings up the content bits of its memory, 1 or 0.

    Its state is the weights of both of its plastic projections, though that from content to cues answers no cue. As its rule
    changes the weights of a line when that spikes next, all that was written is recalled once before it is cut or rounded.
    """

    takes = CamParameters
    traits = Traits(keys=BINARY, values=BINARY)
    modes: ClassVar = {"quantise": ROUND}
    cannot: ClassVar = {way: why for way, why in CANNOT.items() if way != "quantise"}
    synapses: ClassVar = {"memory": (("cue_from_cue->content_from_cue", "weights"),)}

    def _model(self) -> Memory:
        return CA3CAM(cues=self.parameters.d_k, bits=self.parameters.d_v)

    def _reset(self) -> None:
        super()._reset()
        self._cues: dict[int, None] = {}

    def _write(self, item: Item) -> None:
        cue = int(np.argmax(item.key))
        self._running.do("learn", cue=cue, content=np.flatnonzero(item.value).tolist())
        self._running.wait(GAP_MS)
        self._cues[cue] = None

    def _settle(self) -> None:
        for cue in self._cues:
            self._running.do("recall", cue=cue)
            self._running.wait(GAP_MS)

    def _read(self, query: Query) -> Recalled:
        value = np.zeros(self.parameters.d_v)
        if not query.key.any():
            return Recalled(value)
        answer = self._running.do("recall", cue=int(np.argmax(query.key)))
        self._running.wait(GAP_MS)
        value[sorted(answer.content)] = 1.0
        return Recalled(value, answer.confidence, 1, answer.latency_ms)

    def _state(self) -> dict[str, AnyArray]:
        names = ("cue_from_cue->content_from_cue", "content_from_content->cue_from_content")
        return {name: self._running.weights(name) for name in names}


class MacrocolumnParameters(PatternParameters):
    """Parameters of :class:`Macrocolumn`; those but N are of :class:`spikemem.models.sparsey.Level` and ``Sparsey``."""

    modules: int = parameter(16, ge=1, doc="Q: competitive modules")
    cells: int = parameter(16, ge=2, doc="K: cells of a module")
    lambda_first: float = parameter(8.0, gt=0, doc="exponent of U")


@final
class Macrocolumn(RunningLayer[MacrocolumnParameters]):
    """One macrocolumn of :class:`spikemem.models.Sparsey` that sees N signs, each as two lines of which one is on.

    A cue's code brings up the pixels that it was learned with, which are the lines; where both or neither is on, there is no
    answer. A cue of which nothing is known is not shown, and brings up nothing. The state is the binary synapses onto codes and
    from codes.
    """

    takes = MacrocolumnParameters
    traits = Traits(keys=SIGNED, values=SIGNED, cues=TERNARY, auto=True)
    cannot: ClassVar = {**CANNOT, "quantise": "its synapses are of one bit already"}
    synapses: ClassVar = {
        "memory": (("level1-up->pixel", "weights"),),
        "routing": (("in_pixel-up->level1", "weights"),),
    }

    def _model(self) -> Memory:
        p = self.parameters
        level = Level(modules=p.modules, cells=p.cells, radius=4.0 * p.N, side=None)
        return Sparsey(height=1, width=2 * p.N, levels=(level,), classes=1, lambda_first=p.lambda_first)

    def _write(self, item: Item) -> None:
        self._running.do("learn", pixels=lines(item.key))

    def _read(self, query: Query) -> Recalled:
        if not query.key.any():
            return Recalled(0.0 * query.key)
        answer = self._running.do("recognise", pixels=lines(query.key))
        on = np.zeros(2 * self.parameters.N)
        on[sorted(answer.pixels)] = 1.0
        return Recalled(on[: self.parameters.N] - on[self.parameters.N :], None, 1, answer.latency_ms)

    def _state(self) -> dict[str, AnyArray]:
        names = ("in_pixel-up->level1", "level1-up->class", "level1-up->pixel")
        return {name: self._running.weights(name) > 0 for name in names}


class RecogniserParameters(PatternParameters):
    """Parameters of :class:`Recogniser`; those but N are of :class:`spikemem.models.SDRNeuron`."""

    synapses: int = parameter(20, ge=1, doc="s: synapses of a segment")
    theta: int = parameter(12, ge=1, doc="active synapses that make a segment spike")


@final
class Recogniser(RunningLayer[RecogniserParameters]):
    """A neuron with a segment for each pattern of active cells (:class:`spikemem.models.SDRNeuron`).

    It says whether a pattern is one of those: the confidence is 1 or 0, and there is no other answer. It is made with its
    patterns, so it is made anew when it is read after a write, and a write has no cost but its synapses; a pattern that it has
    gets no second segment. Its state is the
    cells that synapses come from, as whole numbers.
    """

    takes = RecogniserParameters
    traits = Traits(keys=BINARY, values=BINARY, auto=True, growing=True)
    cannot = CANNOT

    def _model(self) -> Memory:
        p = self.parameters
        return SDRNeuron(inputs=p.N, synapses=p.synapses, theta=p.theta, patterns=tuple(self._patterns))

    def _reset(self) -> None:
        self._patterns: list[tuple[int, ...]] = []
        self._known: set[tuple[int, ...]] = set()
        self._made = 0

    def _ready(self) -> None:
        """Make the neuron of all patterns, unless it is made."""
        if self._made < len(self._patterns):
            super()._reset()
            self._made = len(self._patterns)

    def _write(self, item: Item) -> None:
        pattern = tuple(np.flatnonzero(item.key).tolist())
        if pattern not in self._known:
            self._patterns.append(pattern)
            self._known.add(pattern)
            self._meter.add(Cost(weight_updates=self.parameters.synapses))

    def _read(self, query: Query) -> Recalled:
        if not self._patterns:
            return Recalled(0.0 * query.key, 0.0)
        self._ready()
        cells = np.flatnonzero(query.key).tolist()
        answer = self._running.do("recognise", pattern=cells) if cells else None
        known = answer is not None and bool(answer.neuron)
        return Recalled(query.key * known, float(known), 1, None if answer is None else answer.latency_ms)

    def _state(self) -> dict[str, AnyArray]:
        if not self._patterns:
            return {"cells": np.zeros(0, dtype=np.int64)}
        self._ready()
        return {"cells": self._running.connections("in_pattern->segments").pre}

    def _circuit(self) -> tuple[int, int]:
        if not self._patterns:
            return 1, 0
        self._ready()
        return super()._circuit()
