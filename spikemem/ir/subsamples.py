"""Subsamples: a connector that stores patterns on segments."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import BeforeValidator

from spikemem.errors import InvalidInput, NetworkError
from spikemem.ir.connectors import Connector, Pairs
from spikemem.ir.node import Count, as_tuples, node

Patterns = Annotated[tuple[tuple[int, ...], ...], BeforeValidator(as_tuples)]
"""Sets of cells, each a list of whole numbers."""


@node
class Subsamples(Connector):
    """Post neuron k is joined to ``n`` of the pre neurons of ``patterns[k]``, drawn without replacement.

    So a segment stores a pattern of a active cells by s << a synapses (Ahmad & Hawkins 2016, arXiv:1601.00720, section 3).
    """

    patterns: Patterns
    n: Count

    def __post_init__(self) -> None:
        for k, pattern in enumerate(self.patterns):
            where = f"Subsamples.patterns[{k}]"
            if not pattern:
                raise InvalidInput(f"{where}: must have at least n = {self.n} bits, is empty")
            bits, counts = np.unique(np.array(pattern), return_counts=True)
            if (counts > 1).any():
                raise InvalidInput(f"{where}: bit {bits[counts > 1][0]} is given twice")
            if self.n > len(pattern):
                raise InvalidInput(f"{where}: must have at least n = {self.n} bits, got {len(pattern)}")

    def pairs(self, rng: np.random.Generator, pre: int, post: int) -> Pairs:
        """Return the drawn pairs, by post; raise unless there is a pattern of 0..pre-1 for each post neuron."""
        if len(self.patterns) != post:
            raise NetworkError(
                f"Subsamples: there must be a pattern for each of {post} segments, got {len(self.patterns)}"
            )
        sources = np.empty((post, self.n), dtype=np.int32)
        for k, pattern in enumerate(self.patterns):
            bits = np.array(pattern, dtype=np.int64)
            outside = (bits < 0) | (bits >= pre)
            if outside.any():
                raise NetworkError(f"Subsamples.patterns[{k}]: bit {bits[outside][0]} is out of range 0..{pre - 1}")
            sources[k] = np.sort(rng.choice(np.sort(bits), size=self.n, replace=False, shuffle=False))
        return sources.reshape(-1), np.repeat(np.arange(post, dtype=np.int32), self.n)
