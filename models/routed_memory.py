"""RoutedMemory: several matrices, of which those are written and read that a router's race, or the one who asks, opens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

from spikemem.errors import InvalidInput
from spikemem.language import (
    AllToAll,
    Bits,
    Explicit,
    FromList,
    FromMatrix,
    Memory,
    NetworkBuilder,
    Neurons,
    Numbers,
    OneToOne,
    Race,
    Stimulus,
    TagAndCapture,
    Window,
    operation,
    parameter,
    pulse,
)
from spikemem.models.counting_neurons import UNIT, neurons
from spikemem.models.hebbian_associator import opposite
from spikemem.models.three_factor_memory import accumulators, telling, told, window_of
from spikemem.rng import generator

KeyLines = Annotated[Neurons, Bits("key_lines")]
TaughtLines = Annotated[Neurons, Bits("taught_lines")]
Blocks = Annotated[Neurons, Bits("blocks")]
_STRIDE = 2
"""Steps from race to race: the winner of one is silenced in the next."""


def _told(model: RoutedMemory) -> Window:
    return window_of("out", model.opened_at + 2, model.levels)


class RoutedMemory(Memory):
    r"""Blocks, each a matrix S_b of Hebbian synapses onto the same accumulators; only open blocks are written and read.

    Lines, signs, k = s/sqrt(d), errors and latencies are those of :class:`ThreeFactorMemory`:

    .. math:: S_b \leftarrow \gamma S_b + v k^T \ \text{for open}\ b, \qquad \hat v = \sum_{b\ \text{open}} S_b q

    with gamma = ``retain``. *Routing.* A neuron of the router stands for a block and gets its score: R_b s, R drawn from normal
    numbers by ``seed`` and split into excitatory and inhibitory synapses (``router`` drawn; Mixture of memories, Du et al.
    2025, arXiv:2502.13685, where R is learned), or s . u_b, u_b the sum of the keys that were written to the block (learned, by
    :class:`TagAndCapture`; Memory caching, Behrouz et al. 2026, arXiv:2602.24281, whose u is the mean: the same order where
    blocks hold equally many). Those that are asked compete as :class:`Race` cells: the greatest score fires, and its latch in
    ``open`` keeps the block open and silences its neuron in the next of ``active`` races. Or blocks are opened by whoever asks.

    *Blocks.* ``relay`` b are coincidence neurons of a line and of latch b; from them come the synapses of the block, so that
    nothing reaches a closed one, and a capture reaches only those of open ones. All latches are silenced at the end.
    ``shared``: one more block is open always.

    Lost are the weights of the softmax by which the papers add several open blocks: here all weigh 1, which is exact for one
    open block, and in caching for beta = 0. Ours are the circuit and what :class:`ThreeFactorMemory` names.
    """

    numerics: ClassVar[None] = None
    cannot: ClassVar[Mapping[str, str]] = {
        "forget": "write what is to stay to a new memory, or let writes fade a block"
    }

    blocks: int = parameter(4, ge=1, doc="matrices")
    active: int = parameter(1, ge=1, doc="blocks that the router opens, at most blocks")
    key: int = parameter(32, ge=1, doc="bits of a key: d")
    value: int = parameter(32, ge=1, doc="bits of a value")
    router: Literal["drawn", "learned"] = parameter("drawn", doc="how the router knows its scores")
    shared: bool = parameter(False, doc="whether one more block takes part in everything")
    retain: float = parameter(1.0, ge=0, le=1, doc="gamma: the part of an open block that a write leaves")
    levels: int = parameter(31, ge=1, doc="steps in which an answer is told")
    range: float = parameter(2.0, gt=0, doc="the largest number that is told")
    seed: int = parameter(1, ge=0, doc="seed of the drawn router")

    @model_validator(mode="after")
    def _check(self) -> RoutedMemory:
        if self.active > self.blocks:
            raise InvalidInput(f"RoutedMemory.active: must be <= blocks = {self.blocks}, got {self.active}")
        return self

    @property
    def key_lines(self) -> int:
        """Lines of a key."""
        return 2 * self.key

    @property
    def taught_lines(self) -> int:
        """Lines of the teacher: value + i says that bit i is -1."""
        return 2 * self.value

    @property
    def opened_at(self) -> int:
        """The step in which the blocks have opened."""
        return _STRIDE * self.active

    def build(self, net: NetworkBuilder) -> None:
        """Declare lines, router and latches, and each block with what opens and captures it."""
        d, parts = self.key, self.blocks + self.shared
        for name, size in (("in_teacher", self.taught_lines), ("in_gate", 1), ("in_capture", 1)):
            net.input(name, size)
        lines, out = net.input("in_key", 2 * d), net.population("out", self.value, accumulators(self.range))
        opened = net.population("open", parts, neurons(1))
        net.connect(opened, opened, OneToOne(), weight=UNIT, delay=1.0)
        net.connect(net.input("in_open", parts), opened, OneToOne(), weight=UNIT, delay=1.0)
        net.inhibit(net.input("in_close", 1), opened, AllToAll(), weight=(parts + 3) * UNIT, delay=1.0)
        self._route(net, opened)
        for b in range(parts):
            relay, capture = (
                net.population(f"relay{b}", 2 * d, neurons(2)),
                net.population(f"capture{b}", 1, neurons(2)),
            )
            net.connect(lines, relay, OneToOne(), weight=UNIT, delay=1.0)
            net.connect(opened, relay, FromList(tuple((b, j) for j in range(2 * d))), weight=UNIT, delay=1.0)
            net.connect("in_capture", capture, AllToAll(), weight=UNIT, delay=1.0)
            net.connect(opened, capture, FromList(((b, 0),)), weight=UNIT, delay=1.0)
            rule = TagAndCapture(
                gate="in_gate", capture=capture, teacher="in_teacher", rate=1.0 / d, retain=self.retain
            )
            net.connect(relay, out, AllToAll(), weight=0.0, delay=1.0, synapse=rule, name=f"memory{b}")
        telling(net, out, self.value, self.levels, self.range)

    def drawn(self) -> npt.NDArray[np.float64]:
        """Return R, blocks x d: what :class:`spikemem.layers.MixtureOfMemories` draws."""
        return generator(self.seed, "router").standard_normal((self.blocks, self.key))

    def _route(self, net: NetworkBuilder, opened: str) -> None:
        """Declare the router, which races only where it is asked: then drives are above theta, else below."""
        lines, asked = net.input("in_route", self.key_lines), net.input("in_ask", self.blocks)
        R = self.drawn().T
        bound = float(np.abs(R).sum(axis=0).max()) + 1.0 if self.router == "drawn" else 1e6
        router = net.population("router", self.blocks, Race(cells=self.blocks, transfer="winner", theta=bound))
        if self.router == "drawn":
            excites, inhibits = np.maximum([R, -R], 0.0).reshape(-1, self.blocks), np.maximum([-R, R], 0.0)
            _signed(net, lines, router, excites, inhibits.reshape(-1, self.blocks))
        else:
            net.input("in_belongs", 2 * self.blocks)
            learned = TagAndCapture(gate="in_gate", teacher="in_belongs", rate=1.0 / self.key)
            net.connect(lines, router, AllToAll(), weight=0.0, delay=1.0, synapse=learned, name="keys")
        net.connect(asked, router, OneToOne(), weight=2.0 * bound, delay=1.0)
        wins = tuple((b, b) for b in range(self.blocks))
        net.connect(router, opened, FromList(wins), weight=UNIT, delay=1.0)
        net.inhibit(opened, router, FromList(wins), weight=4.0 * bound, delay=1.0)

    @operation(spacing=2.0, from_end=True)
    def write(
        self, key: KeyLines, value: TaughtLines, opened: Blocks | None = None, among: Blocks | None = None
    ) -> Stimulus:
        """Open blocks, those given or the best of those ``among`` (None: all), and teach there.

        A learned router learns the key for blocks that are given.
        """
        at = self.opened_at
        off = opposite("RoutedMemory.write: key", key, self.key)
        against = opposite("RoutedMemory.write: value", value, self.value)
        shown = pulse(in_key=key) + pulse(in_key=off).later(1)
        taught = pulse(in_teacher=value, in_gate=(0,)) + pulse(in_teacher=against, in_gate=(0,)).later(1)
        stimulus = self._opening(key, opened, among) + shown.later(at) + taught.later(at + 2)
        if self.router == "learned" and opened is not None:
            belongs = pulse(in_belongs=opened) + pulse(in_belongs=[b + self.blocks for b in opened]).later(1)
            routed = pulse(in_route=key) + pulse(in_route=off).later(1)
            stimulus += routed.later(at + 1) + belongs.later(at + 2)
        return stimulus + pulse(in_capture=(0,), in_close=(0,)).later(at + 2) + pulse(in_clear=(0,)).later(at + 3)

    @operation(spacing=2.0, from_end=True, answers={"value": _told})
    def recall(self, key: KeyLines, opened: Blocks | None = None, among: Blocks | None = None) -> Stimulus:
        """Open blocks as for writing, and have told what the key brings up there."""
        opposite("RoutedMemory.recall: key", key, self.key)
        at = self.opened_at
        asked = self._opening(key, opened, among) + pulse(in_key=key, in_close=(0,)).later(at)
        return asked + told(self.levels).later(at + 1)

    def _opening(self, key: Neurons, opened: Neurons | None, among: Neurons | None) -> Stimulus:
        """Return what has the blocks open in step ``opened_at``: races, or those given."""
        always = (self.blocks,) if self.shared else ()
        given = pulse(in_open=(*(opened or ()), *always)).later(self.opened_at - 1)
        if opened is not None:
            return given
        asked = range(self.blocks) if among is None else among
        for race in range(min(self.active, len(asked))):
            given += pulse(in_route=key, in_ask=asked).later(_STRIDE * race)
        return given


def _signed(
    net: NetworkBuilder, pre: str, post: str, excites: npt.NDArray[np.float64], inhibits: npt.NDArray[np.float64]
) -> None:
    """Declare signed weights, pre by post, as two projections."""
    for receptor, weights in (("excitatory", excites), ("inhibitory", inhibits)):
        pairs, explicit = FromMatrix(Numbers((weights > 0).astype(float))), Explicit(Numbers(weights[weights > 0]))
        if receptor == "excitatory":
            net.connect(pre, post, pairs, weight=explicit, delay=1.0)
        else:
            net.inhibit(pre, post, pairs, weight=explicit, delay=1.0)
