"""SparseyRace: a trained macrocolumn of Sparsey as races of stochastic neurons, for targets that have neurons only."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

from spikemem.errors import InvalidInput
from spikemem.ir.lowered import Connections
from spikemem.kicks import Kick, KickLaw
from spikemem.language import (
    AllToAll,
    Bits,
    Explicit,
    FromList,
    Grouped,
    Index,
    Mac,
    Memory,
    NetworkBuilder,
    Neurons,
    Numbers,
    OneToOne,
    Stimulus,
    Window,
    operation,
    parameter,
    window,
)
from spikemem.models.counting_neurons import UNIT, neurons
from spikemem.models.sparsey import Sparsey
from spikemem.rng import generator

Pixels = Annotated[Neurons, Bits("inputs")]
Draw = Annotated[Neurons, Index("draws")]
_LARGEST = 65535
"""Sums of weights are to fit into 16 bits."""


def _recalled(model: SparseyRace) -> Window:
    return window("cell", at=2.0, until=(model.inputs + 1) * model.cells + 1.0)


class SparseyRace(Memory):
    r"""A macrocolumn of Sparsey after learning (Rinkus 2010, Front. Neuroanat. 4:17), as races of neurons; the races are ours.

    Each of the Q ``modules`` is K ``cells`` with lateral inhibition: the first that fires silences the others, and itself,
    until the code is cleared. Pixels have a second input line each, active if the pixel is not, so that S = ``inputs`` lines
    are active whatever is shown. u(i) of them reach cell i by synapses that were increased: V(i) = (u(i)/S)^lambda_first.

    - ``choose`` draws a code as a mac that learns does: in a module cell i fires first with chance rho(i). Kicks come one a
      step (:class:`spikemem.kicks.KickLaw`). A kick lifts one cell; it fires if u >= need and the familiarity is >= gate.
      Kicks are drawn on the host by ``seed`` and ``draw``, without knowledge of u: what is familiar, the neurons find out.
    - ``recall`` goes by latency and nothing is drawn: the need falls from S to 0, and with each need the cells are kicked in
      their order. So a cell's time is K (S - u(i)) + i steps after the first: the greatest V wins, the first of several. A mac
      draws among those; so does this if ``draw`` is given, which draws the order of the cells.

    *Neurons* have no memory. Between steps V leaks to exp(-16) of itself and a synapse of weight w weighs w exp(16) mV, so
    that V(t) = arriving + exp(-16) V(t-1). Weights and thresholds + 1/2 are whole numbers and sums at most 2^16, so that
    less than 0.01 is left of V, which changes no decision: the margin of each is 1/2. And weights of 16 bits hold them exactly.

    - ``cell`` fires if in_pick (S + 1), gate (S + 1), need (S + 1 - need) and its u synapses add up to 3 (S + 1).
    - ``code`` are latches, one a cell: they hold the code, and silence its modules.
    - ``peak`` are copies of the cells without a race. Their need falls from S to 1; in ``best``, S latches a module, as many
      come on as the greatest u of the module: in_ramp tells them the need, and peak that a cell meets it.
    - ``gate``, one a module, gets k^lambda_first - (k - 1)^lambda_first from latch k of each module, G Q S^lambda_first in all,
      and a kick that lacks ``gate`` of its threshold.
    """

    numerics: ClassVar[None] = None

    inputs: int = parameter(9, ge=1, doc="pixels S: so many input lines are active")
    modules: int = parameter(4, ge=1, doc="Q: competitive modules")
    cells: int = parameter(4, ge=1, le=1024, doc="K: cells of a module")
    synapses: tuple[tuple[int, ...], ...] = parameter(
        (), doc="for each input line, pixels on, then off, the cells that it reaches; none: nothing was learned"
    )
    lambda_first: int = parameter(1, ge=1, doc="exponent of U")
    G_minus: float = parameter(0.1, ge=0, lt=1, doc="familiarity up to which codes are drawn uniformly")
    gamma: float = parameter(2.0, gt=0, doc="exponent of the familiarity")
    chi: float = parameter(10.0, ge=0, doc="how much familiarity favours stored codes")
    form: Literal["A", "A_outside", "2010"] = parameter("A", doc="the function psi of Mac, which must be a product")
    seed: int = parameter(1, ge=0, doc="seed of the kicks")
    draws: int = parameter(1_000_000, ge=1, doc="draws to choose from")

    @model_validator(mode="after")
    def _check(self) -> SparseyRace:
        if 2 * self.most + 1 > _LARGEST:
            raise InvalidInput(
                f"SparseyRace.lambda_first: modules * inputs^lambda_first must be <= {_LARGEST // 2}, so that sums fit into 16 "
                f"bits, got {self.modules} * {self.inputs}^{self.lambda_first}"
            )
        if len(self.synapses) not in (0, 2 * self.inputs):
            raise InvalidInput(
                f"SparseyRace.synapses: must be a list of cells for each of the 2 * inputs = {2 * self.inputs} lines, "
                f"got {len(self.synapses)}"
            )
        for line, reached in enumerate(self.synapses):
            if len(set(reached)) < len(reached) or any(not 0 <= c < self.size for c in reached):
                raise InvalidInput(
                    f"SparseyRace.synapses[{line}]: must be different cells of 0..{self.size - 1} "
                    f"(modules={self.modules}, cells={self.cells}), got {list(reached)}"
                )
        return self

    @property
    def _silence(self) -> int:
        """What keeps a cell from firing whatever arrives (a cell lacks S of it), and ends latches (K + 1 of it)."""
        return self.inputs + self.cells + 1

    @property
    def size(self) -> int:
        """The number of cells."""
        return self.modules * self.cells

    @property
    def most(self) -> int:
        """The sum s of a familiarity of 1: ``gate`` neurons get s = G * most."""
        return int(self.modules * self.inputs**self.lambda_first)

    @property
    def mac(self) -> Mac:
        """The mac whose codes the races choose."""
        return Mac(
            modules=self.modules, cells=self.cells, lambda_first=float(self.lambda_first), G_minus=self.G_minus,
            gamma=self.gamma, chi=self.chi, form=self.form,
        )  # fmt: skip

    @cached_property
    def law(self) -> KickLaw:
        """The law of the kicks."""
        return KickLaw.of(self.mac, self.inputs)

    def build(self, net: NetworkBuilder) -> None:
        """Declare the sources, the cells and their races, and how the familiarity is measured."""
        S, K, Q, kick = self.inputs, self.cells, self.modules, self.inputs + 1
        silence = self._silence * UNIT
        lines, ramp, pick = net.input("in_line", 2 * S), net.input("in_ramp", S), net.input("in_pick", self.size)
        need, gating = kick.bit_length(), (self.most + 1).bit_length()
        needs, gates, reset = net.input("in_need", Q * need), net.input("in_gate", Q * gating), net.input("in_reset", 1)
        cell, code = net.population("cell", self.size, neurons(3 * kick)), net.population("code", self.size, neurons(1))
        peak, best = net.population("peak", self.size, neurons(kick)), net.population("best", Q * S, neurons(K + 1))
        gate = net.population("gate", Q, neurons(self.most + 1))

        reached = FromList(tuple((j, i) for j, row in enumerate(self.synapses) for i in row))
        if reached.connections:
            net.connect(lines, cell, reached, weight=UNIT, delay=2.0)
            net.connect(lines, peak, reached, weight=UNIT, delay=1.0)

        net.connect(pick, cell, OneToOne(), weight=kick * UNIT, delay=2.0)
        net.connect(needs, cell, Grouped(need, K), weight=_each(Q, need, K), delay=2.0)
        net.connect(gates, gate, Grouped(gating, 1), weight=_each(Q, gating, 1), delay=1.0)
        net.connect(gate, cell, Grouped(1, K), weight=kick * UNIT, delay=1.0)
        net.connect(cell, code, OneToOne(), weight=UNIT, delay=1.0)
        for firing in (cell, code):  # in the next step, and in those after it
            net.inhibit(firing, cell, Grouped(K, K), weight=silence, delay=1.0)

        falling = [UNIT * (S + 1 - u) for u in range(1, S + 1)]
        net.connect(ramp, peak, AllToAll(), weight=_numbers(np.repeat(falling, self.size)), delay=1.0)
        seen = FromList(tuple((u, q * S + u) for u in range(S) for q in range(Q)))
        net.connect(ramp, best, seen, weight=K * UNIT, delay=2.0)
        net.connect(peak, best, Grouped(K, S), weight=UNIT, delay=1.0)
        rises = np.tile(np.diff(np.arange(S + 1) ** self.lambda_first), Q)
        net.connect(best, gate, AllToAll(), weight=_numbers(np.repeat(rises * UNIT, Q)), delay=1.0)
        for latch, weight in ((code, 1), (best, K + 1)):
            net.connect(latch, latch, OneToOne(), weight=weight * UNIT, delay=1.0)
            net.inhibit(reset, latch, AllToAll(), weight=silence, delay=1.0)

    @operation(spacing=4.0, from_end=True, answers={"code": _recalled})
    def recall(self, pixels: Pixels, draw: Draw | None = None) -> Stimulus:
        """Show pixels; of each module the cell of greatest V fires first, and alone."""
        order = np.tile(np.arange(self.cells), (self.modules, 1))
        if draw is not None:
            order = generator(self.seed, "order", draw[0]).permuted(order, axis=1)
        falling = range(self.inputs, -1, -1)
        return self._raced(pixels, [[Kick(int(i), need, 0) for need in falling for i in row] for row in order], start=0)

    @operation(spacing=4.0, from_end=True, answers={"code": window("code", at=0.0, from_end=True)})
    def choose(self, pixels: Pixels, draw: Draw) -> Stimulus:
        """Show pixels and draw a code with rho, as a macrocolumn that learns does."""
        rng = generator(self.seed, "kicks", draw[0])
        return self.race(pixels, [self.law.draw(rng) for _ in range(self.modules)])

    def race(self, pixels: Neurons, kicks: list[list[Kick]]) -> Stimulus:
        """Return what measures the familiarity of ``pixels`` and then has each module race with the ``kicks`` given for it."""
        S = self.inputs
        measured = Stimulus(
            {"in_line": self._lines(pixels, range(S)), "in_ramp": tuple((t, S - 1 - t) for t in range(S))}
        )
        return measured + self._raced(pixels, kicks, start=S + 2)

    def _lines(self, pixels: Neurons, steps: range) -> tuple[tuple[int, int], ...]:
        """Return the spikes of the input lines, held for ``steps``."""
        on = set(pixels)
        return tuple((t, p if p in on else p + self.inputs) for t in steps for p in range(self.inputs))

    def _raced(self, pixels: Neurons, races: list[list[Kick]], start: int) -> Stimulus:
        """Return the kicks of each module, one a step from ``start``, the pixels held, and what then clears the code."""
        end = start + max(len(race) for race in races)
        spikes: dict[str, list[tuple[int, int]]] = {"in_pick": [], "in_need": [], "in_gate": []}
        for q, race in enumerate(races):
            for t, kick in enumerate(race, start):
                spikes["in_pick"].append((t, q * self.cells + kick.cell))
                spikes["in_need"] += _binary(t, q, self.inputs + 1 - kick.need, self.inputs + 1)
                spikes["in_gate"] += _binary(t, q, self.most + 1 - kick.gate, self.most + 1)
        kicked = {name: tuple(sorted(of)) for name, of in spikes.items()}
        return Stimulus({"in_line": self._lines(pixels, range(start, end)), "in_reset": ((end + 2, 0),), **kicked})


def race_form(model: Sparsey, synapses: Connections, seed: int = 1) -> SparseyRace:
    """Return the race form of a trained single mac: of ``model`` with its ``synapses`` in_pixel-up->level1 as they are now.

    Raises :class:`InvalidInput` for what races do not do.
    """
    first = model.levels[0]
    if len(model.levels) > 1 or first.macs > 1:
        raise InvalidInput(
            f"race_form: Sparsey.levels must be one level of one mac, got {len(model.levels)} levels, the first of {first.macs}"
        )
    power = round(model.lambda_first)
    for name, wrong, rule, value in (
        ("opposites", not model.opposites, "True, so that as many lines are active whatever is shown", model.opposites),
        ("lambda_first", model.lambda_first != power, "a whole number", model.lambda_first),
        ("hypotheses", model.hypotheses > 0, "0: races do not count hypotheses", model.hypotheses),
        ("generative", model.generative, "False: the cells of races cannot be given", model.generative),
        ("levels[0].side", first.side is not None, "None: races have no H inputs", first.side),
        ("levels[0].persistence", first.persistence > 1, "1: a code of races lasts until it is cleared", first.persistence),
        ("levels[0].least", first.least > model.inputs, f"at most inputs = {model.inputs}", first.least),
        ("levels[0].most", (first.most or model.inputs) < model.inputs, f"at least inputs = {model.inputs}", first.most),
        ("levels[0].radius", len(model.fields(0)[0]) < model.inputs, "so large that the field is the image", first.radius),
    ):  # fmt: skip
        if wrong:
            raise InvalidInput(f"race_form: Sparsey.{name} must be {rule}, got {value}")
    most = model.rule().most
    odd = (synapses.weight != 0) & (synapses.weight != most)
    if odd.any():
        raise InvalidInput(
            f"race_form: weights must be 0 or {most}, got {synapses.weight[odd][0]:g}, of a synapse that fades"
        )
    reached: list[list[int]] = [[] for _ in range(2 * model.inputs)]
    for j, i, w in zip(synapses.pre.tolist(), synapses.post.tolist(), synapses.weight.tolist(), strict=True):
        if w:
            reached[j].append(i)
    return SparseyRace(
        inputs=model.inputs, modules=first.modules, cells=first.cells, synapses=tuple(tuple(sorted(row)) for row in reached),
        lambda_first=power, G_minus=model.G_minus, gamma=model.gamma, chi=model.chi, seed=seed,
    )  # fmt: skip


def _binary(step: int, module: int, amplitude: int, largest: int) -> list[tuple[int, int]]:
    """Return the spikes of a module's lines, of weights 1, 2, 4, ..., that add up to ``amplitude``."""
    lines = largest.bit_length()
    return [(step, module * lines + b) for b in range(lines) if amplitude >> b & 1]


def _each(modules: int, lines: int, cells: int) -> Explicit:
    """Return the weights of those lines onto the ``cells`` of their module."""
    return _numbers(np.tile(np.repeat(2.0 ** np.arange(lines), cells), modules) * UNIT)


def _numbers(weights: npt.ArrayLike) -> Explicit:
    return Explicit(Numbers(weights))
