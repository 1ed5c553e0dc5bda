"""Delivery of spikes to segments, which count them: through rows by pre neuron when few fire, else by gathering bits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from spikemem.backends.numba_cpu.delivery import fired_count
from spikemem.backends.numba_cpu.kernel import EVENTS, NEVER, kernel, part, prefetch, wake_for
from spikemem.backends.numba_cpu.kernel_cache import cached
from spikemem.backends.numba_cpu.stage import Build, Field, Stage
from spikemem.ir.lowered import Bucket, Dense, LoweredProjection, Sparse

# Header fields. COUNTS, TOUCHED, DEPTH: of the target (segment.py). MANY: synaptic events above which they are gathered.
(PRE, POST, PRE_FIRED, COUNTS, TOUCHED, DEPTH, DELAY, TARGET, INDPTR, TARGETS, BY_POST, SOURCES, MANY,
 IS_DENSE, SKIP_SELF) = range(15)  # fmt: skip
MANY_SHARE = 0.45
"""Share of a bucket's synapses above which looking at all of them is faster than following those of the neurons that fire."""
MOST = np.uint8(255)
AHEAD = 16
"""Rows of 16 targets that are asked for ahead."""


@part
def count_one(counts: Any, j: Any) -> Any:
    """Count one synapse; a full counter stays full."""
    c = counts[j]
    counts[j] = c + np.uint8(c != MOST)
    return 0


@part
def follow_rows(t: Any, h: Any, m: Any, counts: Any) -> Any:
    """Count the synapses of the neurons that fire in step t, row by row."""
    count, at = fired_count(t, h[PRE_FIRED], m), h[PRE_FIRED] + 2
    for k in range(count):
        i = m.whole[at + k]
        begin, end = m.const_whole[h[INDPTR] + i], m.const_whole[h[INDPTR] + i + 1]
        if k + 1 < count:
            following = m.const_whole[h[INDPTR] + m.whole[at + k + 1]]
            for line in range(0, 16 * AHEAD, 16):
                prefetch(m.const_index, h[TARGETS] + following + line)
        targets = m.const_index[h[TARGETS] + begin : h[TARGETS] + end]
        for s in range(targets.shape[0]):
            count_one(counts, np.uint32(targets[s]))
    return 0


@part
def gather_bits(t: Any, h: Any, m: Any, counts: Any) -> Any:
    """Count, segment by segment, which of its synapses are of neurons that fire in step t."""
    bits = np.zeros((h[PRE] + 63) >> 6, dtype=np.int64)
    for k in range(fired_count(t, h[PRE_FIRED], m)):
        i = m.whole[h[PRE_FIRED] + 2 + k]
        bits[i >> 6] |= np.int64(1) << (i & 63)
    for j in range(h[POST]):
        begin, end = m.const_whole[h[BY_POST] + j], m.const_whole[h[BY_POST] + j + 1]
        sources = m.const_index[h[SOURCES] + begin : h[SOURCES] + end]
        active = np.int64(0)
        for s in range(sources.shape[0]):
            i = np.uint32(sources[s])
            active += (bits[i >> np.uint32(6)] >> np.int64(i & np.uint32(63))) & 1
        counts[j] = np.uint8(min(np.int64(MOST), counts[j] + active))
    return 0


@part
def count_dense(t: Any, h: Any, m: Any, counts: Any) -> Any:
    """Count all-to-all synapses; return how many."""
    synapses = 0
    for k in range(fired_count(t, h[PRE_FIRED], m)):
        i = m.whole[h[PRE_FIRED] + 2 + k]
        for j in range(h[POST]):
            if h[SKIP_SELF] == 0 or i != j:
                count_one(counts, j)
                synapses += 1
    return synapses


@kernel
def count(t: Any, h: Any, m: Any) -> Any:
    """Count in the target's slot of step t + delay the synapses of the neurons that fire in step t."""
    fired = fired_count(t, h[PRE_FIRED], m)
    if fired == 0:
        return NEVER
    arrives = t + h[DELAY]
    slot = arrives % h[DEPTH]
    counts = m.byte[h[COUNTS] + slot * h[POST] : h[COUNTS] + (slot + 1) * h[POST]]
    synapses = 0
    if h[IS_DENSE] != 0:
        synapses = count_dense(t, h, m, counts)
    else:
        for k in range(fired):
            i = m.whole[h[PRE_FIRED] + 2 + k]
            synapses += m.const_whole[h[INDPTR] + i + 1] - m.const_whole[h[INDPTR] + i]
        if synapses > h[MANY]:
            gather_bits(t, h, m, counts)
        elif synapses > 0:
            follow_rows(t, h, m, counts)
    if synapses > 0:
        m.whole[h[TOUCHED] + slot] = arrives
        m.control[EVENTS] += synapses
        wake_for(m, h[TARGET], arrives)
    return NEVER


@cached
@njit(nogil=True)
def by_post(indptr: Any, targets: Any, post: Any) -> Any:
    """Return rows by post neuron: where each begins, and the pre neurons, ascending."""
    begin = np.zeros(post + 1, dtype=np.int64)
    for s in range(targets.shape[0]):
        begin[targets[s] + 1] += 1
    for j in range(post):
        begin[j + 1] += begin[j]
    place, sources = begin[:-1].copy(), np.empty(targets.shape[0], dtype=np.int32)
    for i in range(indptr.shape[0] - 1):
        for s in range(indptr[i], indptr[i + 1]):
            sources[place[targets[s]]] = i
            place[targets[s]] += 1
    return begin, sources


def counting_stage(projection: LoweredProjection, bucket: Bucket, name: str, build: Build) -> Stage:
    """Make the stage of a static bucket onto segments: 8 bytes a synapse, for both ways of looking at it."""
    pre, post = build.network.population(projection.pre).size, build.network.population(projection.post).size
    layout, add = bucket.layout, build.layout.add
    dense = isinstance(layout, Dense)
    many = 0
    rows: tuple[Field, ...] = (0, 0, 0, 0)
    if isinstance(layout, Sparse):
        starts, sources = by_post(layout.indptr, layout.targets, post)
        many = int(MANY_SHARE * layout.targets.size)
        rows = (
            add(f"{name}/indptr", "const_whole", layout.indptr),
            add(f"{name}/targets", "const_index", layout.targets),
            add(f"{name}/by_post", "const_whole", starts),
            add(f"{name}/sources", "const_index", sources),
        )
    target = f"population/{projection.post}"
    header = (
        pre, post, f"population/{projection.pre}/fired", f"{target}/counts", f"{target}/touched",
        f"#{target}/touched", bucket.delay, build.stage_of[projection.post], *rows, many,
        int(dense), int(isinstance(layout, Dense) and not layout.allow_self_connections),
    )  # fmt: skip
    return Stage(name, count, header)
