"""What a memory layer's calls take, counted while they are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Cost:
    """What a call took. The counts are of different things and are never added to each other.

    ``sops``: synapses reached by a value that is not zero, which is one event in an event-driven circuit. ``spikes``:
    those fired, none in an oracle. ``macs``: multiply-accumulates of the equation as written, zeros too.
    ``weight_updates``: stored numbers changed. ``bytes_moved``: bytes of state read and written. ``steps``: 1 a write; of
    a read, the updates until it rests.
    """

    sops: int = 0
    spikes: int = 0
    macs: int = 0
    weight_updates: int = 0
    bytes_moved: int = 0
    steps: int = 0

    def __add__(self, other: Cost) -> Cost:
        """Return the cost of both."""
        return Cost(
            self.sops + other.sops, self.spikes + other.spikes, self.macs + other.macs,
            self.weight_updates + other.weight_updates, self.bytes_moved + other.bytes_moved, self.steps + other.steps,
        )  # fmt: skip

    def __sub__(self, earlier: Cost) -> Cost:
        """Return the cost since ``earlier``."""
        return Cost(
            self.sops - earlier.sops, self.spikes - earlier.spikes, self.macs - earlier.macs,
            self.weight_updates - earlier.weight_updates, self.bytes_moved - earlier.bytes_moved,
            self.steps - earlier.steps,
        )  # fmt: skip


def real_parts(numbers: Array) -> int:
    """Return the real numbers that one of ``numbers`` is: 2 if they are complex, else 1."""
    return 2 if np.iscomplexobj(numbers) else 1


class Meter:
    """Arithmetic that is counted: ``cost`` is what was done so far.

    A complex number is two real ones: it is two synapses and two updates, and a product of two of them four multiplications.

    >>> meter = Meter()
    >>> meter.project(np.ones((2, 3)), np.array([1.0, 0.0, -1.0]))
    array([0., 0.])
    >>> meter.cost
    Cost(sops=4, spikes=0, macs=6, weight_updates=0, bytes_moved=48, steps=0)
    """

    def __init__(self) -> None:
        self.cost = Cost()

    def add(self, cost: Cost) -> None:
        """Count what was done elsewhere, such as by a running network."""
        self.cost += cost

    def project(self, weights: Array, values: Array) -> Array:
        """Return weights @ values."""
        parts = real_parts(weights)
        sops = parts * (weights.size // max(values.size, 1)) * int(np.count_nonzero(values))
        self.add(Cost(sops=sops, macs=parts**2 * weights.size, bytes_moved=weights.nbytes))
        return weights @ values

    def scale(self, weights: Array, factor: float) -> None:
        """Multiply all of ``weights``, in place, by ``factor``; 1 costs nothing."""
        if factor != 1.0:
            weights *= factor
            numbers = real_parts(weights) * weights.size
            self.add(Cost(macs=numbers, weight_updates=numbers, bytes_moved=2 * weights.nbytes))

    def associate(self, weights: Array, post: Array, pre: Array) -> None:
        """Add post preᵀ to ``weights`` in place."""
        weights += np.multiply.outer(post, pre)
        changed = int(np.count_nonzero(post)) * int(np.count_nonzero(pre))
        parts, moved = real_parts(weights), 2 * changed * weights.itemsize
        self.add(Cost(macs=parts**2 * weights.size, weight_updates=parts * changed, bytes_moved=moved))

    def accumulate(self, stored: Array, values: Array) -> None:
        """Add ``values`` to ``stored`` in place."""
        stored += values
        changed = int(np.count_nonzero(values))
        self.add(Cost(weight_updates=real_parts(stored) * changed, bytes_moved=2 * changed * stored.itemsize))

    def overwrite(self, stored: Array, values: Array) -> None:
        """Put ``values`` in the place of ``stored``; only numbers that differ count."""
        count = int(np.count_nonzero(stored != values))
        stored[...] = values
        self.add(Cost(weight_updates=real_parts(stored) * count, bytes_moved=2 * count * stored.itemsize))

    def stored(self, values: Array) -> None:
        """Count numbers that were written to a place of their own."""
        self.add(Cost(weight_updates=values.size, bytes_moved=values.nbytes))
