"""IF_curr_delta: leaky integrate-and-fire, each spike steps the membrane."""

from __future__ import annotations

from math import exp
from typing import ClassVar

from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.if_curr_exp import check_thresholds
from spikemem.ir.node import MilliVolt, Ms, MsOrZero, NanoFarad, node
from spikemem.ir.numerics import Numerics
from spikemem.ir.values import Value


@node
class IF_curr_delta(Cell):
    r"""Leaky integrate-and-fire neuron whose membrane is stepped by each spike (PyNN: IF_curr_delta).

    .. math:: \tau_m \dot V = V_{rest} - V + \tfrac{\tau_m}{c_m} i_{offset}

    A spike of weight w (mV) adds w (excitatory) or subtracts w (inhibitory) when it arrives, before the step is
    integrated: ``V = v_inf + exp(-dt/tau_m)(V + w - v_inf)``, v_inf = v_rest + i_offset tau_m/cm. That is exact, so the
    numerics ``exact`` and ``spinnaker`` are the same here. Input to a refractory neuron is lost. Threshold, reset and
    refractoriness as in IF_curr_exp. Units: cm nF, tau_* ms, v_* mV, i_offset nA.
    """

    cm: NanoFarad = 1.0
    tau_m: Ms = 20.0
    tau_refrac: MsOrZero = 0.1
    v_rest: MilliVolt = -65.0
    v_reset: MilliVolt = -65.0
    v_thresh: MilliVolt = -50.0
    i_offset: Value = 0.0

    weight_unit: ClassVar[str] = "mV"
    state_variables: ClassVar[tuple[str, ...]] = ("v",)
    takes_dendrites: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_thresholds(type(self).__name__, self.v_reset, self.v_thresh)

    def threshold_weight(self, receptor: Receptor, dt: float, numerics: Numerics) -> float:
        """Return ``(v_thresh - v_rest) exp(dt/tau_m)`` in mV."""
        return (self.v_thresh - self.v_rest) * exp(dt / self.tau_m)

    def resting(self, variable: str) -> float:
        """Return v_rest."""
        return self.v_rest
