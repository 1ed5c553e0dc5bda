"""Rule and kernels of static synapses."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.counting import counting_stage
from spikemem.backends.numba_cpu.delivery import (
    INDPTR,
    IS_DENSE,
    POST,
    PRE,
    PRE_FIRED,
    SINGLE,
    SKIP_SELF,
    TARGETS,
    WEIGHTS,
    arrival,
    ask_for_row,
    common_header,
    end_of_row,
    fired_count,
    first_of_row,
    send_row,
    sent,
)
from spikemem.backends.numba_cpu.kernel import NEVER, kernel
from spikemem.backends.numba_cpu.stage import Build, Stage, lowers_synapse
from spikemem.ir.lowered import Bucket, LoweredProjection
from spikemem.ir.synapse import Static


@kernel
def send_own_weights(t: Any, h: Any, m: Any) -> Any:
    """Send each fired neuron's row of weights."""
    count, at = fired_count(t, h[PRE_FIRED], m), h[PRE_FIRED] + 2
    ring_at = arrival(t, h)
    ring = m.real[ring_at : ring_at + h[POST]]
    size = h[PRE] * h[POST] if h[IS_DENSE] != 0 else m.const_whole[h[INDPTR] + h[PRE]]
    synapses = 0
    for k in range(count):
        if h[SINGLE] != 0:
            single = m.const_weight32[h[WEIGHTS] : h[WEIGHTS] + size]
            if k + 1 < count:
                ask_for_row(single, h, m, m.whole[at + k + 1])
            synapses += send_row(single, h, m, m.whole[at + k], ring)
        else:
            double = m.const_weight64[h[WEIGHTS] : h[WEIGHTS] + size]
            if k + 1 < count:
                ask_for_row(double, h, m, m.whole[at + k + 1])
            synapses += send_row(double, h, m, m.whole[at + k], ring)
    sent(t, h, m, synapses)
    return NEVER


@kernel
def send_one_weight(t: Any, h: Any, m: Any) -> Any:
    """Send the one weight of all synapses: dense targets get the sum over the fired neurons, other than themselves."""
    count, at = fired_count(t, h[PRE_FIRED], m), h[PRE_FIRED] + 2
    weight = float(m.const_weight32[h[WEIGHTS]]) if h[SINGLE] != 0 else m.const_weight64[h[WEIGHTS]]
    ring_at = arrival(t, h)
    ring = m.real[ring_at : ring_at + h[POST]]
    synapses = 0
    if h[IS_DENSE] == 0:
        for k in range(count):
            begin, end = first_of_row(h, m, m.whole[at + k]), end_of_row(h, m, m.whole[at + k])
            targets = m.const_index[h[TARGETS] + begin : h[TARGETS] + end]
            for s in range(targets.shape[0]):
                ring[np.uint32(targets[s])] += weight
            synapses += end - begin
    elif count > 0:
        synapses = count * h[POST]
        total, others, after = 0.0, 0.0, 0
        for _ in range(count):
            others = total
            total += weight
        for k in range(count):
            own = m.whole[at + k]
            if h[SKIP_SELF] != 0 and own < h[POST]:
                for j in range(after, own):
                    ring[j] += total
                ring[own] += others
                after = own + 1
                synapses -= 1
        for j in range(after, h[POST]):
            ring[j] += total
    sent(t, h, m, synapses)
    return NEVER


@lowers_synapse(Static)
def lower(projection: LoweredProjection, bucket: Bucket, name: str, build: Build) -> Stage:
    """Make the stage: one number for all weights needs no array of them, and counted synapses need no number."""
    if build.network.population(projection.post).cell.counts_synapses:
        return counting_stage(projection, bucket, name, build)
    one = isinstance(bucket.layout.weights, float)
    return Stage(
        name,
        send_one_weight if one else send_own_weights,
        common_header(projection, bucket, name, build, constant=True),
    )
