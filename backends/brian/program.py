"""What the programs of all Brian2 devices share: reading spikes, weights, variables and costs on the host."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from spikemem.backend import RunOptions, StepEvents, WeightForm
from spikemem.backends.brian.build import Array, Held
from spikemem.ir.lowered import Connections, LoweredNetwork
from spikemem.requests import recorded, state_variable, weights_of
from spikemem.sources import Sources
from spikemem.tally import Record, RecordedProgram


class BrianProgram(RecordedProgram):
    """A network in Brian2. A subclass runs steps, enters their spikes into the record, and reads variables."""

    def __init__(self, network: LoweredNetwork, options: RunOptions) -> None:
        self.network = network
        self._options = options
        self._kept = recorded(network, options.record)
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

    def stimulate(self, events: Mapping[str, StepEvents]) -> None:
        """Add spikes of spike sources."""
        self._sources.stimulate(self._now, events)

    def weights(self, projection: str, form: WeightForm = "stored") -> Connections:
        """Return a projection's synapses by delay, then pre, then post."""
        weights_of(self.network, projection, form)
        parts = [self._synapses(held, form) for held in self._held[projection]]
        return Connections(
            *(np.concatenate([getattr(p, c) for p in parts]) for c in ("pre", "post", "weight", "delay"))
        )

    def _synapses(self, held: Held, form: WeightForm) -> Connections:
        if held.grown is not None:
            return held.grown()
        return replace(held.connections, weight=self._weights(held, form))

    def _weights(self, held: Held, form: WeightForm) -> npt.NDArray[np.float64]:
        if held.weights is None:
            return held.connections.weight
        if held.current is not None:
            return held.current(self.read, self._now)
        if form == "effective" and held.effective is not None:
            return held.effective(self.read, self._now - 1)
        return self.read(held.weights).astype(np.float64)

    def variable(self, population: str, name: str) -> npt.NDArray[np.float64]:
        """Return a state variable of every neuron."""
        state_variable(self.network, population, name)
        index = [p.name for p in self.network.populations].index(population)
        return self.read(f"n{index}.{name}").astype(np.float64)
