"""Rules of OneShot and FadingOneShot: what fires is sent at once into delay lines, and learned when it arrives."""

from __future__ import annotations

from itertools import pairwise

import brian2
import numpy as np

from spikemem.backends.brian.build import SYNAPSE_RULES, Array, Build, Held, Read, SynapseRule
from spikemem.backends.brian.mac_inputs import COUNT, HEARD, MOST, PARTS, gains_of, heard_by
from spikemem.backends.brian.one_shot_checkpoint import saved
from spikemem.backends.brian.pair_rule import NOW
from spikemem.ir.fading_one_shot import FadingOneShot
from spikemem.ir.lowered import Bucket, LoweredProjection, connection_list
from spikemem.ir.mac import Mac
from spikemem.ir.one_shot import OneShot, module_runs
from spikemem.tally import Updates

_LEARN = """rises = {taught}_post * int(w < most)
{risen}_post += rises * int(w <= 0)
gained_post += rises
w = w + rises"""
_FADE = """age = {now} - since
w = int(w > 0) * ({faded})
stiff = stiff * int(w > 0)"""
_LEARN_AGAIN = """stiff = stiff + {taught}_post * int(w == most) * int(stiff < 2)
w = {taught}_post * most + (1.0 - {taught}_post) * w
since = {taught}_post * {now} + (1.0 - {taught}_post) * since
gained_post += {taught}_post"""
_SEND = """{slot}_post += {times}w
{slot}{count}_post += 1.0
{slot}{all}_post += most"""


def _names(projection: LoweredProjection, bucket: Bucket, build: Build) -> tuple[str, str, str]:
    """Return a bucket's names at the cell: how many synapses are increased, up to how many it learns, whether it learns now."""
    name = build.synapses_name(projection.name, bucket.delay)
    return f"{name}_risen", f"{name}_room", f"{name}_taught"


def _extend(projection: LoweredProjection, build: Build) -> None:
    """Add to the macs delay lines for what is sent, and who learns."""
    extra = build.additions[projection.post]
    for bucket in projection.buckets:
        extra.lengthen(projection.receptor, bucket.delay, PARTS)
        risen, room, taught = _names(projection, bucket, build)
        extra.variables |= dict.fromkeys((risen, room, taught), 0.0)
        extra.end.append(f"{taught} = pupil * int({risen} <= {room})")


def _lower(projection: LoweredProjection, build: Build) -> tuple[Held, ...]:
    """Make the synapses, one set a delay."""
    return tuple(_bucket(projection, bucket, build) for bucket in projection.buckets)


def _bucket(projection: LoweredProjection, bucket: Bucket, build: Build) -> Held:
    rule, network = projection.synapse, build.network
    pre, post = network.population(projection.pre), network.population(projection.post)
    assert isinstance(rule, OneShot | FadingOneShot)
    assert isinstance(post.cell, Mac)
    module_runs(f"projection {projection.name}", bucket, pre.size, post.size, post.cell.cells)
    found = connection_list(bucket, pre.size, post.size, network.dt)
    group, name = build.groups[post.name], build.synapses_name(projection.name, bucket.delay)
    risen, room, taught = _names(projection, bucket, build)
    freeze = rule.freeze if isinstance(rule, OneShot) else 1.0
    build.keep(group, risen, np.bincount(found.post[found.weight > 0], minlength=post.size).astype(np.float64))
    build.keep(group, room, freeze * np.bincount(found.post, minlength=post.size))
    heard, updates = heard_by(pre), _updates(projection, bucket, build)
    own = saved(projection, build, bucket, found, risen)
    if not found.pre.size:
        return Held(bucket, found, None, updates=updates, saved=own, heard=heard)
    slot = build.additions[post.name].slot(projection.receptor, bucket.delay)
    learn, send = (
        _LEARN.format(taught=taught, risen=risen),
        _SEND.format(slot=slot, count=COUNT, all=MOST, times="times_pre * " if heard else ""),
    )
    variables = {"w": found.weight}
    current = None
    if isinstance(rule, FadingOneShot):
        fade = _FADE.format(now=NOW, faded=_faded(rule, network.dt))
        learn, send = f"{fade}\n{_LEARN_AGAIN.format(taught=taught, now=NOW)}", f"{fade}\n{send}"
        variables |= {"since": np.zeros(found.pre.size), "stiff": np.zeros(found.pre.size)}

        def current(read: Read, now: int, rule: FadingOneShot = rule) -> Array:
            return faded_weights(rule, network.dt, now, *(read(f"{name}.{v}") for v in ("w", "since", "stiff")))

    synapses = brian2.Synapses(
        build.groups[pre.name],
        group,
        "\n".join(f"{variable} : 1" for variable in variables),
        on_pre={"learn": learn, "send": send},
        on_event={"learn": HEARD, "send": HEARD} if heard else "spike",
        delay={"learn": bucket.delay * build.clock.dt, "send": 0 * build.clock.dt},
        namespace={"most": float(rule.most)},
        clock=build.clock,
        name=name,
    )
    synapses.connect(i=found.pre, j=found.post)
    synapses.learn.order, synapses.send.order = 0, 1
    for variable, values in variables.items():
        build.keep(synapses, variable, values)
    build.objects.append(synapses)
    return Held(bucket, found, f"{name}.w", updates=updates, saved=own, heard=heard, current=current)


def _updates(projection: LoweredProjection, bucket: Bucket, build: Build) -> tuple[Updates, ...]:
    """Return the increases, which are counted for all synapses onto a population together: the first of them say so."""
    network, post = build.network, projection.post
    first = next(p for p in network.projections if p.post == post and p.synapse.graded)
    if projection is not first or bucket is not first.buckets[0]:
        return ()
    return (Updates(gains_of(post), 0, np.ones(network.population(post).size, dtype=np.int64)),)


def _ages(rule: FadingOneShot, dt: float) -> list[list[int]]:
    """Return the ages in steps, by stiffness."""
    return [[max(1, round(age / dt)) for age in ages] for ages in (rule.ages, rule.stiff_ages)]


def _faded(rule: FadingOneShot, dt: float) -> str:
    """Return the expression of the weight of a synapse that is ``age`` steps old and as stiff as ``stiff`` says."""
    losses = [below - above for above, below in pairwise(rule.weights)]
    terms = [
        f"int(stiff == {stiff}) * int(age >= {age}) * ({loss}.0)"
        for stiff, ages in enumerate(_ages(rule, dt))
        for age, loss in zip(ages, losses, strict=True)
    ]
    return " + ".join(["most", *terms])


def faded_weights(rule: FadingOneShot, dt: float, now: int, weights: Array, since: Array, stiff: Array) -> Array:
    """Return the weights that synapses would send with in step ``now``."""
    faded = np.full(weights.shape, float(rule.most))
    for stiffness, ages in enumerate(_ages(rule, dt)):
        for age, (above, below) in zip(ages, pairwise(rule.weights), strict=True):
            faded += (stiff == stiffness) * (now - since >= age) * (below - above)
    return np.where(weights > 0, faded, 0.0)


SYNAPSE_RULES[OneShot] = SynapseRule(_extend, _lower)
SYNAPSE_RULES[FadingOneShot] = SynapseRule(_extend, _lower)
