"""Deferred pair STDP with an unlimited history, without one: each synapse gathers what its next pre spike will need.

A post event, when the synapse sees it, adds to the potentiation to come, and leaves its step and trace for depression; the
weight itself changes at the pre spike only. That is the deferred rule: the events between two pre spikes all meet the
same pre trace, so additive potentiation is their sum, and multiplicative potentiation their product of w_max - w. Within the
sum no clipping is lost, for potentiation only raises a weight: the bound met on the way is the bound met at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

import numpy as np

from spikemem.backends.brian.build import NEVER, Access, Array, Build, Held, Read, Saved
from spikemem.backends.brian.pair_rule import (
    CLIP,
    EMIT,
    NOW,
    connect,
    depressed,
    faded,
    grown,
    is_known,
    row_updates,
)
from spikemem.backends.brian.pair_state import LONG_AGO, load_pre, save_pre, set_waiting
from spikemem.ir.lowered import Bucket, Connections, LoweredProjection
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.ir.values import FloatArray


def extend(projection: LoweredProjection, build: Build) -> None:
    """Add delay lines for what is emitted to the target."""
    for bucket in projection.buckets:
        build.additions[projection.post].lengthen(projection.receptor, bucket.delay)


def lower(projection: LoweredProjection, bucket: Bucket, build: Build) -> Held:
    """Make the synapses of one delay."""
    rule = projection.synapse
    assert isinstance(rule, PairSTDP)
    product = rule.weight_dependence == "multiplicative"
    late = bucket.delay if rule.delay == "dendritic" else 0
    potentiate = ("potentiate", "post", late, _potentiation(rule))
    depress = (
        "depress",
        "post",
        0 if rule.depression_delay == "ignored" else late,
        f"o = {grown(rule, 'o', 'seen', 'rate_minus')}\nseen = {NOW}",
    )
    pre = ("pre", "pre", 0, _pre(rule, build.additions[projection.post].slot(projection.receptor, bucket.delay)))
    # What meets the pre spike of its own step comes before it; potentiation that comes after it meets its trace.
    with_pre, with_post = rule.coincidence in ("potentiate", "both"), rule.coincidence in ("depress", "both")
    before = [*([] if with_pre else [potentiate]), *([depress] if with_post else [])]
    after = [*([potentiate] if with_pre else []), *([] if with_post else [depress])]
    initial = {"last": NEVER, "r": 0.0, "gain": 1.0 if product else 0.0, "seen": NEVER, "o": 0.0}
    found = connect(projection, bucket, build, [*before, pre, *after], initial)
    name = build.synapses_name(projection.name, bucket.delay)
    weights = f"{name}.w" if found.pre.size else None

    def effective(read: Read, until: int) -> FloatArray:
        w, gain = read(f"{name}.w").astype(np.float64), read(f"{name}.gain")
        return np.clip(rule.w_max - (rule.w_max - w) * gain if product else w + gain, rule.w_min, rule.w_max)

    updates = (row_updates(projection, found, build),)
    delays = {pathway: delay for pathway, side, delay, _ in (potentiate, depress) if delay}
    saved = _saved(projection, build, found, name, late, delays)
    return Held(bucket, found, weights, effective, updates, saved)


def _saved(
    projection: LoweredProjection, build: Build, found: Connections, name: str, late: int, delays: Mapping[str, int]
) -> Saved:
    """Return how the state is saved: as all the target's spikes, from which what a synapse has gathered is made again."""
    rule = projection.synapse
    assert isinstance(rule, PairSTDP)
    sizes = build.network.population(projection.pre).size, build.network.population(projection.post).size
    late_depression = 0 if rule.depression_delay == "ignored" else late
    rates = build.network.dt / rule.tau_plus, build.network.dt / rule.tau_minus

    def save(access: Access) -> dict[str, Array]:
        steps, neurons = access.fired(projection.post)
        count = np.bincount(neurons, minlength=sizes[1]).astype(np.int64)
        width = 32
        while width <= count.max():
            width *= 2
        history, traces = np.zeros((sizes[1], width), dtype=np.int64), np.zeros((sizes[1], width))
        for j in range(sizes[1]):
            own, trace = steps[neurons == j], 0.0
            for k, step in enumerate(own):
                fade = exp(-(step - own[k - 1]) * rates[1]) if k and rule.pairing == "all-to-all" else 0.0
                trace = trace * fade + 1.0
                history[j, k], traces[j, k] = step, trace
        pre = save_pre(access, name, found, sizes[0])
        last = np.where(count > 0, history[np.arange(sizes[1]), count - 1], LONG_AGO)
        return pre | {"post_count": count, "post_steps": history, "post_traces": traces, "last_post": last}

    def load(access: Access, state: Mapping[str, Array]) -> None:
        load_pre(access, name, found, state)
        last, r = access.read(f"{name}.last"), access.read(f"{name}.r")
        product = rule.weight_dependence == "multiplicative"
        gain = np.full(found.pre.size, 1.0 if product else 0.0)
        seen, o = np.full(sizes[1], NEVER), np.zeros(sizes[1])
        first = last if rule.coincidence in ("potentiate", "both") else last + 1
        under_way: dict[str, dict[int, list[int]]] = {pathway: {} for pathway in delays}
        for j, count in enumerate(state["post_count"]):
            own = np.flatnonzero(found.post == j)
            for step, trace in zip(state["post_steps"][j, :count], state["post_traces"][j, :count], strict=True):
                if step + late < access.now:
                    meets = own[is_known(last[own]) & (first[own] <= step + late)]
                    amount = rule.amplitudes[0] * (r[meets] * np.exp(-(step + late - last[meets]) * rates[0]))
                    factor = np.maximum(1.0 - amount, 0.0) if rule.clip == "each" else 1.0 - amount
                    gain[meets] = gain[meets] * factor if product else gain[meets] + amount
                if step + late_depression < access.now:
                    seen[j], o[j] = step + late_depression, trace
                for pathway, delay in delays.items():
                    if step + delay >= access.now:
                        under_way[pathway].setdefault(int(step + delay), []).append(j)
        access.write(f"{name}.gain", gain)
        access.write(f"{name}.seen", seen[found.post])
        access.write(f"{name}.o", o[found.post])
        for pathway, delay in delays.items():
            events = {step: np.array(neurons) for step, neurons in under_way[pathway].items()}
            set_waiting(access, name, [pathway], found.post, events, delay)

    return Saved(save, load, unlimited=True)


def _potentiation(rule: PairSTDP) -> str:
    """Return the code that gathers the potentiation by one post event; before the first pre spike r is 0."""
    amount = f"A_plus * ({faded('r', 'last', 'rate_plus')})"
    if rule.weight_dependence == "additive":
        return f"gain = gain + {amount}"
    factor = f"1.0 - {amount}"
    return f"gain = gain * {f'clip({factor}, 0.0, 1.0)' if rule.clip == 'each' else f'({factor})'}"


def _pre(rule: PairSTDP, slot: str) -> str:
    """Return what a pre spike does."""
    product = rule.weight_dependence == "multiplicative"
    code = ["x = w_max - (w_max - w) * gain" if product else "x = w + gain", f"gain = {1.0 if product else 0.0}"]
    code += [CLIP] if rule.clip == "each" else []
    code.append(f"found = int(seen >= 0){' * int(seen > last)' if rule.depress_by == 'latest_since_pre' else ''}")
    code += [f"x = {depressed(rule, faded('o', 'seen', 'rate_minus'), 'found')}", CLIP]
    code += [f"r = {grown(rule, 'r', 'last', 'rate_plus')}", f"last = {NOW}", EMIT, f"{slot}_post += x"]
    return "\n".join(code)
