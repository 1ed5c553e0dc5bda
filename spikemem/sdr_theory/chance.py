"""Forms of a probability: a float, its logarithm, the exact fraction; and evaluation on arrays."""

import math
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import update_wrapper
from inspect import signature
from typing import Protocol, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikemem.errors import InvalidInput

_SMALLEST = Fraction(sys.float_info.min)


class Chance[**P](Protocol):
    """A function that returns a probability as a float, and refuses to where that would underflow."""

    __name__: str

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> float:
        """Return the probability; raise :class:`InvalidInput` if it is above 0 and below the normal floats."""
        ...

    def log10(self, *args: P.args, **kwargs: P.kwargs) -> float:
        """Return the decimal logarithm of the probability, of whatever size; -inf if it is 0."""
        ...


class ExactChance[**P](Chance[P], Protocol):
    """A :class:`Chance` that is computed without rounding: the float is the one nearest to the equation's value."""

    def exact(self, *args: P.args, **kwargs: P.kwargs) -> Fraction:
        """Return the probability as a fraction."""
        ...


def chance[**P](function: Callable[P, Fraction]) -> Chance[P]:
    """Make a :class:`Chance` of a function that returns a fraction, true to a relative 1e-12.

    >>> @chance
    ... def heads(tosses: int) -> Fraction:
    ...     return Fraction(1, 2**tosses)
    >>> heads(2), round(heads.log10(tosses=10_000), 9)
    (0.25, -3010.29995664)
    """
    name = function.__name__

    def as_float(*args: P.args, **kwargs: P.kwargs) -> float:
        value = function(*args, **kwargs)
        if 0 < value < _SMALLEST:
            raise InvalidInput(
                f"{name}: the value must be 0 or at least {sys.float_info.min:.3g}, the smallest normal float, "
                f"got 10**{log10(value):.6g}; {name}.log10 gives its logarithm"
            )
        return float(value)

    def as_log10(*args: P.args, **kwargs: P.kwargs) -> float:
        return log10(function(*args, **kwargs))

    for form in (as_float, as_log10):
        update_wrapper(form, function)
        vars(form)["__signature__"] = signature(function).replace(return_annotation="float")
    as_log10.__qualname__ += ".log10"  # pickle finds it there
    vars(as_float)["log10"] = as_log10
    return cast("Chance[P]", as_float)


def exact_chance[**P](function: Callable[P, Fraction]) -> ExactChance[P]:
    """Make an :class:`ExactChance` of a function that rounds nowhere.

    >>> @exact_chance
    ... def heads(tosses: int) -> Fraction:
    ...     return Fraction(1, 2**tosses)
    >>> heads.exact(3)
    Fraction(1, 8)
    """
    made = chance(function)
    function.__qualname__ += ".exact"
    vars(made)["exact"] = function
    return cast("ExactChance[P]", made)


def log10(value: Fraction) -> float:
    """Return the decimal logarithm of a number from 0 to 1, of whatever size; -inf for 0.

    >>> round(log10(Fraction(1, 10**1000)), 9)
    -1000.0
    """
    return natural_log(value) / math.log(10.0)


def natural_log(value: Fraction) -> float:
    """Return the natural logarithm of a number from 0 to 1; -inf for 0.

    >>> natural_log(1 - Fraction(1, 10**30))
    -1e-30
    """
    if value == 0:
        return -math.inf
    if 2 * value > 1:
        return math.log1p(-float(1 - value))
    # A quotient in (1/2, 2) and a power of two: numerator and denominator by themselves may exceed any float.
    halvings = value.denominator.bit_length() - value.numerator.bit_length()
    return math.log((value.numerator << halvings) / value.denominator) - halvings * math.log(2.0)


def over(function: Callable[..., float], **arguments: ArrayLike) -> NDArray[np.float64]:
    """Return ``function`` for every element of its arguments, which are broadcast against each other.

    >>> from spikemem.sdr_theory import false_positive
    >>> over(false_positive.log10, n=[500, 1000, 2000], a=40, s=20, theta=[[8], [10]]).round(1)
    array([[ -4.3,  -6.5,  -8.9],
           [ -6.4,  -9.3, -12.3]])
    """
    values: NDArray[np.float64] = np.vectorize(function, otypes=[np.float64])(**arguments)
    return values
