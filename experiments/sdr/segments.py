"""Segments that are shown patterns, and how many of them match: the simulated side of the studies.

A sample is one segment and one pattern. Many patterns are shown to the same segments, so samples share a segment or a pattern.
Whatever the one, the other is drawn without regard to it, and all segments (and all patterns) are alike: given either, a match
is as likely as ever. Any two samples are therefore independent, and the variance of the count is the binomial one, p (1 - p)
times the samples (tested): none is wasted. More than two are not quite independent, which changes the shape of the count's
distribution a little where segments or patterns are few. Where segments or patterns are not alike, as unions of differing size,
a study says by how much the variance grows (``spread`` in :mod:`spikemem.experiments.sdr.chance`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

import spikemem
from spikemem.experiment.study import StudyRun
from spikemem.experiments.sdr.subsets import Shown
from spikemem.ir.connectors import Connector
from spikemem.language import IF_curr_delta, NetworkBuilder, Segment
from spikemem.parallel import spread

AT_ONCE = 1000
"""Patterns of a round, unless a trial has another number. Each round draws its own segments, too."""
_DELAY = 1.0


@dataclass(frozen=True)
class Round:
    """What a round draws: how cells are joined to segments, and the patterns shown, one a step."""

    connector: Connector
    shown: Shown


@dataclass(frozen=True)
class Trial:
    """Segments of every threshold in ``thetas``, on ``n`` cells; ``draw`` makes a round of so many patterns.

    The rounds are part of the trial: the work is divided by nothing else, so that no result depends on how it is done.
    """

    n: int
    thetas: tuple[int, ...]
    draw: Callable[[np.random.Generator, int], Round]
    at_once: int = AT_ONCE


@dataclass(frozen=True)
class Count:
    """How many of ``samples`` were matches."""

    matches: int
    samples: int

    @property
    def misses(self) -> Count:
        """The count of the samples that were none."""
        return Count(self.samples - self.matches, self.samples)


def count_matches(how: StudyRun, trial: Trial, segments: int, samples: int, *name: str) -> Mapping[int, Count]:
    """Return for each threshold how many of at least ``samples`` samples match, ``segments`` of them a pattern.

    ``name`` and the seed decide all that is drawn; rounds run side by side on the threads of the hardware.
    """
    patterns = -(-samples // segments)
    sizes = [min(trial.at_once, patterns - first) for first in range(0, patterns, trial.at_once)]
    rounds = spread(how.threads, len(sizes), lambda k: _round(how, trial, segments, sizes[k], *name, f"round {k}"))
    return {theta: Count(sum(r[theta] for r in rounds), segments * patterns) for theta in trial.thetas}


def _round(how: StudyRun, trial: Trial, segments: int, patterns: int, *name: str) -> dict[int, int]:
    """Return the number of matches of a round, by threshold."""
    rng = how.generator(*name)
    drawn = trial.draw(rng, patterns)
    net = NetworkBuilder("segments", dt=1.0)
    cells, populations = net.input("cells", trial.n), {}
    for theta in trial.thetas:
        neurons = net.population(f"neurons_{theta}", segments, IF_curr_delta(tau_refrac=1.0))
        populations[theta] = net.dendrites(f"segments_{theta}", neurons, Segment(theta=theta), per_neuron=1)
        net.connect(cells, populations[theta], drawn.connector, weight=1.0, delay=_DELAY)
    which, active = drawn.shown
    recording = spikemem.run(
        net.network(), stimulus={cells: (which.astype(np.float64), active)}, duration_ms=patterns + _DELAY,
        backend=how.backend, hardware=how.hardware, seed=int(rng.integers(2**31)), record=tuple(populations.values()),
    )  # fmt: skip
    return {theta: recording.spikes[population][0].size for theta, population in populations.items()}
