"""Fragments of pictures, and what a memory is asked with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spikemem.encoders import ThresholdCode
from spikemem.encoders.encoder import Pattern

Order = npt.NDArray[np.int64]
"""All pixels, in the order in which they become known."""


def scattered(rng: np.random.Generator, shape: tuple[int, int], first: int) -> Order:
    """Return the pixels in random order after ``first``.

    >>> scattered(np.random.default_rng(1), (2, 2), 3).tolist()
    [3, 0, 1, 2]
    """
    drawn = rng.permutation(shape[0] * shape[1])
    return np.concatenate(([first], drawn[drawn != first]))


def patch(rng: np.random.Generator, shape: tuple[int, int], first: int) -> Order:
    """Return the pixels by their distance from ``first``, so that those known are a square; equal ones in random order.

    >>> patch(np.random.default_rng(1), (1, 5), 4).tolist()
    [4, 3, 2, 1, 0]
    """
    rows, columns = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    distance = np.maximum(np.abs(rows - first // shape[1]), np.abs(columns - first % shape[1]))
    return np.lexsort((rng.random(distance.size), distance))


KINDS: Mapping[str, Callable[[np.random.Generator, tuple[int, int], int], Order]] = {
    "scattered": scattered,
    "patch": patch,
}


@dataclass(frozen=True, eq=False)
class Fragment:
    """The ``known`` pixels (rows x columns) of stored picture number ``picture``: ``share`` of all, at least one that is on."""

    picture: int
    kind: str
    share: float
    known: Pattern

    def neurons(self, code: ThresholdCode, image: npt.NDArray[np.uint8]) -> list[int]:
        """Return the bits of ``image`` that belong to known pixels."""
        lines = np.tile(self.known, code.bits // self.known.size)
        return np.flatnonzero(code.pattern(image) & lines).tolist()


def fragments(
    rng: np.random.Generator, picture: int, on: npt.NDArray[np.bool_], kind: str, shares: tuple[float, ...]
) -> list[Fragment]:
    """Return a fragment for each of ``shares`` of the pixels, larger ones with all pixels of smaller ones."""
    made, order = [], KINDS[kind](rng, (on.shape[0], on.shape[1]), int(rng.choice(np.flatnonzero(on))))
    for share in shares:
        known = np.zeros(on.size, dtype=bool)
        known[order[: max(1, round(share * on.size))]] = True
        made.append(Fragment(picture, kind, share, known))
    return made
