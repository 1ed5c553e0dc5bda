"""Slow, obvious neurons: one object each, the equations as the primitives' docstrings give them, and no arrays."""

from __future__ import annotations

import cmath
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from math import exp, pi

from spikemem.ir import Cell, IF_cond_exp, IF_curr_delta, IF_curr_exp, Numerics, ResonateAndFire, SpikeSource

_SILENT = 1e-30


def _faded(value: float, factor: float) -> float:
    value *= factor
    return 0.0 if abs(value) < _SILENT else value


class Neuron(ABC):
    """One neuron: it takes what arrives in a step and says whether it fires in that step."""

    @abstractmethod
    def step(self, exc: float, inh: float, stimulated: bool) -> bool: ...

    def take_from_dendrites(self, current: float) -> None:
        """Have ``current`` (nA) flow in during the next step."""
        raise NotImplementedError(f"{type(self).__name__} takes no dendrites")


class Source(Neuron):
    """Fires when the stimulus says so."""

    def step(self, exc: float, inh: float, stimulated: bool) -> bool:
        return stimulated


class Integrator[C: (IF_curr_exp, IF_curr_delta, IF_cond_exp)](Neuron):
    """What the three integrate-and-fire cells share: threshold, reset and refractoriness."""

    def __init__(self, cell: C, dt: float, numerics: Numerics, i_offset: float, initial: Mapping[str, float]) -> None:
        self.cell: C = cell
        self.dt, self.numerics, self.i_offset, self.own_offset = dt, numerics, i_offset, i_offset
        self.v = initial["v"]
        self.frozen = 0
        self.start(initial)

    def step(self, exc: float, inh: float, stimulated: bool) -> bool:
        assert not stimulated
        self.receive(exc, inh)
        fires = False
        if self.frozen > 0:
            self.frozen -= 1
        else:
            self.v = self.integrated()
            fires = self.v >= self.cell.v_thresh
        if fires:
            self.v = self.cell.v_reset
            self.frozen = round(self.cell.tau_refrac / self.dt)
        self.fade()
        return fires

    def take_from_dendrites(self, current: float) -> None:
        self.i_offset = self.own_offset + current

    def relaxed(self, current: float) -> float:
        """Return V after a step in which ``current`` (nA) is held."""
        alpha = self.cell.v_rest + current * self.cell.tau_m / self.cell.cm
        return alpha - exp(-self.dt / self.cell.tau_m) * (alpha - self.v)

    @abstractmethod
    def start(self, initial: Mapping[str, float]) -> None: ...

    @abstractmethod
    def receive(self, exc: float, inh: float) -> None: ...

    @abstractmethod
    def integrated(self) -> float: ...

    @abstractmethod
    def fade(self) -> None: ...


def _scale(dt: float, tau_syn: float, numerics: Numerics) -> float:
    return (tau_syn / dt) * (1.0 - exp(-dt / tau_syn)) if numerics == "spinnaker" else 1.0


class CurrExp(Integrator[IF_curr_exp]):
    def start(self, initial: Mapping[str, float]) -> None:
        self.exc, self.inh = initial["isyn_exc"], initial["isyn_inh"]

    def receive(self, exc: float, inh: float) -> None:
        self.exc += exc * _scale(self.dt, self.cell.tau_syn_E, self.numerics)
        self.inh += inh * _scale(self.dt, self.cell.tau_syn_I, self.numerics)

    def integrated(self) -> float:
        if self.numerics == "spinnaker":
            return self.relaxed(self.exc - self.inh + self.i_offset)
        excited = self.response(self.cell.tau_syn_E) * self.exc
        return self.relaxed(self.i_offset) + excited - self.response(self.cell.tau_syn_I) * self.inh

    def response(self, tau_syn: float) -> float:
        """Return the solution at dt of tau_m V' = -V + (tau_m/cm) exp(-t/tau_syn), V(0) = 0."""
        dt, tau_m, cm = self.dt, self.cell.tau_m, self.cell.cm
        if tau_syn == tau_m:
            return dt * exp(-dt / tau_m) / cm
        return tau_m * tau_syn / (cm * (tau_m - tau_syn)) * (exp(-dt / tau_m) - exp(-dt / tau_syn))

    def fade(self) -> None:
        self.exc = _faded(self.exc, exp(-self.dt / self.cell.tau_syn_E))
        self.inh = _faded(self.inh, exp(-self.dt / self.cell.tau_syn_I))


class CurrDelta(Integrator[IF_curr_delta]):
    def start(self, initial: Mapping[str, float]) -> None:
        self.kick = 0.0

    def receive(self, exc: float, inh: float) -> None:
        self.kick = exc - inh

    def integrated(self) -> float:
        self.v += self.kick
        return self.relaxed(self.i_offset)

    def fade(self) -> None:
        self.kick = 0.0


class CondExp(Integrator[IF_cond_exp]):
    def start(self, initial: Mapping[str, float]) -> None:
        self.exc, self.inh = initial["gsyn_exc"], initial["gsyn_inh"]

    def receive(self, exc: float, inh: float) -> None:
        self.exc += exc * _scale(self.dt, self.cell.tau_syn_E, self.numerics)
        self.inh += inh * _scale(self.dt, self.cell.tau_syn_I, self.numerics)

    def current(self, v: float, after: float) -> float:
        """Return the current into the membrane at ``v``, ``after`` ms into the step."""
        exc = self.exc * exp(-after / self.cell.tau_syn_E)
        inh = self.inh * exp(-after / self.cell.tau_syn_I)
        return exc * (self.cell.e_rev_E - v) + inh * (self.cell.e_rev_I - v) + self.i_offset

    def slope(self, v: float, after: float) -> float:
        return (self.cell.v_rest - v) / self.cell.tau_m + self.current(v, after) / self.cell.cm

    def integrated(self) -> float:
        if self.numerics == "spinnaker":
            return self.relaxed(self.current(self.v, 0.0))
        v, dt = self.v, self.dt
        k1 = self.slope(v, 0.0)
        k2 = self.slope(v + dt / 2 * k1, dt / 2)
        k3 = self.slope(v + dt / 2 * k2, dt / 2)
        k4 = self.slope(v + dt * k3, dt)
        return v + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    def fade(self) -> None:
        self.exc = _faded(self.exc, exp(-self.dt / self.cell.tau_syn_E))
        self.inh = _faded(self.inh, exp(-self.dt / self.cell.tau_syn_I))


class Resonator(Neuron):
    """A complex number that turns."""

    def __init__(
        self, cell: ResonateAndFire, dt: float, numerics: Numerics, i_offset: float, initial: Mapping[str, float]
    ) -> None:
        self.cell, self.dt = cell, dt
        self.z = complex(initial["v"], initial["v_imag"])
        self.refractory = 0

    def step(self, exc: float, inh: float, stimulated: bool) -> bool:
        assert not stimulated
        turning = complex(-1.0 / self.cell.tau_m, 2.0 * pi * self.cell.frequency / 1000.0)
        self.z = self.z * cmath.exp(turning * self.dt) + (exc - inh)
        if self.refractory > 0:
            self.refractory -= 1
            return False
        if self.z.real < self.cell.v_thresh:
            return False
        self.refractory = round(self.cell.tau_refrac / self.dt)
        if self.cell.resets:
            self.z = complex(self.cell.v_reset, 0.0)
        return True


_KINDS: dict[type[Cell], Callable[..., Neuron]] = {
    IF_curr_exp: CurrExp,
    IF_curr_delta: CurrDelta,
    IF_cond_exp: CondExp,
    ResonateAndFire: Resonator,
}


def neuron(cell: Cell, dt: float, numerics: Numerics, i_offset: float, initial: Mapping[str, float]) -> Neuron:
    """Return a neuron of ``cell`` in its initial state."""
    if type(cell) is SpikeSource:
        return Source()
    if type(cell) not in _KINDS:
        raise NotImplementedError(f"the reference interpreter has no {type(cell).__name__}")
    return _KINDS[type(cell)](cell, dt, numerics, i_offset, initial)
