"""Tags, what is on its way and what has been heard in checkpoints, by the names of the Numba engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from spikemem.backends.brian.build import NEVER, Access, Array, Build, Saved
from spikemem.backends.brian.pair_state import synapses_of
from spikemem.ir.lowered import Bucket, Connections, Dense, LoweredProjection
from spikemem.ir.tag_and_capture import TagAndCapture


class Names(NamedTuple):
    """A projection's variables at its target; ``changed`` counts weights, and ``heard`` is u.

    Those of gate, capture and changed are also names of events.
    """

    gate: str
    capture: str
    teach: str
    changed: str
    heard: str

    def line(self, delay: int) -> tuple[str, ...]:
        """Return the places of what is heard in the next ``delay`` steps."""
        return tuple(f"{self.heard}{k}" for k in range(delay))


def saved(projection: LoweredProjection, build: Build, bucket: Bucket, found: Connections, names: Names) -> Saved:
    """Return how a bucket is saved: its tags, the last arrivals and those to come, and with the first bucket u."""
    rule, network, delay = projection.synapse, build.network, bucket.delay
    assert isinstance(rule, TagAndCapture)
    pre, post = network.population(projection.pre).size, network.population(projection.post).size
    name, group = build.synapses_name(projection.name, delay), build.group_name(projection.post)
    depth, window = delay + len(rule.window), len(rule.window)
    captures, kind = network.population(rule.captured_by).size, np.float32 if build.single else np.float64
    line = names.line(projection.buckets[-1].delay) if rule.prediction and bucket is projection.buckets[0] else ()

    def save(access: Access) -> dict[str, Array]:
        tags = access.read(f"{name}.m")
        state: dict[str, Array] = {"tags": tags.astype(kind), "sent": _sent(access)}
        if isinstance(bucket.layout, Dense):
            state["tags"] = np.zeros((pre, post), dtype=kind)
            state["tags"][found.pre, found.post] = tags
        if rule.retain == 1.0:
            state["tagged"] = np.zeros((captures, pre), dtype=np.uint8)
            state["tagged"][found.post[tags != 0] // (post // captures), found.pre[tags != 0]] = 1
        if line:
            heard, at = np.zeros((len(line) + 1, post)), np.full(len(line) + 1, -1)
            for k, place in enumerate(line):
                step = access.now + k
                heard[step % at.size], at[step % at.size] = access.read(f"{group}.{place}"), step
            state |= {"heard": heard, "heard_at": at}
        return state

    def _sent(access: Access) -> Array:
        """Return the lists of pre neurons by the step in which they fired."""
        last = np.full(pre, NEVER)
        last[found.pre] = access.read(f"{name}.last")
        arrivals = {int(step): np.flatnonzero(last == step) for step in set(last[last > access.now - window])}
        for k, synapses in enumerate(access.queue(name, "arrive")[:delay]):
            arrivals[access.now + k] = np.unique(found.pre[synapses])
        sent = np.full((depth, 2 + pre), -1, dtype=np.int64)
        for step, neurons in arrivals.items():
            if neurons.size:
                row = sent[(step - delay) % depth]
                row[: 2 + neurons.size] = (step - delay, neurons.size, *neurons)
        return sent

    def load(access: Access, state: Mapping[str, Array]) -> None:
        tags = state["tags"]
        access.write(f"{name}.m", tags[found.pre, found.post] if isinstance(bucket.layout, Dense) else tags)
        last, waiting = np.full(pre, NEVER), [np.zeros(0, dtype=np.int32) for _ in range(delay + 1)]
        for row in state["sent"][np.argsort(state["sent"][:, 0])]:
            step, neurons = int(row[0]) + delay, row[2 : 2 + row[1]]
            if row[0] >= 0 and step < access.now:
                last[neurons] = step
            elif row[0] >= 0:
                waiting[step - access.now] = synapses_of(found.pre, neurons)
        access.write(f"{name}.last", last[found.pre])
        access.set_queue(name, "arrive", waiting)
        for k, place in enumerate(line):
            slot = (access.now + k) % (len(line) + 1)
            heard = state["heard"][slot] if state["heard_at"][slot] == access.now + k else np.zeros(post)
            access.write(f"{group}.{place}", heard)

    return Saved(save, load)
