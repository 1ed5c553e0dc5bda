"""The network: named populations and projections, frozen, with times in ms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from spikemem.errors import NetworkError, choices
from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.connectors import Connector
from spikemem.ir.dendrite import Branch
from spikemem.ir.synapse import Synapse
from spikemem.ir.values import Drawn, Threshold


@dataclass(frozen=True)
class Population:
    """``size`` neurons of one cell type, or dendrites, then with ``branch``; ``initial_values`` override the resting state."""

    name: str
    size: int
    cell: Cell
    initial_values: tuple[tuple[str, float | Drawn], ...] = ()
    branch: Branch | None = None


@dataclass(frozen=True)
class Steps:
    """A delay in whole steps, exact: what the pass ``discretize`` makes of a delay in ms.

    ``drawn`` keeps a distribution in ms, whose draws are rounded to the nearest step, at least ``least``.
    """

    count: int = 0
    drawn: Drawn | None = None
    least: int = 1


@dataclass(frozen=True)
class Projection:
    """Synapses of one type from ``pre`` to ``post``; weight in the target's unit, delay in ms (steps once discretized)."""

    name: str
    pre: str
    post: str
    connector: Connector
    weight: float | Drawn | Threshold
    delay: float | Drawn | Steps
    receptor: Receptor
    synapse: Synapse


@dataclass(frozen=True)
class Network:
    """All of a memory's structure. ``dt`` (ms) is the step that the model was written for."""

    name: str
    dt: float
    populations: tuple[Population, ...]
    projections: tuple[Projection, ...]

    def population(self, name: str) -> Population:
        """Return the population called ``name``; raise :class:`NetworkError` with the valid names when there is none."""
        return _find(self.populations, name, f"{self.name}: population")

    def projection(self, name: str) -> Projection:
        """Return the projection called ``name``; raise :class:`NetworkError` with the valid names when there is none."""
        return _find(self.projections, name, f"{self.name}: projection")

    def with_projections(self, changed: Mapping[str, Projection]) -> Network:
        """Return the network with the projections of the given names replaced."""
        return replace(self, projections=tuple(changed.get(p.name, p) for p in self.projections))

    def verify(self) -> Network:
        """Return the network itself if it is consistent; raise :class:`NetworkError` at the first contradiction."""
        from spikemem.ir.verify import verify  # the rules need this class

        verify(self)
        return self


def _find[N: (Population, Projection)](nodes: tuple[N, ...], name: str, what: str) -> N:
    for found in nodes:
        if found.name == name:
            return found
    raise NetworkError(f"{what} {name!r} is unknown; {choices(name, [n.name for n in nodes])}")
