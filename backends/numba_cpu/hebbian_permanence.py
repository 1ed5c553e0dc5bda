"""Rule and kernel of HebbianPermanence."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.counting import count_one
from spikemem.backends.numba_cpu.delivery import fired_count
from spikemem.backends.numba_cpu.grown import (
    CIRCLE_PRE,
    FREE,
    MARK,
    MATCH,
    MOST_SYNAPSES,
    OWN,
    POST,
    WINNERS,
    first_places,
    grow,
    is_marked,
    next_places,
    remove,
    set_mark,
    strip,
)
from spikemem.backends.numba_cpu.kernel import EVENTS, NEVER, UPDATES, kernel, part, wake_for
from spikemem.backends.numba_cpu.stage import Build, Stage, View, lowers_synapse, reads_synapse
from spikemem.ir.dendrite import Segment
from spikemem.ir.lowered import Bucket, Connections, LoweredProjection
from spikemem.ir.permanence import HebbianPermanence
from spikemem.rng import generator

# Header fields. OWNER, UNTIL, PLATEAU, COUNTS, TOUCHED, DEPTH: of the segments. LAST: whole[step, count, pre neurons...].
# CHOSEN: whole[count, winners of this step...]. FOUND: whole32[segments that are active or match]. SEGMENTS: whole[1], those
# grown so far. REINFORCED: when each was. FIRED_AT: whole[somata]. ACTIVE_AT, PREDICTED_AT, BEST: whole[modules]. LEAST:
# how many synapses match on any segment that is active or matching, at least.
(PRE_FIRED, SOMA_FIRED, GATE_FIRED, RECURRENT, SINGLE, PERMANENCES, COUNTS, TOUCHED, DEPTH, DELAY, TARGET, MODULE, OWNER, UNTIL,
 PLATEAU, LAST, CHOSEN, FOUND, SEGMENTS, SEGMENTS_OF, REINFORCED, FIRED_AT, ACTIVE_AT, PREDICTED_AT, BEST, THETA_MATCH,
 LEAST, NEW_SYNAPSES, MOST_SEGMENTS, INTERVAL, PARAMETERS) = range(OWN, OWN + 31)  # fmt: skip
CONNECTED, INITIAL, INCREMENT, DECREMENT, PUNISHMENT = range(5)
BLOCK = 256


@part
def parameter(h: Any, m: Any, which: Any) -> Any:
    """Return one of the rule's amounts."""
    return m.const_real[h[PARAMETERS] + which]


@part
def is_active(h: Any, m: Any, s: Any) -> Any:
    """Return whether segment s has spiked since the last activity reached it."""
    return m.whole[h[UNTIL] + s] - h[PLATEAU] >= m.whole[h[LAST]] + h[DELAY]


@part
def find(h: Any, m: Any) -> Any:
    """List the segments that are active or match; return how many."""
    least, used, found = np.uint8(h[LEAST]), m.whole[h[SEGMENTS]], 0
    match = m.byte[h[MATCH] : h[MATCH] + used]
    for first in range(0, used, BLOCK):
        most, last = np.uint8(0), min(first + BLOCK, used)
        for s in range(np.uint64(first), np.uint64(last)):
            most = max(most, match[s])
        if most >= least:
            for s in range(first, last):
                if match[s] >= h[THETA_MATCH] or (match[s] >= least and is_active(h, m, s)):
                    m.whole32[h[FOUND] + found] = s
                    found += 1
    return found


@part
def look_at_modules(t: Any, h: Any, m: Any, found: Any) -> Any:
    """Say of each module that fires in step t whether it was predicted, and which of its segments matches best."""
    for k in range(fired_count(t, h[SOMA_FIRED], m)):
        soma = m.whole[h[SOMA_FIRED] + 2 + k]
        m.whole[h[FIRED_AT] + soma] = t
        m.whole[h[ACTIVE_AT] + soma // h[MODULE]] = t
        m.whole[h[BEST] + soma // h[MODULE]] = -1
    for k in range(found):
        s = np.int64(m.whole32[h[FOUND] + k])
        soma = np.int64(m.whole32[h[OWNER] + s])
        module = soma // h[MODULE]
        if m.whole[h[FIRED_AT] + soma] == t:
            if is_active(h, m, s):
                m.whole[h[PREDICTED_AT] + module] = t
            best = m.whole[h[BEST] + module]
            if m.byte[h[MATCH] + s] >= h[THETA_MATCH] and (best < 0 or m.byte[h[MATCH] + s] > m.byte[h[MATCH] + best]):
                m.whole[h[BEST] + module] = s
    return 0


@part
def change(permanences: Any, h: Any, m: Any, segment: Any, active: Any, silent: Any, all_change: Any) -> Any:
    """Add to a segment's permanences from active and, if all change, from silent neurons, within 0 and 1; prune those at 0."""
    begin = segment * h[MOST_SYNAPSES]
    pruned, count = np.empty(h[MOST_SYNAPSES], dtype=np.int64), 0
    for place in range(begin, begin + h[MOST_SYNAPSES]):
        marked = is_marked(h, m, place) != 0
        if permanences[place] >= 0.0 and (marked or all_change != 0):
            p = min(1.0, permanences[place] + (active if marked else silent))
            m.control[UPDATES] += 1
            if p > 0.0:
                permanences[place] = p
            else:
                pruned[count] = place
                count += 1
    remove(permanences, h, m, pruned, count)
    return 0


@part
def reinforce(permanences: Any, t: Any, h: Any, m: Any, s: Any) -> Any:
    """Strengthen the segment's synapses of active neurons, weaken the others, prune, and grow what lacks."""
    change(permanences, h, m, s, parameter(h, m, INCREMENT), -parameter(h, m, DECREMENT), 1)
    m.whole[h[REINFORCED] + s] = t
    lacking = h[NEW_SYNAPSES] - np.int64(m.byte[h[MATCH] + s])
    if lacking > 0:
        m.control[UPDATES] += grow(permanences, h, m, s, lacking, parameter(h, m, INITIAL), 0)
    return 0


@part
def adapt(permanences: Any, t: Any, h: Any, m: Any, found: Any) -> Any:
    """Reinforce what predicted rightly or matches best, punish what predicted wrongly."""
    for k in range(found):
        s = np.int64(m.whole32[h[FOUND] + k])
        soma = np.int64(m.whole32[h[OWNER] + s])
        module = soma // h[MODULE]
        if m.whole[h[ACTIVE_AT] + module] != t:
            change(permanences, h, m, s, -parameter(h, m, PUNISHMENT), 0.0, 0)
        elif m.whole[h[PREDICTED_AT] + module] == t:
            if m.whole[h[FIRED_AT] + soma] == t and is_active(h, m, s):
                reinforce(permanences, t, h, m, s)
        elif m.whole[h[BEST] + module] == s:
            reinforce(permanences, t, h, m, s)
    return 0


@part
def oldest(h: Any, m: Any, soma: Any) -> Any:
    """Return the segment that was reinforced longest ago: of the soma, or of all if it is -1."""
    found = -1
    for s in range(m.whole[h[SEGMENTS]]):
        if (soma < 0 or m.whole32[h[OWNER] + s] == soma) and (
            found < 0 or m.whole[h[REINFORCED] + s] < m.whole[h[REINFORCED] + found]
        ):
            found = s
    return found


@part
def new_segment(permanences: Any, t: Any, h: Any, m: Any, soma: Any) -> Any:
    """Grow a segment on the soma, in place of an old one if the soma or the population is full."""
    full = m.whole32[h[SEGMENTS_OF] + soma] >= h[MOST_SEGMENTS]
    if full or m.whole[h[SEGMENTS]] >= h[POST]:
        s = oldest(h, m, soma if full else -1)
        strip(permanences, h, m, s)
        for slot in range(h[DEPTH]):  # what is under way to the old one, or in its window, is lost
            m.byte[h[COUNTS] + slot * h[POST] + s] = 0
        m.whole32[h[SEGMENTS_OF] + m.whole32[h[OWNER] + s]] -= 1
        m.whole[h[UNTIL] + s] = -1
    else:
        s = m.whole[h[SEGMENTS]]
        m.whole[h[SEGMENTS]] = s + 1
    m.whole32[h[OWNER] + s] = soma
    m.whole32[h[SEGMENTS_OF] + soma] += 1
    m.whole[h[REINFORCED] + s] = t
    m.control[UPDATES] += grow(permanences, h, m, s, h[NEW_SYNAPSES], parameter(h, m, INITIAL), 1)
    return 0


@part
def choose_winners(t: Any, h: Any, m: Any) -> Any:
    """Choose the winners among the neurons that fire in step t, module by module."""
    count, at = fired_count(t, h[SOMA_FIRED], m), h[SOMA_FIRED] + 2
    k, chosen = 0, 0
    while k < count:
        module = m.whole[at + k] // h[MODULE]
        last = k
        while last < count and m.whole[at + last] // h[MODULE] == module:
            last += 1
        if m.whole[h[PREDICTED_AT] + module] == t:
            for c in range(k, last):
                m.whole[h[CHOSEN] + 1 + chosen] = m.whole[at + c]
                chosen += 1
        else:
            best = m.whole[h[BEST] + module]
            winner = m.whole[at + k]
            if best >= 0:
                winner = np.int64(m.whole32[h[OWNER] + best])
            else:
                for c in range(k + 1, last):
                    if m.whole32[h[SEGMENTS_OF] + m.whole[at + c]] < m.whole32[h[SEGMENTS_OF] + winner]:
                        winner = m.whole[at + c]
            m.whole[h[CHOSEN] + 1 + chosen] = winner
            chosen += 1
        k = last
    m.whole[h[CHOSEN]] = chosen
    return 0


@part
def grow_segments(permanences: Any, t: Any, h: Any, m: Any) -> Any:
    """Grow a segment on the winner of each module that was not predicted and has none that matches."""
    for k in range(m.whole[h[CHOSEN]]):
        winner = m.whole[h[CHOSEN] + 1 + k]
        module = winner // h[MODULE]
        if m.whole[h[PREDICTED_AT] + module] != t and m.whole[h[BEST] + module] < 0:
            new_segment(permanences, t, h, m, winner)
    return 0


@part
def teach(permanences: Any, t: Any, h: Any, m: Any) -> Any:
    """Let the neurons that fire in step t choose winners and, if the gate is open, learn."""
    last = m.whole[h[LAST]]
    recent = last >= 0 and t - last <= h[INTERVAL]
    found = find(h, m) if recent else 0
    look_at_modules(t, h, m, found)
    learns = recent and (h[GATE_FIRED] < 0 or fired_count(t, h[GATE_FIRED], m) > 0)
    if learns:
        adapt(permanences, t, h, m, found)
    choose_winners(t, h, m)
    if learns:
        grow_segments(permanences, t, h, m)
    return 0


@part
def send(permanences: Any, t: Any, h: Any, m: Any) -> Any:
    """Make the pre neurons that fire in step t the last activity, and send their spikes to the segments."""
    used = m.whole[h[SEGMENTS]]
    m.whole32[h[MARK] : h[MARK] + (used * h[MOST_SYNAPSES] + 31) // 32] = 0
    m.byte[h[MATCH] : h[MATCH] + used] = 0
    count, arrives = fired_count(t, h[PRE_FIRED], m), t + h[DELAY]
    slot = arrives % h[DEPTH]
    counts = m.byte[h[COUNTS] + slot * h[POST] : h[COUNTS] + (slot + 1) * h[POST]]
    match = m.byte[h[MATCH] : h[MATCH] + h[POST]]
    connected, synapses = parameter(h, m, CONNECTED), 0
    m.whole[h[LAST]] = t
    m.whole[h[LAST] + 1] = count
    m.whole[h[LAST] + 2 : h[LAST] + 2 + count] = m.whole[h[PRE_FIRED] + 2 : h[PRE_FIRED] + 2 + count]
    who, places = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    going = first_places(h, m, m.whole[h[LAST] + 2 : h[LAST] + 2 + count], who, places)
    while going > 0:
        for k in range(going):
            place = places[k]
            s = place // h[MOST_SYNAPSES]
            count_one(match, s)
            set_mark(h, m, place, 1)
            if permanences[place] >= connected:
                count_one(counts, s)
                synapses += 1
        going = next_places(h, m, who, places, going)
    take_winners(t, h, m)
    if synapses > 0:
        m.whole[h[TOUCHED] + slot] = arrives
        m.control[EVENTS] += synapses
        wake_for(m, h[TARGET], arrives)
    return 0


@part
def take_winners(t: Any, h: Any, m: Any) -> Any:
    """Keep the winners of step t, or all that fired if they are of another population, sorted by their places on the circle."""
    source = h[CHOSEN] if h[RECURRENT] != 0 else h[LAST] + 1
    count = m.whole[source]
    neurons = m.whole[source + 1 : source + 1 + count]
    places = np.empty(count, dtype=np.int64)
    for k in range(count):
        places[k] = m.const_whole[h[CIRCLE_PRE] + neurons[k]]
    order = np.argsort(places)
    m.whole[h[WINNERS]] = count
    for k in range(count):
        m.whole[h[WINNERS] + 1 + k] = neurons[order[k]]
    return 0


@part
def act(permanences: Any, t: Any, h: Any, m: Any) -> Any:
    """Learn by the neurons that fire, then send."""
    if fired_count(t, h[SOMA_FIRED], m) > 0:
        teach(permanences, t, h, m)
    if fired_count(t, h[PRE_FIRED], m) > 0:
        send(permanences, t, h, m)
    return 0


@kernel
def step(t: Any, h: Any, m: Any) -> Any:
    """Run in the steps in which pre neurons or somata fire."""
    size = h[POST] * h[MOST_SYNAPSES]
    if h[SINGLE] != 0:
        act(m.weight32[h[PERMANENCES] : h[PERMANENCES] + size], t, h, m)
    else:
        act(m.weight64[h[PERMANENCES] : h[PERMANENCES] + size], t, h, m)
    return NEVER


@lowers_synapse(HebbianPermanence, listens_to_soma=True)
def lower(projection: LoweredProjection, bucket: Bucket, name: str, build: Build) -> Stage:
    """Reserve the synapses that there may be, and what the rule remembers."""
    rule, network, add = projection.synapse, build.network, build.layout.add
    assert isinstance(rule, HebbianPermanence)
    pre, post = network.population(projection.pre), network.population(projection.post)
    branch, segment = post.branch, post.cell
    assert branch is not None
    assert isinstance(segment, Segment)
    soma, target = network.population(branch.soma), f"population/{post.name}"
    module = soma.cell.module_size
    places = post.size * rule.most_synapses
    last = np.zeros(2 + pre.size)
    last[0] = -1
    stamps = np.full(soma.size // module, -1)
    precision = np.float32 if build.single else np.float64
    amounts = np.array((rule.connected, rule.initial, rule.increment, rule.decrement, rule.punishment), dtype=precision)
    # Where somata may fire twice on one activity, or segments spike on several, what matches does not tell what is active.
    once = pre.name == soma.name and round(segment.window / network.dt) <= 1
    header = (
        pre.size,
        post.size,
        rule.most_synapses,
        add(f"{name}/head", "whole32", np.full(pre.size, -1)),
        add(f"{name}/next", "whole32", np.full(places, -1)),
        add(f"{name}/mark", "whole32", np.zeros((places + 31) // 32)),
        add(f"{name}/match", "byte", np.zeros(post.size)),
        add(f"{name}/winners", "whole", np.zeros(1 + pre.size)),
        add(f"{name}/circle_pre", "const_whole", _circle(network.seed, projection.name, "pre", pre.size)),
        add(f"{name}/circle_post", "const_whole", _circle(network.seed, projection.name, "post", post.size)),
        f"population/{pre.name}/fired",
        f"population/{soma.name}/fired",
        -1 if rule.gate is None else f"population/{rule.gate}/fired",
        int(pre.name == soma.name),
        int(build.single),
        build.weights(f"{name}/weights", np.full(places, FREE), constant=False),
        f"{target}/counts",
        f"{target}/touched",
        f"#{target}/touched",
        bucket.delay,
        build.stage_of[post.name],
        module,
        f"{target}/owner",
        f"{target}/until",
        round(segment.plateau / network.dt),
        add(f"{name}/last", "whole", last),
        add(f"{name}/chosen", "whole", np.zeros(1 + pre.size if pre.name == soma.name else 1 + soma.size)),
        add(f"{name}/found", "whole32", np.zeros(post.size)),
        add(f"{name}/segments", "whole", np.zeros(1)),
        add(f"{name}/segments_of", "whole32", np.zeros(soma.size)),
        add(f"{name}/reinforced", "whole", np.full(post.size, -1)),
        add(f"{name}/fired_at", "whole", np.full(soma.size, -1)),
        add(f"{name}/active_at", "whole", stamps),
        add(f"{name}/predicted_at", "whole", stamps),
        add(f"{name}/best", "whole", stamps),
        rule.theta_match,
        min(rule.theta_match, segment.theta) if once else 0,
        rule.new_synapses,
        rule.most_segments,
        round(rule.interval / network.dt),
        add(f"{name}/parameters", "const_real", amounts),
    )
    return Stage(name, step, header)


def _circle(seed: int, projection: str, side: str, size: int) -> Any:
    """Return the places on the circle of one side's neurons."""
    return generator(seed, "circle", projection, side).integers(0, 1 << 62, size)


@reads_synapse(HebbianPermanence)
def synapses(projection: LoweredProjection, bucket: Bucket, name: str, view: View, dt: float, now: int) -> Connections:
    """Return the synapses that have grown, by pre neuron, then segment; the weight is the permanence."""
    assert isinstance(projection.synapse, HebbianPermanence)
    permanences, head, following = view(f"{name}/weights"), view(f"{name}/head"), view(f"{name}/next")
    found = []
    for i in np.flatnonzero(head >= 0):
        place = int(head[i])
        while place >= 0:
            found.append((int(i), place // projection.synapse.most_synapses, float(permanences[place])))
            place = int(following[place])
    found.sort()
    pre, post, weight = (np.array(column) for column in zip(*found, strict=True)) if found else (np.zeros(0),) * 3
    delay = np.full(pre.size, bucket.delay * dt)
    return Connections(pre.astype(np.int32), post.astype(np.int32), weight.astype(np.float64), delay)
