"""Neurons without memory that count what arrives in a step: the cells of memories that are to run on every target."""

from __future__ import annotations

from math import exp, expm1

from spikemem.language import IF_curr_delta, Threshold

_LEAK = 16.0
"""A step in membrane time constants: what is left of V after it is exp(-16)."""
UNIT = exp(_LEAK)
"""The weight (mV) of which the leak of the step leaves 1 mV."""


def neurons(theta: int) -> IF_curr_delta:
    """Return neurons that fire in a step if at least ``theta`` units arrive in it: V(t) = arriving + exp(-16) V(t-1).

    The threshold lies halfway between two whole numbers. A step of 1 ms is meant; a unit is ``UNIT`` mV, and on SpiNNaker 1 nA.
    """
    tau, resistance = 1.0 / _LEAK, 1.0 / -expm1(-_LEAK)
    return IF_curr_delta(cm=tau / resistance, tau_m=tau, tau_refrac=0.0, v_rest=0.0, v_reset=0.0, v_thresh=theta - 0.5)


def units(count: float, theta: int) -> Threshold:
    """Return the weight of ``count`` units onto ``neurons(theta)``, in units of their threshold."""
    return Threshold(count / (theta - 0.5))
