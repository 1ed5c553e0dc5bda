"""What the programs of all Brian2 devices share: reading spikes, weights, variables and costs on the host."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from spikemem.backend import Cost, Program, RunOptions, StepEvents, WeightForm
from spikemem.backends.brian.build import Array, Held
from spikemem.backends.brian.record import Record
from spikemem.backends.brian.sources import Sources
from spikemem.errors import InvalidInput, NetworkError, choices
from spikemem.ir.lowered import Connections, LoweredNetwork


class BrianProgram(Program):
    """A network in Brian2. A subclass runs steps, enters their spikes into the record, and reads variables."""

    def __init__(self, network: LoweredNetwork, options: RunOptions) -> None:
        names = [p.name for p in network.populations]
        for name in options.record or ():
            if name not in names:
                raise InvalidInput(f"record: population {name!r} is unknown; {choices(name, names)}")
        self.network = network
        self._options = options
        self._kept = frozenset(names if options.record is None else options.record)
        self._now = 0
        self._sources = Sources(network)
        self._held = self._initial_held()
        self._record = Record(network, self._held, self._kept)

    @abstractmethod
    def _initial_held(self) -> Mapping[str, tuple[Held, ...]]:
        """Make what the program needs before its first step; return its synapses."""

    @abstractmethod
    def read(self, key: str) -> Array:
        """Return a Brian2 variable by its key, ``object.variable``."""

    @property
    def now(self) -> int:
        """The next step."""
        return self._now

    def stimulate(self, events: Mapping[str, StepEvents]) -> None:
        """Add spikes of spike sources."""
        self._sources.stimulate(self._now, events)

    def spikes(self, since: int = 0) -> dict[str, StepEvents]:
        """Return the spikes held, by population, sorted by step, then neuron."""
        return self._record.spikes(since)

    def forget_spikes(self) -> None:
        """Drop the spikes held."""
        self._record.forget()

    @property
    def cost(self) -> Cost:
        """What the run took so far."""
        return self._record.cost

    def weights(self, projection: str, form: WeightForm = "stored") -> Connections:
        """Return a projection's synapses by delay, then pre, then post."""
        if form not in ("stored", "effective"):
            raise InvalidInput(f"weights: form {form!r} is unknown; {choices(form, ['stored', 'effective'])}")
        if projection not in self._held:
            raise NetworkError(
                f"{self.network.name}: projection {projection!r} is unknown; {choices(projection, self._held)}"
            )
        held = self._held[projection]
        weights = [self._weights(h, form) for h in held]
        pre, post, delay = (np.concatenate([getattr(h.connections, c) for h in held]) for c in ("pre", "post", "delay"))
        return Connections(pre, post, np.concatenate(weights), delay)

    def _weights(self, held: Held, form: WeightForm) -> npt.NDArray[np.float64]:
        if held.weights is None:
            return held.connections.weight
        if form == "effective" and held.effective is not None:
            return held.effective(self.read, self._now - 1)
        return self.read(held.weights).astype(np.float64)

    def variable(self, population: str, name: str) -> npt.NDArray[np.float64]:
        """Return a state variable of every neuron."""
        known = self.network.population(population).cell.state_variables
        if name not in known:
            raise InvalidInput(f"population {population}: state variable {name!r} is unknown; {choices(name, known)}")
        index = [p.name for p in self.network.populations].index(population)
        return self.read(f"n{index}.{name}").astype(np.float64)
