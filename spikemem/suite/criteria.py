"""Whether a suite's criteria are met."""

from __future__ import annotations

from collections.abc import Sequence

from spikemem.errors import InvalidInput, choices
from spikemem.experiment.study import Criterion
from spikemem.suite.schema import CriterionSection
from spikemem.suite.summary import ALL, COSTS, MEASURES, Row


def judged(criteria: Sequence[CriterionSection], rows: Sequence[Row]) -> tuple[Criterion, ...]:
    """Return each criterion with whether every row that it is about meets it, and the row that does so least.

    One that is for other models, or about conditions that are not among the rows (as after ``--condition``), is left out.
    """
    made = []
    for criterion in criteria:
        if criterion.measure not in (*MEASURES, *COSTS):
            raise InvalidInput(
                f"criterion {criterion.name!r}: measure {criterion.measure!r} is unknown; "
                f"{choices(criterion.measure, (*MEASURES, *COSTS))}"
            )
        concerned = [row for row in rows if concerns(criterion, row)]
        if concerned:
            made.append(_judge(criterion, concerned))
    return tuple(made)


def concerns(criterion: CriterionSection, row: Row) -> bool:
    """Return whether a criterion is about a row; raise :class:`InvalidInput` if it names a key that the task has not."""
    if criterion.models and row.condition.model not in criterion.models:
        return False
    if unknown := [key for key in criterion.where if key not in row.condition.keys]:
        raise InvalidInput(
            f"criterion {criterion.name!r}: where.{unknown[0]} is unknown; {choices(unknown[0], row.condition.keys)}"
        )
    same = all(row.condition.keys[key] in _listed(value) for key, value in criterion.where.items())
    return same and row.kind == (criterion.kind or ALL)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _judge(criterion: CriterionSection, rows: Sequence[Row]) -> Criterion:
    short = {row.condition.digest: shortfall(criterion, row) for row in rows}
    worst = max(rows, key=lambda row: short[row.condition.digest])
    failed = sum(value > 0.0 for value in short.values())
    value = worst.value(criterion.measure, criterion.bound)
    found = f"{value:.4g}"
    if failed:
        found += f" in the condition {worst.condition.digest}, the furthest off; {failed} of {len(short)} fail"
    elif len(short) > 1:
        found += f" in the least of {len(short)} conditions"
    return Criterion(criterion.name, failed == 0, found)


def shortfall(criterion: CriterionSection, row: Row) -> float:
    """Return by how much a row misses a criterion: > 0 if it does; a measure that is NaN misses it."""
    value = row.value(criterion.measure, criterion.bound)
    if value != value:
        return float("inf")
    misses = []
    if criterion.at_least is not None:
        misses.append(criterion.at_least - value)
    if criterion.at_most is not None:
        misses.append(value - criterion.at_most)
    if criterion.near is not None:
        misses.append(abs(value - criterion.near) - criterion.tolerance)
    if not misses:
        raise InvalidInput(f"criterion {criterion.name!r}: give at_least, at_most or near")
    return max(misses)
