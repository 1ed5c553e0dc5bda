"""What the spike sources have still to fire."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from spikemem.backend import StepEvents
from spikemem.backends.numba_cpu.feed import POISSON_BLOCK, Poisson, check_events, in_order
from spikemem.errors import InvalidInput
from spikemem.ir.lowered import LoweredNetwork
from spikemem.ir.spike_source import SpikeSource, SpikeSourcePoisson

NO_EVENTS: StepEvents = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32))


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
