"""IF_curr_exp: leaky integrate-and-fire, exponentially decaying synaptic currents."""

from __future__ import annotations

from typing import ClassVar

from spikemem.errors import NetworkError
from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.node import MilliVolt, Ms, MsOrZero, NanoFarad, node
from spikemem.ir.numerics import Numerics, decay, exact_input_gain, spinnaker_input_scale
from spikemem.ir.values import Value


@node
class IF_curr_exp(Cell):
    r"""Leaky integrate-and-fire neuron with exponentially decaying currents (PyNN: IF_curr_exp).

    .. math::
        \tau_m \dot V = V_{rest} - V + \tfrac{\tau_m}{c_m} (E - I + i_{offset}), \quad
        \dot E = -E/\tau_{syn,E}, \quad \dot I = -I/\tau_{syn,I}

    An excitatory spike of weight w (nA) adds w to E, an inhibitory one adds its magnitude to I. When V >= v_thresh the
    neuron fires, V = v_reset, and V stays there for round(tau_refrac/dt) steps; E and I go on decaying.

    One step, after adding what arrives, under numerics

    - ``exact`` (Rotter & Diesmann 1999): ``V = v_rest + P (V - v_rest) + g_E E - g_I I + (1 - P)(tau_m/cm) i_offset`` with
      P = exp(-dt/tau_m) and g the exact gain, then E, I decay;
    - ``spinnaker`` (sPyNNaker 7): weights are scaled on arrival by k = (tau_syn/dt)(1 - exp(-dt/tau_syn)), E and I are held
      over the step: ``alpha = v_rest + (E - I + i_offset) tau_m/cm``, ``V = alpha - P (alpha - V)``, then E, I decay.

    Units: cm nF, tau_* ms, v_* mV, i_offset nA. Currents of less than 1e-30 nA, of either sign, are set
    to 0, so that a silent neuron comes to rest.
    """

    cm: NanoFarad = 1.0
    tau_m: Ms = 20.0
    tau_syn_E: Ms = 5.0
    tau_syn_I: Ms = 5.0
    tau_refrac: MsOrZero = 0.1
    v_rest: MilliVolt = -65.0
    v_reset: MilliVolt = -65.0
    v_thresh: MilliVolt = -50.0
    i_offset: Value = 0.0

    weight_unit: ClassVar[str] = "nA"
    state_variables: ClassVar[tuple[str, ...]] = ("v", "isyn_exc", "isyn_inh")
    takes_dendrites: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_thresholds(type(self).__name__, self.v_reset, self.v_thresh)

    def gain(self, receptor: Receptor, dt: float, numerics: Numerics) -> float:
        """Return the membrane response after one step (mV per nA of arriving weight)."""
        tau_syn = self.tau_syn_E if receptor == "excitatory" else self.tau_syn_I
        if numerics == "exact":
            return exact_input_gain(dt, tau_syn, self.tau_m, self.cm)
        return spinnaker_input_scale(dt, tau_syn) * (1.0 - decay(dt, self.tau_m)) * self.tau_m / self.cm

    def threshold_weight(self, receptor: Receptor, dt: float, numerics: Numerics) -> float:
        """Return ``(v_thresh - v_rest)/gain`` in nA.

        >>> slow = IF_curr_exp(cm=0.27, tau_m=3.0, tau_syn_E=0.3, v_rest=-60.0, v_reset=-60.0, v_thresh=-57.0)
        >>> round(slow.threshold_weight("excitatory", 1.0, "spinnaker"), 3)
        3.292
        """
        return (self.v_thresh - self.v_rest) / self.gain(receptor, dt, numerics)

    def resting(self, variable: str) -> float:
        """Return v_rest for v, 0 for the currents."""
        return self.v_rest if variable == "v" else 0.0


def check_thresholds(owner: str, v_reset: float, v_thresh: float) -> None:
    """Raise :class:`NetworkError` unless v_reset < v_thresh: the neuron would fire for ever."""
    if not v_reset < v_thresh:
        raise NetworkError(f"{owner}.v_reset: must be below v_thresh = {v_thresh} mV, got {v_reset}")
