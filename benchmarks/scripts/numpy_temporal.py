"""The temporal memory in NumPy, as one would write it: ``numpy_temporal WARM_UP ELEMENTS``.

A row a segment, a column a synapse; only segments that grow are gone through one by one. It takes the same conventions as
spikemem.ir.HebbianPermanence, so that every cell must fire as there.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import numpy.typing as npt

from benchmarks import temporal_task as b
from benchmarks.temporal_task import Index
from spikemem.rng import generator

Bits = npt.NDArray[np.bool_]


class TemporalMemory:
    """The segments, and what was active last."""

    def __init__(self) -> None:
        self.pre = np.full((b.ROOM, b.SYNAPSES), b.NEURONS, dtype=np.int32)  # the neuron that never fires: no synapse
        self.permanence = np.zeros((b.ROOM, b.SYNAPSES))
        self.owner = np.zeros(b.ROOM, dtype=np.int64)
        self.reinforced = np.zeros(b.ROOM, dtype=np.int64)
        self.segments_of = np.zeros(b.NEURONS, dtype=np.int64)
        self.used = 0
        self.active = np.zeros(b.NEURONS + 1, dtype=np.bool_)
        self.winners = np.zeros(0, dtype=np.int64)
        self.circle_pre = generator(b.SEED, "circle", b.PROJECTION, "pre").integers(0, 1 << 62, b.NEURONS)
        self.circle_post = generator(b.SEED, "circle", b.PROJECTION, "post").integers(0, 1 << 62, b.ROOM)

    def element(self, columns: Index, now: int) -> Index:
        """Present an element, learn, and return the cells that fire."""
        used = self.used
        marked = self.active[self.pre[:used]]
        match = marked.sum(axis=1)
        active = (marked & (self.permanence[:used] >= b.CONNECTED)).sum(axis=1) >= b.THETA
        depolarised = np.zeros(b.NEURONS, dtype=np.bool_)
        depolarised[self.owner[:used][active]] = True
        driven = np.zeros((b.COLUMNS, b.CELLS), dtype=np.bool_)
        driven[columns] = True
        by_column = depolarised.reshape(b.COLUMNS, b.CELLS)
        predicted = by_column.any(axis=1)
        fires = np.where(predicted[:, None], by_column & driven, driven).reshape(-1)
        column_of = self.owner[:used] // b.CELLS
        is_on = np.zeros(b.COLUMNS, dtype=np.bool_)
        is_on[columns] = True
        bursts = is_on & ~predicted
        best = self.best(match, column_of, bursts)
        fired = np.flatnonzero(fires)
        if self.winners.size:
            self.punish(marked, np.flatnonzero((active | (match >= b.MATCH)) & ~is_on[column_of]))
            right = np.flatnonzero(active & is_on[column_of])
            self.reinforce(marked, match, np.concatenate([right, best[best >= 0]]), now)
        winners = [fired[predicted[fired // b.CELLS]], self.owner[best[best >= 0]]]
        lonely = np.flatnonzero(bursts & (best < 0))
        grown_on = lonely * b.CELLS + self.segments_of.reshape(b.COLUMNS, b.CELLS)[lonely].argmin(axis=1)
        if self.winners.size:
            for cell in grown_on:
                self.grow_segment(int(cell), now)
        self.winners = np.concatenate([*winners, grown_on])
        self.winners = self.winners[np.argsort(self.circle_pre[self.winners])]
        self.active[:-1] = fires
        return fired

    def best(self, match: Index, column_of: Index, bursts: Bits) -> Index:
        """Return the best matching segment of each column that bursts, the first of those; -1 where none matches."""
        candidates = np.flatnonzero((match >= b.MATCH) & bursts[column_of])
        found = np.full(b.COLUMNS, -1, dtype=np.int64)
        order = np.lexsort((-candidates, match[candidates]))
        found[column_of[candidates[order]]] = candidates[order]  # the last one written stays
        return found

    def punish(self, marked: Bits, rows: Index) -> None:
        self.change(rows, np.where(marked[rows], -b.PUNISHMENT, 0.0))

    def change(self, rows: Index, by: npt.NDArray[np.float64]) -> None:
        """Change permanences within 0 and 1, and prune those at 0."""
        values = np.minimum(1.0, self.permanence[rows] + by)
        gone = values <= 0.0
        values[gone] = 0.0
        self.permanence[rows] = values
        pre = self.pre[rows]
        pre[gone] = b.NEURONS
        self.pre[rows] = pre

    def reinforce(self, marked: Bits, match: Index, rows: Index, now: int) -> None:
        self.change(rows, np.where(marked[rows], b.INCREMENT, -b.DECREMENT))
        self.reinforced[rows] = now
        for s in rows[match[rows] < b.SYNAPSES]:
            self.grow(s, b.SYNAPSES - int(match[s]))

    def grow(self, s: int, number: int) -> None:
        """Grow synapses to the next winners round the circle that the segment has none from."""
        start = np.searchsorted(self.circle_pre[self.winners], self.circle_post[s])
        new = np.roll(self.winners, -start)
        new = new[~np.isin(new, self.pre[s])][:number]
        free = np.flatnonzero(self.pre[s] == b.NEURONS)
        silent = np.flatnonzero((self.pre[s] != b.NEURONS) & ~self.active[self.pre[s]])
        silent = silent[np.argsort(self.permanence[s, silent], kind="stable")]
        places = np.concatenate([free, silent])[: new.size]
        self.pre[s, places] = new[: places.size]
        self.permanence[s, places] = b.INITIAL

    def grow_segment(self, cell: int, now: int) -> None:
        s = self.used
        if s == b.ROOM:
            s = int(self.reinforced.argmin())
            self.segments_of[self.owner[s]] -= 1
            self.pre[s] = b.NEURONS
        else:
            self.used += 1
        self.owner[s], self.reinforced[s] = cell, now
        self.segments_of[cell] += 1
        self.grow(s, b.SYNAPSES)


def main(warm_up: int, elements: int) -> None:
    """Build, run and print."""
    begin = time.perf_counter()
    memory, columns = TemporalMemory(), b.stream(warm_up + elements).elements
    built = time.perf_counter()
    active = [memory.element(c, now) for now, c in enumerate(columns[:warm_up])]
    warm = time.perf_counter()
    active += [memory.element(c, warm_up + now) for now, c in enumerate(columns[warm_up:])]
    done = time.perf_counter()
    print(
        json.dumps({
            "build_s": built - begin, "warm_up_s": warm - built, "run_s": done - warm, "elements": elements,
            "digest": b.digest(active), "bursting": b.bursting(active[-elements:]), "segments": memory.used,
            "synapses": int((memory.pre != b.NEURONS).sum()),
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
