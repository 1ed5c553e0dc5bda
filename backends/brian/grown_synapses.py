"""Synapses that grow on segments, as arrays with a row a segment: which there are, what they match, and what is grown.

A place holds the pre neuron, -1 if it is free, and the permanence. What a step changes is told by :class:`Counts`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from spikemem.backends.brian.build import Array

NOBODY = -1
ALL = slice(None)


@dataclass
class Counts:
    """Synaptic events and weight updates that spikes alone do not tell."""

    events: int = 0
    updates: int = 0

    def taken(self) -> tuple[int, int]:
        """Return the counts and begin anew."""
        found = (self.events, self.updates)
        self.events = self.updates = 0
        return found


@dataclass
class Grown:
    """The synapses on ``segments`` dendrites with ``places`` each; ``active`` are the pre neurons of the last activity.

    ``winners`` are those of them that synapses grow from, by their places on the circle (see ``HebbianPermanence``).
    """

    segments: int
    places: int
    circle_pre: Array
    circle_post: Array
    single: bool
    pre: Array = field(init=False)
    permanence: Array = field(init=False)
    active: Array = field(init=False)
    winners: Array = field(init=False)
    counts: Counts = field(default_factory=Counts)

    def __post_init__(self) -> None:
        shape = (self.segments, self.places)
        self.pre = np.full(shape, NOBODY, dtype=np.int32)
        self.permanence = np.full(shape, -1.0, dtype=np.float32 if self.single else np.float64)
        self.active = np.zeros(self.circle_pre.size, dtype=bool)
        self.winners = np.zeros(0, dtype=np.int64)

    def marked(self, rows: Array | slice = ALL) -> Array:
        """Return, by segment and place, which synapses are of neurons active last."""
        pre = self.pre[rows]
        marked: Array = (pre != NOBODY) & self.active[pre]
        return marked

    def match(self, rows: Array | slice = ALL) -> Array:
        """Return how many synapses of each segment are."""
        match: Array = np.count_nonzero(self.marked(rows), axis=1)
        return match

    def change(self, rows: Array, active: float, silent: float | None) -> None:
        """Add to the permanences of synapses from active and, unless None, from silent neurons; prune those at 0."""
        exists = self.pre[rows] != NOBODY
        marked = self.marked(rows)
        changes = marked if silent is None else exists
        amount = np.where(marked, active, 0.0 if silent is None else silent).astype(self.permanence.dtype)
        changed = np.minimum(self.permanence[rows] + amount, 1.0)
        pruned = changes & (changed <= 0.0)
        self.counts.updates += int(np.count_nonzero(changes))
        self.permanence[rows] = np.where(pruned, -1.0, np.where(changes, changed, self.permanence[rows]))
        self.pre[rows] = np.where(pruned, NOBODY, self.pre[rows])

    def grow(self, segment: int, number: int, permanence: float) -> None:
        """Grow ``number`` synapses, or as many as can be, to the next winners round the circle."""
        own = self.pre[segment]
        start = int(np.searchsorted(self.circle_pre[self.winners], self.circle_post[segment]))
        there = np.roll(self.winners, -start)
        chosen = there[~np.isin(there, own)][:number]
        for place, neuron in zip(self._room(segment, chosen.size), chosen, strict=False):
            own[place] = neuron
            self.permanence[segment, place] = permanence
            self.counts.updates += 1

    def _room(self, segment: int, number: int) -> Array:
        """Return up to ``number`` places: free ones, then those of the weakest synapses from silent neurons."""
        own, permanence = self.pre[segment], self.permanence[segment]
        free = np.flatnonzero(own == NOBODY)
        silent = np.flatnonzero((own != NOBODY) & ~self.active[own])
        weakest = silent[np.argsort(permanence[silent], kind="stable")]
        room: Array = np.concatenate([free, weakest])[:number]
        return room

    def strip(self, segment: int) -> None:
        """Remove all synapses of a segment."""
        self.pre[segment] = NOBODY
        self.permanence[segment] = -1.0

    def send(self, fired: Array, winners: Array, connected: float) -> Array:
        """Make ``fired`` the last activity; return how many connected synapses of each segment it reaches."""
        self.active[:] = False
        self.active[fired] = True
        self.winners = winners[np.argsort(self.circle_pre[winners])]
        reached: Array = np.count_nonzero(self.marked() & (self.permanence >= connected), axis=1)
        self.counts.events += int(reached.sum())
        return reached
