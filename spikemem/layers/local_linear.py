"""Local linear attention: a regression about each query, where softmax attention takes a mean."""

from __future__ import annotations

from typing import final

import numpy as np

from spikemem.ir.node import NonNegative, Positive
from spikemem.layers.cost import Cost
from spikemem.layers.records import PairParameters, Query, Recalled, Traits
from spikemem.layers.slots import SlotLayer
from spikemem.parameters import parameter


class LocalLinearParameters(PairParameters):
    """Parameters of :class:`LocalLinear`."""

    h: Positive = parameter(0.25, doc="width of the kernel, in the unit of keys")
    penalty: NonNegative = parameter(1e-3, doc="lambda, the weight of the slope's own size; infinite: the mean alone")


@final
class LocalLinear(SlotLayer[LocalLinearParameters]):
    r"""All keys and values; a read fits values as a linear function of the key about the query, and answers by its constant.

    .. math:: \hat v = b, \qquad \min_{b, W} \sum_j w_j |v_j - b - W (k_j - q)|^2 + \lambda |W|^2, \qquad
        w_j = \frac{e^{-|k_j - q|^2 / 2 h^2}}{\sum_l e^{-|k_l - q|^2 / 2 h^2}}

    Zuo et al. 2025 (arXiv:2510.01450); the Gaussian kernel and its width are ours. Without W it is softmax attention over
    keys of one length. A system of equations is solved for every query, which is not local: a reference. Counted: the
    weighted sums and d_k^3/3 multiply-accumulates. An empty layer answers 0.
    """

    takes = LocalLinearParameters
    traits = Traits(growing=True, local=False)

    def _read(self, query: Query) -> Recalled:
        held, d = self._slots, self.parameters.d_k
        if not held.count:
            return Recalled(np.zeros(self.parameters.d_v))
        away = held.keys - query.key
        nearness = -np.sum(away**2, axis=1) / (2.0 * self.parameters.h**2)
        w = np.exp(nearness - nearness.max())
        w /= w.sum()
        rows = np.hstack([np.ones((held.count, 1)), away])
        normal = rows.T @ (w[:, None] * rows) + self.parameters.penalty * np.diag([0.0, *np.ones(d)])
        answer = np.linalg.lstsq(normal, rows.T @ (w[:, None] * held.values), rcond=None)[0][0]
        work = held.count * (d + 1) * (d + 1 + self.parameters.d_v) + (d + 1) ** 3 // 3
        self._meter.add(Cost(sops=held.keys.size, macs=work, bytes_moved=held.keys.nbytes + held.values.nbytes))
        return Recalled(answer)
