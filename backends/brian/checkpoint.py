"""Checkpoints of the runtime: the arrays and the names of the Numba engine's, so that a memory may move between the two.

What is under way to a neuron is saved as sums by step, as the engine has it; a program that takes it over adds the sums when
their steps come. Of the engine's own bookkeeping it is written that nothing is skipped: every stage runs in the next step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from spikemem.backends.brian.build import INPUT, Access, Additions, Array, Held, SavedPopulation
from spikemem.errors import FileError
from spikemem.ir.cell import Receptor
from spikemem.ir.lowered import Dense, LoweredNetwork, LoweredPopulation, LoweredProjection
from spikemem.ir.synapse import Static

Arrivals = dict[int, dict[str, Array]]
"""By step and population, the (excitatory, inhibitory) sums that arrive."""


def depth(network: LoweredNetwork, population: str) -> int:
    """Return how many steps of arriving input a checkpoint has."""
    return max((b.delay for p in network.projections if p.post == population for b in p.buckets), default=0) + 1


def buckets(
    network: LoweredNetwork, held: Mapping[str, tuple[Held, ...]]
) -> Iterator[tuple[str, LoweredProjection, Held]]:
    """Yield each bucket with the name of its arrays and its projection."""
    for projection in network.projections:
        several = len(projection.buckets) > 1
        for bucket in held[projection.name]:
            yield f"projection/{projection.name}" + (f"@{bucket.bucket.delay}" if several else ""), projection, bucket


def remembering(network: LoweredNetwork, held: Mapping[str, tuple[Held, ...]]) -> set[str]:
    """Return the populations of which checkpoints have all spikes."""
    return {p.post for _, p, h in buckets(network, held) if h.saved is not None and h.saved.unlimited}


def growing(network: LoweredNetwork, held: Mapping[str, tuple[Held, ...]]) -> set[str]:
    """Return the names of the arrays that grow with time."""
    unlimited = [name for name, _, h in buckets(network, held) if h.saved is not None and h.saved.unlimited]
    return {f"{name}/{part}" for name in unlimited for part in ("post_steps", "post_traces")}


def save_population(
    access: Access, population: LoweredPopulation, saved: SavedPopulation | None, arrivals: Array
) -> dict[str, Array]:
    """Return a population's arrays; a source's only one says that it has just not fired."""
    name = f"population/{population.name}"
    fired = np.zeros(2 + population.size, dtype=np.int64)
    fired[0] = -1
    own = {} if saved is None else saved.save(access, arrivals)
    return {f"{name}/fired": fired, **{f"{name}/{part}": value for part, value in own.items()}}


def load_populations(access: Access, saved: Mapping[str, SavedPopulation], state: Mapping[str, Array]) -> Arrivals:
    """Take over the populations' variables; return what is still to arrive."""
    later: Arrivals = {}
    for name, population in saved.items():
        start = f"population/{name}/"
        own = {key.removeprefix(start): value for key, value in state.items() if key.startswith(start)}
        for k, sums in enumerate(population.load(access, own)):
            if sums.any():
                later.setdefault(access.now + k, {})[name] = sums
    return later


def arriving(
    access: Access, population: LoweredPopulation, index: int, extra: Additions, held: Mapping[str, tuple[Held, ...]],
    later: Arrivals,
) -> Array:  # fmt: skip
    """Return what is under way to a population, by step from now on, receptor and neuron."""
    network, now = access.network, access.now
    size = depth(network, population.name)
    receptors: tuple[Receptor, ...] = population.cell.receptors
    sums = np.zeros((size, len(receptors), population.size))
    if not population.cell.weight_unit:
        return sums
    for r, receptor in enumerate(receptors):
        for k in range(extra.lines.get(receptor, 0) + 1):
            sums[k, r] += access.read(f"n{index}.{extra.slot(receptor, k + 1)}")
    for step, found in later.items():
        if population.name in found:
            sums[step - now] += found[population.name]
    for projection in network.projections:
        if projection.post == population.name and isinstance(projection.synapse, Static):
            filled = [h.connections for h in held[projection.name] if h.connections.pre.size]
            if not filled:
                continue
            post, weight = (np.concatenate([getattr(c, part) for c in filled]) for part in ("post", "weight"))
            r = receptors.index(projection.receptor)
            name = f"s{network.projections.index(projection)}"
            for k, synapses in enumerate(access.queue(name, "pre")):
                if synapses.size:
                    np.add.at(sums[k + 1, r], post[synapses], weight[synapses])
    return sums


def add_arrivals(group: Any, receptors: Iterable[Receptor], sums: Array) -> None:
    """Add what a checkpoint had under way for this step to what arrives; dendrites have excitatory input only."""
    for receptor, own in zip(receptors, sums, strict=False):
        variable = group.variables[INPUT[receptor]]
        variable.set_value(variable.get_value() + own)


def save_weights(held: Held, weights: Array, pre: int, post: int, single: bool) -> Array:
    """Return a plastic bucket's weights in its layout; the places of pairs left out keep their initial values."""
    layout, kind = held.bucket.layout, np.float32 if single else np.float64
    if isinstance(layout, Dense):
        matrix = np.array(np.broadcast_to(layout.weights, (pre, post)), dtype=kind)
        matrix[held.connections.pre, held.connections.post] = weights
        return matrix
    return weights.astype(kind)


def load_weights(held: Held, saved: Array) -> Array:
    """Return the weights of the synapses."""
    if isinstance(held.bucket.layout, Dense):
        return saved[held.connections.pre, held.connections.post]
    return saved


def updates_to_come(held: Held, state: Mapping[str, Array], now: int) -> list[tuple[int, int]]:
    """Return the (step, number) of weight updates by the events under way, which the engine counts when they are seen."""
    delayed = [update for update in held.updates if update.delay]
    return [
        (int(row[0]) + update.delay, int(update.counts[row[2 : 2 + row[1]]].sum()))
        for update in delayed
        for row in state["under_way"]
        if row[0] >= 0 and row[0] + update.delay >= now
    ]


def check(own: Mapping[str, Array], given: Mapping[str, Array], growing: set[str]) -> None:
    """Raise :class:`FileError` unless the arrays given are those of this network."""
    if missing := sorted(own.keys() ^ given.keys()):
        raise FileError(f"state: array {missing[0]!r} is in one of the saved state and this network, not in both")
    for name, value in own.items():
        shape, fits = given[name].shape, given[name].shape == value.shape
        if name in growing or name.startswith("stimulus/"):
            fits = shape[:-1] == value.shape[:-1]
        if not fits:
            raise FileError(f"state: array {name!r} has shape {shape}, this network's has {value.shape}")
    if not np.array_equal(own["network"], given["network"]):
        raise FileError("state: is of another network, or of the same under other numerics, weights or seed")
