"""Items to store, and how well they come back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.layers import MemoryLayer
from spikemem.rng import generator

Array = npt.NDArray[np.float64]
Layer = MemoryLayer[Any]


def signs(seed: int, name: str, *shape: int) -> Array:
    """Random signs."""
    drawn: Array = generator(seed, name).choice(np.array([-1.0, 1.0]), shape)
    return drawn


def directions(seed: int, name: str, count: int, d: int) -> Array:
    """Random vectors of length 1, evenly over the sphere."""
    drawn = generator(seed, name).standard_normal((count, d))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def flipped(pattern: Array, part: float, seed: int, name: str, k: int) -> Array:
    """The pattern with each sign turned with probability ``part``."""
    return np.where(generator(seed, name, k).random(pattern.size) < part, -pattern, pattern)


def filled[L: Layer](layer: L, keys: Iterable[Any], values: Iterable[Any] | None = None) -> L:
    """The layer, after one write of each item."""
    if values is None:
        for pattern in keys:
            layer.write(pattern)
    else:
        for k, v in zip(keys, values, strict=True):
            layer.write(k, v)
    return layer


def bits_right(layer: Layer, keys: Array, values: Array) -> float:
    """The part of all signs of the values that come back right."""
    return float(np.mean([np.sign(layer.read(k).value) == v for k, v in zip(keys, values, strict=True)]))


def first_choices(layer: Layer, keys: Array, book: Array) -> npt.NDArray[np.int64]:
    """The row of ``book`` that has the largest overlap with what each key brings up."""
    return np.array([np.argmax(book @ layer.read(k).value) for k in keys])


def perfect(layer: Layer, cues: Sequence[Array], patterns: Sequence[Array]) -> float:
    """The part of the cues that bring up the whole pattern."""
    found = [bool((layer.read(q).value == p).all()) for q, p in zip(cues, patterns, strict=True)]
    return float(np.mean(found))
