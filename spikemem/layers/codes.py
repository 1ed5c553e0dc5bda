"""Codes: which numbers the keys and values of a layer are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from spikemem.errors import InvalidInput, shown
from spikemem.layers.cost import Array


@dataclass(frozen=True)
class Code:
    """Numbers of a kind: ``allowed`` ones, or all that are finite (and >= ``least``)."""

    name: str
    allowed: tuple[float, ...] = ()
    least: float | None = None
    dtype: type[np.generic] = np.float64

    @property
    def rule(self) -> str:
        """What each number must be, in words."""
        if self.allowed:
            return "must be " + " or ".join(f"{value:g}" for value in self.allowed)
        what = " complex" if self.dtype is np.complex128 else ""
        return f"must be finite{what} numbers{'' if self.least is None else f' >= {self.least:g}'}"

    def check(self, where: str, value: Any, size: int, name: str) -> Array:
        """Return ``value`` as a vector of its own.

        Raises :class:`InvalidInput` about ``where`` unless it is ``size`` such numbers; ``name`` is that of the parameter
        that sets ``size``.

        >>> SIGNED.check("Layer.write: key", [1, -1], 2, "d_k")
        array([ 1., -1.])
        """
        try:
            given = np.asarray(value)
        except ValueError:  # rows of different lengths
            raise InvalidInput(f"{where} must be {size} numbers ({name}), got {shown(value)}") from None
        if given.dtype.kind not in ("biufc" if self.dtype is np.complex128 else "biuf"):
            raise InvalidInput(f"{where} must be {size} numbers ({name}), got {shown(value)}")
        if given.shape != (size,):
            raise InvalidInput(f"{where} must be {size} numbers ({name}), got the shape {given.shape}")
        made = given.astype(self.dtype)
        good = reduce(np.logical_or, [made == one for one in self.allowed]) if self.allowed else np.isfinite(made)
        if self.least is not None:
            good &= made >= self.least
        if not good.all():
            bad = int(np.argmin(good))
            raise InvalidInput(f"{where} {self.rule}, got {made[bad].item():g} at {bad}")
        return made


REAL = Code("real")
NON_NEGATIVE = Code("non-negative", least=0.0)
SIGNED = Code("signed", (-1.0, 1.0))
TERNARY = Code("ternary", (-1.0, 0.0, 1.0))
BINARY = Code("binary", (0.0, 1.0))
COMPLEX = Code("complex", dtype=np.complex128)
