"""Items of memories whose keys and values are signs on pairs of lines: keys are the patterns, each with a value of its own."""

from __future__ import annotations

import numpy as np

from spikemem.errors import InvalidInput
from spikemem.language import Ask, Association
from spikemem.models.line_pairs import lines, opposite
from spikemem.rng import generator


def half(model: str, bits: int) -> int:
    """Return the bits of a key on ``bits`` lines; raise :class:`InvalidInput` about ``model`` if these are no pairs."""
    if bits < 2 or bits % 2:
        raise InvalidInput(f"{model}: bits must be an even number of lines, two for each bit of a key, got {bits}")
    return bits // 2


class SignedItems(Association):
    """Keys of ``bits`` / 2 signs, line i for +1 and line i + bits / 2 for -1, stored with random values of as many signs.

    A pattern names every sign, whatever number of active lines is asked for; a wrong line is the opposite of a right one. A
    fragment asks for the value of the key that agrees best with it; where several do, with different values, nothing is right,
    and the answer is not counted. With ``slot`` the address is given to ``write``; else pairs are added to one sum.
    """

    acts = frozenset(("store", "best"))

    def __init__(self, addresses: int, bits: int, *, slot: bool) -> None:
        super().__init__(addresses, bits)
        self._half, self._slot, self._writes = bits // 2, slot, 0
        self._values: dict[int, frozenset[int]] = {}

    def pattern(self, rng: np.random.Generator, active: int) -> frozenset[int]:
        """Draw the signs of a key."""
        return _lines(rng, self._half)

    def information(self, active: int) -> float:
        """Return the bits that an item is worth: the signs of its value."""
        return float(self._half)

    def near(self, rng: np.random.Generator, pattern: frozenset[int], shared: int) -> frozenset[int]:
        """Draw a key that has ``shared`` of the signs of ``pattern``."""
        return self.fragment(rng, pattern, len(pattern), len(pattern) - min(shared, len(pattern)))

    def others(self, rng: np.random.Generator, pattern: frozenset[int], count: int) -> frozenset[int]:
        """Draw ``count`` lines that say the opposite of ``pattern``."""
        return self._opposite(rng.choice(sorted(pattern), count, replace=False).tolist())

    def fragment(self, rng: np.random.Generator, pattern: frozenset[int], kept: int, wrong: int) -> frozenset[int]:
        """Draw ``kept`` signs of ``pattern``, ``wrong`` of which are turned round."""
        on = rng.choice(sorted(pattern), min(kept, len(pattern)), replace=False).tolist()
        return frozenset(on[wrong:]) | self._opposite(on[:wrong])

    def storing(self, address: int, pattern: frozenset[int]) -> Ask:
        """Write the key with a value of its own."""
        self._writes += 1
        value = _lines(generator(0, "value", self._writes), self._half)
        self._values[address] = value
        where = {"slot": address} if self._slot else {}
        return Ask("write", {**where, "key": tuple(sorted(pattern)), "value": tuple(sorted(value))})

    def by_fragment(self, fragment: frozenset[int], best: bool) -> Ask:
        """Ask for the value of the best match."""
        if not best:
            return super().by_fragment(fragment, best)
        values = {self._values[address] for address in self.nearest(fragment)}
        right = {"value": values.pop()} if len(values) == 1 else {}
        return Ask("recall", {"key": tuple(sorted(fragment))}, right)

    def _opposite(self, on: list[int]) -> frozenset[int]:
        return frozenset(opposite("SignedItems", tuple(on), self._half))


def _lines(rng: np.random.Generator, bits: int) -> frozenset[int]:
    """Draw signs as lines."""
    return frozenset(lines(np.where(rng.random(bits) < 0.5, -1.0, 1.0)))
