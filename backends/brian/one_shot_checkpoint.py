"""One-shot synapses in checkpoints, by the names of the Numba engine."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from spikemem.backends.brian.build import Access, Array, Build, Saved
from spikemem.backends.brian.pair_state import synapses_of
from spikemem.ir.fading_one_shot import FadingOneShot
from spikemem.ir.lowered import Bucket, Connections, LoweredProjection
from spikemem.ir.mac import Mac


def saved(projection: LoweredProjection, build: Build, bucket: Bucket, found: Connections, risen: str) -> Saved:
    """Return how a bucket is saved: what has been sent and is to be learned when it arrives, and what synapses remember."""
    network, delay = build.network, bucket.delay
    pre, post = network.population(projection.pre), network.population(projection.post)
    assert isinstance(post.cell, Mac)
    modules = post.size // post.cell.cells
    name, key = build.synapses_name(projection.name, delay), f"{build.group_name(post.name)}.{risen}"
    fades = isinstance(projection.synapse, FadingOneShot)

    def save(access: Access) -> dict[str, Array]:
        sent = np.full((delay + 1, 2 + pre.size), -1, dtype=np.int64)
        for k, synapses in enumerate(access.queue(name, "learn")):
            step = access.now + k - delay
            if step < access.now and synapses.size:
                neurons = np.unique(found.pre[synapses])
                sent[step % (delay + 1), : 2 + neurons.size] = (step, neurons.size, *neurons)
        state: dict[str, Array] = {
            "sent": sent,
            "risen": np.rint(access.read(key)).astype(np.int32),
            "taught": np.full(modules, -1, dtype=np.int32),
        }
        if fades:
            state["risen_at"] = np.rint(access.read(f"{name}.since")).astype(np.int32)
            state["stiffness"] = np.rint(access.read(f"{name}.stiff")).astype(np.uint8)
        return state

    def load(access: Access, state: Mapping[str, Array]) -> None:
        waiting = [np.zeros(0, dtype=np.int32) for _ in range(delay + 1)]
        for row in state["sent"]:
            k = int(row[0]) + delay - access.now
            if row[0] >= 0 and k >= 0:
                waiting[k] = synapses_of(found.pre, row[2 : 2 + row[1]])
        access.set_queue(name, "learn", waiting)
        access.write(key, state["risen"].astype(np.float64))
        if fades:
            access.write(f"{name}.since", state["risen_at"].astype(np.float64))
            access.write(f"{name}.stiff", state["stiffness"].astype(np.float64))

    return Saved(save, load)
