"""Multi-query associative recall: sequences of tokens (Arora et al. 2023, arXiv:2312.04927), and the signs of tokens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from spikemem.experiments.memories.items import Array
from spikemem.rng import generator

VOCABULARY = 8192
LENGTH = 512
POWER = 0.01
"""Queries stand at places x with odds in proportion to x^(POWER - 1)."""
Tokens = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sequence:
    """``tokens``: the pairs in turn, then queries among random tokens; ``queries``: the places of the queries.

    ``answers``: for each query the token that is its key's value.
    """

    tokens: Tokens
    pairs: int
    queries: Tokens
    answers: Tokens

    @property
    def keys(self) -> Tokens:
        """The keys, in the order of the pairs."""
        return self.tokens[: 2 * self.pairs : 2]

    @property
    def values(self) -> Tokens:
        """The values, in the order of the pairs."""
        return self.tokens[1 : 2 * self.pairs : 2]


def sequence(rng: np.random.Generator, pairs: int, length: int = LENGTH, vocabulary: int = VOCABULARY) -> Sequence:
    """Return a sequence of ``pairs`` pairs, each asked for once, ``length`` tokens in all, at least 4 a pair.

    Keys are drawn from 1 to V / 2 - 1, values from V / 2 to V - 1, none twice.

    >>> made = sequence(np.random.default_rng(1), pairs=2, length=8, vocabulary=16)
    >>> bool((np.sort(made.tokens[made.queries]) == np.sort(made.keys)).all())
    True
    """
    half = vocabulary // 2
    keys = rng.choice(np.arange(1, half), pairs, replace=False)
    values = rng.choice(np.arange(half, vocabulary), pairs, replace=False)
    places = np.arange(1.0, (length - 2 * pairs) // 2 + 1)
    odds = places ** (POWER - 1.0)
    queries = 2 * pairs + 2 * rng.choice(places.size, pairs, replace=False, p=odds / odds.sum())
    tokens = rng.integers(vocabulary, size=length)
    tokens[: 2 * pairs : 2], tokens[1 : 2 * pairs : 2], tokens[queries] = keys, values, keys
    order = np.argsort(queries)
    return Sequence(tokens, pairs, queries[order], values[order])


@lru_cache(maxsize=4)
def embedded(d: int) -> Array:
    """Return the signs that every token of the vocabulary has as a value, one token a row: the same for all seeds."""
    signs = np.where(generator(0, "vocabulary", d).random((VOCABULARY, d)) < 0.5, -1.0, 1.0)
    signs.flags.writeable = False
    return signs
