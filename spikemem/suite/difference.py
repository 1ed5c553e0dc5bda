"""Runs of a suite side by side: conditions matched by their keys, and how their shares of right answers differ."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, sqrt

from scipy.stats import false_discovery_control, fisher_exact

from spikemem.errors import InvalidInput
from spikemem.suite.condition import Condition
from spikemem.suite.summary import Interval, Row
from spikemem.suite.sweep import Results

LEVEL = 0.05
"""Share of wrong ones that is accepted among the differences that are called such."""


@dataclass(frozen=True)
class Difference:
    """A condition in two runs, questions of one kind.

    ``exact`` is the share of right answers of the second less that of the first; ``p`` is the chance of a difference as large
    without any (Fisher's exact test, two-sided), ``adjusted`` the same, raised for the number of comparisons (Benjamini &
    Hochberg).
    """

    first: Row
    second: Row
    exact: Interval
    p: float
    adjusted: float

    @property
    def verdict(self) -> str:
        """The second run, in one word: ``better``, ``worse``, ``same`` (equal shares) or ``unclear``."""
        if self.exact.mean == 0.0:
            return "same"
        if not self.adjusted < LEVEL:
            return "unclear"
        return "better" if self.exact.mean > 0.0 else "worse"


@dataclass(frozen=True)
class Comparison:
    """Two runs: differences, by the order of the first, and how many rows of each have no partner."""

    first: Results
    second: Results
    differences: tuple[Difference, ...]
    only_first: int
    only_second: int


def compared(first: Results, second: Results) -> Comparison:
    """Match the rows of two runs by grid, kind of question and keys, whatever the model, backend or seed.

    Raises :class:`InvalidInput` if they ask different tasks or have no condition in common.

    All answers are treated as independent, of the other run too. Where both runs asked the same questions that makes intervals
    wider than need be; that the questions of one seed share a memory may make them narrower.
    """
    tasks = first.suite.first.task, second.suite.first.task
    if tasks[0] != tasks[1]:
        raise InvalidInput(f"tasks {tasks[0]} and {tasks[1]} ask different things: there is nothing to compare")
    partners = {_match(row): row for row in second.rows}
    pairs = [(row, partners[_match(row)]) for row in first.rows if _match(row) in partners]
    if not pairs:
        raise InvalidInput(
            f"suites {first.suite.name} and {second.suite.name} have no condition in common, of the same grid and keys"
        )
    chances = {_alone(one): fisher_p(one, other) for one, other in pairs}
    known = {key: p for key, p in chances.items() if not isnan(p)}
    adjusted = dict(zip(known, false_discovery_control(list(known.values())), strict=True)) if known else {}
    differences = tuple(
        Difference(
            one, other, newcombe(one.measures["exact"], other.measures["exact"]), chances[_alone(one)],
            float(adjusted.get(_alone(one), float("nan"))),
        )
        for one, other in pairs
    )  # fmt: skip
    return Comparison(first, second, differences, len(first.rows) - len(pairs), len(second.rows) - len(pairs))


def newcombe(first: Interval, second: Interval) -> Interval:
    """Return the second share less the first, with Newcombe's hybrid score interval from the Wilson intervals of both.

    With shares p1, p2 and their intervals l1..u1, l2..u2, and d = p2 - p1, it is d - sqrt((p2 - l2)^2 + (u1 - p1)^2) to
    d + sqrt((u2 - p2)^2 + (p1 - l1)^2) (Newcombe 1998, Statistics in Medicine 17:873, method 10).
    """
    difference = second.mean - first.mean
    down = sqrt((second.mean - second.low) ** 2 + (first.high - first.mean) ** 2)
    up = sqrt((second.high - second.mean) ** 2 + (first.mean - first.low) ** 2)
    return Interval(difference, difference - down, difference + up)


def fisher_p(first: Row, second: Row) -> float:
    """Return Fisher's two-sided chance of shares of right answers that differ so much by chance alone; NaN without answers."""
    table = [_counts(first), _counts(second)]
    return float(fisher_exact(table).pvalue) if first.asked and second.asked else float("nan")


def _counts(row: Row) -> tuple[int, int]:
    right = round(row.measures["exact"].mean * row.asked) if row.asked else 0
    return right, row.asked - right


def _match(row: Row) -> tuple[str, str, str]:
    return row.grid, *_alone(row)


def _alone(row: Row) -> tuple[str, str]:
    """Return what a condition is apart from the grid that it stands in, so that it counts once among the comparisons."""
    return row.kind, json.dumps(row.condition.keys, sort_keys=True)


def run_names(runs: Sequence[tuple[str, Results]]) -> list[str]:
    """Return a short name for each run (file, results): what of model, backend and so on tells them apart, else the file."""
    facts = [_facts(run.suite.first) for _, run in runs]
    differing = [k for k, values in enumerate(zip(*facts, strict=True)) if len(set(values)) > 1]
    names = [" ".join(fact[k] for k in differing) for fact in facts]
    return names if len(set(names)) == len(names) else [file for file, _ in runs]


def _facts(c: Condition) -> tuple[str, ...]:
    return (
        c.model, f"on {c.backend}", f"({c.hardware or 'default hardware'})", f"({c.numerics or 'default numerics'})",
        json.dumps(c.parameters), f"seed {c.seed}", f"{c.seeds} seeds", f"spikemem {c.spikemem}",
    )  # fmt: skip
