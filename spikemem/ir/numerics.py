"""The named numerics: how membrane and synaptic current advance by one step (they govern nothing else)."""

from __future__ import annotations

from math import exp, expm1
from typing import Literal, get_args

Numerics = Literal["spinnaker", "exact"]
NUMERICS: tuple[Numerics, ...] = get_args(Numerics)


def decay(dt: float, tau: float) -> float:
    """Return ``exp(-dt/tau)``; ``dt`` and ``tau`` in ms."""
    return exp(-dt / tau)


def spinnaker_input_scale(dt: float, tau_syn: float) -> float:
    r"""Return sPyNNaker's factor on arriving weights, ``k = (tau_syn/dt) (1 - exp(-dt/tau_syn))``.

    It makes the current that is held over a step carry the charge of the decaying one.

    >>> round(spinnaker_input_scale(1.0, 0.3), 6)
    0.289298
    """
    return -(tau_syn / dt) * expm1(-dt / tau_syn)


def exact_input_gain(dt: float, tau_syn: float, tau_m: float, cm: float) -> float:
    r"""Return the exact membrane response (mV per nA) after ``dt`` to a current that starts at 1 nA and decays.

    With ``a = 1/tau_m``, ``b = 1/tau_syn``: ``(1/cm) exp(-a dt) (exp((a-b) dt) - 1)/(a-b)``, its limit ``dt exp(-a dt)/cm``
    for ``tau_syn = tau_m`` (Rotter & Diesmann 1999, Biol. Cybern. 81:381, eq. 11).

    >>> round(exact_input_gain(1.0, 0.3, 3.0, 0.27), 4)
    0.8406
    """
    x = dt / tau_m - dt / tau_syn
    shape = expm1(x) / x if x != 0.0 else 1.0
    return exp(-dt / tau_m) * dt * shape / cm
