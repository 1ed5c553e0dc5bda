"""Deferred pair STDP: weights change when their pre neuron fires, from the post neuron's remembered spikes."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu import pair_rule
from spikemem.backends.numba_cpu.delivery import (
    DELAY,
    IS_DENSE,
    POST,
    POST_FIRED,
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
from spikemem.backends.numba_cpu.kernel import GROW, LONG_AGO, NEVER, UPDATES, kernel, part
from spikemem.backends.numba_cpu.kernel_cache import cached
from spikemem.backends.numba_cpu.pair_rule import (
    DENDRITIC,
    RULE,
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
from spikemem.ir.lowered import Bucket, LoweredProjection
from spikemem.ir.pair_stdp import PairSTDP

# LAST, TRACE: last spike and trace of each pre neuron. COUNT, STEPS, TRACES: how many spikes each post neuron has fired,
# the last of them (of WIDTH places, in turn) and the trace at each.
(LAST, TRACE, COUNT, STEPS, TRACES, WIDTH, UNLIMITED, CLIP_EACH, SINCE_PRE, DEPRESSION_DELAYED, POST_LAST) = range(
    RULE_OWN, RULE_OWN + 11
)
_FIRST_WIDTH = 32


def lower_deferred(projection: LoweredProjection, bucket: Bucket, name: str, build: Build) -> Stage:
    """Make the stage of a deferred rule."""
    rule = projection.synapse
    assert isinstance(rule, PairSTDP)
    pre, post = build.network.population(projection.pre).size, build.network.population(projection.post).size
    width = rule.history or _FIRST_WIDTH
    add = build.layout.add
    header = (
        *common_header(projection, bucket, name, build, constant=False),
        *pair_rule.rule_header(rule, name, build),
        add(f"{name}/last_pre", "whole", no_events(pre)),
        add(f"{name}/pre_trace", "real", np.zeros(pre)),
        add(f"{name}/post_count", "whole", np.zeros(post)),
        add(f"{name}/post_steps", "whole", np.zeros((post, width))),
        add(f"{name}/post_traces", "real", np.zeros((post, width))),
        f"#{name}/post_steps",
        int(rule.history is None),
        int(rule.clip == "each"),
        int(rule.depress_by == "latest_since_pre"),
        int(rule.depression_delay == "same"),
        add(f"{name}/last_post", "whole", no_events(post)),
    )
    growing = (f"{name}/post_steps", f"{name}/post_traces") if rule.history is None else ()
    return Stage(name, step, header, growing)


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Remember the post spikes of step t, then update and send the row of each pre neuron that fires."""
    for k in range(fired_count(t, h[POST_FIRED], m)):
        remember(t, h, m, m.whole[h[POST_FIRED] + 2 + k])
    count = fired_count(t, h[PRE_FIRED], m)
    ring_at = arrival(t, h)
    ring = m.real[ring_at : ring_at + h[POST]]
    synapses = 0
    for k in range(count):
        i = m.whole[h[PRE_FIRED] + 2 + k]
        if h[SINGLE] != 0:
            synapses += update_and_send(m.weight32[h[WEIGHTS] :], t, h, m, i, ring)
        else:
            synapses += update_and_send(m.weight64[h[WEIGHTS] :], t, h, m, i, ring)
    m.control[UPDATES] += synapses
    sent(t, h, m, synapses)
    return NEVER


@part
def remember(t: Any, h: Any, m: Any, j: Any) -> Any:
    """Put the spike of post neuron j at step t into its history, with its trace."""
    count, width = m.whole[h[COUNT] + j], h[WIDTH]
    row = j * width
    trace = 1.0
    if count > 0:
        last = row + (count - 1) % width
        trace = grown_trace(m.real[h[TRACES] + last], decay_minus(t - m.whole[h[STEPS] + last], h, m), h)
    m.whole[h[STEPS] + row + count % width] = t
    m.real[h[TRACES] + row + count % width] = trace
    m.whole[h[COUNT] + j] = count + 1
    m.whole[h[POST_LAST] + j] = t
    if h[UNLIMITED] != 0 and count + 1 == width:
        m.control[GROW] = 1
    return 0


@part
def update_and_send(weights: Any, t: Any, h: Any, m: Any, i: Any, ring: Any) -> Any:
    """Bring pre neuron i's weights up to step t, send them, and enter the spike into the neuron's trace."""
    begin, end = first_of_row(h, m, i), end_of_row(h, m, i)
    last, trace = m.whole[h[LAST] + i], m.real[h[TRACE] + i]
    least, dense, no_self = m.const_real[h[RULE]], h[IS_DENSE] != 0, h[SKIP_SELF] != 0
    latest = m.whole[h[POST_LAST] : h[POST_LAST] + h[POST]]
    targets = m.const_index[h[TARGETS] : h[TARGETS] + (0 if dense else end)]
    pending = NEVER  # post spikes from this step on potentiate
    if last != LONG_AGO:
        pending = last + (0 if h[WITH_PRE] != 0 else 1) - (h[DELAY] if h[DENDRITIC] != 0 else 0)
    for k in range(begin, end):
        j = k - begin if dense else targets[k]
        w = float(weights[k])
        # At the lower bound depression changes nothing.
        if latest[j] != LONG_AGO and (latest[j] >= pending or w != least) and not (no_self and i == j):
            w = with_pending(w, t - h[WITH_PRE], last, trace, h, m, j)
            weights[k] = clipped(with_depression(w, t, last, h, m, j), h, m)
    m.real[h[TRACE] + i] = grown_trace(trace, decay_plus(t - last, h, m) if last != LONG_AGO else 0.0, h)
    m.whole[h[LAST] + i] = t
    return send_row(weights, h, m, i, ring)


@part
def with_pending(w: Any, until: Any, last: Any, trace: Any, h: Any, m: Any, j: Any) -> Any:
    """Return w potentiated by the events of post neuron j after the pre spike at ``last``, up to step ``until``."""
    if last == LONG_AGO:
        return w
    delay = h[DELAY] if h[DENDRITIC] != 0 else 0
    count, width = m.whole[h[COUNT] + j], h[WIDTH]
    row = j * width
    begin = count
    oldest = max(0, count - width)
    earliest = last if h[WITH_PRE] != 0 else last + 1
    place = count % width  # of event ``begin``: counted along, for a division is slow
    while begin > oldest:
        before = place - 1 if place > 0 else width - 1
        if m.whole[h[STEPS] + row + before] + delay < earliest:
            break
        begin, place = begin - 1, before
    for _ in range(begin, count):
        seen = m.whole[h[STEPS] + row + place] + delay
        if seen > until:
            break
        w = potentiated(w, trace * decay_plus(seen - last, h, m), h, m)
        if h[CLIP_EACH] != 0:
            w = clipped(w, h, m)
        place = place + 1 if place + 1 < width else 0
    return w


@part
def with_depression(w: Any, t: Any, last: Any, h: Any, m: Any, j: Any) -> Any:
    """Return w depressed by the most recent event of post neuron j that the pre spike at t sees."""
    delay = h[DELAY] if h[DENDRITIC] != 0 and h[DEPRESSION_DELAYED] != 0 else 0
    count, width = m.whole[h[COUNT] + j], h[WIDTH]
    row = j * width
    latest = t if h[WITH_POST] != 0 else t - 1
    event = count - 1
    oldest = max(0, count - width)
    while event >= oldest and m.whole[h[STEPS] + row + event % width] + delay > latest:
        event -= 1
    if event < oldest:
        return w
    place = row + event % width
    seen = m.whole[h[STEPS] + place] + delay
    if h[SINCE_PRE] != 0 and seen <= last:
        return w
    return depressed(w, m.real[h[TRACES] + place] * decay_minus(t - seen, h, m), h, m)


@cached
@part
def add_pending(weights: Any, until: Any, h: Any, m: Any, pre: Any) -> Any:
    """Potentiate all of ``weights`` by the pending post events, as the next pre spike would do."""
    for i in range(pre):
        last, trace = m.whole[h[LAST] + i], m.real[h[TRACE] + i]
        begin = first_of_row(h, m, i)
        for k in range(begin, end_of_row(h, m, i)):
            j = k - begin if h[IS_DENSE] != 0 else m.const_index[h[TARGETS] + k]
            if not (h[SKIP_SELF] != 0 and i == j):
                weights[k] = clipped(with_pending(weights[k], until, last, trace, h, m, j), h, m)
    return 0
