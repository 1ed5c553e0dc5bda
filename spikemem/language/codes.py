"""Sparse codes of symbols: the encoder of models that store sequences of them."""

from __future__ import annotations

import numpy as np

from spikemem.errors import InvalidInput
from spikemem.ir.subsamples import Patterns
from spikemem.rng import generator


def random_codes(seed: int, count: int, size: int, active: int) -> Patterns:
    """Return ``count`` sets of ``active`` cells of 0 .. size-1, each drawn without replacement, ascending; always the same.

    Raises :class:`InvalidInput` if there are fewer cells than that.

    >>> random_codes(1, 2, 50, 3)
    ((8, 30, 33), (16, 40, 48))
    """
    if active > size:
        raise InvalidInput(f"random_codes: active must be <= size = {size}, got {active}")
    rng = generator(seed, "codes")
    drawn = (np.sort(rng.choice(size, active, replace=False, shuffle=False)) for _ in range(count))
    return tuple(tuple(int(cell) for cell in code) for code in drawn)
