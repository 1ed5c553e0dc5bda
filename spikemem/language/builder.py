"""What a model's ``build`` writes its network with."""

from __future__ import annotations

from dataclasses import replace

from spikemem.checks import whole_number
from spikemem.errors import NetworkError, choices
from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.connectors import Connector
from spikemem.ir.dendrite import Branch, Dendrite, Zone
from spikemem.ir.network import Network, Population, Projection
from spikemem.ir.spike_source import SpikeSource
from spikemem.ir.synapse import Static, Synapse
from spikemem.ir.values import Drawn, Threshold

_LARGEST = 2**31 - 1
"""Neurons are counted in 32 bits."""
_ARROWS = {"excitatory": "->", "inhibitory": "-|"}


class NetworkBuilder:
    """Collects populations and projections, in order. ``dt`` is the step (ms) that the model is written for."""

    def __init__(self, name: str, dt: float) -> None:
        self._name, self._dt = name, dt
        self._populations: list[Population] = []
        self._projections: list[Projection] = []

    def input(self, name: str, size: int) -> str:
        """Declare a source of ``size`` neurons that fire as operations or stimuli say; return its name."""
        return self.population(name, size, SpikeSource())

    def population(self, name: str, size: int, cell: Cell, **initial_values: float | Drawn) -> str:
        """Declare ``size`` neurons of type ``cell``; ``initial_values`` (v=..., ...) override rest. Return the name."""
        size = whole_number(f"population {name}: size", size, least=1)
        if size > _LARGEST:
            raise NetworkError(f"population {name}: size must be <= {_LARGEST}, got {size}")
        self._populations.append(Population(name, size, cell, tuple(initial_values.items())))
        return name

    def dendrites(
        self, name: str, soma: str, cell: Dendrite, *, zone: Zone = "basal", per_neuron: int = 0, room: int = 0
    ) -> str:
        """Declare dendrites of type ``cell`` on the neurons of the population ``soma``; return the name.

        Either ``per_neuron`` of them on each neuron, or ``room`` for so many in all, which learning grows where it needs them.
        """
        where = f"dendrites {name}"
        if (per_neuron != 0) == (room != 0):
            raise NetworkError(f"{where}: give either per_neuron or room, got per_neuron={per_neuron}, room={room}")
        size = whole_number(f"{where}: {'room' if room else 'per_neuron'}", room or per_neuron, least=1)
        if not room:
            sizes = {p.name: p.size for p in self._populations}
            if soma not in sizes:
                raise NetworkError(f"{where}: soma {soma!r} is no population declared before; {choices(soma, sizes)}")
            size *= sizes[soma]
        self.population(name, size, cell)
        self._populations[-1] = replace(self._populations[-1], branch=Branch(soma, zone, per_neuron))
        return name

    def connect(
        self,
        pre: str,
        post: str,
        connector: Connector,
        *,
        weight: float | Drawn | Threshold,
        delay: float | Drawn,
        receptor: Receptor = "excitatory",
        synapse: Synapse | None = None,
        name: str | None = None,
    ) -> str:
        """Declare a projection; return its name: ``pre->post``, ``pre-|post`` or, say, ``pre-up->post`` unless given.

        Weights are magnitudes in the unit of the target's cell (nA, mV, uS) or ``Threshold``; delay in ms. Only
        a rule that gives weights signs takes negative ones.
        """
        arrow = _ARROWS.get(receptor, f"-{receptor}->")
        made = Projection(
            name or f"{pre}{arrow}{post}", pre, post, connector, weight, delay, receptor, synapse or Static()
        )
        self._projections.append(made)
        return made.name

    def inhibit(
        self, pre: str, post: str, connector: Connector, *, weight: float | Drawn | Threshold, delay: float | Drawn
    ) -> str:
        """Declare a static inhibitory projection; return its name."""
        return self.connect(pre, post, connector, weight=weight, delay=delay, receptor="inhibitory")

    def network(self) -> Network:
        """Return the network, verified."""
        return Network(self._name, self._dt, tuple(self._populations), tuple(self._projections)).verify()
