"""A memory that is given items and asked for them: what is right, and what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spikemem.experiments.memories.entrants import Choice, Entrant, Order
from spikemem.experiments.memories.items import WHOLE, Array, Damage, Items
from spikemem.layers import Cost


@dataclass(frozen=True)
class Recall:
    """What a memory made of the cues that it was asked; not a number where it gives no such answer.

    ``bits``: the share of the values' signs that are right, half of those without an answer; ``first``: the share of items
    whose value is nearer to the answer than all other stored ones; ``perfect``: whose signs are all right; ``known``: the mean
    of the shares of stored cues that are known and of others that are not.
    """

    bits: float
    first: float
    perfect: float
    known: float
    write: Cost
    read: Cost
    writes: int
    reads: int


class Filled:
    """A memory that is filled with the items of a seed, ``order.count`` at most."""

    def __init__(self, entrant: Entrant, order: Order, choice: Choice) -> None:
        self.entrant, self.order = entrant, order
        self.fitted = entrant.make(order, choice)
        self.items = Items(order.seed, order.d)
        self.values = self.items.values(order.count)
        self.held, self.writes, self.written = 0, 0, Cost()

    def hold(self, count: int) -> Filled:
        """Write further items, up to ``count`` in all."""
        layer, code, slots = self.fitted.layer, self.fitted.code, self.fitted.slots
        for number in range(self.held, count):
            if self.fitted.full == "first" and slots is not None and self.writes == slots:
                break
            self.written += layer.write(*code.item(number, self.items.key(number, code.length), self.values[number]))
            self.writes += 1
        self.held = count
        if self.fitted.full == "latest" and slots is not None and count > slots:
            layer.forget("prune", slots)
        return self

    def asked(self, most: int) -> npt.NDArray[np.int64]:
        """Return the items to ask for, ``most`` at most, evenly from the first to the last."""
        return np.unique(np.linspace(0, self.held - 1, min(most, self.held)).round().astype(np.int64))

    def recall(self, most: int, damage: Damage = WHOLE) -> Recall:
        """Ask for up to ``most`` items by damaged keys."""
        if self.entrant.answers == "known":
            return self._known(most, damage)
        numbers, code, layer = self.asked(most), self.fitted.code, self.fitted.layer
        before = layer.cost
        scores = np.array([code.scores(layer.read(self._cue(int(k), damage)).value) for k in numbers])
        right = 0.5 * (np.sign(scores) * self.values[numbers] + 1.0)
        first = first_choices(scores, self.values[: self.held], numbers)
        return Recall(
            float(right.mean()), first, float((right == 1.0).all(axis=1).mean()),
            np.nan, self.written, layer.cost - before, self.writes, numbers.size,
        )  # fmt: skip

    def _known(self, most: int, damage: Damage) -> Recall:
        """Ask whether keys are known: stored ones, damaged, and as many that were never stored."""
        numbers, layer = self.asked(most), self.fitted.layer
        before = layer.cost
        hits, alarms = (
            [layer.read(self._cue(int(k) + apart, damage)).confidence or 0.0 for k in numbers]
            for apart in (0, self.order.count)
        )
        known = 0.5 * (np.mean(hits) + 1.0 - np.mean(alarms))
        nan = np.nan
        return Recall(nan, nan, nan, float(known), self.written, layer.cost - before, self.writes, 2 * numbers.size)

    def _cue(self, number: int, damage: Damage) -> Array:
        code = self.fitted.code
        return code.cue(number, self.items.damaged(number, code.length, damage))


def first_choices(scores: Array, book: Array, own: Sequence[int] | npt.NDArray[np.int64]) -> float:
    """Return the share of rows of ``scores`` that lie nearer to the row ``own`` of ``book`` than to any other.

    >>> first_choices(np.array([[1.0, 0.5], [0.0, 0.0]]), np.array([[1.0, 1.0], [-1.0, 1.0]]), [0, 1])
    0.5
    """
    overlaps = scores @ book.T
    rows = np.arange(len(overlaps))
    mine = overlaps[rows, own]
    overlaps[rows, own] = -np.inf
    return float((mine > overlaps.max(axis=1, initial=-np.inf)).mean()) if book.shape[0] > 1 else 1.0


def information(right: float) -> float:
    """Return the bits that a sign tells which is right with the chance ``right``: 1 - H2 of a binary symmetric channel.

    >>> information(1.0), information(0.5), round(information(0.89), 2)
    (1.0, 0.0, 0.5)
    """
    p = min(max(right, 0.5), 1.0)
    return 1.0 if p == 1.0 else 1.0 + p * float(np.log2(p)) + (1.0 - p) * float(np.log2(1.0 - p))
