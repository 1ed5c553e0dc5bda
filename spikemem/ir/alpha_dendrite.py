"""AlphaDendrite: a dendrite whose alpha-shaped synaptic current turns into a plateau at a threshold."""

from __future__ import annotations

from math import e, exp
from typing import Annotated, ClassVar

from annotated_types import Gt

from spikemem.ir.cell import Receptor
from spikemem.ir.dendrite import Dendrite
from spikemem.ir.node import Ms, MsOrZero, NanoAmpere, node
from spikemem.ir.numerics import Numerics


@node
class AlphaDendrite(Dendrite):
    r"""A dendrite with an alpha-shaped current and plateaus (Bouhadjar et al. 2022, PLoS Comput. Biol. 18:e1010233).

    .. math::
        \dot I = -I/\tau_{syn} + z, \qquad \dot z = -z/\tau_{syn} + \tfrac{e}{\tau_{syn}} \sum_k w_k \delta(t - t_k)

    so that one spike of weight w (nA) makes the current :math:`w\, e\, (s/\tau_{syn})\, e^{-s/\tau_{syn}}` at a time s after
    it: its peak is w, at s = tau_syn. I flows into the soma as long as it is below theta.

    One step, exact under every numerics: add what arrives to z, then with P = exp(-dt/tau_syn)

    .. math:: I \leftarrow P\,(I + dt\,z), \qquad z \leftarrow P\,z

    - ``I >= theta`` in step t: the dendrite spikes, and the soma gets ``current`` instead of I in the steps t + 1 to
      t + round(plateau/dt). In these steps I = z = 0, and what arrives is lost; from then on I begins again at 0.
    - The soma fires in step t: the plateau ends, I = z = 0, and what arrives in step t is lost; the dendrite does not spike.
    - Otherwise the soma gets I in step t + 1, as a current that is constant over the step.

    That input is lost during a plateau and in the step of a somatic spike is a convention of ours. There is one such dendrite
    a neuron. Units: theta, current nA; tau_syn, plateau ms; state: isyn_exc (I) nA, rise (z) nA/ms. Each of them is set to 0
    below 1e-30, so that a silent dendrite comes to rest. Defaults are the publication's.
    """

    theta: Annotated[NanoAmpere, Gt(0.0)] = 0.059
    tau_syn: Ms = 5.0
    plateau: MsOrZero = 60.0
    current: NanoAmpere = 0.2

    weight_unit: ClassVar[str] = "nA"
    state_variables: ClassVar[tuple[str, ...]] = ("isyn_exc", "rise")
    one_per_neuron: ClassVar[bool] = True

    @property
    def rise_per_weight(self) -> float:
        """What a spike of weight 1 nA adds to z, in nA/ms."""
        return e / self.tau_syn

    def threshold_weight(self, receptor: Receptor, dt: float, numerics: Numerics) -> float:
        """Return the weight with which I is theta one step after the spike.

        >>> round(AlphaDendrite().threshold_weight("excitatory", 0.1, "exact"), 4)
        1.1072
        """
        return self.theta / (self.rise_per_weight * dt * exp(-dt / self.tau_syn))

    def resting(self, variable: str) -> float:
        """Return 0: no current."""
        return 0.0
