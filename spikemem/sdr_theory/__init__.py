"""What sparse distributed representations promise: the probabilities of false matches, of missed ones, and of unions.

A pattern is ``a`` active cells of ``n``. A dendritic segment stores ``s`` of them, and matches a pattern that shares at least
``theta`` cells with it. The equations F1 to F9 (our numbers) are those of Ahmad & Hawkins 2016, "How do neurons operate on
sparse distributed representations?" (arXiv:1601.00720), and of Hawkins & Ahmad 2016, "Why neurons have thousands of synapses"
(Front. Neural Circuits 10:23).

Probabilities are computed from whole numbers, without rounding, and are given in three forms:
``false_positive(...)`` is a float, ``false_positive.log10(...)`` its logarithm, whose range has no end, and
``false_positive.exact(...)`` a :class:`fractions.Fraction`. A float that would underflow is refused. :func:`over` evaluates
any of them on arrays.

``false_positive(n=10_000, a=300, s=30, theta=12)`` is 2.28e-11.
"""

from spikemem.sdr_theory.chance import Chance, ExactChance, over
from spikemem.sdr_theory.matching import (
    continued_false_positive,
    false_negative,
    false_positive,
    overlap_set_size,
)
from spikemem.sdr_theory.networks import noisy_prediction_jaccard, segments_per_cell, sequence_network_jaccard
from spikemem.sdr_theory.scaling import (
    decades_per_synapse,
    fall_with_n,
    fall_with_theta,
    large_n_limit,
    tail_bound,
)
from spikemem.sdr_theory.unions import (
    active_in_union,
    activity_union,
    any_of,
    segment_union,
    synapses_of_union,
    union_bound,
    union_chance_overlap,
)

__all__ = [
    "Chance",
    "ExactChance",
    "active_in_union",
    "activity_union",
    "any_of",
    "continued_false_positive",
    "decades_per_synapse",
    "fall_with_n",
    "fall_with_theta",
    "false_negative",
    "false_positive",
    "large_n_limit",
    "noisy_prediction_jaccard",
    "over",
    "overlap_set_size",
    "segment_union",
    "segments_per_cell",
    "sequence_network_jaccard",
    "synapses_of_union",
    "tail_bound",
    "union_bound",
    "union_chance_overlap",
]
