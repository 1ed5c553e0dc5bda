"""Studies: experiments that are more than one run, such as a table of theory and simulation side by side."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spikemem.errors import InvalidInput
from spikemem.hardware import hardware_for
from spikemem.parameters import Parameters
from spikemem.rng import generator

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

Columns = Mapping[str, Sequence[Any]]
"""A table: columns of one length, by name, with the unit in the name where there is one."""


def columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return rows of the same names as a table; without rows it has no columns.

    >>> columns([{"seed": 1, "right": 3}, {"seed": 2, "right": 4}])
    {'seed': [1, 2], 'right': [3, 4]}
    """
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}


@dataclass(frozen=True)
class Criterion:
    """What a study must show: whether it does, and the figures, in one sentence."""

    name: str
    passed: bool
    found: str


@dataclass(frozen=True)
class Findings:
    """What a study found. ``draw`` makes its figure; ``pages`` are further ones, by the names that their files end with.

    ``details`` are tables that are in the file alone, since they are too long to be read.
    """

    tables: Mapping[str, Columns]
    criteria: tuple[Criterion, ...]
    draw: Callable[[], Figure]
    pages: Mapping[str, Callable[[], Figure]] = field(default_factory=dict)
    details: Mapping[str, Columns] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for table, columns in {**self.tables, **self.details}.items():
            rows = {name: len(values) for name, values in columns.items()}
            if len(set(rows.values())) > 1:
                raise InvalidInput(f"table {table}: columns must be of one length, got {rows}")

    @property
    def failed(self) -> tuple[Criterion, ...]:
        """The criteria that are not met."""
        return tuple(c for c in self.criteria if not c.passed)


def silent(done: int, total: int, what: str) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True)
class StudyRun:
    """How a study is run; ``progress(done, total, what)`` is told how far it is."""

    backend: str = "numba"
    hardware: str | None = None
    seed: int = 1
    progress: Callable[[int, int, str], None] = silent

    @property
    def threads(self) -> int:
        """On how many threads independent pieces of work may run; their number changes no result."""
        return hardware_for(self.backend, self.hardware).threads

    def generator(self, *name: str) -> np.random.Generator:
        """Return the generator of this seed and name."""
        return generator(self.seed, "study", *name)

    def each[T](self, items: Sequence[T], name: Callable[[T], str]) -> Iterable[T]:
        """Yield ``items`` one by one, and tell how far it is."""
        for number, item in enumerate(items):
            self.progress(number, len(items), name(item))
            yield item
        self.progress(len(items), len(items), "")


class Study(Parameters, ABC):
    """A study: parameters, declared as a model's are, and what it does. A subclass is final; its docstring names the source."""

    @abstractmethod
    def run(self, how: StudyRun) -> Findings:
        """Do it all; raise :class:`spikemem.errors.SpikememError` for what cannot be done."""
