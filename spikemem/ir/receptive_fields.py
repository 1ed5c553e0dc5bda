"""ReceptiveFields: a connector that gives groups of cells their own inputs."""

from __future__ import annotations

import numpy as np

from spikemem.errors import NetworkError
from spikemem.ir.connectors import Connector, Pairs
from spikemem.ir.node import Count, Whole, node
from spikemem.ir.subsamples import Patterns


@node
class ReceptiveFields(Connector):
    """Every cell of group g, of ``size`` consecutive post neurons, is joined to the pre neurons ``fields[g]``.

    With ``apart`` > 0 the pairs are left out whose ends, counted in groups of ``apart`` neurons, are of the same group: between
    the cells of macs, those within a competitive module.
    """

    fields: Patterns
    size: Count
    apart: Whole = 0

    def pairs(self, rng: np.random.Generator, pre: int, post: int) -> Pairs:
        """Return the pairs, by pre, then post; raise unless there is a field of 0..pre-1 for each group."""
        if len(self.fields) * self.size != post:
            raise NetworkError(
                f"ReceptiveFields: there must be a field for each of {post} neurons in groups of {self.size}, "
                f"got {len(self.fields)}"
            )
        inputs = [np.array(own, dtype=np.int64) for own in self.fields]
        for g, own in enumerate(inputs):
            if own.size and not 0 <= own.min() <= own.max() < pre:
                wrong = own[(own < 0) | (own >= pre)][0]
                raise NetworkError(f"ReceptiveFields.fields[{g}]: {wrong} is out of range 0..{pre - 1}")
            if np.unique(own).size < own.size:
                raise NetworkError(f"ReceptiveFields.fields[{g}]: an input is given twice")
        group = np.repeat(np.arange(len(inputs)), [own.size for own in inputs])
        source = np.concatenate([np.zeros(0, dtype=np.int64), *inputs])
        order = np.lexsort((group, source))
        i = np.repeat(source[order], self.size).astype(np.int32)
        cells = group[order, None] * self.size + np.arange(self.size)
        j = cells.reshape(-1).astype(np.int32)
        if self.apart > 0:
            keep = i // self.apart != j // self.apart
            i, j = i[keep], j[keep]
        return i, j
