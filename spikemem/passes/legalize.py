"""Refuse what the target cannot do, all of it at once, with what it can do instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from spikemem.errors import Unsupported
from spikemem.hardware import Hardware
from spikemem.ir.cell import Cell
from spikemem.ir.network import Network, Population
from spikemem.ir.numerics import Numerics
from spikemem.ir.synapse import Synapse
from spikemem.passes.base import Pass


@dataclass(frozen=True)
class Lack:
    """One thing that a target cannot do: where in the network, what, why, and the nearest that it can."""

    where: str
    what: str
    reason: str
    alternative: str

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.where}: {self.what}: {self.reason}; instead: {self.alternative}"


Explanation = Callable[[Network, Population, float], tuple[str, str]]
SUBSTITUTES: dict[type[Cell], Explanation] = {}
"""By cells that a pass can put others in the place of: the reason why a population is refused, and what to do, at a dt."""


def _of_any_size(network: Network, hardware: Hardware) -> None:
    """Accept every network: memory alone limits it."""


@dataclass(frozen=True)
class Abilities:
    """What a backend can do, as data; ``rules`` find what the type lists cannot say.

    ``reasons`` say of cells and synapses that are not listed why, and what to do instead, where more is to be said than that
    there is no rule for them.
    ``conventions`` are the target's own values of what a portable plasticity rule leaves open. ``check_size`` raises
    :class:`spikemem.errors.Unsupported` for a network that the hardware cannot hold, before anything of it is drawn.
    """

    backend: str
    numerics: tuple[Numerics, ...]
    cells: tuple[type[Cell], ...]
    synapses: tuple[type[Synapse], ...]
    rules: tuple[Callable[[Network], Iterable[Lack]], ...] = ()
    conventions: Mapping[str, Any] = field(default_factory=dict)
    check_size: Callable[[Network, Hardware], None] = _of_any_size
    reasons: Mapping[type, tuple[str, str]] = field(default_factory=dict)

    def lacks(self, network: Network, numerics: Numerics, dt: float | None = None) -> list[Lack]:
        """Return all that the backend cannot do of ``network`` under ``numerics``, in steps of ``dt`` ms (None: its own)."""
        found = []
        if numerics not in self.numerics:
            found.append(Lack("run", f"numerics {numerics!r}", "not offered", " or ".join(self.numerics)))
        for population in network.populations:
            if type(population.cell) not in self.cells:
                found.append(self._no_cell(network, population, network.dt if dt is None else dt))
        for projection in network.projections:
            if type(projection.synapse) not in self.synapses:
                found.append(self._missing(f"projection {projection.name}", projection.synapse, self.synapses))
        for rule in self.rules:
            found.extend(rule(network))
        return found

    def _no_cell(self, network: Network, population: Population, dt: float) -> Lack:
        where, cell = f"population {population.name}", population.cell
        explain = SUBSTITUTES.get(type(cell))
        if explain is None:
            return self._missing(where, cell, self.cells)
        return Lack(where, type(cell).__name__, *explain(network, population, dt))

    def _missing(self, where: str, primitive: object, offered: Iterable[type]) -> Lack:
        names = ", ".join(sorted(t.__name__ for t in offered)) or "(none)"
        why = self.reasons.get(type(primitive), ("the backend has no rule for it", names))
        return Lack(where, type(primitive).__name__, *why)


@dataclass(frozen=True)
class Legalize(Pass):
    """Raise :class:`spikemem.errors.Unsupported` with every :class:`Lack`; change nothing."""

    name: ClassVar[str] = "legalize"
    abilities: Abilities
    numerics: Numerics
    dt: float | None = None

    def rewrite(self, network: Network) -> Network:
        """Return ``network`` as it is."""
        lacks = self.abilities.lacks(network, self.numerics, self.dt)
        if lacks:
            listed = "\n".join(f"  - {lack}" for lack in lacks)
            raise Unsupported(f"backend {self.abilities.backend} cannot run {network.name}:\n{listed}")
        return network
