"""Dendrites: branches of neurons, which spike by themselves and pass a current on to their soma."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Le
from pydantic import BeforeValidator

from spikemem.errors import NetworkError
from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.node import MsOrZero, NanoAmpere, node, plain
from spikemem.ir.numerics import Numerics

Zone = Literal["basal", "apical"]
"""Where a dendrite grows. The third zone, the proximal one, are the synapses onto the soma itself."""


@dataclass(frozen=True)
class Branch:
    """That a population is one of dendrites: ``per_neuron`` of them on each neuron of the population ``soma``.

    Dendrite i belongs to neuron ``i // per_neuron``. With ``per_neuron = 0`` it belongs to none until a learning rule grows it
    on a neuron; the population's size is then the number of dendrites that there may be in all.
    """

    soma: str
    zone: Zone
    per_neuron: int


def on_soma(branch: Branch | None) -> str:
    """Return where dendrites grow, as printed text; nothing for a population of neurons."""
    if branch is None:
        return ""
    number = f"{branch.per_neuron} a neuron" if branch.per_neuron else "grown by learning"
    return f"  on {branch.soma}, {branch.zone}, {number}"


class Dendrite(Cell):
    """A branch of a neuron. Its spikes are dendritic action potentials; each begins a plateau, a current into the soma.

    A dendritic spike in step t depolarises the soma in the steps t + 1 to t + round(plateau/dt) by ``current``, whatever the
    number of the neuron's branches of this zone that are in a plateau; the currents of zones add up. While its plateau lasts
    a branch does not spike again. A spike of the soma ends the plateaus of all its branches, and in its step they do not
    spike: unless ``reset_by_soma`` is False; then branches take no notice of their soma. Where learning replaces a branch by
    a new one, a plateau that it had begun runs out as before. Plateaus of NMDA spikes last 50 to 200 ms (Antic et al. 2010,
    J. Neurosci. Res. 88:2991).
    """

    plateau: MsOrZero
    current: NanoAmpere
    reset_by_soma: bool = True

    receptors: ClassVar[tuple[Receptor, ...]] = ("excitatory",)
    one_per_neuron: ClassVar[bool] = False
    """Whether a neuron has exactly one such dendrite a zone."""


@node
class Segment(Dendrite):
    r"""A segment that counts coincident synapses (Hawkins & Ahmad 2016, Front. Neural Circuits 10:23).

    .. math:: \text{spikes in step } t \iff \sum_{k=0}^{W-1} c(t-k) \ge \theta

    where c(t) is the number of synapses at which a spike arrives in step t and W = max(1, round(window/dt)). Each synapse
    counts one, so weights onto segments are 1. ``theta`` is a number of synapses, at most 255 (measured: 8 to 20). Besides,
    the segment must be in no plateau and, with ``reset_by_soma``, its soma must not fire in step t; neither takes away what
    is counted. Units: window, plateau ms; current nA.
    """

    theta: Annotated[int, BeforeValidator(plain), Ge(1), Le(255)]
    window: MsOrZero = 0.0
    plateau: MsOrZero = 0.0
    current: NanoAmpere = 0.0
    reset_by_soma: bool = True

    weight_unit: ClassVar[str] = "synapses"
    counts_synapses: ClassVar[bool] = True

    def threshold_weight(self, receptor: Receptor, dt: float, numerics: Numerics) -> float:
        """Raise: every synapse counts one."""
        raise NetworkError("Segment: every synapse counts one; give weight=1.0, and the threshold as theta")

    def resting(self, variable: str) -> float:
        """Never called: what has arrived is not set from outside."""
        raise AssertionError(variable)
