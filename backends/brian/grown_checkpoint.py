"""Synapses that have grown, in checkpoints: the arrays of the Numba engine, which links those of a pre neuron in chains."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from spikemem.backends.brian.build import Access, Array, Saved
from spikemem.backends.brian.grown_learning import Learning
from spikemem.backends.brian.grown_synapses import NOBODY

_END = 2
"""A chain ends with -(pre neuron + 2)."""


def saved(learning: Learning) -> Saved:
    """Return how the synapses and what the rule remembers are saved."""

    def save(access: Access) -> dict[str, Array]:
        grown, somata = learning.grown, learning.segments_of.size
        active = np.flatnonzero(grown.active)
        head, following = _chains(grown.pre.ravel(), grown.active.size)
        stamps = np.full(somata // learning.module, -1)
        return {
            "weights": grown.permanence.ravel(),
            "head": head,
            "next": following,
            "mark": _bits(grown.marked().ravel()),
            "match": grown.match().astype(np.uint8),
            "winners": _listed(grown.winners, grown.active.size),
            "last": np.concatenate([[learning.last], _listed(active, grown.active.size)]),
            "chosen": _listed(active[:0], grown.active.size if learning.pre is learning.soma else somata),
            "found": np.zeros(grown.segments, dtype=np.int32),
            "segments": np.array([learning.used]),
            "segments_of": learning.segments_of.astype(np.int32),
            "reinforced": learning.reinforced,
            "fired_at": np.full(somata, -1),
            "active_at": stamps,
            "predicted_at": stamps,
            "best": stamps,
        }

    def load(access: Access, state: Mapping[str, Array]) -> None:
        grown = learning.grown
        grown.permanence[:] = state["weights"].reshape(grown.permanence.shape)
        grown.pre[:] = _owners(state["head"], state["next"]).reshape(grown.pre.shape)
        grown.winners = state["winners"][1 : 1 + state["winners"][0]].astype(np.int64)
        learning.last = int(state["last"][0])
        grown.active[:] = False
        grown.active[state["last"][2 : 2 + state["last"][1]]] = True
        learning.used = int(state["segments"][0])
        learning.segments_of[:] = state["segments_of"]
        learning.reinforced[:] = state["reinforced"]
        grown.counts.taken()

    return Saved(save, load)


def _listed(neurons: Array, room: int) -> Array:
    """Return neurons with their number before them and zeros behind."""
    return np.concatenate([[neurons.size], neurons, np.zeros(room - neurons.size)]).astype(np.int64)


def _bits(flags: Array) -> Array:
    """Return flags as the bits of 32-bit numbers, the least significant first."""
    padded = np.zeros((flags.size + 31) // 32 * 32, dtype=bool)
    padded[: flags.size] = flags
    return np.packbits(padded, bitorder="little").view("<i4").astype(np.int32)


def _chains(pre: Array, neurons: int) -> tuple[Array, Array]:
    """Return the first place of each neuron's synapses, -1 if it has none, and the place that follows each."""
    head, following = np.full(neurons, -1, dtype=np.int32), np.full(pre.size, -1, dtype=np.int32)
    places = np.flatnonzero(pre != NOBODY)
    places = places[np.argsort(pre[places], kind="stable")]
    owner = pre[places]
    first = np.diff(owner, prepend=-1) != 0
    last = np.diff(owner, append=-1) != 0
    head[owner[first]] = places[first]
    following[places] = np.where(last, -(owner + _END), np.roll(places, -1))
    return head, following


def _owners(head: Array, following: Array) -> Array:
    """Return the pre neuron of each place, along all chains at once."""
    pre = np.full(following.size, NOBODY, dtype=np.int32)
    neurons = np.flatnonzero(head >= 0)
    places = head[neurons]
    while places.size:
        pre[places] = neurons
        places = following[places]
        neurons, places = neurons[places >= 0], places[places >= 0]
    return pre
