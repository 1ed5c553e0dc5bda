"""Connectors: which pairs of neurons a projection joins. Names as in PyNN, without the suffix.

``allow_self_connections=False`` leaves out the pairs of equal index, whether or not both ends are the same population
(PyNN looks at it only when they are).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator

from spikemem.errors import NetworkError
from spikemem.ir.node import Count, Fraction, node
from spikemem.ir.values import Numbers

Index = npt.NDArray[np.int32]
Pairs = tuple[Index, Index]


class Connector(ABC):
    """Which pairs are joined. A subclass is final and frozen."""

    @abstractmethod
    def pairs(self, rng: np.random.Generator, pre: int, post: int) -> Pairs:
        """Return (pre indices, post indices), int32, for populations of ``pre`` and ``post`` neurons.

        Raises :class:`NetworkError` where the sizes do not fit.
        """

    def dense(self, pre: int, post: int) -> tuple[bool, bool] | None:
        """Return (True, with self-connections) if every pair is joined, so that no index is needed; else None."""
        return None


@node
class OneToOne(Connector):
    """Neuron i to neuron i; both populations have the same size."""

    def pairs(self, rng: np.random.Generator, pre: int, post: int) -> Pairs:
        """Return i, i."""
        if pre != post:
            raise NetworkError(f"OneToOne: both populations must have the same size, got {pre} and {post}")
        index = np.arange(pre, dtype=np.int32)
        return index, index.copy()


@node
class Unconnected(Connector):
    """No pair: for rules that grow the synapses themselves."""

    def pairs(self, rng: np.random.Generator, pre: int, post: int) -> Pairs:
        """Return nothing."""
        return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32)


@node
class AllToAll(Connector):
    """Every neuron to every neuron."""

    allow_self_connections: bool = True

    def pairs(self, rng: np.random.Generator, pre: int, post: int) -> Pairs:
        """Return all pairs, by pre, then post."""
        i, j = np.divmod(np.arange(pre * post, dtype=np.int64), post)
        keep = slice(None) if self.allow_self_connections else i != j
        return i[keep].astype(np.int32), j[keep].astype(np.int32)

    def dense(self, pre: int, post: int) -> tuple[bool, bool] | None:
        """Return (True, allow_self_connections)."""
        return True, self.allow_self_connections


def _pair_list(value: Any) -> tuple[tuple[int, int], ...]:
    return tuple((int(i), int(j)) for i, j in value)


@node
class FromList(Connector):
    """The given (pre, post) pairs, in this order (the order of explicit weights and delays)."""

    connections: Annotated[tuple[tuple[int, int], ...], BeforeValidator(_pair_list)]

    def pairs(self, rng: np.random.Generator, pre: int, post: int) -> Pairs:
        """Return the pairs; raise for an index outside the populations."""
        both = np.array(self.connections, dtype=np.int64).reshape(-1, 2)
        for column, size, side in ((0, pre, "pre"), (1, post, "post")):
            bad = (both[:, column] < 0) | (both[:, column] >= size)
            if bad.any():
                raise NetworkError(f"FromList: {side} index {both[bad][0, column]} is out of range 0..{size - 1}")
        return both[:, 0].astype(np.int32), both[:, 1].astype(np.int32)


@node
class FixedProbability(Connector):
    """Each pair with probability ``p_connect``, independently."""

    p_connect: Fraction
    allow_self_connections: bool = True

    def pairs(self, rng: np.random.Generator, pre: int, post: int) -> Pairs:
        """Return the drawn pairs, by pre, then post (drawn row by row)."""
        rows, columns = [], []
        for i in range(pre):
            hit = rng.random(post) < self.p_connect
            if not self.allow_self_connections and i < post:
                hit[i] = False
            targets = np.flatnonzero(hit).astype(np.int32)
            columns.append(targets)
            rows.append(np.full(targets.size, i, dtype=np.int32))
        return np.concatenate(rows), np.concatenate(columns)


@node
class FixedNumberPre(Connector):
    """Every post neuron gets ``n`` pre neurons, drawn without replacement (or with): a fixed in-degree."""

    n: Count
    with_replacement: bool = False
    allow_self_connections: bool = True

    def pairs(self, rng: np.random.Generator, pre: int, post: int) -> Pairs:
        """Return the drawn pairs, by post."""
        no_self = not self.allow_self_connections
        fewest = pre - 1 if no_self else pre
        if (1 if self.with_replacement else self.n) > fewest:
            raise NetworkError(f"FixedNumberPre: n={self.n} exceeds the {fewest} pre neurons available")
        sources = np.empty((post, self.n), dtype=np.int32)
        for j in range(post):
            leave_out = no_self and j < pre
            available = pre - 1 if leave_out else pre
            drawn = (
                rng.integers(available, size=self.n)
                if self.with_replacement
                else rng.choice(available, size=self.n, replace=False, shuffle=False)
            )
            sources[j] = drawn + (drawn >= j) if leave_out else drawn
        return sources.reshape(-1), np.repeat(np.arange(post, dtype=np.int32), self.n)


@node
class FromMatrix(Connector):
    """A boolean or 0/1 matrix, pre by post: joined where it is not 0 (PyNN: ArrayConnector)."""

    matrix: Numbers

    def pairs(self, rng: np.random.Generator, pre: int, post: int) -> Pairs:
        """Return the non-zero places, by pre, then post; raise if the shape is not (pre, post)."""
        if self.matrix.array.shape != (pre, post):
            raise NetworkError(f"FromMatrix: shape must be ({pre}, {post}), got {self.matrix.array.shape}")
        i, j = np.nonzero(self.matrix.array)
        return i.astype(np.int32), j.astype(np.int32)


@node
class Grouped(Connector):
    """Group g of ``pre_size`` consecutive neurons to group g of ``post_size``, every one to every one.

    So ``Grouped(1, 8)`` joins a mini-column's input line to its 8 cells, and ``Grouped(8, 1)`` 8 dendrites to their soma.
    """

    pre_size: Count
    post_size: Count

    def pairs(self, rng: np.random.Generator, pre: int, post: int) -> Pairs:
        """Return the pairs, by pre, then post; raise unless both populations are as many whole groups."""
        if pre % self.pre_size or post % self.post_size or pre // self.pre_size != post // self.post_size:
            raise NetworkError(
                f"Grouped: populations must be as many groups of {self.pre_size} and {self.post_size} neurons, "
                f"got {pre} and {post} neurons"
            )
        i = np.arange(pre, dtype=np.int32)
        first = (i // self.pre_size) * self.post_size
        targets = first[:, None] + np.arange(self.post_size, dtype=np.int32)
        return np.repeat(i, self.post_size), targets.reshape(-1).astype(np.int32)
