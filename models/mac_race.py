"""MacRace: a trained mac of Sparsey as threshold neurons that race, for targets whose neurons do nothing but spike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

from spikemem.errors import InvalidInput
from spikemem.language import (
    AllToAll,
    Bits,
    FromList,
    IF_curr_delta,
    Index,
    Mac,
    Memory,
    NetworkBuilder,
    Neurons,
    OneToOne,
    Stimulus,
    Threshold,
    operation,
    parameter,
    pulse,
    window,
)
from spikemem.models.sparsey import Sparsey
from spikemem.rng import generator

PERIOD = 8
"""Steps from kick to kick: in these a cell's spike silences its module, and what is left of a kick leaks away."""
NEURON = IF_curr_delta(cm=1.0, tau_m=0.5, tau_refrac=1.0, v_rest=-65.0, v_reset=-65.0, v_thresh=-50.0)
"""All neurons: of what arrives, exp(-16) is left when the next arrives."""

Lines = Annotated[Neurons, Bits("lines")]
Familiarity = Annotated[Neurons, Index("levels")]
Draw = Annotated[Neurons, Index("draws")]


class MacRace(Memory):
    r"""A mac whose synapses are given, as a race of threshold neurons (mac: Rinkus 2010, Front. Neuroanat. 4:17; race: ours).

    Of the input ``lines``, ``active`` (S) fire at a time. A cell is an IF_curr_delta neuron without memory to speak of, which
    the u active lines that are joined to it do not fire alone: it fires if a *kick* a, an input to all or to this cell, arrives
    with them and u + a >= S + 1. The first of a module to fire starts its latch, a neuron that fires itself on and keeps the
    module silent. So a module has the winner that is the first to fire.

    - ``recall``: kicks a = 1, 2, ... to all cells, one a period. So a cell's latency tells its match, u = S + 1 - a, and the
      best match wins; those that are equally good win together, of which a mac draws one. The first spikes of the modules also
      tell the familiarity: M = sum_q max u, G = M/(Q S).
    - ``choose``: kicks to cells drawn uniformly in their module, one a period and module, of a = S + 1 - r, where r is drawn so
      that

      .. math:: P(r \le u) = \psi(V(u), G) / \psi(1, G), \qquad V(u) = u/S

      A kick at cell i fires it with probability psi_i/psi(1, G), so the first cell to fire is i with probability
      rho_i = psi_i / sum_k psi_k, exactly. A kick of r = 0 fires its cell for certain and is the last; a kick is left out if an
      earlier one to the same cell, of no higher r, decides what it would. The ``familiarity`` M, which sets psi, is given
      from outside, as by a neuromodulator, once ``recall`` has told it; ``draw`` names the kicks, which ``seed`` and it draw.

    psi is that of :class:`spikemem.ir.Mac`, form A.
    """

    numerics: ClassVar[None] = None

    modules: int = parameter(4, ge=1, doc="modules Q")
    cells: int = parameter(4, ge=2, doc="cells K of a module")
    lines: int = parameter(16, ge=1, doc="input lines")
    active: int = parameter(8, ge=1, doc="lines S that fire at a time")
    joined: tuple[tuple[int, int], ...] = parameter((), doc="(line, cell) pairs whose synapse is on")
    G_minus: float = parameter(0.1, ge=0, lt=1, doc="familiarity up to which codes are drawn uniformly")
    gamma: float = parameter(2.0, gt=0, doc="exponent of the familiarity")
    chi: float = parameter(100.0, ge=0, doc="how much familiarity favours stored codes")
    seed: int = parameter(1, ge=0, doc="seed of the kicks")
    draws: int = parameter(1_000_000, ge=1, doc="kicks that can be named")

    @model_validator(mode="after")
    def _check(self) -> MacRace:
        if self.active > self.lines:
            raise InvalidInput(f"MacRace.active: must be <= lines = {self.lines}, got {self.active}")
        size = self.modules * self.cells
        for line, cell in self.joined:
            if not (0 <= line < self.lines and 0 <= cell < size):
                raise InvalidInput(
                    f"MacRace.joined: pairs must be of lines 0..{self.lines - 1} and cells 0..{size - 1}, got ({line}, {cell})"
                )
        if len(set(self.joined)) < len(self.joined):
            raise InvalidInput("MacRace.joined: a pair is given twice; synapses are on or off")
        return self

    @property
    def levels(self) -> int:
        """Values of the familiarity: 0 to modules x active."""
        return self.modules * self.active + 1

    @property
    def mac(self) -> Mac:
        """The mac whose psi this is."""
        return Mac(modules=self.modules, cells=self.cells, G_minus=self.G_minus, gamma=self.gamma, chi=self.chi)

    def passing(self, familiarity: int) -> npt.NDArray[np.float64]:
        """Return P(r <= u), the chance that a kick fires a cell of match u, for u = 0 to S, at a familiarity M."""
        mac, G = self.mac, familiarity / (self.modules * self.active)
        psi = np.array([mac.psi(u / self.active, G) for u in range(self.active + 1)])
        passing: npt.NDArray[np.float64] = psi / psi[-1]
        return passing

    def build(self, net: NetworkBuilder) -> None:
        """Declare lines, cells, latches, and where kicks come from: lines of weights 1, 2, 4, ..."""
        size, unit = self.modules * self.cells, 1.0 / (self.active + 0.5)
        line = net.input("in_line", self.lines)
        cell = net.population("cell", size, NEURON)
        latch = net.population("latch", size, NEURON)
        net.connect(line, cell, FromList(self.joined), weight=Threshold(unit), delay=2.0)
        for bit in range(self.bits):
            ramp, kick = net.input(f"in_ramp{bit}", 1), net.input(f"in_kick{bit}", size)
            net.connect(ramp, cell, AllToAll(), weight=Threshold(unit * (1 << bit)), delay=2.0)
            net.connect(kick, cell, OneToOne(), weight=Threshold(unit * (1 << bit)), delay=2.0)
        net.connect(cell, latch, OneToOne(), weight=Threshold(2.0), delay=2.0)
        net.connect(latch, latch, OneToOne(), weight=Threshold(2.0), delay=float(PERIOD))
        module = range(self.cells)
        within = tuple(
            (q * self.cells + i, q * self.cells + j) for q, i, j in product(range(self.modules), module, module)
        )
        net.inhibit(latch, cell, FromList(within), weight=Threshold(2.0), delay=float(PERIOD - 2))
        net.inhibit(net.input("in_end", 1), latch, AllToAll(), weight=Threshold(4.0), delay=float(PERIOD + 1))

    @property
    def bits(self) -> int:
        """Lines of a kick."""
        return (self.active + 1).bit_length()

    @operation(spacing=2.0 * PERIOD, from_end=True, answers={"code": window("latch", at=1.0, from_end=True)})
    def recall(self, lines: Lines) -> Stimulus:
        """Show the input once a period, with kicks that grow by one, until any cell would fire."""
        kicks = [pulse(**{f"in_ramp{b}": (0,) for b in self._on(a)}) for a in range(1, self.active + 2)]
        return self._raced(lines, kicks)

    @operation(spacing=2.0 * PERIOD, from_end=True, answers={"code": window("latch", at=1.0, from_end=True)})
    def choose(self, lines: Lines, familiarity: Familiarity, draw: Draw) -> Stimulus:
        """Show the input once a period, with the next kick of each module."""
        rows = [self.kicks(familiarity[0], draw[0], q) for q in range(self.modules)]
        kicks = []
        for stage in range(max(len(row) for row in rows)):
            fired: dict[str, list[int]] = {}
            for row in rows:
                for cell, r in row[stage : stage + 1]:
                    for bit in self._on(self.active + 1 - r):
                        fired.setdefault(f"in_kick{bit}", []).append(cell)
            kicks.append(pulse(**fired))
        return self._raced(lines, kicks)

    def kicks(self, familiarity: int, draw: int, module: int) -> list[tuple[int, int]]:
        """Return the kicks of a module, (cell, r) in their order: those that may decide the race."""
        rng, passing = generator(self.seed, "kicks", draw, module), self.passing(familiarity)
        least = dict.fromkeys(range(self.cells), self.active + 1)
        found: list[tuple[int, int]] = []
        while not found or found[-1][1] > 0:
            cell, r = int(rng.integers(self.cells)), int(np.searchsorted(passing, rng.random(), side="right"))
            if r < least[cell]:
                least[cell] = r
                found.append((module * self.cells + cell, r))
        return found

    def _on(self, amount: int) -> list[int]:
        return [bit for bit in range(self.bits) if amount >> bit & 1]

    def _raced(self, lines: Iterable[int], kicks: Sequence[Stimulus]) -> Stimulus:
        """Return all stages, and the pulse that ends the latches once they have told the answer."""
        shown = pulse(in_end=(0,)).later(PERIOD * len(kicks) + 3)
        for stage, kick in enumerate(kicks):
            shown += (pulse(in_line=lines) + kick).later(PERIOD * stage)
        return shown


def race_form(model: Sparsey, joined: Iterable[tuple[int, int]], seed: int = 1) -> MacRace:
    """Return the race form of a trained memory of a single mac; ``joined`` are the (line, cell) pairs that it has learned.

    Raises :class:`InvalidInput` for a memory whose V, or whose choice, threshold neurons cannot have: see the sentences.
    """
    level = model.levels[0]
    refused = {
        "levels": (len(model.levels) > 1, "one level", f"{len(model.levels)}"),
        "macs": (level.macs > 1, "one mac", f"{level.macs}"),
        "opposites": (not model.opposites, "True, so that every input has as many active lines", "False"),
        "side": (level.side is not None, "None, since V must be of input from below alone", f"{level.side}"),
        "lambda_first": (model.lambda_first != 1.0, "1, so that G is told by a sum", f"{model.lambda_first:g}"),
        "persistence": (level.persistence > 1, "1, since races have no memory", f"{level.persistence}"),
        "hypotheses": (model.hypotheses > 0, "0, since a race has one winner", f"{model.hypotheses}"),
        "fade_after": (model.fade_after is not None, "None, since synapses are given", f"{model.fade_after}"),
    }
    for name, (wrong, wanted, got) in refused.items():
        if wrong:
            raise InvalidInput(f"race_form: {name} must be {wanted}, got {got}")
    return MacRace(
        modules=level.modules, cells=level.cells, lines=2 * model.inputs, active=model.inputs, joined=tuple(sorted(joined)),
        G_minus=model.G_minus, gamma=model.gamma, chi=model.chi, seed=seed,
    )  # fmt: skip
