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
(PRE, POST, MOST_SYNAPSES, HEAD, NEXT, MARK, MATCH, WINNERS, CIRCLE_PRE, CIRCLE_POST, ROW, OWN) = range(12)
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
def remove(permanences: Any, h: Any, m: Any, place: Any) -> Any:
    """Free a place."""
    following = next_place(h, m, place)
    end = following
    while end >= 0:
        end = next_place(h, m, end)
    i = -end - END
    at = first_place(h, m, i)
    if at == place:
        m.whole32[h[HEAD] + i] = following if following >= 0 else -1
    else:
        while next_place(h, m, at) != place:
            at = next_place(h, m, at)
        m.whole32[h[NEXT] + at] = following
    permanences[place] = FREE
    if is_marked(h, m, place) != 0:
        set_mark(h, m, place, 0)
        m.byte[h[MATCH] + place // h[MOST_SYNAPSES]] -= np.uint8(1)
    return 0


@part
def first_places(h: Any, m: Any, neurons: Any, who: Any, places: Any) -> Any:
    """List the neurons that have synapses, by their index, and their first places; return how many."""
    count: Any = 0
    for k in range(neurons.shape[0]):
        place = first_place(h, m, neurons[k])
        who[count], places[count] = k, place
        count += np.int64(place >= 0)
    return count


@part
def next_places(h: Any, m: Any, who: Any, places: Any, count: Any) -> Any:
    """Go on by one place in each of ``count`` chains, leaving out those that end; return how many are left.

    Chains lie all over the memory; going along many of them at once, the processor waits for all of them together.
    """
    left: Any = 0
    for k in range(count):
        place = next_place(h, m, places[k])
        who[left], places[left] = who[k], place
        left += np.int64(place >= 0)
    return left


@part
def joined(h: Any, m: Any, segments: Any) -> Any:
    """Return which of the last winners (columns) have a synapse on each of ``segments`` (rows): one walk along chains."""
    count = m.whole[h[WINNERS]]
    found = np.zeros((segments.shape[0], count), dtype=np.bool_)
    for row in range(segments.shape[0]):
        m.whole32[h[ROW] + segments[row]] = row
    who, places = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    going = first_places(h, m, m.whole[h[WINNERS] + 1 : h[WINNERS] + 1 + count], who, places)
    while going > 0:
        for k in range(going):
            row = m.whole32[h[ROW] + places[k] // h[MOST_SYNAPSES]]
            if row >= 0:
                found[row, who[k]] = True
        going = next_places(h, m, who, places, going)
    for row in range(segments.shape[0]):
        m.whole32[h[ROW] + segments[row]] = -1
    return found


@part
def place_for_one_more(permanences: Any, h: Any, m: Any, segment: Any) -> Any:
    """Return a free place on the segment, or that of its weakest synapse from a silent neuron; -1 if there is none."""
    begin, weakest = segment * h[MOST_SYNAPSES], -1
    for place in range(begin, begin + h[MOST_SYNAPSES]):
        if permanences[place] < 0.0:
            return place
        silent = is_marked(h, m, place) == 0
        if silent and (weakest < 0 or permanences[place] < permanences[weakest]):
            weakest = place
    if weakest >= 0:
        remove(permanences, h, m, weakest)
    return weakest


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
def grow(permanences: Any, h: Any, m: Any, segment: Any, number: Any, permanence: Any, taken: Any) -> Any:
    """Grow ``number`` synapses, or as many as can be, to the last winners round the circle; return how many.

    ``taken`` says which winners have a synapse on the segment.
    """
    count, grown = m.whole[h[WINNERS]], 0
    start = first_winner(h, m, segment)
    for k in range(count):
        if grown >= number:
            break
        winner = (start + k) % count
        if taken[winner]:
            continue
        place = place_for_one_more(permanences, h, m, segment)
        if place < 0:
            break
        insert(permanences, h, m, place, m.whole[h[WINNERS] + 1 + winner], permanence)
        grown += 1
    return grown


@part
def strip(permanences: Any, h: Any, m: Any, segment: Any) -> Any:
    """Remove all synapses of a segment."""
    for place in range(segment * h[MOST_SYNAPSES], (segment + 1) * h[MOST_SYNAPSES]):
        if permanences[place] >= 0.0:
            remove(permanences, h, m, place)
    return 0
