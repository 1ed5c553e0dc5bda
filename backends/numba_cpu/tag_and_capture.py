"""Rule and kernel of TagAndCapture: rows by pre neuron; in steps without an open gate spikes are only sent."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.delivery import (
    DELAY,
    IS_DENSE,
    OWN,
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
    place_of,
    send_row,
    sent,
)
from spikemem.backends.numba_cpu.kernel import NEVER, UPDATES, kernel, part
from spikemem.backends.numba_cpu.stage import Build, Field, Stage, lowers_synapse
from spikemem.ir.lowered import Bucket, LoweredProjection
from spikemem.ir.tag_and_capture import TagAndCapture

# TAGS: m, as the weights lie. GATE_BLOCK, CAPTURE_BLOCK: post neurons that a neuron of gate and capture opens. TEACHER_FIRED:
# -1 without one. SENT: whole[SENT_DEPTH lists of stamp, count, neurons...], what is on its way or in the window. HEARD,
# HEARD_AT: real[HEARD_DEPTH, post], whole[HEARD_DEPTH], u of the steps to come and which those are; of all delays together.
# TAGGED: byte[blocks of capture, pre], the rows that may have tags; -1: all are visited, for weights decay.
(TAGS, GATE_FIRED, GATE_BLOCK, CAPTURE_FIRED, CAPTURE_BLOCK, TEACHER_FIRED, SENT, SENT_DEPTH, HEARD, HEARD_AT, HEARD_DEPTH,
 TAGGED, WINDOW, WINDOW_SIZE, RULE) = range(OWN, OWN + 15)  # fmt: skip
RATE, PREDICTION, MOMENTUM, RETAIN, W_MIN, W_MAX, NUMBERS = range(7)


@part
def find_errors(t: Any, h: Any, m: Any, errors: Any, learners: Any) -> Any:
    """Set e of the post neurons whose gate is open (0 elsewhere), list those where it is not 0; return how many."""
    size, teacher, post_fired = h[GATE_BLOCK], h[TEACHER_FIRED], h[POST_FIRED]
    is_open = np.zeros(h[POST] // size, dtype=np.uint8)
    gates = h[GATE_FIRED] + 2
    for k in range(fired_count(t, h[GATE_FIRED], m)):
        is_open[m.whole[gates + k]] = 1
    if teacher < 0:
        for k in range(fired_count(t, post_fired, m)):
            i = m.whole[post_fired + 2 + k]
            if is_open[i // size] != 0:
                errors[i] = 1.0
    else:
        for k in range(fired_count(t, teacher, m)):
            i = m.whole[teacher + 2 + k] % h[POST]
            if is_open[i // size] != 0:
                errors[i] += 1.0 if m.whole[teacher + 2 + k] < h[POST] else -1.0
        slot = t % h[HEARD_DEPTH]
        if h[HEARD] >= 0 and m.whole[h[HEARD_AT] + slot] == t:
            prediction, heard = m.const_real[h[RULE] + PREDICTION], h[HEARD] + slot * h[POST]
            for k in range(fired_count(t, h[GATE_FIRED], m)):
                for i in range(m.whole[gates + k] * size, (m.whole[gates + k] + 1) * size):
                    errors[i] -= prediction * m.real[heard + i]
    count = 0
    for k in range(fired_count(t, h[GATE_FIRED], m)):
        for i in range(m.whole[gates + k] * size, (m.whole[gates + k] + 1) * size):
            if errors[i] != 0.0:
                learners[count] = i
                count += 1
    return count


@part
def tag_row(tags: Any, h: Any, m: Any, i: Any, x: Any, errors: Any, learners: Any) -> Any:
    """Tag the synapses of pre neuron i onto the learners."""
    rate, first = m.const_real[h[RULE] + RATE], first_of_row(h, m, i)
    if h[IS_DENSE] != 0:
        for k in range(learners.shape[0]):
            j = learners[k]
            tags[first + j] = float(tags[first + j]) + rate * errors[j] * x
    else:
        for s in range(first, end_of_row(h, m, i)):
            e = errors[m.const_index[h[TARGETS] + s]]
            if e != 0.0:
                tags[s] = float(tags[s]) + rate * e * x
    if h[TAGGED] >= 0:
        block = -1
        for k in range(learners.shape[0]):
            if learners[k] // h[CAPTURE_BLOCK] != block:
                block = learners[k] // h[CAPTURE_BLOCK]
                m.byte[h[TAGGED] + block * h[PRE] + i] = 1
    return 0


@part
def tag(tags: Any, t: Any, h: Any, m: Any) -> Any:
    """Tag the rows of the pre neurons whose last spike arrived within the window."""
    errors, found = np.zeros(h[POST]), np.empty(h[POST], dtype=np.int64)
    count = find_errors(t, h, m, errors, found)
    if count == 0:
        return 0
    learners, seen = found[:count], np.zeros(h[PRE], dtype=np.uint8)
    for lag in range(min(h[WINDOW_SIZE], t - h[DELAY] + 1)):
        step = t - h[DELAY] - lag
        at, x = h[SENT] + step % h[SENT_DEPTH] * (2 + h[PRE]), m.const_real[h[WINDOW] + lag]
        for k in range(fired_count(step, at, m)):
            i = m.whole[at + 2 + k]
            if seen[i] == 0:
                seen[i] = 1
                if x != 0.0:
                    tag_row(tags, h, m, i, x, errors, learners)
    return 0


@part
def capture_row(weights: Any, tags: Any, h: Any, m: Any, i: Any, low: Any, high: Any) -> Any:
    """Add the tags of pre neuron i's synapses onto neurons ``low`` to ``high`` to the weights; return how many change."""
    r = m.const_real[h[RULE] : h[RULE] + NUMBERS]
    begin, end, changed = first_of_row(h, m, i), end_of_row(h, m, i), 0
    if h[IS_DENSE] != 0:
        own = begin + i
        begin, end = begin + low, begin + high
    else:
        own = -1
        begin = place_of(h, m, low, begin, end)
        end = place_of(h, m, high, begin, end)
    for s in range(begin, end):
        before = weights[s]
        weights[s] = min(max(r[RETAIN] * float(before) + float(tags[s]), r[W_MIN]), r[W_MAX])
        if weights[s] != before and not (h[SKIP_SELF] != 0 and s == own):
            changed += 1
        tags[s] = r[MOMENTUM] * float(tags[s])
    return changed


@part
def capture(weights: Any, tags: Any, t: Any, h: Any, m: Any) -> Any:
    """Capture the tags of the post neurons whose capture is open."""
    size, changed = h[CAPTURE_BLOCK], 0
    for k in range(fired_count(t, h[CAPTURE_FIRED], m)):
        block = m.whole[h[CAPTURE_FIRED] + 2 + k]
        for i in range(h[PRE]):
            mark = h[TAGGED] + block * h[PRE] + i
            if h[TAGGED] < 0 or m.byte[mark] != 0:
                changed += capture_row(weights, tags, h, m, i, block * size, (block + 1) * size)
                if h[TAGGED] >= 0 and m.const_real[h[RULE] + MOMENTUM] == 0.0:
                    m.byte[mark] = 0
    m.control[UPDATES] += changed
    return 0


@part
def send(weights: Any, t: Any, h: Any, m: Any) -> Any:
    """Send the rows of the pre neurons that fire in step t, and note u; return the number of synapses."""
    ring_at, synapses = arrival(t, h), 0
    ring = m.real[ring_at : ring_at + h[POST]]
    for k in range(fired_count(t, h[PRE_FIRED], m)):
        synapses += send_row(weights, h, m, m.whole[h[PRE_FIRED] + 2 + k], ring)
    if h[HEARD] >= 0 and synapses > 0:
        arrives = t + h[DELAY]
        slot = arrives % h[HEARD_DEPTH]
        heard = m.real[h[HEARD] + slot * h[POST] : h[HEARD] + (slot + 1) * h[POST]]
        if m.whole[h[HEARD_AT] + slot] != arrives:
            m.whole[h[HEARD_AT] + slot] = arrives
            heard[:] = 0.0
        for k in range(fired_count(t, h[PRE_FIRED], m)):
            send_row(weights, h, m, m.whole[h[PRE_FIRED] + 2 + k], heard)
    return synapses


@part
def act(weights: Any, tags: Any, t: Any, h: Any, m: Any) -> Any:
    """Learn where gates are open, then send."""
    if fired_count(t, h[GATE_FIRED], m) > 0:
        tag(tags, t, h, m)
    capture(weights, tags, t, h, m)
    return send(weights, t, h, m)


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Run in the steps in which pre neurons, gate or capture fire."""
    count = fired_count(t, h[PRE_FIRED], m)
    if count > 0:
        own = h[SENT] + t % h[SENT_DEPTH] * (2 + h[PRE])
        m.whole[own : own + 2 + count] = m.whole[h[PRE_FIRED] : h[PRE_FIRED] + 2 + count]
    if h[SINGLE] != 0:
        synapses = act(m.weight32[h[WEIGHTS] :], m.weight32[h[TAGS] :], t, h, m)
    else:
        synapses = act(m.weight64[h[WEIGHTS] :], m.weight64[h[TAGS] :], t, h, m)
    sent(t, h, m, synapses)
    return NEVER


@lowers_synapse(TagAndCapture, listens_to_named=True)
def lower(projection: LoweredProjection, bucket: Bucket, name: str, build: Build) -> Stage:
    """Make the stage."""
    rule, network, add = projection.synapse, build.network, build.layout.add
    assert isinstance(rule, TagAndCapture)
    pre, post = network.population(projection.pre).size, network.population(projection.post).size
    gates, captures = network.population(rule.gate).size, network.population(rule.captured_by).size
    depth = bucket.delay + len(rule.window)
    numbers = (rule.rate, rule.prediction, rule.momentum, rule.retain, rule.w_min, rule.w_max)
    header = (
        *common_header(projection, bucket, name, build, constant=False),
        build.weights(f"{name}/tags", np.zeros(np.shape(bucket.layout.weights)), constant=False),
        f"population/{rule.gate}/fired",
        post // gates,
        f"population/{rule.captured_by}/fired",
        post // captures,
        -1 if rule.teacher is None else f"population/{rule.teacher}/fired",
        add(f"{name}/sent", "whole", np.full((depth, 2 + pre), -1)),
        depth,
        *_heard(projection, bucket, rule, post, build),
        add(f"{name}/tagged", "byte", np.zeros((captures, pre))) if rule.retain == 1.0 else -1,
        add(f"{name}/window", "const_real", np.array(rule.window)),
        len(rule.window),
        add(f"{name}/rule", "const_real", np.array(numbers)),
    )
    return Stage(name, step, header)


def _heard(
    projection: LoweredProjection, bucket: Bucket, rule: TagAndCapture, post: int, build: Build
) -> tuple[Field, Field, int]:
    """Reserve u, with the first bucket for those of all delays, if the rule needs it; return the fields."""
    first, depth = projection.buckets[0], projection.buckets[-1].delay + 1
    if rule.prediction == 0.0:
        return -1, -1, depth
    several = f"@{first.delay}" if len(projection.buckets) > 1 else ""
    name = f"projection/{projection.name}{several}/heard"
    if bucket is first:
        build.layout.add(name, "real", np.zeros((depth, post)))
        build.layout.add(f"{name}_at", "whole", np.full(depth, -1))
    return name, f"{name}_at", depth
