"""Rule of static synapses: Brian2's own delays, one step less, for its groups integrate a step after the delivery."""

from __future__ import annotations

import brian2
import numpy as np

from spikemem.backends.brian.build import INPUT, SYNAPSE_RULES, Build, Held, SynapseRule
from spikemem.ir.lowered import LoweredProjection, connection_list
from spikemem.ir.synapse import Static


def _extend(projection: LoweredProjection, build: Build) -> None:
    """Add nothing to the target."""


def _lower(projection: LoweredProjection, build: Build) -> tuple[Held, ...]:
    """Make one set of synapses for all delays: each synapse has its own, unless they are the same."""
    network, dt = build.network, build.clock.dt
    pre, post = network.population(projection.pre).size, network.population(projection.post).size
    held = tuple(Held(b, connection_list(b, pre, post, network.dt)) for b in projection.buckets)
    filled = [h for h in held if h.connections.pre.size]
    if not filled:
        return held
    given = [h.bucket.layout.weights for h in filled]
    one = (
        given[0] if isinstance(given[0], float) and all(isinstance(w, float) and w == given[0] for w in given) else None
    )
    same = len(filled) == 1
    synapses = brian2.Synapses(
        build.groups[projection.pre],
        build.groups[projection.post],
        "w : 1 (constant)" if one is None else "",
        on_pre=f"{INPUT[projection.receptor]}_post += w",
        delay=(filled[0].bucket.delay - 1) * dt if same else None,
        namespace={} if one is None else {"w": float(build.stored(np.array(one)))},
        clock=build.clock,
        name=build.synapses_name(projection.name),
    )
    synapses.connect(
        i=np.concatenate([h.connections.pre for h in filled]), j=np.concatenate([h.connections.post for h in filled])
    )
    if one is None:
        synapses.w = build.stored(np.concatenate([h.connections.weight for h in filled]))
    if not same:
        synapses.pre.delay = np.concatenate([np.full(h.connections.pre.size, h.bucket.delay - 1) for h in filled]) * dt
    build.objects.append(synapses)
    return held


SYNAPSE_RULES[Static] = SynapseRule(_extend, _lower)
