"""Rules, kernel and readers of OneShot and FadingOneShot."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.delivery import fired_count
from spikemem.backends.numba_cpu.fading import (
    MOST,
    NONE,
    OWN,
    SCHEDULE,
    WEIGHTS,
    fade,
    fading_fields,
    learn_again,
    weights_now,
)
from spikemem.backends.numba_cpu.kernel import EVENTS, NEVER, UPDATES, kernel, part, wake_for
from spikemem.backends.numba_cpu.stage import Build, Field, Stage, View, lowers_synapse, reads_synapse
from spikemem.ir.cell import GRADED
from spikemem.ir.fading_one_shot import FadingOneShot
from spikemem.ir.lowered import Bucket, Connections, Dense, LoweredPopulation, LoweredProjection, connection_list
from spikemem.ir.mac import Mac
from spikemem.ir.one_shot import OneShot, module_runs

# Header fields behind fading's. POINTERS, FIRST, LENGTHS, PLACES: each pre neuron's runs of targets and where their weights
# begin. SENT: whole[delay + 1 lists of stamp, count, neurons...], what is on its way. FIELDS: inputs of each module. RISEN:
# increased synapses of each cell. TAUGHT: the cell of each module that learns in this step, or -1. FACTOR: of the mac of pre
# neurons, SENDERS neurons a mac, by how much they count (-1: all once).
(PRE, POST, PRE_FIRED, SUMS, COUNTS, MOST_RING, DEPTH, RECEPTOR, DELAY, TARGET, MODULES, CELLS, WON, LEARNED, POINTERS, FIRST,
 LENGTHS, PLACES, SENT, FIELDS, RISEN, TAUGHT, FREEZE, FACTOR, SENDERS) = range(OWN, OWN + 25)  # fmt: skip


@part
def choose_learners(t: Any, h: Any, m: Any) -> Any:
    """Note the winners that learn in step t and are not frozen; return how many."""
    count, cells = 0, h[CELLS]
    for module in range(h[POST] // cells):
        m.whole32[h[TAUGHT] + module] = -1
        winner = m.whole32[h[WON] + module]
        if m.whole[h[LEARNED] + module // h[MODULES]] != t or winner < 0:
            continue
        if m.whole32[h[RISEN] + winner] <= m.const_real[h[FREEZE]] * m.const_index[h[FIELDS] + module]:
            m.whole32[h[TAUGHT] + module] = winner
            count += 1
    return count


@part
def learn(t: Any, h: Any, m: Any) -> Any:
    """Increase the synapses onto the winners from the inputs that arrive in step t."""
    at = h[SENT] + (t - h[DELAY]) % (h[DELAY] + 1) * (2 + h[PRE])
    if m.whole[at] != t - h[DELAY] or choose_learners(t, h, m) == 0:
        return 0
    cells, most, risen = h[CELLS], h[MOST], 0
    for k in range(m.whole[at + 1]):
        i = m.whole[at + 2 + k]
        for run in range(m.const_whole[h[POINTERS] + i], m.const_whole[h[POINTERS] + i + 1]):
            first, synapses = m.const_whole[h[FIRST] + run], m.const_whole[h[PLACES] + run]
            for module in range(first // cells, (first + m.const_whole[h[LENGTHS] + run]) // cells):
                cell = m.whole32[h[TAUGHT] + module]
                if cell >= 0 and h[SCHEDULE] >= 0:
                    learn_again(t, h, m, synapses + cell - first)
                    risen += 1
                elif cell >= 0:
                    place = h[WEIGHTS] + synapses + cell - first
                    weight = m.byte[place]
                    if weight < most:
                        m.byte[place] = weight + 1
                        risen += 1
                        if weight == 0:
                            m.whole32[h[RISEN] + cell] += 1
    m.control[UPDATES] += risen
    return risen


@part
def factor(h: Any, m: Any, i: Any) -> Any:
    """Return by how much pre neuron i counts."""
    return 1 if h[FACTOR] < 0 else m.whole32[h[FACTOR] + i // h[SENDERS]]


@part
def send(t: Any, h: Any, m: Any, i: Any, times: Any) -> Any:
    """Add the weights of pre neuron i to what arrives, and what they could be; return the number of synapses."""
    cells, most, synapses = h[CELLS], h[MOST], 0
    slot = ((t + h[DELAY]) % h[DEPTH]) * 3 + h[RECEPTOR]
    sums, modules = h[SUMS] + slot * h[POST], slot * (h[POST] // cells)
    for run in range(m.const_whole[h[POINTERS] + i], m.const_whole[h[POINTERS] + i + 1]):
        first, length = m.const_whole[h[FIRST] + run], m.const_whole[h[LENGTHS] + run]
        begin = m.const_whole[h[PLACES] + run]
        place = h[WEIGHTS] + begin
        if h[SCHEDULE] >= 0:
            for synapse in range(begin, begin + length):
                fade(t, h, m, synapse)
        weights, ring = m.byte[place : place + length], m.whole32[sums + first : sums + first + length]
        for k in range(length):
            ring[k] += times * weights[k]
        for module in range(modules + first // cells, modules + (first + length) // cells):
            m.whole32[h[COUNTS] + module] += 1
            m.whole32[h[MOST_RING] + module] += most
        synapses += length
    return synapses


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Learn what arrives in step t, and send what fires in it."""
    learn(t, h, m)
    count, fired = fired_count(t, h[PRE_FIRED], m), h[PRE_FIRED] + 2
    if count > 0:
        own, heard, synapses = h[SENT] + t % (h[DELAY] + 1) * (2 + h[PRE]), 0, 0
        for k in range(count):
            i = m.whole[fired + k]
            times = factor(h, m, i)
            if times > 0:
                m.whole[own + 2 + heard] = i
                heard += 1
                synapses += send(t, h, m, i, times)
        m.whole[own], m.whole[own + 1] = t, heard
        m.control[EVENTS] += synapses
        wake_for(m, h[TARGET], t + h[DELAY])
    return NEVER


@lowers_synapse(OneShot, listens_to_post=True)
def lower(projection: LoweredProjection, bucket: Bucket, name: str, build: Build) -> Stage:
    """Make the stage of synapses that stay, and cells that may freeze."""
    rule = projection.synapse
    assert isinstance(rule, OneShot)
    return _stage(projection, bucket, name, build, (rule.most, *NONE), rule.freeze)


@lowers_synapse(FadingOneShot, listens_to_post=True)
def lower_fading(projection: LoweredProjection, bucket: Bucket, name: str, build: Build) -> Stage:
    """Make the stage of synapses that fade, and cells that never freeze."""
    rule = projection.synapse
    assert isinstance(rule, FadingOneShot)
    fading = fading_fields(rule, name, np.asarray(bucket.layout.weights).size, build)
    return _stage(projection, bucket, name, build, (rule.most, *fading), 1.0)


def _stage(
    projection: LoweredProjection, bucket: Bucket, name: str, build: Build, rule: tuple[Field, ...], freeze: float
) -> Stage:
    """Lay the weights out as bytes, row by row, and the rows as runs of modules; ``rule`` are the fields from MOST on."""
    network = build.network
    pre, post = network.population(projection.pre), network.population(projection.post)
    assert isinstance(post.cell, Mac)
    pointers, first, lengths = module_runs(
        f"projection {projection.name}", bucket, pre.size, post.size, post.cell.cells
    )
    weights = np.asarray(bucket.layout.weights)
    fields, risen = _inputs(bucket, weights, pre.size, post.size)
    add, target = build.layout.add, f"population/{post.name}"
    header = (
        add(f"{name}/weights", "byte", weights),
        *rule,
        pre.size,
        post.size,
        f"population/{pre.name}/fired",
        f"{target}/sums",
        f"{target}/counts",
        f"{target}/most",
        build.depth(post.name),
        GRADED.index(projection.receptor),
        bucket.delay,
        build.stage_of[post.name],
        post.cell.modules,
        post.cell.cells,
        f"{target}/won",
        f"{target}/learned",
        add(f"{name}/pointers", "const_whole", pointers),
        add(f"{name}/first", "const_whole", first),
        add(f"{name}/lengths", "const_whole", lengths),
        add(f"{name}/places", "const_whole", np.cumsum(lengths) - lengths),
        add(f"{name}/sent", "whole", np.full((bucket.delay + 1, 2 + pre.size), -1)),
        add(f"{name}/fields", "const_index", fields[:: post.cell.cells]),
        add(f"{name}/risen", "whole32", risen),
        add(f"{name}/taught", "whole32", np.full(post.size // post.cell.cells, -1)),
        add(f"{name}/freeze", "const_real", np.array([freeze])),
        *_senders(pre),
    )
    return Stage(name, step, header)


def _senders(pre: LoweredPopulation) -> tuple[Field, int]:
    """Return where the factors of the macs of pre neurons are (-1: there are none), and their size."""
    if isinstance(pre.cell, Mac) and pre.cell.hypotheses:
        return f"population/{pre.name}/factor", pre.cell.size
    return -1, 1


def _inputs(bucket: Bucket, weights: Any, pre: int, post: int) -> tuple[Any, Any]:
    """Return each target's number of synapses, and of those that begin increased."""
    if isinstance(bucket.layout, Dense):
        return np.full(post, pre), np.count_nonzero(weights, axis=0)
    targets = bucket.layout.targets
    return np.bincount(targets, minlength=post), np.bincount(targets[weights > 0], minlength=post)


@reads_synapse(OneShot)
def synapses(projection: LoweredProjection, bucket: Bucket, name: str, view: View, dt: float, now: int) -> Connections:
    """Return the synapses with their weights, by pre, then post."""
    return _listed(bucket, view(f"{name}/weights"), dt)


@reads_synapse(FadingOneShot)
def fading(projection: LoweredProjection, bucket: Bucket, name: str, view: View, dt: float, now: int) -> Connections:
    """Return the synapses with the weights that they would send with in step ``now``."""
    assert isinstance(projection.synapse, FadingOneShot)
    return _listed(bucket, weights_now(projection.synapse, name, view, dt, now), dt)


def _listed(bucket: Bucket, weights: Any, dt: float) -> Connections:
    pre, post = weights.shape if isinstance(bucket.layout, Dense) else (bucket.layout.indptr.size - 1, 0)
    return connection_list(bucket, pre, post, dt, weights.astype(np.float64))
