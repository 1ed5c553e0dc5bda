"""What a deferred plasticity rule has still to do when a run ends."""

from __future__ import annotations

import numpy as np

from spikemem.backend import StepEvents
from spikemem.backends.pynn.describe import Synapses
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.ir.values import FloatArray


def with_pending(
    rule: PairSTDP, listed: Synapses, stored: FloatArray, pre: StepEvents, post: StepEvents, *, until: int, dt: float
) -> FloatArray:
    """Return the weights with the post events that each synapse has seen since its last pre spike, up to step ``until``.

    ``w += A_plus f_+(w) r(u) exp(-(p + d - u) dt/tau_plus)`` for every post event p + d in (u, until], with u the last pre
    spike and r the pre trace: what a deferred rule does when the pre neuron fires next.
    """
    weights, delay, decay = stored.copy(), listed.delay, dt / rule.tau_plus
    gain, _ = rule.amplitudes
    for i in np.unique(listed.connections.pre):
        fired = pre[0][pre[1] == i]
        if not fired.size:
            continue
        last = int(fired[-1])
        trace = float(np.exp((fired - last) * decay).sum())
        for k in np.flatnonzero(listed.connections.pre == i):
            seen = post[0][post[1] == listed.connections.post[k]] + delay
            for event in seen[(seen > last) & (seen <= until)]:
                room = rule.w_max - weights[k] if rule.weight_dependence == "multiplicative" else 1.0
                weights[k] = min(rule.w_max, weights[k] + gain * room * trace * np.exp(-(event - last) * decay))
    return weights
