"""Checks of plain numbers that users give."""

from __future__ import annotations

from math import isfinite
from numbers import Integral, Real

from spikemem.errors import InvalidInput


def whole_number(what: str, value: object, least: int = 0) -> int:
    """Return ``value`` as an int; raise :class:`InvalidInput` about ``what`` unless it is a whole number >= ``least``.

    >>> whole_number("seed", 3)
    3
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise InvalidInput(f"{what}: must be a whole number >= {least}, got {value!r}")
    return int(value)


def milliseconds(what: str, value: object, *, positive: bool = False) -> float:
    """Return ``value`` as a float; raise :class:`InvalidInput` about ``what`` unless it is a finite number >= 0, or > 0."""
    number = float("nan") if isinstance(value, bool) or not isinstance(value, Real) else float(value)
    if not isfinite(number) or number < 0.0 or (positive and number == 0.0):
        raise InvalidInput(f"{what}: must be a finite number of ms {'>' if positive else '>='} 0, got {value!r}")
    return number
