"""How large a union of random sets is: not its mean alone, but how often it has which size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats

from spikemem.experiments.sdr.chance import mixture

_NEGLIGIBLE = 1e-15


def union_sizes(n: int, each: int, members: int) -> dict[int, float]:
    """Return the probability of every size of the union of ``members`` random sets of ``each`` of n cells.

    Each further set adds the cells that it does not share: a hypergeometric number. Sizes rarer than 1e-15 are left out.

    >>> union_sizes(4, 2, 2)
    {2: 0.166..., 3: 0.666..., 4: 0.166...}
    """
    sizes = np.zeros(n + 1)
    sizes[each] = 1.0
    for _ in range(members - 1):
        larger = np.zeros(n + 1)
        for size in np.flatnonzero(sizes).tolist():
            new = np.arange(min(each, n - size) + 1)
            larger[size + new] += sizes[size] * stats.hypergeom.pmf(new, n, n - size, each)
        sizes = np.where(larger > _NEGLIGIBLE, larger, 0.0)
    return {int(size): float(sizes[size]) for size in np.flatnonzero(sizes)}


def over_sizes(n: int, each: int, members: int, chance: Callable[[int], float]) -> tuple[float, float]:
    """Return mean and variance of ``chance`` of the size of such a union.

    >>> over_sizes(4, 2, 2, lambda size: float(size))
    (3.0, 0.33...)
    """
    return mixture((weight, chance(size)) for size, weight in union_sizes(n, each, members).items())
