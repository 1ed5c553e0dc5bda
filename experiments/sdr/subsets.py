"""Random sets of cells: the patterns that are shown."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Index = npt.NDArray[np.int64]
Shown = tuple[Index, Index]
"""Patterns, as pairs of the number of the pattern and a cell that is active in it, each pair once."""
_ROOM = 2**24
"""Numbers that are shuffled at a time."""


def random_subsets(rng: np.random.Generator, count: int, n: int, size: int) -> Index:
    """Return ``count`` sets of ``size`` of the numbers 0..n-1, a set a row, every set as likely as any other.

    The first ``size`` swaps of Fisher and Yates's shuffle, of many sets at once.

    >>> random_subsets(np.random.default_rng(1), count=3, n=5, size=5).sum(axis=1)
    array([10, 10, 10])
    """
    at_once = max(1, _ROOM // n)
    parts = [_shuffled(rng, min(at_once, count - first), n, size) for first in range(0, count, at_once)]
    return np.concatenate(parts)


def _shuffled(rng: np.random.Generator, count: int, n: int, size: int) -> Index:
    numbers = np.repeat(np.arange(n, dtype=np.int32)[:, None], count, axis=1)
    every = np.arange(count)
    for i in range(size):
        j = rng.integers(i, n, size=count)
        drawn = numbers[j, every]
        numbers[j, every] = numbers[i]
        numbers[i] = drawn
    return numbers[:size].T.astype(np.int64)


def as_shown(subsets: Index) -> Shown:
    """Return sets, one a row, as patterns to show, their cells in order.

    >>> as_shown(np.array([[4, 2], [0, 3]]))
    (array([0, 0, 1, 1]), array([2, 4, 0, 3]))
    """
    count, size = subsets.shape
    return np.repeat(np.arange(count), size), np.sort(subsets, axis=1).reshape(-1)


def random_unions(rng: np.random.Generator, count: int, n: int, size: int, members: int) -> Shown:
    """Return ``count`` unions, each of ``members`` random sets of ``size`` of the numbers 0..n-1.

    >>> random_unions(np.random.default_rng(1), count=1, n=3, size=3, members=2)
    (array([0, 0, 0]), array([0, 1, 2]))
    """
    sets = random_subsets(rng, count * members, n, size).reshape(count, members * size)
    which = np.repeat(np.arange(count), members * size)
    return np.divmod(np.unique(which * n + sets.reshape(-1)), n)
