"""Neurons with many segments that are shown patterns, and how often any of their segments matches.

A sample is one neuron and one pattern; the neuron is :class:`spikemem.models.sdr_neuron.SDRNeuron`, which stores random
patterns. Some neurons, by the patterns that they happen to store, match more often than others, and samples of a neuron share
that. :func:`variance_of_neurons` says how much it is.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

import spikemem
from spikemem.experiment.study import StudyRun
from spikemem.experiments.sdr.chance import spread
from spikemem.experiments.sdr.points import Point, Result
from spikemem.experiments.sdr.segments import Count
from spikemem.experiments.sdr.subsets import as_shown, random_subsets
from spikemem.models import SDRNeuron
from spikemem.parallel import spread as on_threads

_APART_MS, _ANSWER_MS = 6.0, 4.0
"""Patterns come as far apart as ``SDRNeuron.recognise`` has them; the neuron fires so long after its input."""
_NEGLIGIBLE = 1e-15


def count_recognised(
    how: StudyRun, *, n: int, a: int, s: int, theta: int, stored: int, neurons: int, samples: int
) -> Count:
    """Return how many of at least ``samples`` random patterns are taken for one of ``stored``, by ``neurons`` neurons."""
    each = -(-samples // neurons)
    names = [f"{k}={v}" for k, v in {"n": n, "a": a, "s": s, "theta": theta, "stored": stored}.items()]

    def one(number: int) -> int:
        rng = how.generator(*names, f"neuron {number}")
        patterns = random_subsets(rng, stored, n, a).tolist()
        model = SDRNeuron(inputs=n, synapses=s, theta=theta, patterns=patterns)
        which, cells = as_shown(random_subsets(rng, each, n, a))
        recording = spikemem.run(
            model, stimulus={"in_pattern": (which * _APART_MS, cells)}, duration_ms=each * _APART_MS,
            backend=how.backend, hardware=how.hardware, seed=int(rng.integers(2**31)), record=("neuron",),
        )  # fmt: skip
        times = recording.spikes["neuron"][0]
        if not np.all(times % _APART_MS == _ANSWER_MS):
            raise AssertionError(f"the neuron fired at {times[times % _APART_MS != _ANSWER_MS][0]:g} ms")
        return int(times.size)

    return Count(sum(on_threads(how.threads, neurons, one)), each * neurons)


def recognised(how: StudyRun, point: Point, neurons: int, samples: int) -> Result:
    """Simulate neurons that store M random patterns and are shown others; too rare matches are not tried."""
    if not point.within_reach(samples):
        return Result(point)
    n, a, s, theta, stored = (point.parameters[name] for name in ("n", "a", "s", "theta", "M"))
    count = count_recognised(how, n=n, a=a, s=s, theta=theta, stored=stored, neurons=neurons, samples=samples)
    variance = variance_of_neurons(n, a, s, theta, stored)
    return Result(point, count, spread(point.chance, variance, count.samples // neurons))


def variance_of_neurons(n: int, a: int, s: int, theta: int, stored: int) -> float:
    """Return the variance, over neurons, of the share of all patterns that a neuron recognises.

    Two patterns that share o cells are both recognised more often than by chance (or, with few shared, less): a segment matches
    both with probability q(o), and so a neuron of M segments matches neither with (1 - 2 p + q(o))^M, which is to be averaged
    over o. The value is ours; it is tested on small examples, against all neurons.

    >>> variance_of_neurons(n=100, a=7, s=7, theta=4, stored=500)
    2.6...e-08
    """
    p = _both(n, a, a, s, theta)
    total = 0.0
    for o in range(max(0, 2 * a - n), a + 1):
        weight = float(stats.hypergeom.pmf(o, n, a, a))
        if weight > _NEGLIGIBLE:
            excess = (_both(n, a, o, s, theta) - p * p) / (1.0 - p) ** 2
            total += weight * (math.expm1(stored * math.log1p(excess)) if excess > -1.0 else -1.0)
    return max(0.0, total) * math.exp(2 * stored * math.log1p(-p))


def _both(n: int, a: int, o: int, s: int, theta: int) -> float:
    """Return the probability q(o) that s random cells of n share theta or more with each of two sets of a, o in common."""
    count = np.arange(s + 1)
    shared, first, second = count[:, None, None], count[:, None], count
    matches = (shared + first >= theta) & (shared + second >= theta) & (shared + first + second <= s)
    ways = stats.multivariate_hypergeom.pmf(
        np.stack(np.broadcast_arrays(shared, first, second, s - shared - first - second), axis=-1)[matches],
        [o, a - o, a - o, n - 2 * a + o], s,
    )  # fmt: skip
    return float(np.sum(ways))
