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
    NetworkBuilder,
    Neurons,
    Numbers,
    OneToOne,
    Race,
    Stimulus,
    TagAndCapture,
    Window,
    hold,
    operation,
    parameter,
    pulse,
)
from spikemem.models.counting_neurons import UNIT, neurons
from spikemem.models.line_pairs import KeyLines, LinePairs, ValueLines, opposite
from spikemem.models.three_factor_memory import accumulators, telling, told, window_of
from spikemem.rng import generator

Blocks = Annotated[Neurons, Bits("blocks")]
_STRIDE = 2
"""Steps from race to race: the winner of one is silenced in the next."""
_LEAD = 300.0
"""Half of what a :class:`Race` takes as an exponent, so that beta x score may lie as far from 0."""


def _told(model: RoutedMemory) -> Window:
    return window_of("out", model.shown_until + 2, model.levels)


class RoutedMemory(LinePairs):
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

    *Weights.* Open blocks weigh 1 each, or, with ``races`` = R > 0, as the papers have it, by the softmax of their scores:

    .. math:: \hat v = \frac{1}{R} \sum_{r=1}^R S_{b(r)} q \;\approx\; \sum_{b\ \text{open}} w_b S_b q, \qquad
        w = \mathrm{softmax}(\beta\, \text{score})

    The key is shown R times, and each time the neurons of ``choice``, one a block, race with the exponential transfer: b(r)
    wins with the chance w_b, exactly, and silences the relays of all others but the shared one. What is lost is that a sum is
    sampled: its standard deviation is that of S_b q over the blocks, by w, divided by the root of R.

    Ours are the circuit and what :class:`ThreeFactorMemory` names.
    """

    numerics: ClassVar[None] = None
    cannot: ClassVar[Mapping[str, str]] = {
        "forget": "write what is to stay to a new memory, or let writes fade a block"
    }

    blocks: int = parameter(4, ge=1, doc="matrices")
    active: int = parameter(1, ge=1, doc="blocks that the router opens, at most blocks")
    races: int = parameter(
        0, ge=0, doc="R: times that a key is shown and open blocks race for it; 0: once, all weigh 1"
    )
    beta: float = parameter(1.0, gt=0, doc="inverse temperature of the scores, in these races")
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
    def opened_at(self) -> int:
        """The step in which the blocks have opened."""
        return _STRIDE * self.active

    @property
    def shown_until(self) -> int:
        """The last step in which the key is shown in a read; the choice, if there is one, is one step before each."""
        return self.opened_at + self.races

    def build(self, net: NetworkBuilder) -> None:
        """Declare lines, router and latches, and each block with what opens and captures it."""
        d, parts = self.key, self.blocks + self.shared
        for name, size in (("in_teacher", self.value_lines), ("in_gate", 1), ("in_capture", 1)):
            net.input(name, size)
        reach = self.range * max(self.races, 1)  # that of the sum
        lines, out = net.input("in_key", 2 * d), net.population("out", self.value, accumulators(reach))
        opened = net.population("open", parts, neurons(1))
        net.connect(opened, opened, OneToOne(), weight=UNIT, delay=1.0)
        net.connect(net.input("in_open", parts), opened, OneToOne(), weight=UNIT, delay=1.0)
        net.inhibit(net.input("in_close", 1), opened, AllToAll(), weight=(parts + 3) * UNIT, delay=1.0)
        choice = self._route(net, opened)
        for b in range(parts):
            relay, capture = (
                net.population(f"relay{b}", 2 * d, neurons(2)),
                net.population(f"capture{b}", 1, neurons(2)),
            )
            net.connect(lines, relay, OneToOne(), weight=UNIT, delay=1.0)
            net.connect(opened, relay, FromList(tuple((b, j) for j in range(2 * d))), weight=UNIT, delay=1.0)
            if choice is not None and b < self.blocks:
                others = tuple((a, j) for a in range(self.blocks) if a != b for j in range(2 * d))
                net.inhibit(choice, relay, FromList(others), weight=2.0 * UNIT, delay=1.0)
            net.connect("in_capture", capture, AllToAll(), weight=UNIT, delay=1.0)
            net.connect(opened, capture, FromList(((b, 0),)), weight=UNIT, delay=1.0)
            rule = TagAndCapture(
                gate="in_gate", capture=capture, teacher="in_teacher", rate=1.0 / d, retain=self.retain
            )
            net.connect(relay, out, AllToAll(), weight=0.0, delay=1.0, synapse=rule, name=f"memory{b}")
        telling(net, out, self.value, self.levels, reach)

    def drawn(self) -> npt.NDArray[np.float64]:
        """Return R, blocks x d: what :class:`spikemem.layers.MixtureOfMemories` draws."""
        return generator(self.seed, "router").standard_normal((self.blocks, self.key))

    def _route(self, net: NetworkBuilder, opened: str) -> str | None:
        """Declare the router, which races only where it is asked: then drives are above theta, else below.

        Return the neurons that choose among open blocks, if there are any.
        """
        lines, asked = net.input("in_route", self.key_lines), net.input("in_ask", self.blocks)
        bound = float(np.abs(self.drawn()).sum(axis=1).max()) + 1.0 if self.router == "drawn" else 1e6
        router = net.population("router", self.blocks, Race(cells=self.blocks, transfer="winner", theta=bound))
        if self.router == "learned":
            net.input("in_belongs", 2 * self.blocks)
        self._score(net, lines, router, "keys")
        net.connect(asked, router, OneToOne(), weight=2.0 * bound, delay=1.0)
        wins = tuple((b, b) for b in range(self.blocks))
        net.connect(router, opened, FromList(wins), weight=UNIT, delay=1.0)
        net.inhibit(opened, router, FromList(wins), weight=4.0 * bound, delay=1.0)
        if not self.races:
            return None
        # An open block's latch alone, or the question alone, leaves a neuron a rate of e^-700.
        part = (_LEAD + 700.0) / self.beta
        race = Race(cells=self.blocks, beta=self.beta, theta=2.0 * part - _LEAD / self.beta, rate=1e6)
        choice = net.population("choice", self.blocks, race)
        self._score(net, lines, choice, "keys_of_choice")
        net.connect(opened, choice, FromList(wins), weight=part, delay=1.0)
        net.connect(net.input("in_choose", 1), choice, AllToAll(), weight=part, delay=1.0)
        return choice

    def _score(self, net: NetworkBuilder, lines: str, neurons: str, name: str) -> None:
        """Declare the synapses that bring a neuron its block's score."""
        if self.router == "learned":
            learned = TagAndCapture(gate="in_gate", teacher="in_belongs", rate=1.0 / self.key)
            net.connect(lines, neurons, AllToAll(), weight=0.0, delay=1.0, synapse=learned, name=name)
            return
        R = self.drawn().T
        excites, inhibits = (np.maximum([a * R, -a * R], 0.0).reshape(-1, self.blocks) for a in (1.0, -1.0))
        _signed(net, lines, neurons, excites, inhibits)

    @operation(spacing=2.0, from_end=True)
    def write(
        self, key: KeyLines, value: ValueLines, opened: Blocks | None = None, among: Blocks | None = None
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
        first, last = self.opened_at + min(self.races, 1), self.shown_until
        asked = self._opening(key, opened, among) + hold(last - first + 1, in_key=key).later(first)
        if self.races:
            asked += hold(self.races, in_route=key, in_choose=(0,)).later(first - 1)
        return asked + pulse(in_close=(0,)).later(last) + told(self.levels).later(last + 1)

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
