"""Reads that go on until they rest: updates of all neurons at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

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

    x are the ``rows``, one a memory; the neuron's effect on itself is left out.
    """
    h = meter.project(rows, s)
    a = reduce(np.multiply, [h[:, None] - rows * s] * power)  # an order faster than ** for powers above 2
    meter.add(Cost(sops=rows.size, macs=rows.size, bytes_moved=rows.nbytes))
    total: Array = np.sum(rows * a, axis=0)
    return total
