"""A temporal memory on random high-order sequences: sizes, parameters and the stream that all are given.

The parameters are those of the discrete sequences of Cui, Ahmad & Hawkins (2016, Neural Comput. 28:2474), permanences apart:
2048 mini-columns of 32 cells, 40 of them active, activation and matching thresholds 15, initial permanence 0.21, connected from
0.5, increment and decrement 0.1, punishment 0.02, 32 new synapses. Segments have room for 32 synapses; the stream is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

COLUMNS, CELLS, ACTIVE = 2048, 32, 40
NEURONS = COLUMNS * CELLS
THETA, MATCH = 15, 15
INITIAL, CONNECTED, INCREMENT, DECREMENT, PUNISHMENT = 0.21, 0.5, 0.1, 0.1, 0.02
SYNAPSES, ROOM, SEED = 32, 60_000, 1
PROJECTION = "cells->basal"
LETTERS, SEQUENCES, LENGTH = 60, 20, 12

Index = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Stream:
    """The active mini-columns of each element, ascending."""

    elements: tuple[Index, ...]


def stream(elements: int) -> Stream:
    """Return sequences in random order. They are drawn from one alphabet, so that a letter has many contexts."""
    rng = np.random.default_rng(5)
    codes = [np.sort(rng.choice(COLUMNS, ACTIVE, replace=False)) for _ in range(LETTERS)]
    sequences = [rng.choice(LETTERS, LENGTH, replace=False) for _ in range(SEQUENCES)]
    order = np.concatenate([sequences[k] for k in rng.integers(SEQUENCES, size=elements // LENGTH + 1)])
    return Stream(tuple(codes[letter] for letter in order[:elements]))


def digest(active: list[Index]) -> str:
    """Return a digest of the cells that are active in each element."""
    made = blake2b(digest_size=16)
    for cells in active:
        made.update(np.asarray(cells, dtype=np.int64).tobytes() + b".")
    return made.hexdigest()


def bursting(active: list[Index]) -> float:
    """Return the share of the mini-columns that were not predicted: all of their cells fired."""
    full = sum(int((np.bincount(cells // CELLS, minlength=COLUMNS) == CELLS).sum()) for cells in active)
    return full / (ACTIVE * len(active))
