"""Synapses that grow on segments: where each is, and what each is worth, in 8 bytes and a bit.

Segment s has room for ``MOST_SYNAPSES`` synapses, at the places ``s * MOST_SYNAPSES ...``. A place holds a permanence, -1 if it
is free, and the next place of the same pre neuron; the last of a neuron's chain holds -(neuron + 2) instead. So a neuron's
synapses are found from its head by following the chain, and a synapse's neuron by following it to the end, which only
pruning needs. A bit tells whether the pre neuron was active last, and a byte a segment counts those bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.kernel import part

# Header fields. CIRCLE_PRE, CIRCLE_POST: const_whole, the places on the circle of pre neurons and segments. MATCH:
# byte[segments], how many of a segment's synapses are marked. WINNERS: whole[count, pre neurons...], by place on the circle;
# all of them were active last.
(PRE, POST, MOST_SYNAPSES, HEAD, NEXT, MARK, MATCH, WINNERS, CIRCLE_PRE, CIRCLE_POST, OWN) = range(11)
FREE = -1.0
END = 2
"""A chain ends with -(pre neuron + END)."""


@part
def first_place(h: Any, m: Any, i: Any) -> Any:
    """Return the first place of pre neuron i's chain; below 0 if it has no synapse."""
    return np.int64(m.whole32[h[HEAD] + i])


@part
def next_place(h: Any, m: Any, place: Any) -> Any:
    """Return the place that follows in the chain; below 0 at its end."""
    return np.int64(m.whole32[h[NEXT] + place])


@part
def is_marked(h: Any, m: Any, place: Any) -> Any:
    """Return 1 if the synapse's pre neuron was active last."""
    return (m.whole32[h[MARK] + (place >> 5)] >> np.int32(place & 31)) & np.int32(1)


@part
def set_mark(h: Any, m: Any, place: Any, value: Any) -> Any:
    """Say whether the synapse's pre neuron was active last."""
    bit, at = np.int32(1) << np.int32(place & 31), h[MARK] + (place >> 5)
    if value != 0:
        m.whole32[at] |= bit
    else:
        m.whole32[at] &= ~bit
    return 0


@part
def insert(permanences: Any, h: Any, m: Any, place: Any, i: Any, permanence: Any) -> Any:
    """Put a synapse from pre neuron i, which was active last, at a free place."""
    head = first_place(h, m, i)
    m.whole32[h[NEXT] + place] = head if head >= 0 else -(i + END)
    m.whole32[h[HEAD] + i] = place
    permanences[place] = permanence
    set_mark(h, m, place, 1)
    m.byte[h[MATCH] + place // h[MOST_SYNAPSES]] += np.uint8(1)
    return 0


@part
def remove(permanences: Any, h: Any, m: Any, places: Any, count: Any) -> Any:
    """Free ``count`` places of one segment, each of which is in another chain."""
    if count == 0:
        return 0
    neurons = np.empty(count, dtype=np.int64)
    who, at, left = np.arange(count), places[:count].copy(), count
    while left > 0:
        going, left = left, 0
        for k in range(going):
            following = next_place(h, m, at[k])
            if following >= 0:
                who[left], at[left] = who[k], following
                left += 1
            else:
                neurons[who[k]] = -following - END
    for k in range(count):
        following = next_place(h, m, places[k])
        at[left], who[left] = first_place(h, m, neurons[k]), k
        if at[left] == places[k]:
            m.whole32[h[HEAD] + neurons[k]] = following if following >= 0 else -1
        else:
            left += 1
    while left > 0:
        going, left = left, 0
        for k in range(going):
            following = next_place(h, m, at[k])
            if following == places[who[k]]:
                m.whole32[h[NEXT] + at[k]] = next_place(h, m, following)
            else:
                who[left], at[left] = who[k], following
                left += 1
    for k in range(count):
        permanences[places[k]] = FREE
        if is_marked(h, m, places[k]) != 0:
            set_mark(h, m, places[k], 0)
            m.byte[h[MATCH] + places[k] // h[MOST_SYNAPSES]] -= np.uint8(1)
    return 0


@part
def first_places(h: Any, m: Any, neurons: Any, who: Any, places: Any) -> Any:
    """List the neurons that have synapses, by their index, and their first places; return how many."""
    count = 0
    for k in range(neurons.shape[0]):
        place = first_place(h, m, neurons[k])
        who[count], places[count] = k, place
        count += int(place >= 0)
    return count


@part
def next_places(h: Any, m: Any, who: Any, places: Any, count: Any) -> Any:
    """Go on by one place in each of ``count`` chains, leaving out those that end; return how many are left.

    Chains lie all over the memory; going along many of them at once, the processor waits for all of them together.
    """
    left = 0
    for k in range(count):
        place = next_place(h, m, places[k])
        who[left], places[left] = who[k], place
        left += int(place >= 0)
    return left


@part
def find_joined(h: Any, m: Any, segment: Any, neurons: Any, joined: Any) -> Any:
    """Say of each of the neurons, which were active last, whether it has a synapse on the segment: then that one is marked."""
    places, count = np.empty(h[MOST_SYNAPSES], dtype=np.int64), 0
    for place in range(segment * h[MOST_SYNAPSES], (segment + 1) * h[MOST_SYNAPSES]):
        places[count] = place
        count += int(is_marked(h, m, place))
    while count > 0:
        left = 0
        for k in range(count):
            following = next_place(h, m, places[k])
            if following >= 0:
                places[left] = following
                left += 1
            else:
                joined |= neurons == -following - END
        count = left
    return 0


@part
def make_room(permanences: Any, h: Any, m: Any, segment: Any, number: Any, places: Any) -> Any:
    """List places for ``number`` synapses: free ones, then those of the weakest from silent neurons; return how many."""
    begin, end, count = segment * h[MOST_SYNAPSES], (segment + 1) * h[MOST_SYNAPSES], 0
    for place in range(begin, end):
        if permanences[place] < 0.0 and count < number:
            places[count] = place
            count += 1
    free = count
    while count < number:
        weakest = -1
        for place in range(begin, end):
            p = permanences[place]
            if p >= 0.0 and is_marked(h, m, place) == 0 and (weakest < 0 or p < permanences[weakest]):
                weakest = place
        if weakest < 0:
            break
        set_mark(h, m, weakest, 1)  # it is taken
        places[count] = weakest
        count += 1
    for k in range(free, count):
        set_mark(h, m, places[k], 0)
    remove(permanences, h, m, places[free:count], count - free)
    return count


@part
def first_winner(h: Any, m: Any, segment: Any) -> Any:
    """Return the index of the first of the winners, which are sorted by their places, from the segment's place on."""
    low, high = 0, m.whole[h[WINNERS]]
    while low < high:
        middle = (low + high) // 2
        if m.const_whole[h[CIRCLE_PRE] + m.whole[h[WINNERS] + 1 + middle]] < m.const_whole[h[CIRCLE_POST] + segment]:
            low = middle + 1
        else:
            high = middle
    return low


@part
def grow(permanences: Any, h: Any, m: Any, segment: Any, number: Any, permanence: Any, is_new: Any) -> Any:
    """Grow ``number`` synapses, or as many as can be, to the last winners round the circle; return how many."""
    count = m.whole[h[WINNERS]]
    winners = m.whole[h[WINNERS] + 1 : h[WINNERS] + 1 + count]
    joined = np.zeros(count, dtype=np.bool_)
    if is_new == 0:
        find_joined(h, m, segment, winners, joined)
    start = first_winner(h, m, segment)
    chosen, wanted = np.empty(min(count, number), dtype=np.int64), 0
    for k in range(count):
        at = (start + k) % count
        if wanted < number and not joined[at]:
            chosen[wanted] = winners[at]
            wanted += 1
    places = np.empty(wanted, dtype=np.int64)
    grown = make_room(permanences, h, m, segment, wanted, places)
    for k in range(grown):
        insert(permanences, h, m, places[k], chosen[k], permanence)
    return grown


@part
def strip(permanences: Any, h: Any, m: Any, segment: Any) -> Any:
    """Remove all synapses of a segment."""
    places, count = np.empty(h[MOST_SYNAPSES], dtype=np.int64), 0
    for place in range(segment * h[MOST_SYNAPSES], (segment + 1) * h[MOST_SYNAPSES]):
        if permanences[place] >= 0.0:
            places[count] = place
            count += 1
    remove(permanences, h, m, places, count)
    return 0
