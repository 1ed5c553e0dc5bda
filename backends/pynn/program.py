"""What the programs of all PyNN simulators share: they run a protocol as a whole, and what came of it is read on the host."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from spikemem.backend import Cost, RunOptions, StepEvents, WeightForm
from spikemem.backends.pynn.describe import Description, Dialect, Synapses, describe, is_source, synapses
from spikemem.backends.pynn.pending import with_pending
from spikemem.backends.pynn.translate import from_pynn_weight
from spikemem.checks import whole_number
from spikemem.errors import Unsupported
from spikemem.ir.lowered import Connections, LoweredNetwork, LoweredProjection
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.ir.values import FloatArray
from spikemem.requests import recorded, state_variable, weights_of
from spikemem.sources import Sources, in_order
from spikemem.tally import Record, RecordedProgram, costs_until


@dataclass(frozen=True)
class Outcome:
    """What a simulator gives back: spike times (ms) and neurons by population, rows (pre, post, weight) by label.

    ``values`` are state variables after the last step, as far as they were read.
    """

    spikes: Mapping[str, tuple[FloatArray, npt.NDArray[np.int32]]]
    weights: Mapping[str, FloatArray]
    values: Mapping[tuple[str, str], FloatArray] = field(default_factory=dict)


class PyNNProgram(RecordedProgram):
    """One trial, run once, as a whole. A subclass says how a description is run."""

    stepwise = False
    backend: ClassVar[str]
    dialect: ClassVar[Dialect]

    def __init__(self, network: LoweredNetwork, options: RunOptions) -> None:
        self.network = network
        self._options = options
        self._kept = recorded(network, options.record)
        self._sources = Sources(network)
        self._now = 0
        self._synapses = synapses(network)
        self._stored: dict[str, list[FloatArray]] = {}
        self._values = {(p.name, name): v for p in network.populations for name, v in p.initial.items()}
        self._events: dict[str, StepEvents] = {}
        self._record = Record(network, self._synapses, self._kept)

    def stimulate(self, events: Mapping[str, StepEvents]) -> None:
        """Add spikes of spike sources, before the run."""
        self._refuse_if_ended()
        self._sources.stimulate(0, events)

    def feed(self, steps: int) -> dict[str, StepEvents]:
        """Return the spikes of the sources in a run of ``steps`` steps."""
        return self._sources.until(steps)

    def describe(self, feed: Mapping[str, StepEvents]) -> Description:
        """Return what PyNN is to make of the network and its sources' spikes."""
        return describe(self.network, self._synapses, self.dialect, feed)

    def run(self, steps: int) -> None:
        """Run ``steps`` steps; this can be done once."""
        if whole_number("run: steps", steps) == 0:
            return
        self._refuse_if_ended()
        feed = self.feed(steps)
        self._take(self._execute(self.describe(feed), steps), feed, steps)

    @abstractmethod
    def _execute(self, description: Description, steps: int) -> Outcome:
        """Run a description for ``steps`` steps."""

    @abstractmethod
    def _state(self, population: str, variable: str, values: FloatArray) -> FloatArray:
        """Return a state variable after the run, from the ``values`` that the simulator says; the spikes are known by then."""

    def _take(self, outcome: Outcome, feed: Mapping[str, StepEvents], steps: int) -> None:
        self._events = {
            p.name: feed[p.name] if is_source(p) else self._fired(*outcome.spikes[p.name], steps)
            for p in self.network.populations
        }
        for projection in self.network.projections:
            if isinstance(projection.synapse, PairSTDP):
                self._stored[projection.name] = [
                    self._weights_of(projection, s, outcome.weights) for s in self._synapses[projection.name]
                ]
        self._now = steps
        self._values = {**self._values, **{key: self._state(*key, values) for key, values in outcome.values.items()}}
        self._record.add(self._events, steps)

    def _fired(self, times: FloatArray, neurons: npt.NDArray[np.int32], steps: int) -> StepEvents:
        at = np.rint(times / self.network.dt).astype(np.int64) - self.dialect.stamp - self.dialect.first
        inside = (at >= 0) & (at < steps)
        return in_order(at[inside], neurons[inside])

    def _weights_of(
        self, projection: LoweredProjection, listed: Synapses, rows_of: Mapping[str, FloatArray]
    ) -> FloatArray:
        """Return the weights of one delay by pre, then post, in our unit."""
        cell = self.network.population(projection.post).cell
        scale = self.dialect.gain(cell, self.network.dt) * self.dialect.unscaled(cell)
        rows = rows_of.get(f"{projection.name}@{listed.delay}", np.zeros((0, 3)))
        weights = rows[np.lexsort((rows[:, 1], rows[:, 0])), 2]
        return from_pynn_weight(cell, projection.receptor, weights) / scale

    def costs(self, marks: Sequence[int]) -> list[Cost]:
        """Return what the run took up to each of ``marks``, from its start."""
        return costs_until(Record(self.network, self._synapses, self._kept), self._events, marks)

    def weights(self, projection: str, form: WeightForm = "stored") -> Connections:
        """Return a projection's synapses by delay, then pre, then post."""
        lowered = weights_of(self.network, projection, form)
        found = [listed.connections for listed in self._synapses[projection]]
        weights = [c.weight for c in found]
        if projection in self._stored:
            weights = self._stored[projection]
            if form == "effective":
                weights = [
                    self._with_pending(lowered, *pair) for pair in zip(self._synapses[projection], weights, strict=True)
                ]
        pre, post, delay = (np.concatenate([getattr(c, part) for c in found]) for part in ("pre", "post", "delay"))
        return Connections(pre, post, np.concatenate(weights), delay)

    def _with_pending(self, projection: LoweredProjection, listed: Synapses, stored: FloatArray) -> FloatArray:
        rule, network = projection.synapse, self.network
        assert isinstance(rule, PairSTDP)
        events = self._events[projection.pre], self._events[projection.post]
        return with_pending(rule, listed, stored, *events, until=self._now - 1, dt=network.dt)

    def variable(self, population: str, name: str) -> npt.NDArray[np.float64]:
        """Return a state variable of every neuron as it is after the run, or before it."""
        state_variable(self.network, population, name)
        return self._values[population, name]

    def save_state(self) -> dict[str, npt.NDArray[np.generic]]:
        """Raise: there is no state that a run could go on from."""
        raise Unsupported(f"backend {self.backend}: its state cannot be saved; instead: backend numba or brian2")

    def load_state(self, state: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Raise: a run begins at its beginning."""
        raise Unsupported(f"backend {self.backend}: its state cannot be loaded; instead: backend numba or brian2")

    def _refuse_if_ended(self) -> None:
        if self._now:
            raise Unsupported(
                f"backend {self.backend}: a run cannot be continued, so its operations must be given as one protocol; "
                "instead: spikemem.run with a protocol, or a live memory on backend brian2 or numba"
            )
