"""Signs on pairs of lines: what memories have in common whose keys and values are signs."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt

from spikemem.errors import OperationError
from spikemem.language import Bits, Memory, Neurons, parameter

KeyLines = Annotated[Neurons, Bits("key_lines")]
ValueLines = Annotated[Neurons, Bits("value_lines")]


class LinePairs(Memory):
    """A memory of keys and values of signs: line i says that bit i is +1, line ``bits`` + i that it is -1, neither 0."""

    key: int = parameter(32, ge=1, doc="bits of a key")
    value: int = parameter(32, ge=1, doc="bits of a value")

    @property
    def key_lines(self) -> int:
        """Lines of a key."""
        return 2 * self.key

    @property
    def value_lines(self) -> int:
        """Lines of a value, or of its teacher."""
        return 2 * self.value


def opposite(where: str, lines: Neurons, bits: int) -> Neurons:
    """Return the lines that say the opposite; raise :class:`OperationError` about ``where`` if both lines of a bit are on.

    >>> opposite("write: key", (0, 5), 4)
    (4, 1)
    """
    both = sorted(set(lines) & {line + bits for line in lines})
    if both:
        bit = both[0] - bits
        raise OperationError(f"{where} says that bit {bit} is +1 and -1; give line {bit} or line {both[0]}, not both")
    return tuple((line + bits) % (2 * bits) for line in lines)


def lines(signs: npt.ArrayLike) -> list[int]:
    """Return the lines that are on for signs, 0 being unknown.

    >>> lines([1.0, -1.0, 0.0])
    [0, 4]
    """
    given = np.asarray(signs)
    on: list[int] = np.flatnonzero(np.concatenate([given > 0, given < 0])).tolist()
    return on


def signs(on: frozenset[int], bits: int) -> npt.NDArray[np.float64]:
    """Return the signs that lines say, 0 where neither of a bit's two is on.

    >>> signs(frozenset([0, 4]), 3)
    array([ 1., -1.,  0.])
    """
    said = np.zeros(2 * bits)
    said[sorted(on)] = 1.0
    return said[:bits] - said[bits:]
