"""Rule of HebbianPermanence, at runtime only: Brian2's synapses cannot be made while it runs, so the host holds them."""

from __future__ import annotations

import brian2
import numpy as np

from spikemem.backends.brian.build import SYNAPSE_RULES, Array, Build, Held, SynapseRule
from spikemem.backends.brian.dendrite import flow_of
from spikemem.backends.brian.grown_checkpoint import saved
from spikemem.backends.brian.grown_learning import Learning
from spikemem.backends.brian.grown_synapses import NOBODY, Grown
from spikemem.backends.brian.segment import earlier_inputs
from spikemem.ir.dendrite import Segment
from spikemem.ir.lowered import Connections, LoweredProjection, connection_list
from spikemem.ir.permanence import HebbianPermanence
from spikemem.rng import generator


def _extend(projection: LoweredProjection, build: Build) -> None:
    """Add to the dendrites a delay line for what is sent."""
    (bucket,) = projection.buckets
    build.additions[projection.post].lengthen(projection.receptor, bucket.delay)


def _lower(projection: LoweredProjection, build: Build) -> tuple[Held, ...]:
    """Make what acts in each step: before the thresholds, with the synapses, and at the end."""
    learning = _learning(projection, build)
    name = build.synapses_name(projection.name)
    for when, act in {"before_thresholds": learning.hear, "synapses": learning.pass_on, "end": learning.learn}.items():
        # By its order it comes after what somata fire by is known, and before spikes are recorded.
        operation = brian2.NetworkOperation(
            act,
            clock=build.clock,
            when=when,
            order=1 if when == "before_thresholds" else 0,
            name=f"{name}_{act.__name__}",
        )
        build.objects.append(operation)
    (bucket,) = projection.buckets
    network, grown = build.network, learning.grown
    none = connection_list(
        bucket, network.population(projection.pre).size, network.population(projection.post).size, network.dt
    )

    def synapses() -> Connections:
        post, place = np.nonzero(grown.pre != NOBODY)
        pre = grown.pre[post, place]
        order = np.lexsort((post, pre))
        weight = grown.permanence[post, place].astype(np.float64)
        delay = np.full(pre.size, bucket.delay * network.dt)
        return Connections(pre[order], post[order].astype(np.int32), weight[order], delay)

    return (Held(bucket, none, saved=saved(learning), grown=synapses, taken=grown.counts.taken),)


def _learning(projection: LoweredProjection, build: Build) -> Learning:
    rule, network, dt = projection.synapse, build.network, build.network.dt
    post = network.population(projection.post)
    assert isinstance(rule, HebbianPermanence)
    assert isinstance(post.cell, Segment)
    assert post.branch is not None
    (bucket,) = projection.buckets
    soma, extra = network.population(post.branch.soma), build.additions[post.name]
    lines = [extra.slot(projection.receptor, k) for k in range(1, bucket.delay + 1)]
    pre = network.population(projection.pre)

    def circle(side: str, size: int) -> Array:
        return generator(network.seed, "circle", projection.name, side).integers(0, 1 << 62, size)

    return Learning(
        rule=rule,
        grown=Grown(post.size, rule.most_synapses, circle("pre", pre.size), circle("post", post.size), build.single),
        pre=build.groups[pre.name],
        soma=build.groups[soma.name],
        gate=None if rule.gate is None else build.groups[rule.gate],
        dendrites=build.groups[post.name],
        clock=build.clock,
        firing=build.firing[soma.name],
        flow=flow_of(post, network),
        module=soma.cell.module_size,
        delay=bucket.delay,
        interval=round(rule.interval / dt),
        arrives=extra.slot(projection.receptor, bucket.delay),
        waiting=(*lines, *earlier_inputs(post.cell, dt)),
    )


SYNAPSE_RULES[HebbianPermanence] = SynapseRule(_extend, _lower, "synapses that learning makes are on the host")
