"""A memory as one of items at addresses, and what is right: what suites ask of any model that declares it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import comb, log2
from typing import Any

import numpy as np

from spikemem.errors import InvalidInput, Unsupported

ACTS = ("store", "address", "any", "best", "forget")
"""What may be asked: store, recall by address, by a fragment (all items that share a line, or the best match), forget."""


@dataclass(frozen=True)
class Ask:
    """An operation, its arguments, and the right answers by name (none: nothing is asked)."""

    do: str
    arguments: Mapping[str, Any]
    expect: Mapping[str, frozenset[int]] = field(default_factory=dict)


class Association(ABC):
    """How a model stores and recalls items: patterns of ``bits`` lines, each at one of ``addresses``.

    It keeps what is stored, without neurons, and so knows what is right. A model returns a new one, empty, from
    :meth:`~spikemem.language.Memory.association`; ``acts`` names what it can be asked, of :data:`ACTS`.
    """

    acts: frozenset[str] = frozenset(("store",))

    def __init__(self, addresses: int, bits: int) -> None:
        self.addresses, self.bits = addresses, bits
        self.stored: dict[int, frozenset[int]] = {}

    def pattern(self, rng: np.random.Generator, active: int) -> frozenset[int]:
        """Draw a pattern of ``active`` lines; raise :class:`InvalidInput` if there are not so many."""
        if not 1 <= active <= self.bits:
            raise InvalidInput(f"active: must be 1 to {self.bits}, the bits of a pattern, got {active}")
        return frozenset(rng.choice(self.bits, active, replace=False).tolist())

    def information(self, active: int) -> float:
        """Return the bits that a pattern of ``active`` lines is worth: log2 C(bits, active)."""
        return log2(comb(self.bits, min(active, self.bits)))

    def near(self, rng: np.random.Generator, pattern: frozenset[int], shared: int) -> frozenset[int]:
        """Draw a pattern of the size of ``pattern`` that has ``shared`` of its lines, all others being new."""
        kept = rng.choice(sorted(pattern), shared, replace=False).tolist()
        return frozenset(kept) | self.others(rng, pattern, len(pattern) - shared)

    def others(self, rng: np.random.Generator, pattern: frozenset[int], count: int) -> frozenset[int]:
        """Draw ``count`` wrong lines for ``pattern``: lines that it has not."""
        free = sorted(set(range(self.bits)) - pattern)
        if count > len(free):
            raise InvalidInput(f"a pattern of {len(pattern)} of {self.bits} bits has no {count} wrong ones")
        return frozenset(rng.choice(free, count, replace=False).tolist() if count else ())

    def fragment(self, rng: np.random.Generator, pattern: frozenset[int], kept: int, wrong: int) -> frozenset[int]:
        """Draw a fragment of ``kept`` lines of ``pattern``, ``wrong`` of which are replaced by wrong ones."""
        right = rng.choice(sorted(pattern), min(kept, len(pattern)), replace=False).tolist()
        return frozenset(right[wrong:]) | self.others(rng, pattern, min(wrong, len(right)))

    def store(self, address: int, pattern: Iterable[int]) -> Ask:
        """Store ``pattern`` at ``address``, in place of what was there."""
        self.stored[address] = frozenset(pattern)
        return self.storing(address, self.stored[address])

    def forget(self, address: int) -> Ask:
        """Forget what is at ``address``."""
        self.stored.pop(address, None)
        return self.forgetting(address)

    def ask(self, act: str, what: int | frozenset[int]) -> Ask:
        """Return the question of one of :data:`ACTS`: by an address, or by a fragment (a set of lines, not empty)."""
        if act == "address" and isinstance(what, int):
            return self.by_address(what)
        if act in ("any", "best") and isinstance(what, frozenset):
            return self.by_fragment(what, act == "best")
        raise InvalidInput(
            f"act {act!r}: cannot ask by {what!r}; valid: address with a number, any and best with lines"
        )

    def sharing(self, fragment: frozenset[int]) -> frozenset[int]:
        """Return the addresses whose patterns share a line with ``fragment``."""
        return frozenset(a for a, pattern in self.stored.items() if pattern & fragment)

    def nearest(self, fragment: frozenset[int]) -> frozenset[int]:
        """Return the addresses whose patterns share most lines, at least one, with ``fragment``."""
        shared = {a: len(pattern & fragment) for a, pattern in self.stored.items()}
        most = max(shared.values(), default=0)
        return frozenset(a for a, n in shared.items() if n == most > 0)

    def joined(self, addresses: Iterable[int]) -> frozenset[int]:
        """Return the union of the patterns at ``addresses``."""
        return frozenset[int]().union(*(self.stored[a] for a in addresses))

    @abstractmethod
    def storing(self, address: int, pattern: frozenset[int]) -> Ask:
        """Return the operation that stores."""

    def by_address(self, address: int) -> Ask:
        """Return the operation that recalls by address."""
        raise Unsupported(f"{type(self).__name__}: cannot recall by address")

    def by_fragment(self, fragment: frozenset[int], best: bool) -> Ask:
        """Return the operation that recalls by a fragment: all that share a line, or the ``best`` match."""
        raise Unsupported(f"{type(self).__name__}: cannot recall by fragments")

    def forgetting(self, address: int) -> Ask:
        """Return the operation that forgets."""
        raise Unsupported(f"{type(self).__name__}: cannot forget")
