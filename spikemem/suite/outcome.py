"""What a condition came to: every question of every seed, what each seed took, and the first failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.recording import Answer, Spikes

Column = npt.NDArray[Any]
QUERY: Mapping[str, type] = {
    "seed": np.int32, "call": np.int32, "at_ms": np.float64, "kind": np.str_, "place": np.float64, "exact": np.bool_,
    "jaccard": np.float64, "precision": np.float64, "recall": np.float64, "spurious": np.int32, "latency_ms": np.float64,
    "spikes": np.int64, "synaptic_events": np.int64, "weight_updates": np.int64,
}  # fmt: skip
"""Columns of ``Outcome.queries``, one row a question."""
TRIAL: Mapping[str, type] = {
    "seed": np.int32, "operations": np.int32, "asked": np.int32, "exact": np.int32, "duration_ms": np.float64,
    "spikes": np.int64, "synaptic_events": np.int64, "weight_updates": np.int64,
}  # fmt: skip
"""Columns of ``Outcome.trials``, one row a seed."""


@dataclass(frozen=True)
class Failure:
    """A wrong answer, as it came about: the call, and the spikes of all populations around it."""

    seed: int
    call: int
    at_ms: float
    do: str
    arguments: Mapping[str, Sequence[int]]
    expected: Mapping[str, Sequence[int]]
    answered: Mapping[str, Sequence[int]]
    spikes: Mapping[str, Spikes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Outcome:
    """Results of a condition: columns by name (:data:`QUERY`, :data:`TRIAL`), and the first failures.

    ``synapses`` is the number of plastic ones, ``item_bits`` what an item is worth (``Association.information``).
    """

    queries: Mapping[str, Column]
    trials: Mapping[str, Column]
    failures: tuple[Failure, ...] = ()
    synapses: int = 0
    item_bits: float = 0.0


def columns_of(rows: Sequence[Mapping[str, Any]], kinds: Mapping[str, type]) -> dict[str, Column]:
    """Return rows as columns of these types."""
    return {name: np.array([row[name] for row in rows], dtype=kind) for name, kind in kinds.items()}


def measured(answer: Answer) -> dict[str, Any]:
    """Return the measures of an answer to a question with a known right answer, over all that was expected.

    With E the lines expected and A those answered: jaccard = |E & A| / |E | A| (1 if both are empty), precision = |E & A| / |A|
    and recall = |E & A| / |E| (NaN without A, or E), spurious = |A - E|.
    """
    right = {(name, line) for name, lines in answer.expected.items() for line in lines}
    given = {(name, line) for name in answer.expected for line in answer.answered[name]}
    both = len(right & given)
    return {
        "exact": right == given,
        "jaccard": both / len(right | given) if right | given else 1.0,
        "precision": both / len(given) if given else float("nan"),
        "recall": both / len(right) if right else float("nan"),
        "spurious": len(given - right),
        "latency_ms": float("nan") if answer.latency_ms is None else answer.latency_ms,
        **vars(answer.cost),
    }
