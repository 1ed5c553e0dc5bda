"""Training of outer parameters by gradient descent, on streams of queries of their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from spikemem.experiments.memories.items import Array
from spikemem.experiments.memories.mqar import embedded, sequence
from spikemem.experiments.memories.outer import Law, Numbers, Streams, drawn, loss
from spikemem.rng import generator

PAIRS = (4, 8, 16, 32)
"""Pairs of a stream, one of these by chance."""
STREAMS = 16
"""Streams of a step."""
RATE = 0.05
MEAN, SQUARE, LEAST = 0.9, 0.99, 1e-8
"""What Adam's averages of the gradient and of its square keep a step; what it adds to the root."""


def streams(
    rng: np.random.Generator, count: int, length: int, vocabulary: int, pairs: tuple[int, ...] = PAIRS
) -> Streams:
    """Return random streams, each with one of the numbers of pairs."""
    drawn_pairs = rng.choice(pairs, count).tolist()
    return Streams.of([sequence(rng, n, length, vocabulary) for n in drawn_pairs])


def adam(
    start: Numbers, gradient: Callable[[Numbers, int], Numbers], steps: int, rate: float = RATE
) -> dict[str, Array]:
    """Descend for ``steps`` steps, whose size falls linearly to 0 (Kingma & Ba 2014, arXiv:1412.6980)."""
    at = dict(start)
    mean, square = ({name: np.zeros_like(value) for name, value in at.items()} for _ in range(2))
    for step in range(steps):
        down = gradient(at, step)
        for name, g in down.items():
            mean[name] = MEAN * mean[name] + (1.0 - MEAN) * g
            square[name] = SQUARE * square[name] + (1.0 - SQUARE) * g**2
            first, second = mean[name] / (1.0 - MEAN ** (step + 1)), square[name] / (1.0 - SQUARE ** (step + 1))
            at[name] = at[name] - rate * (1.0 - step / steps) * first / (np.sqrt(second) + LEAST)
    return at


@lru_cache(maxsize=16)
def trained(law: Law, seed: int, steps: int, d: int, length: int, vocabulary: int) -> Numbers:
    """Return outer parameters of keys and values of ``d`` numbers, trained on streams of ``seed``; the same each time."""
    values = embedded(d)[:vocabulary]

    def gradient(outer: Numbers, step: int) -> Numbers:
        rng = generator(seed, "training streams", step)
        return loss(law, outer, streams(rng, STREAMS, length, vocabulary), values)[1]

    return adam(drawn(seed, vocabulary, d), gradient, steps)
