"""IF_cond_exp: leaky integrate-and-fire, exponentially decaying synaptic conductances."""

from __future__ import annotations

from typing import ClassVar

from spikemem.errors import NetworkError
from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.if_curr_exp import check_thresholds
from spikemem.ir.node import MilliVolt, Ms, MsOrZero, NanoFarad, node
from spikemem.ir.numerics import Numerics
from spikemem.ir.values import Value


@node
class IF_cond_exp(Cell):
    r"""Leaky integrate-and-fire neuron with exponentially decaying conductances (PyNN: IF_cond_exp).

    .. math::
        c_m \dot V = \tfrac{c_m}{\tau_m}(V_{rest} - V) + g_E (e_{rev,E} - V) + g_I (e_{rev,I} - V) + i_{offset}, \quad
        \dot g_x = -g_x/\tau_{syn,x}

    A spike of weight w (uS) adds w to g_E or g_I. Threshold, reset and refractoriness as in IF_curr_exp. There is no exact
    solution; the step is, under numerics

    - ``exact``: one classical fourth-order Runge-Kutta step of dt for V with the conductances' exact values at 0, dt/2 and
      dt (local error O(dt^5)); the conductances themselves are exact. It is stable while (1/tau_m + (g_E + g_I)/c_m) dt < 2.78;
    - ``spinnaker`` (sPyNNaker 7): weights scaled on arrival as in IF_curr_exp, current
      J = g_E (e_rev_E - V) + g_I (e_rev_I - V) + i_offset held over the step, ``alpha = v_rest + J tau_m/cm``,
      ``V = alpha - exp(-dt/tau_m)(alpha - V)``, then the conductances decay.

    Units: cm nF, tau_* ms, v_* and e_* mV, i_offset nA. Conductances below 1e-30 uS are set to 0.
    """

    cm: NanoFarad = 1.0
    tau_m: Ms = 20.0
    tau_syn_E: Ms = 5.0
    tau_syn_I: Ms = 5.0
    tau_refrac: MsOrZero = 0.1
    v_rest: MilliVolt = -65.0
    v_reset: MilliVolt = -65.0
    v_thresh: MilliVolt = -50.0
    e_rev_E: MilliVolt = 0.0
    e_rev_I: MilliVolt = -70.0
    i_offset: Value = 0.0

    weight_unit: ClassVar[str] = "uS"
    state_variables: ClassVar[tuple[str, ...]] = ("v", "gsyn_exc", "gsyn_inh")
    takes_dendrites: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_thresholds(type(self).__name__, self.v_reset, self.v_thresh)

    def threshold_weight(self, receptor: Receptor, dt: float, numerics: Numerics) -> float:
        """Raise: the response to a conductance is not proportional to it."""
        raise NetworkError("IF_cond_exp: threshold units are for current- and voltage-based cells; give weights in uS")

    def resting(self, variable: str) -> float:
        """Return v_rest for v, 0 for the conductances."""
        return self.v_rest if variable == "v" else 0.0
