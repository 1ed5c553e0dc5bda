"""How signs are put to a memory, and how signs are read from its answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache

import numpy as np

from spikemem.experiments.memories.items import Array
from spikemem.layers.cost import Array as AnyArray
from spikemem.rng import generator


@dataclass(frozen=True)
class Code(ABC):
    """A code. ``length``: signs of the key that it uses; ``d``: signs of a value. An unknown sign of a cue is 0."""

    length: int
    d: int

    @abstractmethod
    def item(self, number: int, key: Array, value: Array) -> tuple[AnyArray, ...]:
        """Return what is written: a key and a value, or a pattern alone."""

    @abstractmethod
    def cue(self, number: int, key: Array) -> AnyArray:
        """Return what is asked."""

    @abstractmethod
    def scores(self, answer: AnyArray) -> Array:
        """Return a number for each sign of the value: its sign is the sign that is answered, 0 none."""


class Pairs(Code):
    """Keys of length 1, values as they are."""

    def item(self, number: int, key: Array, value: Array) -> tuple[AnyArray, ...]:
        """Return the pair."""
        return self.cue(number, key), value

    def cue(self, number: int, key: Array) -> AnyArray:
        """Return the signs over the root of their number."""
        return np.asarray(key / np.sqrt(self.length))

    def scores(self, answer: AnyArray) -> Array:
        """Return the answer."""
        return np.asarray(answer)


class SignedPairs(Pairs):
    """Keys and values of signs."""

    def cue(self, number: int, key: Array) -> AnyArray:
        """Return the signs."""
        return key


class Patterns(Code):
    """Key and value in a row, for memories that complete patterns; of a cue, the value is unknown."""

    def item(self, number: int, key: Array, value: Array) -> tuple[AnyArray, ...]:
        """Return the pattern."""
        return (np.concatenate([key, value]),)

    def cue(self, number: int, key: Array) -> AnyArray:
        """Return the key, and 0 for the value."""
        return np.concatenate([key, np.zeros(self.d)])

    def scores(self, answer: AnyArray) -> Array:
        """Return the value's part."""
        return np.asarray(answer[self.length :])


class Phases(Code):
    """Two signs are one complex number, of one of four phases."""

    def item(self, number: int, key: Array, value: Array) -> tuple[AnyArray, ...]:
        """Return the pair."""
        return self.cue(number, key), value[0::2] + 1j * value[1::2]

    def cue(self, number: int, key: Array) -> AnyArray:
        """Return the key, of length 1 if it is whole."""
        return np.asarray((key[0::2] + 1j * key[1::2]) / np.sqrt(self.length))

    def scores(self, answer: AnyArray) -> Array:
        """Return real and imaginary parts in turn."""
        return np.asarray(np.column_stack([answer.real, answer.imag]).ravel())


class Spread(Code):
    """A value is repeated to the length of the key, under a mask of random signs; an answer is the mean over repetitions."""

    def item(self, number: int, key: Array, value: Array) -> tuple[AnyArray, ...]:
        """Return the pair; the length is a multiple of d."""
        return self.cue(number, key), _mask(self.length) * np.tile(value, self.length // self.d)

    def cue(self, number: int, key: Array) -> AnyArray:
        """Return the signs over the root of their number."""
        return np.asarray(key / np.sqrt(self.length))

    def scores(self, answer: AnyArray) -> Array:
        """Return the sum over repetitions, the mask removed."""
        return np.asarray((_mask(self.length) * answer).reshape(-1, self.d).sum(axis=0))


@cache
def _mask(length: int) -> Array:
    return generator(0, "mask", length).choice(np.array([-1.0, 1.0]), length)


@dataclass(frozen=True)
class Cells(Code):
    """The keys as sparse patterns, as those of :class:`Blocks`; the values have no part in it."""

    key_signs: int

    def item(self, number: int, key: Array, value: Array) -> tuple[AnyArray, ...]:
        """Return the key's pattern."""
        return (self.cue(number, key),)

    def cue(self, number: int, key: Array) -> AnyArray:
        """Return the key's pattern."""
        return _one_of_each(key, self.key_signs)

    def scores(self, answer: AnyArray) -> Array:
        """Return no answer."""
        return np.zeros(self.d)


@dataclass(frozen=True)
class Blocks(Code):
    """Sparse binary vectors: so many signs in a row are a block of 2^signs cells, of which the one that they number is active.

    A block of a cue of which a sign is unknown is silent. An answer's score of a sign is the difference of the active cells
    of its block that speak for +1 and for -1, over their number.
    """

    key_signs: int
    value_signs: int

    def item(self, number: int, key: Array, value: Array) -> tuple[AnyArray, ...]:
        """Return the pair of sparse vectors."""
        return _one_of_each(key, self.key_signs), _one_of_each(value, self.value_signs)

    def cue(self, number: int, key: Array) -> AnyArray:
        """Return the sparse vector."""
        return _one_of_each(key, self.key_signs)

    def scores(self, answer: AnyArray) -> Array:
        """Return the votes of the cells of each block."""
        return _votes(answer, self.value_signs)


@dataclass(frozen=True)
class Lines(Code):
    """One line an item as its key, whatever the signs; values as those of :class:`Blocks`."""

    lines: int
    value_signs: int

    def item(self, number: int, key: Array, value: Array) -> tuple[AnyArray, ...]:
        """Return the line of the item's number, and the sparse vector."""
        return self.cue(number, key), _one_of_each(value, self.value_signs)

    def cue(self, number: int, key: Array) -> AnyArray:
        """Return the line of the item's number; none if there are fewer lines."""
        return np.asarray(np.arange(self.lines) == number, dtype=np.float64)

    def scores(self, answer: AnyArray) -> Array:
        """Return the votes of the cells of each block."""
        return _votes(answer, self.value_signs)


def _one_of_each(signs: Array, block: int) -> Array:
    """Return 1 at the cell that each block of signs numbers, 0 elsewhere.

    >>> _one_of_each(np.array([1.0, -1.0, 0.0, 1.0]), 2)
    array([0., 1., 0., 0., 0., 0., 0., 0.])
    """
    rows = signs.reshape(-1, block)
    cells = np.zeros((len(rows), 2**block))
    known = np.flatnonzero(rows.all(axis=1))
    cells[known, ((rows[known] > 0) @ (1 << np.arange(block))).astype(int)] = 1.0
    return cells.ravel()


def _votes(active: AnyArray, block: int) -> Array:
    """Return, for each sign of each block, how much more of the active cells speak for +1 than for -1, over their number.

    >>> _votes(np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]), 2)
    array([ 0.,  0., -1.,  1.])
    """
    cells = np.arange(2**block)
    signs = 2.0 * ((cells[:, None] >> np.arange(block)) & 1) - 1.0
    rows = active.reshape(-1, cells.size)
    return np.asarray((rows @ signs / np.maximum(rows.sum(axis=1, keepdims=True), 1.0)).ravel())
