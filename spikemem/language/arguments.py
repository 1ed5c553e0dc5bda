"""The kinds of argument that operations take, and their checks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

import numpy as np

from spikemem.errors import OperationError
from spikemem.ir.node import plain


@dataclass(frozen=True)
class Argument(ABC):
    """An argument whose range a model parameter sets: ``size`` names it."""

    size: str

    @abstractmethod
    def check(self, owner: str, name: str, value: Any, size: int) -> tuple[int, ...]:
        """Return the neurons that ``value`` names; raise :class:`OperationError` about ``owner`` if it names none."""

    @abstractmethod
    def describe(self, size: int) -> str:
        """Return what may be given, in words."""


@dataclass(frozen=True)
class Index(Argument):
    """One index, 0 .. size-1."""

    def check(self, owner: str, name: str, value: Any, size: int) -> tuple[int, ...]:
        """Return the index as a tuple of one."""
        return (_whole(owner, f"{name} ", value, size, self.size),)

    def describe(self, size: int) -> str:
        """Return the range."""
        return f"one of 0..{size - 1}"


@dataclass(frozen=True)
class Bits(Argument):
    """A set of indices, 0 .. size-1, at least one, none twice."""

    def check(self, owner: str, name: str, value: Any, size: int) -> tuple[int, ...]:
        """Return the indices, sorted."""
        value = value.tolist() if isinstance(value, np.ndarray) else value
        if isinstance(value, str | bytes) or not isinstance(value, Iterable):
            raise OperationError(
                f"{owner}: {name} must be a list of bits 0..{size - 1} ({self.size}={size}), got {value!r}"
            )
        bits = [_whole(owner, f"{name} bit ", bit, size, self.size) for bit in value]
        if not bits:
            raise OperationError(
                f"{owner}: {name} is empty; give at least one of the bits 0..{size - 1} ({self.size}={size})"
            )
        if len(set(bits)) < len(bits):
            twice = next(bit for bit in bits if bits.count(bit) > 1)
            raise OperationError(f"{owner}: {name} bit {twice} is given twice")
        return tuple(sorted(bits))

    def describe(self, size: int) -> str:
        """Return the range."""
        return f"some of 0..{size - 1}"


@dataclass(frozen=True)
class Sequence(Argument):
    """A list of indices, 0 .. size-1, in their order, at least one; any may occur again."""

    def check(self, owner: str, name: str, value: Any, size: int) -> tuple[int, ...]:
        """Return the indices in their order."""
        value = value.tolist() if isinstance(value, np.ndarray) else value
        if isinstance(value, str | bytes | Set | Mapping) or not isinstance(value, Iterable):
            raise OperationError(
                f"{owner}: {name} must be an ordered list of elements 0..{size - 1} ({self.size}={size}), got {value!r}"
            )
        elements = tuple(_whole(owner, f"{name} element ", element, size, self.size) for element in value)
        if not elements:
            raise OperationError(
                f"{owner}: {name} is empty; give at least one of the elements 0..{size - 1} ({self.size}={size})"
            )
        return elements

    def describe(self, size: int) -> str:
        """Return the range."""
        return f"an ordered list of 0..{size - 1}"


def _whole(owner: str, what: str, value: Any, size: int, parameter: str) -> int:
    if type(value) is int and 0 <= value < size:  # as nearly all are, hundreds in an operation
        return value
    number = plain(value)
    if isinstance(number, bool | np.bool_) or not isinstance(number, int):
        raise OperationError(
            f"{owner}: {what}must be a whole number 0..{size - 1} ({parameter}={size}), got {number!r}"
        )
    if not 0 <= number < size:
        raise OperationError(f"{owner}: {what}{number} is out of range 0..{size - 1} ({parameter}={size})")
    return number
