"""A million segments of random synapses: the arrays that all are given, and which cells are active."""

from __future__ import annotations

from math import comb

import numpy as np
import numpy.typing as npt

CELLS, SEGMENTS, SYNAPSES = 65_536, 1_000_000, 32
RARE = 1e-3
"""Which share of the segments spikes in a step, at most: so that counting is measured, and there are spikes to compare."""


def theta(share: float) -> int:
    """Return the least threshold that a segment reaches with probability <= ``RARE`` if ``share`` of the cells are active."""
    tail, k = 0.0, SYNAPSES + 1
    while tail <= RARE:
        k -= 1
        tail += comb(SYNAPSES, k) * share**k * (1.0 - share) ** (SYNAPSES - k)
    return k + 1


def sources() -> npt.NDArray[np.int32]:
    """Return the cells that each segment's synapses come from, (segments, synapses)."""
    return np.random.default_rng(1).integers(0, CELLS, size=(SEGMENTS, SYNAPSES), dtype=np.int32)


def rows(by_segment: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Return the same synapses by cell: where each row begins, and the segments, ascending."""
    cells = by_segment.reshape(-1)
    order = np.argsort(cells, kind="stable")
    begin = np.zeros(CELLS + 1, dtype=np.int64)
    np.cumsum(np.bincount(cells, minlength=CELLS), out=begin[1:])
    return begin, (order // SYNAPSES).astype(np.int32)


def active_cells(share: float, steps: int) -> list[npt.NDArray[np.int32]]:
    """Return the cells that are active in each step, ascending; a step more at both ends."""
    rng, count = np.random.default_rng(2), round(share * CELLS)
    return [np.sort(rng.choice(CELLS, count, replace=False)).astype(np.int32) for _ in range(steps + 2)]
