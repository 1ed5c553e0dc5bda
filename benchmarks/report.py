"""Tables: a row a simulator, a column a quantity; medians of the repeats with their spread, and ratios."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.process import CannotRun, Outcome, run_script


@dataclass(frozen=True)
class Column:
    """A quantity: how it is got from an outcome (None: this row has none), and how it is printed."""

    title: str
    read: Callable[[Outcome], float | None]
    form: str = ".3g"


@dataclass(frozen=True)
class Row:
    """A simulator's samples by column title, a note, and whether it gave no numbers or wrong ones."""

    name: str
    samples: Mapping[str, Sequence[float]]
    note: str = ""
    failed: bool = False
    own: bool = False
    outcomes: Sequence[Outcome] = ()


Note = Callable[[Outcome], tuple[str, bool]]
"""What to remark on an outcome, and whether it is wrong."""


@dataclass(frozen=True)
class Plan:
    """A row to be measured: its name, the script and the package that it needs, the arguments and how often."""

    name: str
    script: str
    package: str
    arguments: Sequence[str | int | float]
    repeats: int
    note: Note = lambda _: ("", False)
    env: Mapping[str, str] | None = None


@dataclass
class Report:
    """A benchmark's table; ``ratios`` name a column and say whether more of it is better; the first row is the base."""

    title: str
    columns: Sequence[Column]
    ratios: Mapping[str, bool]
    lines: Sequence[str] = ()
    rows: list[Row] = field(default_factory=list)

    def measure(self, plans: Sequence[Plan]) -> None:
        """Fill the rows. The repeats go round the plans, so that a busy spell of the machine meets all of them alike."""
        outcomes: dict[str, list[Outcome]] = {plan.name: [] for plan in plans}
        reasons: dict[str, str] = {}
        for turn in range(max(plan.repeats for plan in plans)):
            for plan in plans:
                if turn < plan.repeats and plan.name not in reasons:
                    try:
                        outcomes[plan.name].append(run_script(plan.script, plan.package, plan.arguments, plan.env))
                    except CannotRun as reason:
                        reasons[plan.name] = str(reason)
        for plan in plans:
            own, found = plan.package == "spikemem", outcomes[plan.name]
            if plan.name in reasons:
                self.rows.append(Row(plan.name, {}, reasons[plan.name], failed=True, own=own))
                continue
            samples = {c.title: [v for v in map(c.read, found) if v is not None] for c in self.columns}
            remark, wrong = plan.note(found[0])
            self.rows.append(Row(plan.name, samples, remark, wrong, own, found))

    def show(self, console: Console) -> None:
        """Print the table and the lines below it."""
        table = Table(title=self.title, title_justify="left", caption="\n".join(self.lines), caption_justify="left")
        table.add_column("simulator")
        for column in self.columns:
            table.add_column(column.title, justify="right")
        for title in self.ratios:
            table.add_column(f"spikemem's advantage:\n{title.splitlines()[0]}", justify="right")
        table.add_column("note", overflow="fold")
        for row in self.rows:
            cells = [_spread(row.samples.get(c.title, ()), c.form) for c in self.columns]
            table.add_row(
                row.name, *cells, *(self._ratio(row, t, more) for t, more in self.ratios.items()), escape(row.note)
            )
        console.print(table, highlight=False)

    def _ratio(self, row: Row, title: str, more: bool) -> str:
        base, own = self.rows[0].samples.get(title), row.samples.get(title)
        if not base or not own or row is self.rows[0]:
            return ""
        ratio = median(base) / median(own) if more else median(own) / median(base)
        return f"{ratio:.2f} x"

    def data(self) -> dict[str, Any]:
        """Return every sample as JSON data."""
        rows = [{"name": r.name, "note": r.note, "failed": r.failed, "samples": r.samples} for r in self.rows]
        return {"title": self.title, "rows": rows, "lines": self.lines}


def _spread(samples: Sequence[float], form: str) -> str:
    """Return the median, with the least and the most where they print differently."""
    if not samples:
        return ""
    low, middle, high = (format(x, form) for x in (min(samples), median(samples), max(samples)))
    return middle if low == high else f"{middle} [{low} .. {high}]"
