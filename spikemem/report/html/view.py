"""A suite's grid as figures need it: its axes, and its rows by their places on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

from spikemem.report.suite_table import shown
from spikemem.suite.load import Suite
from spikemem.suite.summary import ALL, Row

_CROWDED = 0.045
"""Share of an axis below which neighbouring values are too close to be told apart."""


@dataclass(frozen=True)
class Axis:
    """A key of a grid, or several that change together, with the values that they take, in order."""

    keys: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]

    @property
    def name(self) -> str:
        """What it is called."""
        return ", ".join(self.keys)

    @property
    def labels(self) -> list[str]:
        """The values as text."""
        return [" × ".join(shown(part) for part in value) for value in self.values]

    @property
    def places(self) -> list[float]:
        """Where the values are drawn: at themselves if they are numbers that stand well apart, else at equal distances."""
        return [float(v[0]) for v in self.values] if self.is_scale else [float(k) for k in range(len(self.values))]

    @property
    def label(self) -> str:
        """What is written at the axis."""
        uneven = self._numbers and not self.is_scale
        return f"{self.name} (at equal distances)" if uneven else self.name

    @property
    def is_scale(self) -> bool:
        """Whether values are drawn at themselves."""
        if not self._numbers:
            return False
        sorted_values = sorted(value[0] for value in self.values)
        gaps = [high - low for low, high in pairwise(sorted_values)]
        return len(gaps) == 0 or min(gaps) >= _CROWDED * (sorted_values[-1] - sorted_values[0])

    @property
    def _numbers(self) -> bool:
        alone = [value[0] for value in self.values if len(value) == 1]
        return len(alone) == len(self.values) and all(type(v) in (int, float) for v in alone)

    def of(self, row: Row) -> tuple[Any, ...]:
        """Return the value of ``row``."""
        return tuple(row.condition.keys[key] for key in self.keys)


@dataclass(frozen=True)
class Panel:
    """Rows that differ by the first two axes alone; ``title`` says what they have in common."""

    title: str
    kind: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class View:
    """A grid: the axis of its figures, the axis of its lines (one value if nothing else varies), and its rows."""

    name: str
    x: Axis
    lines: Axis
    others: tuple[Axis, ...]
    rows: tuple[Row, ...]

    @property
    def kinds(self) -> list[str]:
        """The kinds of questions, all together first."""
        return list(dict.fromkeys(row.kind for row in self.rows))

    def panels(self) -> Iterator[Panel]:
        """Yield the panels: for each combination of the further axes, and each kind of question."""
        for combination in product(*(axis.values for axis in self.others)):
            rows = [r for r in self.rows if all(a.of(r) == v for a, v in zip(self.others, combination, strict=True))]
            where = [f"{a.name} {' × '.join(map(shown, v))}" for a, v in zip(self.others, combination, strict=True)]
            for kind in dict.fromkeys(row.kind for row in rows):
                own = tuple(row for row in rows if row.kind == kind)
                about = [f"questions of kind {kind}"] if kind != ALL else []
                yield Panel(", ".join(where + about), kind, own)


def views(suite: Suite, rows: Sequence[Row]) -> list[View]:
    """Return all grids that have rows; the first key of each is the axis of its figures, the second that of its lines."""
    made = []
    for grid in suite.file.grids:
        own = tuple(row for row in rows if row.grid == grid.name)
        if own:
            axes = [_axis(tuple(name.strip() for name in names.split(",")), own) for names in grid.over]
            varying = [axis for axis in axes if len(axis.values) > 1] or axes[:1]
            x, *rest = varying
            lines = rest[0] if rest else Axis((), ((),))
            made.append(View(grid.name, x, lines, tuple(rest[1:]), own))
    return made


def _axis(keys: tuple[str, ...], rows: Sequence[Row]) -> Axis:
    found = dict.fromkeys(tuple(row.condition.keys[key] for key in keys) for row in rows)
    return Axis(keys, tuple(found))
