"""Online pair STDP: pathways for the pre and the post events as the synapses see them, in the order of the rule."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from spikemem.backends.brian.build import NEVER, Access, Array, Build, Held, Saved
from spikemem.backends.brian.pair_rule import (
    CLIP,
    EMIT,
    NOW,
    connect,
    depressed,
    faded,
    grown,
    potentiated,
)
from spikemem.backends.brian.pair_state import load_events, load_pre, save_events, save_pre, set_waiting
from spikemem.ir.lowered import Bucket, Connections, LoweredProjection
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.tally import Updates

Piece = tuple[str, int, str]
"""A side (pre or post), Brian2's delay in steps, code."""


def lower(projection: LoweredProjection, bucket: Bucket, build: Build) -> Held:
    """Make the synapses of one delay."""
    rule = projection.synapse
    assert isinstance(rule, PairSTDP)
    slot = build.additions[projection.post].slot(projection.receptor, bucket.delay)
    pieces = _merged([*_events(rule, bucket.delay), ("pre", 0, f"{slot}_post += w")])
    pathways = [(f"{side}{k}", side, delay, code) for k, (side, delay, code) in enumerate(pieces)]
    initial = {"pre_step": NEVER, "r": 0.0, "post_step": NEVER, "o": 0.0}
    found = connect(projection, bucket, build, pathways, initial)
    name = build.synapses_name(projection.name, bucket.delay)
    weights = f"{name}.w" if found.pre.size else None
    updates = _updates(projection, rule, bucket, build, found.pre, found.post)
    late = [pathway for pathway, _, delay, _ in pathways if delay]
    return Held(bucket, found, weights, None, updates, _saved(projection, rule, bucket, build, found, name, late))


def _saved(
    projection: LoweredProjection,
    rule: PairSTDP,
    bucket: Bucket,
    build: Build,
    found: Connections,
    name: str,
    late: list[str],
) -> Saved:
    """Return how the state is saved; ``late`` are the pathways whose events are under way for ``bucket.delay`` steps."""
    sizes = build.network.population(projection.pre).size, build.network.population(projection.post).size
    delayed = {"dendritic": sizes[1], "axonal": sizes[0], "ignored": 0}[rule.delay]
    index, delay = found.post if rule.delay == "dendritic" else found.pre, bucket.delay

    def save(access: Access) -> dict[str, Array]:
        last, trace = save_events(access, name, "post_step", "o", found.post, sizes[1])
        under_way = np.full((delay + 1, 2 + delayed), -1, dtype=np.int64)
        for k, waiting in enumerate(access.queue(name, late[0])[:delay] if late else []):
            neurons, fired = np.unique(index[waiting]), access.now + k - delay
            if neurons.size:
                under_way[fired % (delay + 1), : 2 + neurons.size] = [fired, neurons.size, *neurons]
        pre = save_pre(access, name, found, sizes[0], "pre_step")
        return pre | {"last_post": last, "post_trace": trace, "under_way": under_way}

    def load(access: Access, state: Mapping[str, Array]) -> None:
        load_pre(access, name, found, state, "pre_step")
        load_events(access, name, "post_step", "o", found.post, (state["last_post"], state["post_trace"]))
        rows = [row for row in state["under_way"] if row[0] >= 0]
        set_waiting(access, name, late, index, {int(row[0]) + delay: row[2 : 2 + row[1]] for row in rows}, delay)

    return Saved(save, load)


def _seen_after(rule: PairSTDP, delay: int) -> tuple[int, int]:
    """Return after how many steps the synapses see a pre and a post spike."""
    return delay if rule.delay == "axonal" else 0, delay if rule.delay == "dendritic" else 0


def _events(rule: PairSTDP, delay: int) -> list[Piece]:
    """Return what the events of a step do, in order: traces that count for the step itself, changes, the other traces."""
    pre, post = _seen_after(rule, delay)
    enter_pre = ("pre", pre, f"r = {grown(rule, 'r', 'pre_step', 'rate_plus')}\npre_step = {NOW}")
    enter_post = ("post", post, f"o = {grown(rule, 'o', 'post_step', 'rate_minus')}\npost_step = {NOW}")
    up = potentiated(rule, faded("r", "pre_step", "rate_plus"))
    down = depressed(rule, faded("o", "post_step", "rate_minus"))
    potentiate: Piece = ("post", post, f"x = w\nx = {up}\n{CLIP}\n{EMIT}")
    depress: Piece = ("pre", pre, f"x = w\nx = {down}\n{CLIP}\n{EMIT}")
    with_pre, with_post = rule.coincidence in ("potentiate", "both"), rule.coincidence in ("depress", "both")
    changes = [potentiate, depress] if rule.order == "potentiate_first" else [depress, potentiate]
    return [
        *([enter_pre] if with_pre else []),
        *([enter_post] if with_post else []),
        *changes,
        *([] if with_pre else [enter_pre]),
        *([] if with_post else [enter_post]),
    ]


def _merged(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with neighbours of the same events made one."""
    merged = pieces[:1]
    for side, delay, code in pieces[1:]:
        if merged[-1][:2] == (side, delay):
            merged[-1] = (side, delay, f"{merged[-1][2]}\n{code}")
        else:
            merged.append((side, delay, code))
    return merged


def _updates(
    projection: LoweredProjection, rule: PairSTDP, bucket: Bucket, build: Build, pre: np.ndarray, post: np.ndarray
) -> tuple[Updates, ...]:
    """Return the updates as they are counted: rows and columns."""
    sizes = build.network.population(projection.pre).size, build.network.population(projection.post).size
    rows, columns = np.bincount(pre, minlength=sizes[0]), np.bincount(post, minlength=sizes[1])
    delays = _seen_after(rule, bucket.delay)
    return (
        Updates(projection.pre, delays[0], rows.astype(np.int64)),
        Updates(projection.post, delays[1], columns.astype(np.int64)),
    )
