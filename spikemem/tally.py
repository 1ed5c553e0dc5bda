"""What a run fired, and what that cost: counted on the host from the spikes, as every spike does what the network says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from spikemem.backend import Cost, Program, StepEvents
from spikemem.ir.lowered import Connections, LoweredNetwork
from spikemem.sources import NO_EVENTS, before


@dataclass(frozen=True)
class Updates:
    """Weight updates: ``counts[n]`` of them ``delay`` steps after neuron n of ``population`` fires.

    In place of a population there may be the name of other events that the program reports with the spikes.
    """

    population: str
    delay: int
    counts: npt.NDArray[np.int64]


class Counted(Protocol):
    """A bucket of synapses, as far as its cost goes."""

    @property
    def connections(self) -> Connections:
        """The synapses."""

    @property
    def updates(self) -> tuple[Updates, ...]:
        """Their weight updates."""

    @property
    def heard(self) -> str | None:
        """The name of the events by which they send, None if those are the spikes of the pre population."""


class Record:
    """The spikes held, the costs counted, and the spikes whose weight updates are still to come."""

    def __init__(self, network: LoweredNetwork, held: Mapping[str, tuple[Counted, ...]], kept: frozenset[str]) -> None:
        self._kept = kept
        self._held: dict[str, list[StepEvents]] = {p.name: [] for p in network.populations}
        self._targets: dict[str, npt.NDArray[np.int64]] = {}
        self._updates: list[Updates] = []
        for projection in network.projections:
            for bucket in held[projection.name]:
                size = network.population(projection.pre).size
                own = self._targets.setdefault(bucket.heard or projection.pre, np.zeros(size, dtype=np.int64))
                own += np.bincount(bucket.connections.pre, minlength=size)
                self._updates += bucket.updates
        self.cost = Cost()
        self._late: list[tuple[int, int]] = []

    def add(self, events: Mapping[str, StepEvents], now: int, more: tuple[int, int] = (0, 0)) -> None:
        """Enter the spikes of the steps before ``now`` that have not been entered yet.

        ``more`` are synaptic events and weight updates that came with them and that spikes do not tell.
        """
        known = self.counted(events, now)
        self.cost = Cost(known.spikes, known.synaptic_events + more[0], known.weight_updates + more[1])
        self._late = [(step, count) for step, count in self._late + self._delayed(events) if step >= now]
        for name, found in events.items():
            if name in self._kept and found[0].size:
                self._held[name].append(found)

    def counted(self, events: Mapping[str, StepEvents], now: int) -> Cost:
        """Return what the cost will be with these spikes."""
        spikes = sum(events[name][0].size for name in self._held)
        synaptic = sum(int(own[events[name][1]].sum()) for name, own in self._targets.items())
        updates = sum(count for step, count in self._late + self._delayed(events) if step < now)
        return Cost(self.cost.spikes + spikes, self.cost.synaptic_events + synaptic, self.cost.weight_updates + updates)

    def _delayed(self, events: Mapping[str, StepEvents]) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for update in self._updates:
            steps, neurons = events[update.population]
            counts: npt.NDArray[np.int64] = update.counts[neurons]
            found += zip((steps + update.delay).tolist(), counts.tolist(), strict=True)
        return found

    def spikes(self, since: int) -> dict[str, StepEvents]:
        """Return the spikes held, of steps >= ``since``."""
        found = {}
        for name, parts in self._held.items():
            steps = np.concatenate([NO_EVENTS[0], *(s for s, _ in parts)])
            neurons = np.concatenate([NO_EVENTS[1], *(n for _, n in parts)])
            late = steps >= since
            found[name] = (steps[late], neurons[late])
        return found

    def restore(self, cost: Cost, late: list[tuple[int, int]]) -> None:
        """Go on from a checkpoint: the cost so far, and the (step, number) of weight updates to come."""
        self.cost, self._late = cost, late
        self.forget()

    def forget(self) -> None:
        """Drop the spikes held."""
        for parts in self._held.values():
            parts.clear()


def costs_until(fresh: Record, events: Mapping[str, StepEvents], marks: Sequence[int]) -> list[Cost]:
    """Return what a run with these spikes took up to each of ``marks``; nothing has been entered in ``fresh`` yet."""
    return [fresh.counted({name: before(mark, own) for name, own in events.items()}, mark) for mark in marks]


class RecordedProgram(Program):
    """A program whose spikes and costs are kept in a record on the host. A subclass makes the record and counts the steps."""

    _record: Record
    _now: int

    @property
    def now(self) -> int:
        """The next step."""
        return self._now

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
