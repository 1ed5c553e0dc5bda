"""Values that are one number for all, one each, or drawn: for weights, delays, currents and initial values."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

from spikemem.errors import InvalidInput
from spikemem.ir.node import NonNegative, Positive, Real, node

FloatArray = npt.NDArray[np.float64]


class Numbers:
    """A read-only float64 array that compares and hashes by content, so that a node holding it stays a value."""

    __slots__ = ("array",)
    array: FloatArray

    def __init__(self, data: npt.ArrayLike) -> None:
        array = np.array(data, dtype=np.float64)
        if not np.isfinite(array).all():
            raise InvalidInput(
                f"Numbers: every element must be finite, got {array[~np.isfinite(array)][0]} at "
                f"{[int(i) for i in np.argwhere(~np.isfinite(array))[0]]}"
            )
        array.setflags(write=False)
        object.__setattr__(self, "array", array)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("Numbers is read-only")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Numbers) and np.array_equal(self.array, other.array)

    def __hash__(self) -> int:
        return hash((self.array.shape, (self.array + 0.0).tobytes()))  # + 0.0: -0.0 equals 0.0

    def __repr__(self) -> str:
        bounds = f", min={self.array.min():g}, max={self.array.max():g}" if self.array.size else ""
        return f"Numbers(shape={self.array.shape}{bounds})"

    def __deepcopy__(self, memo: object) -> Numbers:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (Numbers, (self.array.tolist(),))


@node
class Uniform:
    """Drawn independently from the uniform distribution on [low, high)."""

    low: Real
    high: Real

    def __post_init__(self) -> None:
        if self.high < self.low:
            raise InvalidInput(f"Uniform: high must be >= low, got low={self.low}, high={self.high}")

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Return ``size`` draws."""
        return rng.uniform(self.low, self.high, size)


@node
class Normal:
    """Drawn independently from the normal distribution, redrawn (clipped after 100 rounds) outside [low, high]."""

    mean: Real
    sd: NonNegative
    low: Annotated[float, "may be -inf"] = float("-inf")
    high: Annotated[float, "may be inf"] = float("inf")

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise InvalidInput(f"Normal: low must be < high, got low={self.low}, high={self.high}")

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Return ``size`` draws."""
        values = rng.normal(self.mean, self.sd, size)
        for _ in range(100):
            outside = (values < self.low) | (values > self.high)
            if not outside.any():
                break
            values[outside] = rng.normal(self.mean, self.sd, int(outside.sum()))
        return np.clip(values, self.low, self.high)


@node
class Explicit:
    """One given number per neuron or per connection, in the order of the neurons or of the connector's list."""

    numbers: Numbers

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Return the numbers; their count must be ``size``."""
        if self.numbers.array.size != size:
            raise InvalidInput(f"Explicit: {self.numbers.array.size} numbers given where {size} are needed")
        return self.numbers.array.reshape(-1).copy()


@node
class Threshold:
    """A weight in threshold units: 1 just fires a resting target neuron within one step of the network's dt.

    The pass ``threshold-units`` turns it into the target's own unit (nA, mV or uS) for the numerics in use.
    """

    value: Positive | Uniform | Normal | Explicit = 1.0


Drawn = Uniform | Normal | Explicit
Value = Annotated[Real | Drawn, "one number, or drawn, or one each"]
Weight = Annotated[Real | Drawn | Threshold, "in nA, mV or uS by the target's cell, or in threshold units"]


def draw(value: float | Drawn, rng: np.random.Generator, size: int) -> FloatArray:
    """Return ``size`` float64 numbers for ``value``: repeated when it is one number."""
    if isinstance(value, float | int):
        return np.full(size, float(value))
    return value.draw(rng, size)
