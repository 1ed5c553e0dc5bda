"""Conditions summed up: a row for each kind of question, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest, bootstrap

from spikemem.rng import generator
from spikemem.suite.condition import Condition
from spikemem.suite.outcome import Column, Outcome

ALL = "all"
"""The kind of the row of all questions together."""
MEASURES = ("exact", "jaccard", "precision", "recall", "spurious", "latency_ms")
"""Measures of a question. ``exact`` has a Wilson interval over all answers, the others one by bootstrap over seeds."""
COSTS = ("spikes", "synaptic_events", "weight_updates")
"""What a question took; given per correct answer, as is."""
TRUSTED = 0.99
"""A memory may be trusted in a condition if the lower end of the interval of ``exact`` is at least this (ours)."""
_RESAMPLES = 999


@dataclass(frozen=True)
class Interval:
    """A mean, and its 95 % interval; NaN where there is nothing to average."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """A condition's questions of one kind: how many, measures by name, and what one correct answer took (NaN without any)."""

    condition: Condition
    grid: str
    kind: str
    asked: int
    measures: Mapping[str, Interval]
    per_correct: Mapping[str, float]

    @property
    def trusted(self) -> bool:
        """Whether the memory may be trusted in this condition."""
        return self.measures["exact"].low >= TRUSTED

    def value(self, measure: str, bound: str) -> float:
        """Return the mean or an end of the interval of a measure, or a cost per correct answer."""
        if measure in self.per_correct:
            return self.per_correct[measure]
        found: float = getattr(self.measures[measure], bound)
        return found


def summed_up(condition: Condition, grid: str, outcome: Outcome) -> list[Row]:
    """Return the rows of a condition: all questions, then each kind, if there are several."""
    kinds = list(dict.fromkeys(outcome.queries["kind"].tolist()))
    chosen: dict[str, Column] = {ALL: np.ones(outcome.queries["kind"].size, dtype=bool)}
    if len(kinds) > 1:
        chosen |= {kind: outcome.queries["kind"] == kind for kind in kinds}
    return [_row(condition, grid, kind, outcome, where) for kind, where in chosen.items()]


def _row(condition: Condition, grid: str, kind: str, outcome: Outcome, where: Column) -> Row:
    columns = {name: values[where] for name, values in outcome.queries.items()}
    right, asked = int(columns["exact"].sum()), int(columns["exact"].size)
    measures = {"exact": wilson(right, asked)}
    for name in MEASURES[1:]:
        draws = generator(condition.seed, "bootstrap", condition.digest, kind, name)
        measures[name] = over_seeds(columns[name], columns["seed"], draws)
    return Row(
        condition, grid, kind, asked, measures,
        {name: float(columns[name].sum()) / right if right else float("nan") for name in COSTS},
    )  # fmt: skip


def wilson(right: int, asked: int) -> Interval:
    """Return the share of right answers with Wilson's score interval (Wilson 1927, J. Am. Stat. Assoc. 22:209).

    >>> wilson(10, 10)
    Interval(mean=1.0, low=0.72..., high=1.0)
    """
    if not asked:
        return Interval(float("nan"), float("nan"), float("nan"))
    found = binomtest(right, asked).proportion_ci(0.95, method="wilson")
    return Interval(right / asked, float(found.low), min(1.0, float(found.high)))


def over_seeds(values: Column, seeds: Column, draws: np.random.Generator) -> Interval:
    """Return the mean over seeds of the mean of each, with a percentile bootstrap interval over seeds.

    NaN are left out (nothing was answered, say), and so are seeds that have nothing else.
    """
    known = ~np.isnan(values.astype(np.float64))
    means = np.array([values[known & (seeds == seed)].mean() for seed in np.unique(seeds[known])])
    if not means.size:
        return Interval(float("nan"), float("nan"), float("nan"))
    mean = float(means.mean())
    if np.ptp(means) == 0.0:
        return Interval(mean, mean, mean)
    found = bootstrap((means,), np.mean, n_resamples=_RESAMPLES, method="percentile", rng=draws).confidence_interval
    return Interval(mean, float(found.low), float(found.high))


def rows_as_data(row: Row) -> dict[str, Any]:
    """Return a row as flat data: keys of the condition, measures with their intervals, costs."""
    data: dict[str, Any] = {
        "condition": row.condition.digest, "grid": row.grid, "kind": row.kind, "asked": row.asked, "trusted": row.trusted,
        **row.condition.keys,
    }  # fmt: skip
    for name, interval in row.measures.items():
        data |= {name: interval.mean, f"{name}_low": interval.low, f"{name}_high": interval.high}
    return data | {f"{name}_per_correct": value for name, value in row.per_correct.items()}
