"""The items of the comparison: pairs of a key and a value, the same for every memory, and what is done to cues."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from spikemem.rng import generator

Array = npt.NDArray[np.float64]
SHORT = 512
"""Signs of a row that are drawn, and kept, together."""


@dataclass(frozen=True)
class Items:
    """Pairs of random signs, numbered from 0, drawn by ``seed``. A value is of ``d`` signs.

    A key goes on for ever: each memory uses as many of its first signs as its code is long.
    """

    seed: int
    d: int

    def key(self, number: int, length: int) -> Array:
        """Return the first ``length`` signs of a key.

        >>> items = Items(seed=1, d=4)
        >>> bool((items.key(3, 9)[:5] == items.key(3, 5)).all())
        True
        """
        return _signs(self.seed, "key", number, length)

    def values(self, count: int) -> Array:
        """Return the values of the first ``count`` items, one a row."""
        return np.array([_signs(self.seed, "value", k, self.d) for k in range(count)]).reshape(count, self.d)

    def damaged(self, number: int, length: int, damage: Damage) -> Array:
        """Return a key of which each sign is damaged with the chance ``damage.part``.

        What is damaged at some part is damaged at every larger one, and in the same places for every memory.
        """
        drawn = generator(self.seed, "damage", damage.kind, number).random(length)
        key = self.key(number, length)
        return np.where(drawn < damage.part, DAMAGES[damage.kind](key), key)


def _signs(seed: int, kind: str, number: int, length: int) -> Array:
    """Return random signs, each from a draw of its own, so that a longer row begins with the shorter one."""
    drawn = _short(seed, kind, number)[:length] if length <= SHORT else _drawn(seed, kind, number, length)
    return drawn.astype(np.float64)


def _drawn(seed: int, kind: str, number: int, length: int) -> npt.NDArray[np.int8]:
    return np.where(generator(seed, kind, number).random(length) < 0.5, np.int8(-1), np.int8(1))


@lru_cache(maxsize=2**16)
def _short(seed: int, kind: str, number: int) -> npt.NDArray[np.int8]:
    """Return the first signs of a row, which memory after memory is given: at most 32 MB of them are kept."""
    drawn = _drawn(seed, kind, number, SHORT)
    drawn.flags.writeable = False
    return drawn


DAMAGES: Mapping[str, Callable[[Array], Array]] = {"erased": lambda key: 0.0 * key, "flipped": lambda key: -key}
"""What becomes of a damaged sign: unknown, or wrong."""


@dataclass(frozen=True)
class Damage:
    """What is done to a cue: a kind of :data:`DAMAGES`, and the chance of each sign."""

    kind: str = "erased"
    part: float = 0.0


WHOLE = Damage()
