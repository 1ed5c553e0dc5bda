"""A runtime program's state as a whole: saved to a checkpoint, and loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from spikemem.backend import Cost, StepEvents
from spikemem.backends.brian import checkpoint
from spikemem.backends.brian.build import Access, Array
from spikemem.backends.brian.checkpoint import Arrivals
from spikemem.backends.brian.lower import Model
from spikemem.ir.lowered import LoweredNetwork
from spikemem.sources import in_order


class Live(Access):
    """The Brian2 objects of a runtime program. A bucket without synapses has none, and its variables are empty."""

    def __init__(self, network: LoweredNetwork, now: int, model: Model, fired: Mapping[str, list[StepEvents]]) -> None:
        self.network, self.now = network, now
        self._model, self._fired = model, fired

    def read(self, key: str) -> Array:
        """Return a variable."""
        if self._lacks(key):
            return np.zeros(0)
        return np.array(self._model.variable(key).get_value())

    def write(self, key: str, values: Array) -> None:
        """Set a variable."""
        if not self._lacks(key):
            self._model.variable(key).set_value(values)

    def queue(self, synapses: str, pathway: str) -> list[Array]:
        """Return the synapses under way."""
        if self._lacks(synapses):
            return []
        offset, places = getattr(self._model.brian[synapses], pathway).queue._full_state()
        return [np.array(places[(offset + k) % len(places)], dtype=np.int32) for k in range(len(places))]

    def set_queue(self, synapses: str, pathway: str, waiting: list[Array]) -> None:
        """Replace the synapses under way."""
        if not self._lacks(synapses):
            queue = getattr(self._model.brian[synapses], pathway).queue
            queue._restore_from_full_state((0, [synapse.tolist() for synapse in waiting]))

    def _lacks(self, key: str) -> bool:
        return key.partition(".")[0] not in self._model.names

    def clear_queues(self) -> None:
        """Take everything off the way."""
        for part in self._model.brian.sorted_objects:
            queue = getattr(part, "queue", None)
            if queue is not None:
                queue._restore_from_full_state((0, [[] for _ in queue._full_state()[1]]))

    def fired(self, population: str) -> StepEvents:
        """Return all spikes since step 0."""
        parts = self._fired[population]
        if not parts:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
        return np.concatenate([s for s, _ in parts]), np.concatenate([n for _, n in parts])


@dataclass
class Loaded:
    """What a checkpoint holds beside Brian2's variables."""

    later: Arrivals
    pending: dict[str, StepEvents]
    cost: Cost
    updates: list[tuple[int, int]] = field(default_factory=list)
    fired: dict[str, list[StepEvents]] = field(default_factory=dict)


def save(
    access: Live, model: Model, later: Arrivals, pending: Mapping[str, StepEvents], cost: Cost, single: bool
) -> dict[str, Array]:
    """Return the state by array name."""
    network, now = access.network, access.now
    sizes = {p.name: p.size for p in network.populations}
    state: dict[str, Array] = {}
    for k, population in enumerate(network.populations):
        extra = model.additions[population.name]
        sums = checkpoint.arriving(access, population, k, extra, model.held, later)
        state |= checkpoint.save_population(access, population, model.saved.get(population.name), sums)
    named = list(checkpoint.buckets(network, model.held))
    for name, projection, held in named:
        if held.saved is not None:
            weights = np.zeros(0) if held.weights is None else access.read(held.weights)
            state[f"{name}/weights"] = checkpoint.save_weights(
                held, weights, sizes[projection.pre], sizes[projection.post], single
            )
            state |= {f"{name}/{part}": value for part, value in held.saved.save(access).items()}
    deepest = max(checkpoint.depth(network, name) for name in sizes)
    state["network"] = np.frombuffer(network.digest().encode(), dtype=np.uint8)
    state["engine/now"] = np.array([now])
    state["engine/cost"] = np.array([cost.spikes, cost.synaptic_events, cost.weight_updates])
    state["engine/wake"] = np.tile(np.array([now, now + deepest]), len(network.populations) + len(named))
    for name, (steps, neurons) in pending.items():
        state[f"stimulus/{name}"] = np.stack([steps, neurons.astype(np.int64)])
    return state


def load(access: Live, model: Model, state: Mapping[str, Array]) -> Loaded:
    """Take over the variables and what is under way; return the rest."""
    network, now = access.network, access.now
    for key, value in model.initial.items():
        access.write(key, value)
    access.clear_queues()
    pairs = {name.removeprefix("stimulus/"): pair for name, pair in state.items() if name.startswith("stimulus/")}
    loaded = Loaded(
        checkpoint.load_populations(access, model.saved, state),
        {name: (pair[0].astype(np.int64), pair[1].astype(np.int32)) for name, pair in pairs.items()},
        Cost(*(int(n) for n in state["engine/cost"])),
    )
    for name, projection, held in checkpoint.buckets(network, model.held):
        if held.saved is None:
            continue
        if held.weights is not None:
            access.write(held.weights, checkpoint.load_weights(held, state[f"{name}/weights"]))
        own = {part.removeprefix(f"{name}/"): a for part, a in state.items() if part.startswith(f"{name}/")}
        held.saved.load(access, own)
        loaded.updates += checkpoint.updates_to_come(held, own, now)
        if held.saved.unlimited:
            loaded.fired[projection.post] = [_events(own["post_count"], own["post_steps"])]
    return loaded


def _events(count: Array, steps: Array) -> StepEvents:
    """Return the spikes of a history."""
    neurons = np.repeat(np.arange(count.size, dtype=np.int32), count)
    return in_order(np.concatenate([steps[j, :n] for j, n in enumerate(count)]).astype(np.int64), neurons)
