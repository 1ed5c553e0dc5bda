"""Structural plasticity: each potential synapse has a permanence, and transmits once that is above a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from spikemem.errors import NetworkError
from spikemem.ir.node import Ms, MsOrZero, NonNegative, node
from spikemem.ir.synapse import Synapse

if TYPE_CHECKING:
    from spikemem.ir.network import Population


@node
class PermanenceSTDP(Synapse):
    r"""Hebbian structural plasticity with homeostasis (Bouhadjar et al. 2022, PLoS Comput. Biol. 18:e1010233).

    A synapse has a permanence P, and its weight is ``w_mature`` if P > P_theta, else 0: then no spike is delivered. It ends on
    a dendrite; its *post* spikes are those of the dendrite's soma. x_j is the pre neuron's trace (+1 a spike, time constant
    tau_pre), z_i the dendrite's trace of its own spikes, dendritic action potentials (+1 each, time constant tau_h).

    - At a pre spike: ``P -= lambda_minus P_max``, but not below P_min.
    - At a post spike at t, if ``dt_min < t - u < dt_max``, u being the last pre spike before t: ``P += lambda_plus P_max x_j``,
      then ``P += lambda_h (z_target - z_i) P_max``, then P is clipped to [P_min, P_max].

    The bounds of dt are exclusive. Conventions of ours, the same under every numerics:

    - Spikes count at their own time at both ends; the delay postpones only the delivery.
    - Of the pre spikes the last one decides whether the pair lies in the window; x_j counts all of them.
    - Order within a step: dendritic spikes enter z_i; post spikes change P; pre spikes depress, then enter x_j, then the
      weight is emitted, by the permanence after the depression. So a pre spike in the post spike's step is no part of the pair.

    The projection's ``weight`` is the initial permanence, and its weights, when read, are permanences. Units: permanences,
    lambda_*, z_target none; w_mature in the target's weight unit; tau_*, dt_* ms. A potential synapse takes 8 bytes with
    float32 weights: its target and its permanence. Mature or not, it counts as a synaptic event of each pre spike and as an
    update of each spike at either end.
    """

    w_mature: NonNegative
    P_theta: NonNegative = 10.0
    P_min: NonNegative = 0.0
    P_max: NonNegative = 20.0
    lambda_plus: NonNegative = 0.08
    lambda_minus: NonNegative = 0.0015
    lambda_h: NonNegative = 0.014
    z_target: NonNegative = 1.0
    tau_pre: Ms = 20.0
    tau_h: Ms = 440.0
    dt_min: MsOrZero = 4.0
    dt_max: Ms = 50.0

    holds: ClassVar[str] = "permanence"

    def __post_init__(self) -> None:
        if not self.P_min <= self.P_theta:
            raise NetworkError(
                f"PermanenceSTDP.P_theta: must be >= P_min = {self.P_min:g}, or every synapse is mature for ever, "
                f"got {self.P_theta:g}"
            )
        if not self.P_theta < self.P_max:
            raise NetworkError(
                f"PermanenceSTDP.P_theta: must be < P_max = {self.P_max:g}, or no synapse ever matures (P > P_theta), "
                f"got {self.P_theta:g}"
            )
        if not self.dt_min < self.dt_max:
            raise NetworkError(
                f"PermanenceSTDP.dt_min: must be < dt_max = {self.dt_max:g} ms, or no pair lies between them, "
                f"got {self.dt_min:g}"
            )

    def verify_weights(self, where: str, weights: npt.NDArray[np.float64]) -> None:
        """Raise :class:`NetworkError` unless every initial permanence lies in [P_min, P_max]."""
        outside = weights[~((weights >= self.P_min) & (weights <= self.P_max))]  # also NaN
        if outside.size:
            raise NetworkError(
                f"{where}: weight is the initial permanence and must lie in PermanenceSTDP's P_min..P_max = "
                f"{self.P_min:g}..{self.P_max:g}, got {outside[0]:g}"
            )

    def verify_target(self, where: str, post: Population) -> None:
        """Raise :class:`NetworkError` unless ``post`` are dendrites, one a neuron, that take currents."""
        if post.branch is None or post.branch.per_neuron != 1 or post.cell.counts_synapses:
            raise NetworkError(
                f"{where}: PermanenceSTDP must end on dendrites, one a neuron, with weights in nA, such as AlphaDendrite; "
                f"{post.name} is a {type(post.cell).__name__}"
            )
