"""What the kernels of all synapses share: whose spikes, which rows of weights, and the ring that they are added to."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.kernel import EVENTS, part, prefetch, wake_for
from spikemem.backends.numba_cpu.stage import Build, Field
from spikemem.ir.lowered import Bucket, Dense, LoweredProjection

# Header fields of every synapse stage.
(PRE, POST, PRE_FIRED, POST_FIRED, ARRIVING, DEPTH, RECEPTOR, DELAY, TARGET, SINGLE, WEIGHTS, IS_DENSE, SKIP_SELF,
 INDPTR, TARGETS, OWN) = range(16)  # fmt: skip


def common_header(
    projection: LoweredProjection, bucket: Bucket, name: str, build: Build, constant: bool
) -> tuple[Field, ...]:
    """Reserve the bucket's weights and rows and return the shared fields."""
    layout = bucket.layout
    dense = isinstance(layout, Dense)
    rows: tuple[Field, ...] = (0, 0)
    if not isinstance(layout, Dense):
        rows = (
            build.layout.add(f"{name}/indptr", "const_whole", layout.indptr),
            build.layout.add(f"{name}/targets", "const_index", layout.targets),
        )
    weights = np.array([layout.weights]) if isinstance(layout.weights, float) else layout.weights
    return (
        build.network.population(projection.pre).size,
        build.network.population(projection.post).size,
        f"population/{projection.pre}/fired",
        f"population/{projection.post}/fired",
        f"population/{projection.post}/arriving",
        build.depth(projection.post),
        int(projection.receptor == "inhibitory"),
        bucket.delay,
        build.stage_of[projection.post],
        int(build.single),
        build.weights(f"{name}/weights", weights, constant),
        int(dense),
        int(isinstance(layout, Dense) and not layout.allow_self_connections),
        *rows,
    )


@part
def fired_count(t: Any, at: Any, m: Any) -> Any:
    """Return how many neurons of the spike list at ``at`` fired in step t."""
    return m.whole[at + 1] if m.whole[at] == t else 0


@part
def first_of_row(h: Any, m: Any, i: Any) -> Any:
    """Return the place, within the bucket's weights, of pre neuron i's first synapse."""
    return i * h[POST] if h[IS_DENSE] != 0 else m.const_whole[h[INDPTR] + i]


@part
def end_of_row(h: Any, m: Any, i: Any) -> Any:
    """Return the place behind pre neuron i's last synapse."""
    return (i + 1) * h[POST] if h[IS_DENSE] != 0 else m.const_whole[h[INDPTR] + i + 1]


@part
def place_of(h: Any, m: Any, j: Any, begin: Any, end: Any) -> Any:
    """Return the first place of ``begin`` to ``end`` within a row whose target is j or more (targets ascend)."""
    while begin < end:
        middle = (begin + end) >> 1
        if m.const_index[h[TARGETS] + middle] < j:
            begin = middle + 1
        else:
            end = middle
    return begin


@part
def arrival(t: Any, h: Any) -> Any:
    """Return the place, in the target's ring, of what is sent in step t."""
    return h[ARRIVING] + (((t + h[DELAY]) % h[DEPTH]) * 2 + h[RECEPTOR]) * h[POST]


@part
def sent(t: Any, h: Any, m: Any, synapses: Any) -> Any:
    """Count the synaptic events and have the target run when they arrive."""
    if synapses > 0:
        m.control[EVENTS] += synapses
        wake_for(m, h[TARGET], t + h[DELAY])
    return 0


AHEAD = 8
"""Cache lines of targets, and of weights, that are asked for while the row before is being sent."""


@part
def ask_for_row(weights: Any, h: Any, m: Any, i: Any) -> Any:
    """Have the beginning of pre neuron i's row fetched; the processor sees by itself that the rest follows."""
    if h[IS_DENSE] == 0:
        begin, end = first_of_row(h, m, i), end_of_row(h, m, i)
        for k in range(begin, min(end, begin + 16 * AHEAD), 16):
            prefetch(m.const_index, h[TARGETS] + k)
            prefetch(weights, k)
            if h[SINGLE] == 0:
                prefetch(weights, k + 8)
    return 0


@part
def send_row(weights: Any, h: Any, m: Any, i: Any, ring: Any) -> Any:
    """Add pre neuron i's row of ``weights`` to the ring; return the number of synapses."""
    begin, end = first_of_row(h, m, i), end_of_row(h, m, i)
    if h[IS_DENSE] == 0:
        targets = m.const_index[h[TARGETS] + begin : h[TARGETS] + end]
        row = weights[begin:end]
        for k in range(targets.shape[0]):
            ring[np.uint32(targets[k])] += row[k]  # unsigned: no place is counted from the end
        return end - begin
    row = weights[begin:end]
    if h[SKIP_SELF] == 0 or i >= h[POST]:
        for j in range(row.shape[0]):
            ring[j] += row[j]
        return row.shape[0]
    kept = ring[i]
    for j in range(row.shape[0]):
        ring[j] += row[j]
    ring[i] = kept
    return row.shape[0] - 1
