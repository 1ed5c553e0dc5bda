"""Checks of the arguments n, a, s, theta, ...: each message names the function, the argument, the rule and the value."""

from __future__ import annotations

from fractions import Fraction
from numbers import Integral, Real
from typing import Any

from spikemem.errors import InvalidInput, shown


def whole(function: str, name: str, value: object, least: int, most: int | None = None, bound: str = "") -> int:
    """Return ``value`` as an int; raise :class:`InvalidInput` unless it is a whole number from ``least`` to ``most``.

    ``bound`` is the name of the argument that sets ``most``.

    >>> whole("false_positive", "s", 20, 1, 40, "a")
    20
    """
    refused = isinstance(value, bool) or not isinstance(value, Integral)
    number: Any = value
    if refused or number < least or (most is not None and number > most):
        reach = f">= {least}" if most is None else f"from {least} to {most} ({bound})"
        raise InvalidInput(f"{function}: {name} must be a whole number {reach}, got {shown(value)}")
    return int(number)


def rational(function: str, name: str, value: object, least: int, most: int, bound: str = "") -> Fraction:
    """Return ``value``, without rounding it, as a fraction; raise :class:`InvalidInput` unless it is in ``least`` to ``most``.

    >>> rational("any_of", "p", 0.25, 0, 1)
    Fraction(1, 4)
    """
    number: Any = value
    if isinstance(value, bool) or not isinstance(value, Real) or not least <= number <= most:
        reach = f"from {least} to {most}{f' ({bound})' if bound else ''}"
        raise InvalidInput(f"{function}: {name} must be a number {reach}, got {shown(value)}")
    exact: Fraction = Fraction(number)
    return exact


def pattern(function: str, n: object, a: object) -> tuple[int, int]:
    """Return n and a checked: 1 <= a <= n.

    >>> pattern("false_positive", 1000, 40)
    (1000, 40)
    """
    cells = whole(function, "n", n, 1)
    return cells, whole(function, "a", a, 1, cells, "n")


def segment(function: str, a: int, s: object, theta: object) -> tuple[int, int]:
    """Return s and theta checked: 1 <= theta <= s <= a.

    >>> segment("false_positive", 40, 20, 10)
    (20, 10)
    """
    synapses = whole(function, "s", s, 1, a, "a")
    return synapses, whole(function, "theta", theta, 1, synapses, "s")
