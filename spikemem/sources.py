"""What the spike sources have still to fire, on every backend: given stimuli, and Poisson spikes drawn block by block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spikemem.backend import StepEvents
from spikemem.errors import InvalidInput, choices
from spikemem.ir.lowered import LoweredNetwork
from spikemem.ir.spike_source import SpikeSource, SpikeSourcePoisson
from spikemem.rng import generator

POISSON_BLOCK = 1000
"""Steps of Poisson spikes that are drawn at a time, by a generator of their own."""


NO_EVENTS: StepEvents = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32))


def in_order(steps: npt.NDArray[np.int64], neurons: npt.NDArray[np.int32]) -> StepEvents:
    """Return the events sorted by step, then neuron."""
    later = np.diff(steps)
    if np.all((later > 0) | ((later == 0) & (np.diff(neurons) >= 0))):
        return steps, neurons
    order = np.lexsort((neurons, steps))
    return steps[order], neurons[order]


def before(end: int, events: StepEvents) -> StepEvents:
    """Return the events of steps < ``end``; they are sorted by step."""
    count = int(np.searchsorted(events[0], end))
    return events[0][:count], events[1][:count]


def check_events(network: LoweredNetwork, now: int, events: Mapping[str, StepEvents]) -> None:
    """Raise :class:`InvalidInput` for events of what is no spike source, of no such neuron, or of the past."""
    sources = {p.name: p for p in network.populations if isinstance(p.cell, SpikeSource)}
    for name, (steps, neurons) in events.items():
        if name not in sources:
            raise InvalidInput(f"stimulus: {name!r} is no spike source of {network.name}; {choices(name, sources)}")
        size = sources[name].size
        if steps.shape != neurons.shape or steps.ndim != 1:
            raise InvalidInput(f"stimulus of {name}: {steps.shape} times and {neurons.shape} neurons do not pair up")
        wrong = (neurons < 0) | (neurons >= size)
        if wrong.any():
            raise InvalidInput(f"stimulus of {name}: neuron {int(neurons[wrong][0])} is out of range 0..{size - 1}")
        if (steps < now).any():
            earliest, dt = int(steps.min()), network.dt
            raise InvalidInput(f"stimulus of {name}: {earliest * dt:g} ms has passed; the run is at {now * dt:g} ms")


@dataclass(frozen=True)
class Poisson:
    """The spikes of all Poisson sources of a network."""

    network: LoweredNetwork

    def block(self, number: int) -> dict[str, StepEvents]:
        """Return the spikes of steps [number, number + 1) POISSON_BLOCK."""
        dt = self.network.dt
        drawn = {}
        for population in self.network.populations:
            if isinstance(population.cell, SpikeSourcePoisson):
                probability = -np.expm1(-population.cell.rate * dt / 1000.0)
                rng = generator(self.network.seed, "poisson", population.name, number)
                places = _successes(rng, probability, POISSON_BLOCK * population.size)
                steps, neurons = np.divmod(places, population.size)
                steps = steps + number * POISSON_BLOCK
                keep = steps >= np.ceil(population.cell.start / dt - 1e-9)
                drawn[population.name] = (steps[keep], neurons[keep].astype(np.int32))
        return drawn


def _successes(rng: np.random.Generator, probability: float, trials: int) -> npt.NDArray[np.int64]:
    """Return the indices of the successes among ``trials`` Bernoulli trials, by geometric gaps."""
    if probability <= 0.0:
        return np.zeros(0, dtype=np.int64)
    found: list[npt.NDArray[np.int64]] = []
    last = -1
    while last < trials:
        places = last + np.cumsum(rng.geometric(probability, size=max(64, int(trials * probability * 1.1))))
        found.append(places.astype(np.int64))
        last = int(places[-1])
    everything = np.concatenate(found)
    return everything[everything < trials]


class Sources:
    """The pending spikes of every source of a network; Poisson spikes are drawn block by block."""

    def __init__(self, network: LoweredNetwork) -> None:
        self._network = network
        self.pending: dict[str, StepEvents] = {
            p.name: NO_EVENTS for p in network.populations if isinstance(p.cell, SpikeSource | SpikeSourcePoisson)
        }
        self._poisson = any(isinstance(p.cell, SpikeSourcePoisson) for p in network.populations)

    def stimulate(self, now: int, events: Mapping[str, StepEvents]) -> None:
        """Add given spikes; raise :class:`InvalidInput` for any that cannot be."""
        check_events(self._network, now, events)
        self._add(now, events)

    def draw(self, now: int, end: int, *, forget: bool = True) -> int:
        """Draw the Poisson spikes that begin at step ``now``; return the step, at most ``end``, until which all are known.

        Spikes before ``now`` are forgotten then, unless ``forget`` is False.
        """
        if not self._poisson:
            return end
        block, inside = divmod(now, POISSON_BLOCK)
        if inside == 0:
            self._add(now if forget else 0, Poisson(self._network).block(block))
        return min(end, (block + 1) * POISSON_BLOCK)

    def until(self, end: int) -> dict[str, StepEvents]:
        """Return all spikes of steps < ``end``, Poisson spikes drawn for it included; what is pending stays as it is."""
        drawn, known = Sources(self._network), 0
        drawn.restore(self.pending)
        while known < end:
            known = drawn.draw(known, end, forget=False)
        return {name: before(end, events) for name, events in drawn.pending.items()}

    def to_come(self, now: int) -> dict[str, StepEvents]:
        """Return the events at steps >= ``now``."""
        first = {name: np.searchsorted(steps, now) for name, (steps, _) in self.pending.items()}
        return {name: (steps[first[name] :], neurons[first[name] :]) for name, (steps, neurons) in self.pending.items()}

    def restore(self, pending: Mapping[str, StepEvents]) -> None:
        """Take over the pending spikes of a checkpoint."""
        self.pending = dict(pending)

    def _add(self, now: int, events: Mapping[str, StepEvents]) -> None:
        merged = self.to_come(now)
        for name, (steps, neurons) in events.items():
            old = merged[name]
            both = in_order(np.concatenate([old[0], steps]), np.concatenate([old[1], neurons.astype(np.int32)]))
            twice = (np.diff(both[0]) == 0) & (np.diff(both[1]) == 0)
            if twice.any():
                at = int(np.flatnonzero(twice)[0])
                raise InvalidInput(
                    f"stimulus of {name}: neuron {both[1][at]} fires twice at {both[0][at] * self._network.dt:g} ms"
                )
            merged[name] = both
        self.pending = merged
