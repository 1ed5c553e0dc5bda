"""Online pair STDP: every pre and post event changes the weights in its own step."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.backends.numba_cpu import pair_rule
from spikemem.backends.numba_cpu.delivery import (
    DELAY,
    IS_DENSE,
    POST,
    POST_FIRED,
    PRE,
    PRE_FIRED,
    SINGLE,
    SKIP_SELF,
    TARGETS,
    WEIGHTS,
    arrival,
    common_header,
    end_of_row,
    fired_count,
    first_of_row,
    send_row,
    sent,
)
from spikemem.backends.numba_cpu.kernel import LONG_AGO, NEVER, UPDATES, kernel, part
from spikemem.backends.numba_cpu.pair_rule import (
    RULE_OWN,
    WITH_POST,
    WITH_PRE,
    clipped,
    decay_minus,
    decay_plus,
    depressed,
    grown_trace,
    no_events,
    potentiated,
)
from spikemem.backends.numba_cpu.stage import Build, Stage
from spikemem.ir.lowered import Bucket, LoweredProjection, Sparse
from spikemem.ir.pair_stdp import PairSTDP

# *_LAST, *_TRACE: last event and trace of each neuron, as the synapse sees them. QUEUE: the spikes under way on the delayed
# side, by step: whole[depth, 2 + size] of stamp, count, neurons. BY_POST, SOURCES, PLACES: columns of a sparse bucket.
(PRE_LAST, PRE_TRACE, POST_LAST, POST_TRACE, QUEUE, QUEUE_DEPTH, DELAYED_POST, DELAYED_PRE, DEPRESS_FIRST, BY_POST,
 SOURCES, PLACES) = range(RULE_OWN, RULE_OWN + 12)  # fmt: skip


def lower_online(projection: LoweredProjection, bucket: Bucket, name: str, build: Build) -> Stage:
    """Make the stage of an online rule."""
    rule = projection.synapse
    assert isinstance(rule, PairSTDP)
    pre, post = build.network.population(projection.pre).size, build.network.population(projection.post).size
    add = build.layout.add
    delayed = {"dendritic": post, "axonal": pre, "ignored": 0}[rule.delay]
    queue = np.full((bucket.delay + 1, 2 + delayed), -1)
    columns: tuple[int | str, ...] = (0, 0, 0)
    if isinstance(bucket.layout, Sparse):
        by_post, sources, places = _columns(bucket.layout, post)
        columns = (
            add(f"{name}/by_post", "const_whole", by_post),
            add(f"{name}/sources", "const_index", sources),
            add(f"{name}/places", "const_whole", places),
        )
    header = (
        *common_header(projection, bucket, name, build, constant=False),
        *pair_rule.rule_header(rule, name, build),
        add(f"{name}/last_pre", "whole", no_events(pre)),
        add(f"{name}/pre_trace", "real", np.zeros(pre)),
        add(f"{name}/last_post", "whole", no_events(post)),
        add(f"{name}/post_trace", "real", np.zeros(post)),
        add(f"{name}/under_way", "whole", queue),
        bucket.delay + 1,
        int(rule.delay == "dendritic"),
        int(rule.delay == "axonal"),
        int(rule.order == "depress_first"),
        *columns,
    )
    return Stage(name, step, header)


def _columns(layout: Sparse, post: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Return a sparse bucket's synapses by post neuron: row pointers, pre neurons, places in the weights."""
    places = np.argsort(layout.targets, kind="stable")
    sources = np.repeat(np.arange(layout.indptr.size - 1, dtype=np.int32), np.diff(layout.indptr))[places]
    by_post = np.zeros(post + 1, dtype=np.int64)
    np.cumsum(np.bincount(layout.targets, minlength=post), out=by_post[1:])
    return by_post, sources, places


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Apply the events that the synapses see in step t, then send the rows of the pre neurons that fire."""
    soonest = enqueue(t, h, m)
    pre_at, post_at = seen_at(t, h, m, h[DELAYED_PRE], h[PRE_FIRED]), seen_at(t, h, m, h[DELAYED_POST], h[POST_FIRED])
    if h[WITH_PRE] != 0:
        enter(t, h, m, pre_at, h[PRE_LAST], h[PRE_TRACE], True)
    if h[WITH_POST] != 0:
        enter(t, h, m, post_at, h[POST_LAST], h[POST_TRACE], False)
    for turn in range(2):
        if turn == h[DEPRESS_FIRST]:
            if h[SINGLE] != 0:
                potentiate(m.weight32[h[WEIGHTS] :], t, h, m, post_at)
            else:
                potentiate(m.weight64[h[WEIGHTS] :], t, h, m, post_at)
        elif h[SINGLE] != 0:
            depress(m.weight32[h[WEIGHTS] :], t, h, m, pre_at)
        else:
            depress(m.weight64[h[WEIGHTS] :], t, h, m, pre_at)
    if h[WITH_PRE] == 0:
        enter(t, h, m, pre_at, h[PRE_LAST], h[PRE_TRACE], True)
    if h[WITH_POST] == 0:
        enter(t, h, m, post_at, h[POST_LAST], h[POST_TRACE], False)
    ring_at = arrival(t, h)
    ring = m.real[ring_at : ring_at + h[POST]]
    synapses = 0
    for k in range(fired_count(t, h[PRE_FIRED], m)):
        i = m.whole[h[PRE_FIRED] + 2 + k]
        if h[SINGLE] != 0:
            synapses += send_row(m.weight32[h[WEIGHTS] :], h, m, i, ring)
        else:
            synapses += send_row(m.weight64[h[WEIGHTS] :], h, m, i, ring)
    sent(t, h, m, synapses)
    return soonest


@part
def enqueue(t: Any, h: Any, m: Any) -> Any:
    """Put the delayed side's spikes of step t under way; return the next step in which some arrive."""
    if h[DELAYED_POST] == 0 and h[DELAYED_PRE] == 0:
        return NEVER
    size = 2 + (h[POST] if h[DELAYED_POST] != 0 else h[PRE])
    source = h[POST_FIRED] if h[DELAYED_POST] != 0 else h[PRE_FIRED]
    count = fired_count(t, source, m)
    soonest = NEVER
    if count > 0:
        at = h[QUEUE] + (t % h[QUEUE_DEPTH]) * size
        m.whole[at] = t
        m.whole[at + 1] = count
        for k in range(count):
            m.whole[at + 2 + k] = m.whole[source + 2 + k]
    for s in range(h[QUEUE_DEPTH]):
        stamp = m.whole[h[QUEUE] + s * size]
        if stamp >= 0 and stamp + h[DELAY] > t:
            soonest = min(soonest, stamp + h[DELAY])
    return soonest


@part
def seen_at(t: Any, h: Any, m: Any, delayed: Any, fired: Any) -> Any:
    """Return the place of the list [stamp, count, neurons...] of the events that the synapses see in step t, or -1."""
    if delayed == 0:
        return fired if m.whole[fired] == t else -1
    size = 2 + (h[POST] if h[DELAYED_POST] != 0 else h[PRE])
    at = h[QUEUE] + ((t - h[DELAY]) % h[QUEUE_DEPTH]) * size
    return at if m.whole[at] == t - h[DELAY] and t >= h[DELAY] else -1


@part
def enter(t: Any, h: Any, m: Any, at: Any, lasts: Any, traces: Any, is_pre: Any) -> Any:
    """Enter events into their neurons' traces."""
    if at < 0:
        return 0
    for k in range(m.whole[at + 1]):
        x = m.whole[at + 2 + k]
        last = m.whole[lasts + x]
        decay = 0.0
        if last != LONG_AGO:
            decay = decay_plus(t - last, h, m) if is_pre else decay_minus(t - last, h, m)
        m.real[traces + x] = grown_trace(m.real[traces + x], decay, h)
        m.whole[lasts + x] = t
    return 0


@part
def left_out(h: Any, x: Any, others: Any) -> Any:
    """Return 1 if neuron x has no synapse with the other population's neuron of its own number, though it has a place."""
    return 1 if h[SKIP_SELF] != 0 and x < others else 0


@part
def depress(weights: Any, t: Any, h: Any, m: Any, at: Any) -> Any:
    """Depress the rows of the pre neurons with an event."""
    if at < 0:
        return 0
    for k in range(m.whole[at + 1]):
        i = m.whole[at + 2 + k]
        begin, end = first_of_row(h, m, i), end_of_row(h, m, i)
        m.control[UPDATES] += end - begin - left_out(h, i, h[POST])
        for s in range(begin, end):
            j = s - begin if h[IS_DENSE] != 0 else m.const_index[h[TARGETS] + s]
            last = m.whole[h[POST_LAST] + j]
            if last != LONG_AGO and not (h[SKIP_SELF] != 0 and i == j):
                trace = m.real[h[POST_TRACE] + j] * decay_minus(t - last, h, m)
                weights[s] = clipped(depressed(float(weights[s]), trace, h, m), h, m)
    return 0


@part
def potentiate(weights: Any, t: Any, h: Any, m: Any, at: Any) -> Any:
    """Potentiate the columns of the post neurons with an event."""
    if at < 0:
        return 0
    for k in range(m.whole[at + 1]):
        j = m.whole[at + 2 + k]
        dense = h[IS_DENSE] != 0
        begin, end = (0, h[PRE]) if dense else (m.const_whole[h[BY_POST] + j], m.const_whole[h[BY_POST] + j + 1])
        m.control[UPDATES] += end - begin - left_out(h, j, h[PRE])
        for c in range(begin, end):
            i = c if dense else m.const_index[h[SOURCES] + c]
            s = i * h[POST] + j if dense else m.const_whole[h[PLACES] + c]
            last = m.whole[h[PRE_LAST] + i]
            if last != LONG_AGO and not (h[SKIP_SELF] != 0 and i == j):
                trace = m.real[h[PRE_TRACE] + i] * decay_plus(t - last, h, m)
                weights[s] = clipped(potentiated(float(weights[s]), trace, h, m), h, m)
    return 0
