"""SpikingTemporalMemory: sequences learned by cells whose dendrites predict, as published."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, log
from typing import Annotated, ClassVar

import numpy as np
from pydantic import model_validator

from spikemem.errors import InvalidInput
from spikemem.ir.numerics import Numerics
from spikemem.language import (
    AllToAll,
    AlphaDendrite,
    FixedNumberPre,
    Grouped,
    IF_curr_exp,
    Index,
    Memory,
    NetworkBuilder,
    Neurons,
    PermanenceSTDP,
    Sequence,
    Stimulus,
    Uniform,
    Window,
    operation,
    parameter,
    pulse,
    window,
)
from spikemem.recording import Answer

_REST = {"cm": 0.25, "v_rest": 0.0, "v_reset": 0.0, "tau_syn_I": 1.0}
E_CELL = IF_curr_exp(tau_m=10.0, tau_refrac=10.0, v_thresh=20.0, tau_syn_E=2.0, **_REST)
I_CELL = IF_curr_exp(tau_m=5.0, tau_refrac=2.0, v_thresh=15.0, tau_syn_E=0.5, **_REST)
DENDRITE = AlphaDendrite(theta=0.059, tau_syn=5.0, plateau=60.0, current=0.2)
COINCIDENT = 5
"""So many coincident mature synapses bring a dendrite to 1.1 times its threshold."""
P_INITIAL = 8.0
"""Permanences are drawn from 0 to this."""
Z_TARGET = 1.58
"""Trace of a cell's dendritic spikes that homeostasis aims at: 1/(1 - 1/e), that of one in each tau_h."""
PAUSE = 100.0
"""Time (ms) from the last element of a sequence to what comes next."""
GAIN, GAIN_EVERY, GAIN_LEAD = 15.0, 10, 300
"""During a replay: depolarisation of all cells (mV), steps between the spikes that make it, steps before the first letter."""

Elements = Annotated[Neurons, Sequence("letters")]


def psp_weight(peak: float, cell: IF_curr_exp, tau_syn: float) -> float:
    """Return the weight (nA) of which one spike moves ``cell`` at rest by ``peak`` mV; ``tau_syn`` (ms) is below tau_m.

    >>> round(psp_weight(22.0, E_CELL, 2.0), 3), round(psp_weight(40.0, E_CELL, 1.0), 3), round(psp_weight(0.9, I_CELL, 0.5), 3)
    (4.112, 12.915, 0.581)
    """
    tau_m = cell.tau_m
    peak_at = log(tau_m / tau_syn) * tau_m * tau_syn / (tau_m - tau_syn)
    return peak * cell.cm * (1.0 / tau_syn - 1.0 / tau_m) / (exp(-peak_at / tau_m) - exp(-peak_at / tau_syn))


def _predicted(model: SpikingTemporalMemory) -> Window:
    """The letters of whose cells enough have a dendritic spike before the next element would come."""
    return window("dendrites", at=0.0, until=model.interval, from_end=True, group=model.cells, least=model.enough)


def _replayed(model: SpikingTemporalMemory) -> Window:
    """The letters of whose cells enough fire; ``order`` tells in which order."""
    return window("E", at=0.0, until=float(model.replay_ms), group=model.cells, least=model.enough)


class SpikingTemporalMemory(Memory):
    """A spiking temporal memory (Bouhadjar, Wouters, Diesmann & Tetzlaff 2022, PLoS Comput. Biol. 18:e1010233).

    Each letter has a subpopulation of excitatory cells, all of which it drives, and one inhibitory cell, which silences them
    once ``active`` have fired. The cells of all letters have potential synapses on each other's dendrites. A letter that
    nothing predicts makes all its cells fire: it is a surprise. Cells whose dendrites had a spike are depolarised and fire
    first; the inhibitory cell keeps the others silent. So few cells fire for a letter that is expected, other ones in other
    contexts, and the synapses between those that follow each other mature: what comes next depends on all of the sequence so
    far.

    Neurons, weights, delays, and the rule's rates, time constants and initial permanences are the publication's, in the form
    of its published code. What that says of the threshold conflicts: P_theta is 20 or 10, P_max 20, and as the code matures
    synapses at P > P_theta, 20 of 20 never would. **Ours**: P_theta = 10 and P_max = 11, so that a synapse that turns out to be
    wrong falls below P_theta within 60 spikes, not 300; and z_target = 1.58, not 1: the trace 1/(1 - 1/e) of a cell that is
    predicted once in each tau_h, so that homeostasis aims at one context a cell. With P_max = 20
    about 30 cells stay active for a letter, and with z_target = 1 the six overlapping sequences of the publication do not
    settle in 200 presentations. lambda_minus stays 0.0015 (the later code's rule has another form, and 0.02 to 0.8); dt_max is
    the later code's 50 ms, which must lie between one interval and two.

    Learning is never switched off: ``predict`` and ``replay`` also change permanences, a little. For a replay the publication
    makes the cells more excitable. Here a gain line depolarises them all by 15 mV (**ours**): too little to fire them, enough
    together with the 8 mV of a plateau, so that predicted cells fire by themselves.
    """

    dt: ClassVar[float] = 0.1
    numerics: ClassVar[Numerics] = "exact"
    cannot: ClassVar[Mapping[str, str]] = {
        "forget": "what no longer follows is unlearned when its beginning is presented; call learn with what follows instead",
        "recall": "call predict(sequence=...) for what comes next, or replay(first=...) for all that follows",
    }

    letters: int = parameter(14, ge=2, doc="letters M, a subpopulation each")
    cells: int = parameter(150, ge=2, doc="excitatory cells n_E of a subpopulation")
    active: int = parameter(
        20, ge=2, doc="cells rho that fire for a letter that is predicted (inhibition sets in at 0.83 rho)"
    )
    share: float = parameter(0.2, gt=0, le=1, doc="share p of all cells that have a potential synapse on a dendrite")
    interval: float = parameter(40.0, ge=10, le=49, doc="ms from one element of a sequence to the next")
    tau_h: float = parameter(440.0, gt=0, doc="ms in which all sequences are presented once, pauses included")
    replay_ms: int = parameter(250, ge=50, doc="ms for which a replay goes on")

    @model_validator(mode="after")
    def _check(self) -> SpikingTemporalMemory:
        if self.active > self.cells:
            raise InvalidInput(f"SpikingTemporalMemory.active: must be <= cells = {self.cells}, got {self.active}")
        steps = self.interval / self.dt
        if abs(steps - round(steps)) > 1e-6:
            raise InvalidInput(
                f"SpikingTemporalMemory.interval: must be a multiple of dt = {self.dt:g} ms, got {self.interval:g}"
            )
        if not 1 <= self.in_degree < self.letters * self.cells:
            raise InvalidInput(
                f"SpikingTemporalMemory.share: must give 1 to {self.letters * self.cells - 1} synapses a dendrite, "
                f"got {self.share:g}, which gives {self.in_degree}"
            )
        return self

    @property
    def enough(self) -> int:
        """So many cells of a subpopulation say that its letter is predicted, or active: half of rho, as published."""
        return self.active // 2

    @property
    def in_degree(self) -> int:
        """Potential synapses of a dendrite, K_EE."""
        return round(self.share * self.letters * self.cells)

    @property
    def rule(self) -> PermanenceSTDP:
        """The learning rule."""
        return PermanenceSTDP(
            w_mature=1.1 * DENDRITE.theta / COINCIDENT, P_theta=10.0, P_min=0.0, P_max=11.0, lambda_plus=0.08,
            lambda_minus=0.0015, lambda_h=0.014, z_target=Z_TARGET, tau_pre=20.0, tau_h=self.tau_h, dt_min=4.0, dt_max=50.0,
        )  # fmt: skip

    def build(self, net: NetworkBuilder) -> None:
        """Declare the network of the publication, and the gain line."""
        n = self.cells
        letter, gain = net.input("in_letter", self.letters), net.input("in_gain", 1)
        e, i = net.population("E", self.letters * n, E_CELL), net.population("I", self.letters, I_CELL)
        dendrites = net.dendrites("dendrites", e, DENDRITE, per_neuron=1)
        net.connect(letter, e, Grouped(1, n), weight=psp_weight(1.1 * 20.0, E_CELL, 2.0), delay=0.1)
        net.connect(e, i, Grouped(n, 1), weight=psp_weight(1.2 * 15.0 / self.active, I_CELL, 0.5), delay=0.1)
        net.inhibit(i, e, Grouped(1, n), weight=psp_weight(2.0 * 20.0, E_CELL, 1.0), delay=0.1)
        others = FixedNumberPre(self.in_degree, allow_self_connections=False)
        net.connect(e, dendrites, others, weight=Uniform(0.0, P_INITIAL), delay=2.0, synapse=self.rule, name="sequence")
        resistance = E_CELL.tau_m / E_CELL.cm
        weight = GAIN / resistance * GAIN_EVERY * self.dt / E_CELL.tau_syn_E  # the mean current is GAIN / resistance
        net.connect(gain, e, AllToAll(), weight=weight, delay=0.1)

    def order(self, answer: Answer) -> list[int]:
        """Return the letters that an operation made active, in the order in which ``enough`` of their cells had fired."""
        times, cells = answer.spikes["E"]
        reached = {}
        for letter in range(self.letters):
            own = cells // self.cells == letter
            _, first = np.unique(cells[own], return_index=True)  # spikes are sorted by time
            if first.size >= self.enough:
                reached[letter] = np.sort(times[own][first])[self.enough - 1]
        return sorted(reached, key=lambda letter: reached[letter])

    @operation(spacing=PAUSE, from_end=True)
    def learn(self, sequence: Elements) -> Stimulus:
        """Present ``sequence`` once, one letter each ``interval``; tens of presentations are needed."""
        return self._presented(sequence)

    @operation(spacing=PAUSE, from_end=True, answers={"letters": _predicted})
    def predict(self, sequence: Elements) -> Stimulus:
        """Present the beginning of a sequence; answer the letters that are predicted to come next."""
        return self._presented(sequence)

    @operation(spacing=PAUSE, from_end=True, answers={"letters": _replayed})
    def replay(self, first: Annotated[Neurons, Index("letters")]) -> Stimulus:
        """Present the ``first`` letter and let the memory go on alone; answer the letters that it goes through."""
        gain = Stimulus({"in_gain": tuple((step, 0) for step in range(0, round(self.replay_ms / self.dt), GAIN_EVERY))})
        return gain + pulse(in_letter=first).later(GAIN_LEAD)

    def _presented(self, sequence: Neurons) -> Stimulus:
        every = round(self.interval / self.dt)
        return Stimulus({"in_letter": tuple((k * every, letter) for k, letter in enumerate(sequence))})
