"""Reads that go on until they rest: updates of all neurons at once."""

from __future__ import annotations

from collections.abc import Callable
from math import comb

import numpy as np

from spikemem.layers.cost import Array, Cost, Meter
from spikemem.layers.records import Query, Recalled


def settle(query: Query, most: int, field: Callable[[Array], Array]) -> Recalled:
    """Return where signs s <- sign(field(s)) lead from the query, after ``most`` steps or ``query.max_steps`` at the latest.

    A neuron whose field is 0 stays as it is. The confidence is 1 if the state rests, else 0.
    """
    s, steps, resting = query.key, 0, False
    while not resting and steps < (query.max_steps or most):
        h = field(s)
        after = np.where(h == 0.0, s, np.sign(h))
        resting = bool((after == s).all())
        s, steps = after, steps + 1
    return Recalled(s, float(resting), steps)


def dense_field(meter: Meter, rows: Array, s: Array, power: int) -> Array:
    r"""Return :math:`\sum_\mu x_i^\mu (h_\mu - x_i^\mu s_i)^{power}` where :math:`h = x s`.

    x are the ``rows``, one a memory; the neuron's effect on itself is left out. Computed by the binomial theorem,
    :math:`\sum_j \binom{power}{j} (-s_i)^j \sum_\mu (x_i^\mu)^{j + 1} h_\mu^{power - j}`, as products of matrix and vector;
    of signs all numbers are whole, and so exact.
    """
    h = meter.project(rows, s)
    meter.add(Cost(sops=rows.size, macs=rows.size, bytes_moved=rows.nbytes))
    total: Array = rows.T @ h**power
    powers = rows
    for j in range(1, power + 1):
        powers = powers * rows
        total += comb(power, j) * (-s) ** j * (powers.T @ h ** (power - j))
    return total
