"""Primitives that a target lacks, as others that it has: only when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp, expm1
from typing import ClassVar

from spikemem.errors import InvalidInput, choices
from spikemem.ir.dendrite import Segment
from spikemem.ir.if_curr_delta import IF_curr_delta
from spikemem.ir.mac import Mac
from spikemem.ir.network import Network, Population, Projection
from spikemem.ir.synapse import Static
from spikemem.passes.base import Pass
from spikemem.passes.legalize import SUBSTITUTES

KINDS = ("segments",)
"""What can be asked for."""
_LEAK = 8.0
"""dt in membrane time constants of a threshold neuron: what is left of V after a step is exp(-8)."""


def check_kinds(kinds: Sequence[str]) -> tuple[str, ...]:
    """Return ``kinds``, each once; raise :class:`InvalidInput` for what cannot be decomposed."""
    if isinstance(kinds, str):
        raise InvalidInput(f"decompose: must be a list, such as [{kinds!r}], got the text {kinds!r}")
    for kind in kinds:
        if kind not in KINDS:
            raise InvalidInput(f"decompose: {kind!r} is unknown; {choices(str(kind), KINDS)}")
    return tuple(dict.fromkeys(kinds))


@dataclass(frozen=True)
class Decompose(Pass):
    r"""Replace segments by threshold neurons, one a segment, under the same name, if nothing of their meaning is lost.

    The neuron is an IF_curr_delta at rest at 0 mV with v_thresh = theta - 1/2 mV and tau_m = dt/8, and every synapse weighs
    exp(8) mV, of which the leak of the step leaves 1 mV. So with c synapses at which a spike arrives in step t,
    :math:`V(t) = c(t) + e^{-8} V(t-1)` mV, and it fires iff c(t) >= theta. For if it has fired, or is refractory, V(t-1) = 0,
    and if not, 0 <= V(t-1) < theta - 1/2 <= 254.5 mV, of which at most 0.0854 mV are left. Then c <= theta - 1 gives
    V <= theta - 0.91, and c >= theta gives V >= theta: both are at least 0.41 mV, the weight of 0.41 synapses, from v_thresh,
    however many spikes there were before. IF_curr_delta is the same under all numerics, and so is this. The capacity is such
    that a synapse's weight is 1 nA to sPyNNaker, which rounds weights to 16 bits: that one is exact.

    A plateau without a current is the neuron's refractory time. What is left as it is, :func:`obstacles` says. ``dt`` is the
    run's step in ms, ``kinds`` what to decompose.
    """

    name: ClassVar[str] = "decompose"
    dt: float
    kinds: tuple[str, ...] = ()

    def rewrite(self, network: Network) -> Network:
        """Return the network with threshold neurons in place of the segments that allow it."""
        changed = {p.name: _neurons(p, self.dt) for p in self._decomposed(network)}
        return replace(
            network,
            populations=tuple(changed.get(p.name, p) for p in network.populations),
            projections=tuple(_weighed(p) if p.post in changed else p for p in network.projections),
        )

    def substituted(self, network: Network) -> tuple[str, ...]:
        """Return what is substituted, in words."""
        return tuple(
            f"population {p.name}: {p.size} segments are {p.size} threshold neurons (IF_curr_delta)"
            for p in self._decomposed(network)
        )

    def _decomposed(self, network: Network) -> Iterator[Population]:
        for population in network.populations if "segments" in self.kinds else ():
            if isinstance(population.cell, Segment) and not list(obstacles(network, population, self.dt)):
                yield population


def obstacles(network: Network, population: Population, dt: float) -> Iterator[str]:
    """Yield why no threshold neuron means the same as these segments."""
    cell, branch = population.cell, population.branch
    assert isinstance(cell, Segment)
    assert branch is not None
    window = max(1, round(cell.window / dt))
    if window > 1:
        yield f"they count over {window} steps"
    if round(cell.plateau / dt) and cell.current:
        yield "their plateaus pass a current on to the soma"
    if cell.reset_by_soma:
        yield "a spike of the soma keeps them from spiking in its step (reset_by_soma=True)"
    if not branch.per_neuron:
        yield "they are grown by learning"
    for projection in network.projections:
        if projection.post == population.name and not isinstance(projection.synapse, Static):
            yield f"the synapses of projection {projection.name} learn"


def _neurons(population: Population, dt: float) -> Population:
    cell = population.cell
    assert isinstance(cell, Segment)
    tau, resistance = dt / _LEAK, dt / -expm1(-_LEAK)
    neuron = IF_curr_delta(
        cm=tau / resistance,
        tau_m=tau,
        tau_refrac=round(cell.plateau / dt) * dt,
        v_rest=0.0,
        v_reset=0.0,
        v_thresh=cell.theta - 0.5,
    )
    return Population(population.name, population.size, neuron)


def _weighed(projection: Projection) -> Projection:
    return replace(projection, weight=exp(_LEAK))


def _explain(network: Network, population: Population, dt: float) -> tuple[str, str]:
    """Return why a target has no segments, and what to do about it."""
    found = ", and ".join(obstacles(network, population, dt))
    if found:
        return (
            f"the backend has no rule for it, and no threshold neuron can take its place: {found}",
            "backend numba, brian2 or brian2-cpp, or segments of which none of this holds, with --decompose segments",
        )
    return (
        "the backend has no rule for it",
        "--decompose segments, in Python decompose=['segments']: threshold neurons in its place",
    )


def _explain_mac(network: Network, population: Population, dt: float) -> tuple[str, str]:
    """Return what to do about macs: those that are trained can be races, which are a memory of their own."""
    return (
        "the backend has no rule for it",
        "backend numba or brian2; or the race form of a single mac that is trained: spikemem.models.sparsey_race.race_form",
    )


SUBSTITUTES[Segment] = _explain
SUBSTITUTES[Mac] = _explain_mac
