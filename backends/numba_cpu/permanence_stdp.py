"""Rule and kernel of PermanenceSTDP: rows by pre neuron alone, no index by post neuron."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.delivery import (
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
    sent,
)
from spikemem.backends.numba_cpu.kernel import LONG_AGO, NEVER, UPDATES, kernel, part
from spikemem.backends.numba_cpu.stage import Build, Stage, lowers_synapse
from spikemem.ir.lowered import Bucket, Dense, LoweredProjection
from spikemem.ir.permanence_stdp import PermanenceSTDP
from spikemem.passes.discretize import steps_between

# Dendrite j is neuron j's. PRE_LAST, PRE_TRACE: last spike and trace x of each pre neuron; DAP_LAST, DAP_TRACE: last dendritic
# spike and trace z of each dendrite. COLUMN: const_whole, the synapses onto each dendrite, by which updates are counted.
SOMA_FIRED, PRE_LAST, PRE_TRACE, DAP_LAST, DAP_TRACE, COLUMN, RULE = range(OWN, OWN + 7)
# The rule's numbers, amounts times P_max, windows in steps, rates a step.
(P_MIN, P_MAX, P_THETA, W_MATURE, UP, DOWN, HOME, Z_TARGET, RATE_PRE, RATE_H, DT_MIN, DT_MAX, NUMBERS) = range(13)


@part
def trace_at(t: Any, m: Any, lasts: Any, traces: Any, x: Any, rate: Any) -> Any:
    """Return the trace of neuron x in step t."""
    last = m.whole[lasts + x]
    return 0.0 if last == LONG_AGO else m.real[traces + x] * exp(-(t - last) * rate)


@part
def enter(t: Any, m: Any, fired: Any, lasts: Any, traces: Any, rate: Any) -> Any:
    """Enter the spikes of step t on the list ``fired`` into their neurons' traces."""
    for k in range(fired_count(t, fired, m)):
        x = m.whole[fired + 2 + k]
        m.real[traces + x] = trace_at(t, m, lasts, traces, x, rate) + 1.0
        m.whole[lasts + x] = t
    return 0


@part
def target(h: Any, m: Any, first: Any, s: Any) -> Any:
    """Return the target of the synapse at place s of the row that begins at ``first``."""
    return s - first if h[IS_DENSE] != 0 else np.int64(m.const_index[h[TARGETS] + s])


@part
def paired(permanences: Any, t: Any, h: Any, m: Any, i: Any) -> Any:
    """Change the permanences of pre neuron i's synapses onto the neurons that fire in step t."""
    r = m.const_real[h[RULE] : h[RULE] + NUMBERS]
    grow = r[UP] * trace_at(t, m, h[PRE_LAST], h[PRE_TRACE], i, r[RATE_PRE])
    first, end = first_of_row(h, m, i), end_of_row(h, m, i)
    for k in range(fired_count(t, h[SOMA_FIRED], m)):
        j = m.whole[h[SOMA_FIRED] + 2 + k]
        s = first + j if h[IS_DENSE] != 0 else place_of(h, m, j, first, end)
        if h[SKIP_SELF] != 0 and i == j:
            continue
        while s < end and target(h, m, first, s) == j:
            z = trace_at(t, m, h[DAP_LAST], h[DAP_TRACE], j, r[RATE_H])
            grown = float(permanences[s]) + grow + r[HOME] * (r[Z_TARGET] - z)
            permanences[s] = min(max(grown, r[P_MIN]), r[P_MAX])
            s += 1
    return 0


@part
def learn(permanences: Any, t: Any, h: Any, m: Any) -> Any:
    """Pair the somatic spikes of step t with the pre neurons whose last spike lies in the window."""
    r = m.const_real[h[RULE] : h[RULE] + NUMBERS]
    if fired_count(t, h[SOMA_FIRED], m) > 0:
        for i in range(h[PRE]):
            last = m.whole[h[PRE_LAST] + i]
            if last != LONG_AGO and r[DT_MIN] < t - last < r[DT_MAX]:
                paired(permanences, t, h, m, i)
        for k in range(fired_count(t, h[SOMA_FIRED], m)):
            m.control[UPDATES] += m.const_whole[h[COLUMN] + m.whole[h[SOMA_FIRED] + 2 + k]]
    return 0


@part
def depress_and_send(permanences: Any, t: Any, h: Any, m: Any) -> Any:
    """Depress the rows of the pre neurons that fire in step t and send through what is mature; return how many all are."""
    r = m.const_real[h[RULE] : h[RULE] + NUMBERS]
    weight, at, synapses = r[W_MATURE], arrival(t, h), 0
    for k in range(fired_count(t, h[PRE_FIRED], m)):
        i = m.whole[h[PRE_FIRED] + 2 + k]
        first, end = first_of_row(h, m, i), end_of_row(h, m, i)
        for s in range(first, end):
            permanences[s] = max(float(permanences[s]) - r[DOWN], r[P_MIN])
        for s in range(first, end):
            if permanences[s] > r[P_THETA]:
                j = target(h, m, first, s)
                if not (h[SKIP_SELF] != 0 and i == j):
                    m.real[at + j] += weight
        synapses += end - first - (1 if h[SKIP_SELF] != 0 and i < h[POST] else 0)
    m.control[UPDATES] += synapses
    return synapses


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Apply the spikes of step t in the order of the rule, and send."""
    r = m.const_real[h[RULE] : h[RULE] + NUMBERS]
    enter(t, m, h[POST_FIRED], h[DAP_LAST], h[DAP_TRACE], r[RATE_H])
    if h[SINGLE] != 0:
        learn(m.weight32[h[WEIGHTS] :], t, h, m)
        synapses = depress_and_send(m.weight32[h[WEIGHTS] :], t, h, m)
    else:
        learn(m.weight64[h[WEIGHTS] :], t, h, m)
        synapses = depress_and_send(m.weight64[h[WEIGHTS] :], t, h, m)
    enter(t, m, h[PRE_FIRED], h[PRE_LAST], h[PRE_TRACE], r[RATE_PRE])
    sent(t, h, m, synapses)
    return NEVER


@lowers_synapse(PermanenceSTDP, listens_to_post=True, listens_to_soma=True)
def lower(projection: LoweredProjection, bucket: Bucket, name: str, build: Build) -> Stage:
    """Make the stage; the bucket's weights are permanences."""
    rule, network = projection.synapse, build.network
    pre, post = network.population(projection.pre), network.population(projection.post)
    assert isinstance(rule, PermanenceSTDP)
    assert post.branch is not None
    add, dt = build.layout.add, network.dt
    numbers = (
        rule.P_min, rule.P_max, rule.P_theta, rule.w_mature, rule.lambda_plus * rule.P_max, rule.lambda_minus * rule.P_max,
        rule.lambda_h * rule.P_max, rule.z_target, dt / rule.tau_pre, dt / rule.tau_h,
        steps_between(rule.dt_min, dt), steps_between(rule.dt_max, dt),
    )  # fmt: skip
    header = (
        *common_header(projection, bucket, name, build, constant=False),
        f"population/{post.branch.soma}/fired",
        add(f"{name}/last_pre", "whole", np.full(pre.size, LONG_AGO)),
        add(f"{name}/pre_trace", "real", np.zeros(pre.size)),
        add(f"{name}/last_dap", "whole", np.full(post.size, LONG_AGO)),
        add(f"{name}/dap_trace", "real", np.zeros(post.size)),
        add(f"{name}/column", "const_whole", _columns(bucket, pre.size, post.size)),
        add(f"{name}/rule", "const_real", np.array(numbers)),
    )
    return Stage(name, step, header)


def _columns(bucket: Bucket, pre: int, post: int) -> Any:
    """Return the number of synapses onto each dendrite."""
    if isinstance(bucket.layout, Dense):
        own = np.arange(post) < (0 if bucket.layout.allow_self_connections else pre)
        return pre - own.astype(np.int64)
    return np.bincount(bucket.layout.targets, minlength=post)
