"""Faults of a memory's input: spikes lost, displaced, late, or too many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spikemem.backend import StepEvents
from spikemem.rng import generator


@dataclass(frozen=True)
class Faults:
    """What happens to the spikes of all input lines, in this order; all of it 0 changes nothing.

    ``loss``: each spike is lost with this chance. ``jitter_ms``: each is displaced by whole steps, normal with this standard
    deviation. ``late``: each is a step late with this chance. ``noise_hz``: spikes of this rate, at most one a step, are added
    to every line.
    """

    loss: float = 0.0
    jitter_ms: float = 0.0
    late: float = 0.0
    noise_hz: float = 0.0

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return any((self.loss, self.jitter_ms, self.late, self.noise_hz))

    def disturb(
        self, given: Mapping[str, StepEvents], sizes: Mapping[str, int], steps: int, dt: float, seed: int, *name: str
    ) -> dict[str, StepEvents]:
        """Return what arrives of the spikes ``given`` to sources of these ``sizes`` in ``steps`` steps of ``dt`` ms.

        The draws are those of ``seed``, ``name`` and the source, a stream for each fault, so that one does not move another.
        """
        none = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32))
        arrived = {}
        for source, size in sizes.items():
            when, lines = given.get(source, none)
            made = {
                fault: generator(seed, "fault", fault, *name, source) for fault in ("loss", "jitter", "late", "noise")
            }
            kept = made["loss"].random(when.size) >= self.loss
            when, lines = when[kept], lines[kept]
            moved = np.rint(made["jitter"].normal(0.0, 1.0, when.size) * (self.jitter_ms / dt)).astype(np.int64)
            when = np.maximum(when + moved, 0) + (made["late"].random(when.size) < self.late)
            if self.noise_hz:
                more, noisy = np.nonzero(made["noise"].random((steps, size)) < self.noise_hz * dt / 1000.0)
                when, lines = np.concatenate((when, more)), np.concatenate((lines, noisy))
            arrived[source] = _once(when, lines, steps)
        return arrived


def _once(when: Any, lines: Any, steps: int) -> StepEvents:
    """Return the spikes before step ``steps``, in order, none twice."""
    inside = when < steps
    found = np.unique(np.stack((when[inside], lines[inside])), axis=1)
    return found[0].astype(np.int64), found[1].astype(np.int32)
