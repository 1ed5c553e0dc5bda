"""Running what of a suite is not finished, and gathering all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from spikemem.experiment.study import Columns, Criterion, columns
from spikemem.provenance import versions
from spikemem.suite.capacity import capacities
from spikemem.suite.criteria import judged
from spikemem.suite.executor import Executor
from spikemem.suite.load import Suite
from spikemem.suite.outcome import Outcome
from spikemem.suite.store import Store, Stored
from spikemem.suite.summary import Row, summed_up

Progress = Callable[[int, int, str], None]
"""Called with the conditions done, all conditions, and the one that was finished."""


@dataclass(frozen=True)
class Results:
    """A suite's outcomes by digest, summed up, with its criteria, where they come from, and tables drawn from them."""

    suite: Suite
    outcomes: Mapping[str, Outcome]
    rows: tuple[Row, ...]
    criteria: tuple[Criterion, ...]
    provenance: Mapping[str, Any]
    tables: Mapping[str, Columns] = field(default_factory=dict)

    @property
    def failed(self) -> tuple[Criterion, ...]:
        """The criteria that are not met."""
        return tuple(c for c in self.criteria if not c.passed)


def sweep(
    suite: Suite, store: Store, executor: Executor, progress: Progress = lambda done, total, what: None
) -> Results:
    """Run the conditions that ``store`` does not have, keep each as soon as it is finished, and return all results.

    Raises :class:`spikemem.errors.SpikememError` for what cannot be run; what is finished by then stays.
    """
    conditions = suite.conditions
    with store.locked():
        pending = [condition for condition in conditions if not store.has(condition)]
        done = len(conditions) - len(pending)
        progress(done, len(conditions), "")
        with closing(executor.run(pending)) as running:
            for finished in running:
                store.keep(finished)
                done += 1
                progress(done, len(conditions), finished.condition.digest)
        return gathered(suite, Stored(store, conditions))


def gathered(suite: Suite, outcomes: Mapping[str, Outcome]) -> Results:
    """Return the results of ``suite`` with these outcomes by digest."""
    rows = tuple(
        row for grid, made in suite.grids.items() for c in made for row in summed_up(c, grid, outcomes[c.digest])
    )
    first = suite.first
    provenance = {
        "suite": {"name": suite.name, **suite.file.model_dump(mode="json")},
        **{name: getattr(first, name) for name in ("model", "parameters", "backend", "hardware", "numerics", "seed", "seeds")},
        "versions": versions(),
    }  # fmt: skip
    held = capacities(rows, outcomes)
    tables = {"capacity": columns(held)} if held else {}
    return Results(suite, outcomes, rows, judged(suite.file.criteria, rows), provenance, tables)
