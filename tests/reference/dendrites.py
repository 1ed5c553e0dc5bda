"""Slow, obvious dendrites: what the docstrings say, as questions about the spikes so far, and no state beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from spikemem.ir import Cell, Dendrite, Segment


@dataclass
class Branches:
    """All branches of a population: their own spikes, those of their somata, and what has arrived at each.

    ``owners[j]`` is the neuron that branch j belongs to, or None.
    """

    cell: Dendrite
    dt: float
    owners: list[int | None]
    spikes: list[list[int]]
    soma_spikes: list[list[int]]
    reaches: Callable[[Sequence[int], int], bool]
    arrived: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.arrived = [[] for _ in self.owners]

    def arrive(self, j: int, now: int, synapses: int) -> None:
        """Have a spike arrive at so many synapses of branch j."""
        self.arrived[j] += [now] * synapses

    def spikes_now(self, j: int, now: int) -> bool:
        """Return whether branch j spikes in step ``now``, the spikes of its soma in that step being known."""
        owner = self.owners[j]
        if owner is None or not self.reaches(self.arrived[j], now):
            return False
        fires = self.cell.reset_by_soma and now in self.soma_spikes[owner]
        return not fires and not self.in_plateau(j, now)

    def in_plateau(self, j: int, now: int) -> bool:
        """Return whether ``now`` is one of the steps after a spike of branch j that its plateau lasts."""
        owner = self.owners[j]
        assert owner is not None
        for begun in self.spikes[j]:
            ended = self.cell.reset_by_soma and any(begun < s < now for s in self.soma_spikes[owner])
            if begun < now <= begun + round(self.cell.plateau / self.dt) and not ended:
                return True
        return False

    def current(self, neuron: int, now: int) -> float:
        """Return what the branches pass on to ``neuron`` in step ``now``: the same for one plateau or several."""
        own = [j for j, owner in enumerate(self.owners) if owner == neuron]
        return self.cell.current if any(self.in_plateau(j, now) for j in own) else 0.0


def _segment(cell: Segment, dt: float) -> Callable[[Sequence[int], int], bool]:
    window = max(1, round(cell.window / dt))
    return lambda arrived, now: sum(now - window < step <= now for step in arrived) >= cell.theta


_KINDS: dict[type[Cell], Callable[..., Callable[[Sequence[int], int], bool]]] = {Segment: _segment}


def branches(
    cell: Dendrite, dt: float, per_neuron: int, spikes: list[list[int]], soma_spikes: list[list[int]]
) -> Branches:
    """Return the branches of a population; ``spikes`` are lists that the interpreter adds to."""
    owners = [j // per_neuron if per_neuron else None for j in range(len(spikes))]
    return Branches(cell, dt, owners, spikes, soma_spikes, _KINDS[type(cell)](cell, dt))
