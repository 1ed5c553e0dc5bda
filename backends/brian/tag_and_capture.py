"""Rule of TagAndCapture: gates, captures and teachers tell the target, whose events the synapses hear."""

from __future__ import annotations

from itertools import pairwise

import brian2
import numpy as np

from spikemem.backends.brian.build import NEVER, SYNAPSE_RULES, Array, Build, Event, Held, Signal, SynapseRule
from spikemem.backends.brian.pair_rule import NOW
from spikemem.backends.brian.tag_checkpoint import Names, saved
from spikemem.ir.lowered import Bucket, Connections, LoweredProjection, connection_list
from spikemem.ir.tag_and_capture import TagAndCapture
from spikemem.tally import Updates

_TAG = "m = m + learning_rate * ({teach}_post{predicted}) * ({trace})"
_CAPTURE = "old = w\nw = clip(retain * w + m, {w_min!r}, {w_max!r})"
# Apart, for what a weight is rounded to is known once it is stored.
_COUNT = "{changed}_post += int(w != old)\nm = momentum * m"
_SEND = "{slot}_post += w"
_TELL = "after_thresholds"
"""When the spikes of a step are known, and resets are still to come."""


def _names(projection: LoweredProjection, build: Build) -> Names:
    name = build.synapses_name(projection.name)
    return Names(*(f"{name}_{part}" for part in ("gate", "capture", "teach", "changed", "heard")))


def _extend(projection: LoweredProjection, build: Build) -> None:
    """Add delay lines to the target, for what is emitted and for u; whether gate and capture are open, and who teaches."""
    rule, extra, names = projection.synapse, build.additions[projection.post], _names(projection, build)
    assert isinstance(rule, TagAndCapture)
    for bucket in projection.buckets:
        extra.lengthen(projection.receptor, bucket.delay)
    told = (names.gate, names.capture, names.teach, names.changed)
    extra.variables |= dict.fromkeys(told, 0.0)
    extra.begin += [f"{name} = 0.0" for name in told]
    if rule.prediction:
        line = names.line(projection.buckets[-1].delay)
        extra.variables |= dict.fromkeys((names.heard, *line), 0.0)
        extra.begin += [f"{place} = {behind}" for place, behind in pairwise((names.heard, *line))]
        extra.begin.append(f"{line[-1]} = 0.0")
    extra.events |= {
        names.gate: Event(f"{names.gate} > 0", _TELL, 1),
        names.capture: Event(f"{names.capture} > 0", _TELL, 1),
        names.changed: Event(f"{names.changed} > 0", "after_synapses"),
    }


def _lower(projection: LoweredProjection, build: Build) -> tuple[Held, ...]:
    """Make the synapses, one set a delay, and what tells their target."""
    rule, names, size = (
        projection.synapse,
        _names(projection, build),
        build.network.population(projection.post).size,
    )
    assert isinstance(rule, TagAndCapture)
    every = np.arange(size)
    for name, population in ((names.gate, rule.gate), (names.capture, rule.captured_by)):
        block = size // build.network.population(population).size
        _tell(projection, build, name, population, every // block, every, "1.0")
    if rule.teacher is None:
        _tell(projection, build, names.teach, projection.post, every, every, "1.0")
    else:
        both = np.arange(2 * size)
        _tell(projection, build, names.teach, rule.teacher, both, both % size, f"1.0 - 2.0 * int(i >= {size})")
    group = build.groups[projection.post]
    monitor = brian2.EventMonitor(group, names.changed, variables=[names.changed], name=f"{names.changed}_record")
    build.signals[f"{projection.name}: changed"] = Signal(monitor, names.changed)
    return tuple(_bucket(projection, bucket, build) for bucket in projection.buckets)


def _tell(
    projection: LoweredProjection, build: Build, variable: str, population: str, pre: Array, post: Array, says: str
) -> None:
    """Add what the spikes of ``population`` say to a variable of the target, in their step."""
    synapses = brian2.Synapses(
        build.groups[population], build.groups[projection.post], on_pre=f"{variable}_post += {says}",
        delay=0 * build.clock.dt, clock=build.clock, name=f"{variable}_told",
    )  # fmt: skip
    synapses.connect(i=pre, j=post)
    synapses.pre.when = _TELL
    build.objects.append(synapses)


def _bucket(projection: LoweredProjection, bucket: Bucket, build: Build) -> Held:
    rule, network, names = projection.synapse, build.network, _names(projection, build)
    assert isinstance(rule, TagAndCapture)
    pre, post = network.population(projection.pre).size, network.population(projection.post).size
    found = connection_list(bucket, pre, post, 1.0)
    found = Connections(found.pre, found.post, build.stored(found.weight), found.delay * network.dt)
    name = build.synapses_name(projection.name, bucket.delay)
    updates: tuple[Updates, ...] = ()
    if bucket is projection.buckets[0]:
        updates = (Updates(f"{projection.name}: changed", 0, np.ones(post, dtype=np.int64)),)
    own = saved(projection, build, bucket, found, names)
    if not found.pre.size:
        return Held(bucket, found, None, updates=updates, saved=own)
    slot = build.additions[projection.post].slot(projection.receptor, bucket.delay)
    heard = f"\n{names.line(bucket.delay)[-1]}_post += w" if rule.prediction else ""
    trace = [f"int({NOW} - last == {lag}) * ({x!r})" for lag, x in enumerate(rule.window) if x]
    pathways = {
        "arrive": f"last = {NOW}",
        "tag": _TAG.format(
            teach=names.teach,
            predicted=f" - prediction * {names.heard}_post" if rule.prediction else "",
            trace=" + ".join(trace),
        ),
        "capture": _CAPTURE.format(w_min=rule.w_min, w_max=rule.w_max),
        "count": _COUNT.format(changed=names.changed),
        "send": f"{_SEND.format(slot=slot)}{heard}",
    }
    kind = np.float32 if build.single else np.float64
    synapses = brian2.Synapses(
        build.groups[projection.pre],
        build.groups[projection.post],
        "w : 1\nm : 1\nold : 1\nlast : 1",
        on_pre={path: pathways[path] for path in ("arrive", "send")},
        on_post={path: pathways[path] for path in ("tag", "capture", "count")},
        on_event={"tag": names.gate, "capture": names.capture, "count": names.capture},
        delay={"arrive": bucket.delay * build.clock.dt, "send": 0 * build.clock.dt},
        dtype={"w": kind, "m": kind, "old": kind},
        namespace={
            "learning_rate": rule.rate, "prediction": rule.prediction, "retain": rule.retain, "momentum": rule.momentum,
        },
        clock=build.clock,
        name=name,
    )  # fmt: skip
    synapses.connect(i=found.pre, j=found.post)
    for order, path in enumerate(pathways):
        getattr(synapses, path).order = order
    for variable, values in {"w": found.weight, "m": 0.0 * found.weight, "old": found.weight}.items():
        build.keep(synapses, variable, values)
    build.keep(synapses, "last", np.full(found.pre.size, NEVER))
    build.objects.append(synapses)
    return Held(bucket, found, f"{name}.w", updates=updates, saved=own)


SYNAPSE_RULES[TagAndCapture] = SynapseRule(_extend, _lower)
