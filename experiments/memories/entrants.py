"""What a memory of the comparison is, and all of them.

Equal bits: a budget of d x d numbers of 32 bits. Each memory is made as large as it can be within it. A real number counts 32
bits, a complex one 64, a sign or a binary synapse 1. Slots' keys, routers, codebooks and what only learning needs (Titans'
momentum, ridge regression's matrix of the keys) count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal

import numpy as np

from spikemem.experiments.memories.codes import Code
from spikemem.layers import MemoryLayer

PRECISION = 32
"""Bits that a real number counts, whatever the layer's arrays are of."""

Choice = Mapping[str, Any]
"""Values of the parameters that are tuned."""


@dataclass(frozen=True)
class Order:
    """What is ordered: a memory for values of d signs in d x d numbers, for ``count`` items."""

    d: int
    count: int
    seed: int
    backend: str = "numba"

    @property
    def numbers(self) -> int:
        """The real numbers that the state may have."""
        return self.d * self.d

    @property
    def bits(self) -> int:
        """The bits that the state may have."""
        return PRECISION * self.numbers


@dataclass(frozen=True)
class Fitted:
    """A memory that fits the budget. ``slots``: the items for which there is room, if that is limited.

    ``number_bits``: bits that a number of the state counts; ``full``: whether the latest or the first items stay; ``again``:
    whether a key that is written again takes another slot where the first stay.
    """

    layer: MemoryLayer[Any]
    code: Code
    slots: int | None = None
    number_bits: int = PRECISION
    full: Literal["latest", "first"] = "latest"
    again: bool = False

    @property
    def state_bits(self) -> int:
        """The bits that the state has now, with what was drawn once; see :mod:`spikemem.experiments.memories.entrants`."""
        constants = self.layer.footprint().parameter_bits * PRECISION // 64
        return constants + sum(self._bits(array) for array in self.layer.state().values())

    def _bits(self, array: Any) -> int:
        if array.dtype == np.bool_:
            return int(array.size)
        return int(array.size) * self.number_bits * (2 if np.iscomplexobj(array) else 1)


@dataclass(frozen=True)
class Entrant:
    """A memory that takes part.

    ``tier``: whether each item is written once and read in one step, a read goes on until it rests or solves for its answer
    (``iterative``), or the memory was trained before. ``counted``: what its state is. ``grid``: the values tried for each
    parameter that is tuned. ``cannot``: what it cannot be asked, and why. ``answers``: values, or only whether a key is known.
    ``planned``: whether it is made for a number of items, and made anew for another. ``spiking``: whether it runs on a backend.
    """

    name: str
    family: str
    make: Callable[[Order, Choice], Fitted]
    counted: str
    tier: Literal["one-pass", "iterative", "trained"] = "one-pass"
    recall: Literal["in-context", "parametric"] = "in-context"
    grid: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    cannot: Mapping[str, str] = field(default_factory=dict)
    answers: Literal["values", "known"] = "values"
    planned: bool = False
    spiking: bool = False

    def choices(self) -> Iterator[Choice]:
        """Yield all combinations of the grid."""
        for values in product(*self.grid.values()):
            yield dict(zip(self.grid, values, strict=True))
