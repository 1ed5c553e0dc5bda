"""A memory that is written to, and asked, item by item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any, Self

import numpy as np

from spikemem.errors import InvalidInput
from spikemem.experiments.memories.entrants import Choice, Entrant, Order
from spikemem.experiments.memories.items import Array, Items
from spikemem.experiments.memories.suite import Suite
from spikemem.experiments.memories.trial import first_choices

BOOK = 256
"""Values among which an answer must be nearest to the right one, whatever was stored."""
ABSENT = 10**6
"""From this number on are keys that are never stored."""


class Stream:
    """A memory of the comparison, made for ``writes`` writes, and the items of seed ``number``."""

    def __init__(self, suite: Suite, entrant: Entrant, choice: Choice, number: int, writes: int) -> None:
        self.entrant = entrant
        order = Order(suite.d, writes, suite.how.seed + number, suite.how.backend)
        self.fitted = entrant.make(order, choice)
        self.items = Items(order.seed, order.d)
        self.book = book(order.seed, order.d)
        self._keys: dict[int, Array] = {}
        self._places: dict[int, int] = {}
        self._writes = 0

    def copy(self) -> Self:
        """Return a memory in the same state, of which nothing is shared with this one."""
        return deepcopy(self)

    def key(self, number: int) -> Array:
        """Return as many signs of a key as the memory uses."""
        if number not in self._keys:
            self._keys[number] = self.items.key(number, self.fitted.code.length)
        return self._keys[number]

    def coded(self, number: int) -> Array:
        """Return a key as the layer takes it; a pattern with the value of the key's own number."""
        return self.fitted.code.item(self._place(number), self.key(number), self.book[number])[0]

    def _place(self, number: int) -> int:
        """Return how many keys were written before this one first was; -1 if it was not: that is its line, if it has one."""
        return self._places.get(number, -1)

    def set_key(self, number: int, signs: Array) -> None:
        """Give a key other signs than those that the item of this number has."""
        self._keys[number] = signs

    def write(self, number: int, value: Array) -> None:
        """Write a value under a key, unless the memory is full of other keys, which stay, or has no such cue."""
        if self._refused(number):
            return
        place = self._places.setdefault(number, len(self._places))
        self._writes += 1
        self.fitted.layer.write(*self.fitted.code.item(place, self.key(number), value))

    def _refused(self, number: int) -> bool:
        fitted = self.fitted
        if fitted.full == "latest" or fitted.slots is None:
            return False
        if fitted.again:
            return self._writes >= fitted.slots
        return number not in self._places and len(self._places) >= fitted.slots

    def replay(self, numbers: Sequence[int], times: int) -> None:
        """Have the layer write the pairs of these numbers, as far as it was given them, again."""
        pairs = [self.fitted.code.item(self._place(k), self.key(k), self.book[k]) for k in numbers if k in self._places]
        single = self.fitted.layer.traits.auto
        self.fitted.layer.consolidate(times, [p[0] if single else p for p in pairs])

    def scores(self, numbers: Sequence[int]) -> Array:
        """Return, for every key that is asked, a number for each sign of the value."""
        layer, code = self.fitted.layer, self.fitted.code
        if self.fitted.full == "latest" and self.fitted.slots is not None:
            layer.forget("prune", self.fitted.slots)
        return np.array([code.scores(layer.read(code.cue(self._place(k), self.key(k))).value) for k in numbers])

    def right(self, numbers: Sequence[int], own: Sequence[int], book: Array | None = None) -> float:
        """Return the share of keys of which the value ``own`` is found among all of the book.

        Of memories that only know keys: the mean of the shares of these that are known and of others that are not.
        """
        if self.entrant.answers == "known":
            hits, alarms = (self._sure([k + apart for k in numbers]) for apart in (0, ABSENT))
            return 0.5 * (hits + 1.0 - alarms)
        return first_choices(self.scores(numbers), self.book if book is None else book, own)

    def _sure(self, numbers: Sequence[int]) -> float:
        layer, code = self.fitted.layer, self.fitted.code
        return float(np.mean([layer.read(code.cue(k, self.key(k))).confidence or 0.0 for k in numbers]))


@lru_cache(maxsize=32)
def book(seed: int, d: int) -> Array:
    """Return the values of the first items, which are those among which answers are sought."""
    values = Items(seed, d).values(BOOK)
    values.flags.writeable = False
    return values


def spaced(count: int, most: int) -> list[int]:
    """Return up to ``most`` numbers of 0..count - 1, evenly from the first to the last.

    >>> spaced(9, 3)
    [0, 4, 8]
    """
    return [int(k) for k in np.unique(np.linspace(0, count - 1, min(most, count)).round())]


def refusal(deed: Callable[[Stream], Any], stream: Stream) -> str | None:
    """Return why a memory refuses, or None once it has done what it is asked."""
    try:
        deed(stream)
    except InvalidInput as error:
        return str(error)
    return None
