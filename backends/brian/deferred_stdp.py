"""Deferred pair STDP with a limited history: the target remembers its last post spikes, and the pre spike looks at them.

Brian2 has no arrays in a neuron, so the history is a shift register of variables, newest first, and the code that reads it
is unrolled. Masks, 0 or 1, stand in for branches; they multiply exponents too, so that no infinity meets a 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from spikemem.backends.brian.build import NEVER, Access, Array, Build, Held, Read, Saved
from spikemem.backends.brian.pair_rule import (
    CLIP,
    EMIT,
    NOW,
    connect,
    depressed,
    grown,
    is_known,
    potentiated,
    row_updates,
)
from spikemem.backends.brian.pair_state import load_pre, save_pre, to_saved
from spikemem.ir.lowered import Bucket, Connections, LoweredProjection
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.ir.values import FloatArray


def places(projection: LoweredProjection, build: Build) -> list[tuple[str, str]]:
    """Return the names of the target's variables (step, trace) of each remembered event, newest first."""
    rule = projection.synapse
    assert isinstance(rule, PairSTDP)
    assert rule.history is not None
    name = build.synapses_name(projection.name)
    return [(f"{name}_step{k}", f"{name}_trace{k}") for k in range(rule.history)]


def extend(projection: LoweredProjection, build: Build) -> None:
    """Add the history to the target, and delay lines for what is emitted."""
    rule = projection.synapse
    assert isinstance(rule, PairSTDP)
    extra = build.additions[projection.post]
    for bucket in projection.buckets:
        extra.lengthen(projection.receptor, bucket.delay)
    history = places(projection, build)
    for step, trace in history:
        extra.variables |= {step: NEVER, trace: 0.0}
    first_step, first_trace = history[0]
    rate = f"{first_step}_rate"
    extra.reset.append(f"{first_trace}_new = {grown(rule, first_trace, first_step, rate)}")
    for (step, trace), (newer_step, newer_trace) in zip(history[:0:-1], history[-2::-1], strict=True):
        extra.reset += [f"{step} = {newer_step}", f"{trace} = {newer_trace}"]
    extra.reset += [f"{first_step} = {NOW}", f"{first_trace} = {first_trace}_new"]
    extra.constants[rate] = build.network.dt / rule.tau_minus


def lower(projection: LoweredProjection, bucket: Bucket, build: Build) -> Held:
    """Make the synapses of one delay."""
    code = pre_code(projection, bucket, build)
    found = connect(projection, bucket, build, [("pre", "pre", 0, code)], {"last": NEVER, "r": 0.0})
    name = build.synapses_name(projection.name, bucket.delay)
    weights = f"{name}.w" if found.pre.size else None

    def effective(read: Read, until: int) -> FloatArray:
        return with_pending(projection, bucket, build, read, found.post, name, until)

    updates = (row_updates(projection, found, build),)
    return Held(bucket, found, weights, effective, updates, _saved(projection, build, found, name))


def _saved(projection: LoweredProjection, build: Build, found: Connections, name: str) -> Saved:
    """Return how the state is saved: the target's history in turn, oldest first."""
    group, history = build.group_name(projection.post), places(projection, build)
    sizes = build.network.population(projection.pre).size, build.network.population(projection.post).size

    def save(access: Access) -> dict[str, Array]:
        steps = np.stack([access.read(f"{group}.{step}") for step, _ in reversed(history)], axis=1)
        traces = np.stack([access.read(f"{group}.{trace}") for _, trace in reversed(history)], axis=1)
        count = is_known(steps).sum(axis=1)
        for row in range(sizes[1]):  # unknown events come first
            steps[row], traces[row] = np.roll(steps[row], count[row]), np.roll(traces[row], count[row])
        steps = np.where(is_known(steps), steps, 0)
        return save_pre(access, name, found, sizes[0]) | {
            "post_count": count.astype(np.int64),
            "post_steps": steps.astype(np.int64),
            "post_traces": traces,
            "last_post": to_saved(access.read(f"{group}.{history[0][0]}")),
        }

    def load(access: Access, state: Mapping[str, Array]) -> None:
        load_pre(access, name, found, state)
        rows = np.arange(sizes[1])
        for k, (step, trace) in enumerate(history):
            event = state["post_count"] - 1 - k
            place, known = event % len(history), event >= 0
            access.write(f"{group}.{step}", np.where(known, state["post_steps"][rows, place], NEVER))
            access.write(f"{group}.{trace}", np.where(known, state["post_traces"][rows, place], 0.0))

    return Saved(save, load)


def _delays(rule: PairSTDP, bucket: Bucket) -> tuple[int, int]:
    """Return after how many steps a post spike potentiates, and depresses."""
    potentiation = bucket.delay if rule.delay == "dendritic" else 0
    return potentiation, 0 if rule.depression_delay == "ignored" else potentiation


def pre_code(projection: LoweredProjection, bucket: Bucket, build: Build) -> str:
    """Return what a pre spike does: potentiation by each remembered event, one depression, emission."""
    rule = projection.synapse
    assert isinstance(rule, PairSTDP)
    history = [(f"{step}_post", f"{trace}_post") for step, trace in places(projection, build)]
    late, late_depression = _delays(rule, bucket)
    with_pre, with_post = rule.coincidence in ("potentiate", "both"), rule.coincidence in ("depress", "both")
    code = ["x = w", "known = int(last >= 0)"]
    for step, _ in reversed(history):
        code += [
            f"after = {step} + {late} - last",
            f"meets = known * int(after >= {0 if with_pre else 1}) * int({step} + {late} <= {NOW} - {int(with_pre)})",
            f"x = {potentiated(rule, 'r * exp(-(meets * after) * rate_plus)', 'meets')}",
        ]
        code += [CLIP] if rule.clip == "each" else []
    # Events of the last steps may be too young to depress; there is at most one a step.
    for k, (step, trace) in enumerate(history[: late_depression + 2]):
        able = f"int({step} >= 0) * int({step} + {late_depression} <= {NOW} - {int(not with_post)})"
        if k == 0:
            code += [f"found = {able}", f"seen = found * ({step} + {late_depression})", f"o = found * {trace}"]
        else:
            code += [f"pick = (1 - found) * {able}", f"seen = seen + pick * ({step} + {late_depression})"]
            code += [f"o = o + pick * {trace}", "found = found + pick"]
    if rule.depress_by == "latest_since_pre":
        code.append("found = found * int(seen > last)")
    code += [f"x = {depressed(rule, f'o * exp(-(found * ({NOW} - seen)) * rate_minus)', 'found')}", CLIP]
    code += [f"r = {grown(rule, 'r', 'last', 'rate_plus')}", f"last = {NOW}", EMIT]
    code.append(f"{build.additions[projection.post].slot(projection.receptor, bucket.delay)}_post += x")
    return "\n".join(code)


def with_pending(
    projection: LoweredProjection, bucket: Bucket, build: Build, read: Read, post: np.ndarray, name: str, until: int
) -> FloatArray:
    """Return the weights after the post events up to step ``until``, as the next pre spike would find them."""
    rule = projection.synapse
    assert isinstance(rule, PairSTDP)
    group, late = build.group_name(projection.post), _delays(rule, bucket)[0]
    x = read(f"{name}.w").astype(np.float64)
    last, r = read(f"{name}.last"), read(f"{name}.r")
    a_plus, rate = rule.amplitudes[0], build.network.dt / rule.tau_plus
    earliest = last if rule.coincidence in ("potentiate", "both") else last + 1
    for step, _ in reversed(places(projection, build)):
        seen = read(f"{group}.{step}")[post] + late
        meets = is_known(last) & (seen >= earliest) & (seen <= until)
        amount = a_plus * (r * np.exp(-np.where(meets, seen - last, 0.0) * rate))
        x = np.where(
            meets, x + (amount * (rule.w_max - x) if rule.weight_dependence == "multiplicative" else amount), x
        )
        if rule.clip == "each":
            x = np.clip(x, rule.w_min, rule.w_max)
    return np.clip(x, rule.w_min, rule.w_max)
