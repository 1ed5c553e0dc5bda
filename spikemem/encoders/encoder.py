"""What an encoder is: a value becomes content bits, and content bits become a value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sized
from typing import Any, TypeGuard, final

import numpy as np
import numpy.typing as npt

from spikemem.language.arguments import Bits
from spikemem.parameters import Parameters

Pattern = npt.NDArray[np.bool_]
"""One boolean a bit, (bits,)."""
_CONTENT = Bits("bits")


class Encoder[Value](Parameters, ABC):
    """Values as patterns of ``bits`` lines that are on or off, and back.

    A subclass is final, frozen, and equal if its parameters are. The same value always has the same bits: what a code draws
    at random it draws from its own ``seed``.
    """

    @property
    @abstractmethod
    def bits(self) -> int:
        """The number of content bits K that a memory needs."""

    @abstractmethod
    def _pattern(self, where: str, value: Any) -> Pattern:
        """Return the bits of ``value``; raise :class:`InvalidInput` about ``where`` if it is none of this encoder's."""

    @abstractmethod
    def _value(self, where: str, pattern: Pattern) -> Value:
        """Return the value that a pattern stands for."""

    @final
    def pattern(self, value: Any) -> Pattern:
        """Return the bits of ``value`` as booleans, (bits,): the form that memory layers take.

        Raises :class:`InvalidInput` for a wrong shape, and for numbers that are out of range or not finite.
        """
        return self._pattern(f"{type(self).__name__}.pattern", value)

    @final
    def encode(self, value: Any) -> tuple[int, ...]:
        """Return the neurons of ``value`` that are on, ascending: the form that operations take as content.

        There may be none (a black picture): a memory refuses to store that. Raises as :meth:`pattern` does.
        """
        return tuple(np.flatnonzero(self._pattern(f"{type(self).__name__}.encode", value)).tolist())

    @final
    def decode(self, neurons: Iterable[int] | Pattern) -> Value:
        """Return the value of the ``neurons`` that are on, in any order, as an answer gives them, or of (bits,) booleans.

        Raises :class:`InvalidInput` for what is no neuron of 0 .. bits - 1.
        """
        where = f"{type(self).__name__}.decode"
        return self._value(where, self._on(where, neurons))

    @final
    def __eq__(self, other: object) -> bool:
        # pydantic's would compare what is cached, and arrays are not compared at once.
        return type(other) is type(self) and self.model_dump() == other.model_dump()

    @final
    def __hash__(self) -> int:
        return hash((type(self), *self.model_dump().values()))

    def _on(self, where: str, neurons: Iterable[int] | Pattern) -> Pattern:
        on = np.zeros(self.bits, dtype=bool)
        given: Any = np.flatnonzero(neurons) if self._is_pattern(neurons) else neurons
        if not (isinstance(given, Sized) and len(given) == 0):  # contents are never empty, answers may be
            on[list(_CONTENT.check(where, "content", given, self.bits))] = True
        return on

    def _is_pattern(self, given: Any) -> TypeGuard[Pattern]:
        return isinstance(given, np.ndarray) and given.dtype == np.bool_ and given.shape == (self.bits,)
