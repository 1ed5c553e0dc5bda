"""Tables: a row a simulator, a column a quantity; medians of the repeats with their spread, and ratios."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from rich.console import Console
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


@dataclass
class Report:
    """A benchmark's table; ``ratios`` name a column and say whether more of it is better; the first row is the base."""

    title: str
    columns: Sequence[Column]
    ratios: Mapping[str, bool]
    rows: list[Row] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def add(
        self,
        name: str,
        script: str,
        package: str,
        arguments: Sequence[str | int | float],
        repeats: int,
        note: Callable[[Outcome], tuple[str, bool]] = lambda _: ("", False),
        env: Mapping[str, str] | None = None,
    ) -> Row:
        """Run a script ``repeats`` times and append its row; ``note`` returns a remark and whether the result is wrong."""
        own = package == "spikemem"
        try:
            outcomes = [run_script(script, package, arguments, env) for _ in range(repeats)]
        except CannotRun as reason:
            row = Row(name, {}, str(reason), failed=True, own=own)
        else:
            samples = {c.title: [v for v in map(c.read, outcomes) if v is not None] for c in self.columns}
            remark, wrong = note(outcomes[0])
            row = Row(name, samples, remark, wrong, own, outcomes)
        self.rows.append(row)
        return row

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
            table.add_row(row.name, *cells, *(self._ratio(row, t, more) for t, more in self.ratios.items()), row.note)
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
