"""ResonateAndFire: a neuron that oscillates below its threshold, and so hears inputs by their phase."""

from __future__ import annotations

from math import cos, exp, pi, sin
from typing import Annotated, ClassVar

from annotated_types import Gt
from pydantic import BeforeValidator

from spikemem.errors import NetworkError
from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.node import Hertz, MilliVolt, MsOrZero, Unit, node, plain
from spikemem.ir.numerics import Numerics

TimeConstant = Annotated[float, BeforeValidator(plain), Gt(0.0), Unit("ms")]
"""May be infinite."""
AboveRest = Annotated[MilliVolt, Gt(0.0)]


@node
class ResonateAndFire(Cell):
    r"""Resonate-and-fire neuron, a damped oscillator with a threshold (Izhikevich 2001, Neural Networks 14:883).

    .. math:: z(t) = e^{(-1/\tau_m + 2\pi i f)\,dt}\, z(t - dt) + E(t) - I(t)

    with f = ``frequency``, z complex, and the weights that arrive in the step, excitatory E and inhibitory I, added to the real
    part. That is the exact solution between inputs, so the numerics ``exact`` and ``spinnaker`` are the same here. tau_m may
    be infinite: then nothing leaks. The neuron rests at z = 0, and fires in a step in which Re z >= v_thresh.

    In the round(tau_refrac/dt) steps after its spike it fires no other, but z goes on to turn and takes input: a resonator
    keeps its phase (ours). With ``resets`` a spike sets z to v_reset (Izhikevich resets to a value, too); without, z goes on
    undisturbed, and the neuron may fire in every step in which Re z is above the threshold. Parts of which both are below
    1e-30 mV are set to 0, so that a silent neuron comes to rest.

    State variables: v, the real part, and v_imag, the imaginary one. Units: tau_* ms, frequency Hz, v_* mV from rest.
    """

    frequency: Hertz
    tau_m: TimeConstant = 20.0
    tau_refrac: MsOrZero = 0.0
    v_thresh: AboveRest = 1.0
    v_reset: MilliVolt = 0.0
    resets: bool = False

    weight_unit: ClassVar[str] = "mV"
    state_variables: ClassVar[tuple[str, ...]] = ("v", "v_imag")

    def __post_init__(self) -> None:
        if self.v_reset >= self.v_thresh:
            raise NetworkError(
                f"ResonateAndFire.v_reset: must be below v_thresh = {self.v_thresh} mV, got {self.v_reset}"
            )

    def turn(self, dt: float) -> tuple[float, float]:
        """Return real and imaginary part of what z is multiplied by in a step of ``dt`` ms.

        >>> ResonateAndFire(frequency=250.0, tau_m=float("inf")).turn(1.0)[1]
        1.0
        """
        angle, shrinks = 2.0 * pi * self.frequency * dt * 1e-3, exp(-dt / self.tau_m)
        return shrinks * cos(angle), shrinks * sin(angle)

    def threshold_weight(self, receptor: Receptor, dt: float, numerics: Numerics) -> float:
        """Return v_thresh."""
        return self.v_thresh

    def resting(self, variable: str) -> float:
        """Return 0."""
        return 0.0
