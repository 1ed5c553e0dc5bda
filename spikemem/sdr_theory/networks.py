"""Networks that predict: sequences and noise (F7, F8)."""

from __future__ import annotations

from fractions import Fraction

from spikemem.sdr_theory.arguments import pattern, segment, whole
from spikemem.sdr_theory.chance import exact_chance
from spikemem.sdr_theory.matching import false_negative, overlap_tail
from spikemem.sdr_theory.unions import at_least_once


def segments_per_cell(n: int, a: int, sequences: int, length: int) -> Fraction:
    """Return the mean number of segments of a cell after ``sequences`` of ``length`` random patterns have been learnt.

    F7: M = N L a / n: every step of every sequence gives each cell of the next pattern one segment.

    >>> segments_per_cell(n=500, a=64, sequences=1000, length=20)
    Fraction(2560, 1)
    """
    n, a = pattern("segments_per_cell", n, a)
    sequences = whole("segments_per_cell", "sequences", sequences, 1)
    return Fraction(sequences * whole("segments_per_cell", "length", length, 1) * a, n)


def sequence_network_jaccard(n: int, a: int, s: int, theta: int, sequences: int, length: int) -> float:
    """Return the expected Jaccard index of predicted and actual cells in a first-order sequence memory.

    F7: J = a / (a + f (n - a)), where f = 1 - (1 - P_fp)^M is the share of the other cells that are predicted too, and M the
    segments of a cell (Ahmad & Hawkins 2016, arXiv:1601.00720; our derivation). Between its plateaus, a/n where all cells are
    predicted and 1 where only the right ones are, a real network may differ: in it false predictions beget others.

    >>> sequence_network_jaccard(n=500, a=64, s=20, theta=10, sequences=1000, length=20)
    0.6044...
    """
    n, a = pattern("sequence_network_jaccard", n, a)
    s, theta = segment("sequence_network_jaccard", a, s, theta)
    sequences = whole("sequence_network_jaccard", "sequences", sequences, 1)
    length = whole("sequence_network_jaccard", "length", length, 1)
    chance = at_least_once(overlap_tail(n, Fraction(a), s, theta), segments_per_cell(n, a, sequences, length))
    return float(a / (a + chance * (n - a)))


@exact_chance
def noisy_prediction_jaccard(a: int, s: int, theta: int, v: int) -> Fraction:
    """Return the expected Jaccard index of predicted and actual cells after a pattern of which v of a cells have moved.

    F8: J = 1 - P_fn(a, s, theta, v): each cell has its own subsample of s synapses, and those that still match are predicted
    (Ahmad & Hawkins 2016, arXiv:1601.00720).

    >>> noisy_prediction_jaccard(a=40, s=20, theta=8, v=20)
    0.9435...
    """
    a = whole("noisy_prediction_jaccard", "a", a, 1)
    s, theta = segment("noisy_prediction_jaccard", a, s, theta)
    v = whole("noisy_prediction_jaccard", "v", v, 0, a, "a")
    return 1 - false_negative.exact(a, s, theta, v)
