"""What the protocols of the comparison share: the memories, the seeds, and how work is done and told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spikemem.experiment.study import Columns, Criterion, StudyRun, columns, silent
from spikemem.experiments.memories.entrants import Choice, Entrant, Order
from spikemem.experiments.memories.trial import Filled
from spikemem.parallel import spread as on_threads
from spikemem.processes import Processes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TUNING = 100_000
"""What seeds of tuning are above those of the comparison."""
TUNING_SEEDS = 2
RESAMPLES = 999
LEVEL = 0.95


@dataclass(frozen=True)
class Part:
    """What a protocol found: tables, tables for the file alone, criteria, and its page of figures."""

    tables: Mapping[str, Columns]
    details: Mapping[str, Columns]
    criteria: tuple[Criterion, ...]
    draw: Callable[[], Figure]


type Score = Callable[[Suite, Entrant, Choice, int], float]
"""How good a choice is on a seed. It is sent to workers, so it is a function of a module."""


@dataclass(frozen=True)
class Suite:
    """A comparison. ``d``: signs of a value, in memories of d x d numbers; ``asked``: items asked for in a trial, at most.

    ``joules``: what users say that one of each count of :class:`spikemem.layers.Cost` takes, as far as they say it.
    ``other``: the backend that the first one's answers are set against, if it is installed. ``workers``: the processes that
    the work is spread over; None: threads of this one, for what is short.
    """

    how: StudyRun
    entrants: Mapping[str, Entrant]
    d: int
    sizes: tuple[int, ...]
    seeds: int
    asked: int
    loads: tuple[float, ...]
    joules: Mapping[str, float] = field(default_factory=dict)
    other: str | None = "brian2"
    workers: Processes | None = None

    def each[*I, T](self, what: str, jobs: Sequence[tuple[*I]], work: Callable[[Suite, *I], T]) -> list[T]:
        """Return what ``work`` makes of this suite and every job, on the workers, and tell how far it is."""
        if not jobs:
            return []
        self.how.progress(0, len(jobs), what)
        if self.workers is not None:
            # What is sent to workers has neither them nor the progress bar.
            sent = replace(self, how=replace(self.how, progress=silent), workers=None)
            pieces = [(sent, *job) for job in jobs]
            return self.workers.spread(work, pieces, lambda done: self.how.progress(done, len(jobs), what))
        done = count(1)

        def one(k: int) -> T:
            made = work(self, *jobs[k])
            self.how.progress(next(done), len(jobs), what)
            return made

        return on_threads(self.how.threads, len(jobs), one)

    def filled(
        self, entrant: Entrant, choice: Choice, number: int, loads: Sequence[float], d: int | None = None
    ) -> Iterator[Filled]:
        """Yield a memory with the items of seed ``number``, filled to each of rising loads in turn."""
        counts = [self.held(load, d) for load in loads]
        orders = [Order(d or self.d, count, self.how.seed + number, self.how.backend) for count in counts]
        if entrant.planned:
            for order in orders:
                yield Filled(entrant, order, choice).hold(order.count)
        else:
            one = Filled(entrant, orders[-1], choice)
            for count in counts:
                yield one.hold(count)

    def some(self, entrant: Entrant) -> tuple[float, ...]:
        """Return the loads at which an entrant is measured: all, or up to 8 every second one of what takes long."""
        return tuple(load for load in self.loads[1::2] if load <= 8.0) if entrant.spiking else self.loads

    def held(self, load: float, d: int | None = None) -> int:
        """Return the items of a load, which is in units of d."""
        return max(round(load * (d or self.d)), 2)

    def tuned(self, what: str, asked: Sequence[Entrant], score: Score) -> dict[str, Choice]:
        """Return, for each entrant, the choice with the best mean score on seeds of their own; of equals the first."""
        tried = [
            (e, c, TUNING + s)
            for e in asked
            for c in e.choices()
            if len(list(e.choices())) > 1
            for s in range(TUNING_SEEDS)
        ]
        scores = self.each(f"{what}: tuning", tried, score)
        best: dict[str, Choice] = {}
        for entrant in asked:
            choices = list(entrant.choices())
            own = [s for (e, _, _), s in zip(tried, scores, strict=True) if e is entrant]
            means = np.array(own).reshape(-1, TUNING_SEEDS).mean(axis=1) if own else np.zeros(1)
            best[entrant.name] = choices[int(np.argmax(means))]
        return best

    def interval(self, name: str, samples: npt.NDArray[np.float64]) -> tuple[float, float, float]:
        """Return the mean over seeds and the ends of its bootstrap interval (percentile, 95 %)."""
        if samples.size < 2 or np.isnan(samples).any():
            return float(np.mean(samples)), np.nan, np.nan
        drawn = self.how.generator("bootstrap", name).integers(0, samples.size, (RESAMPLES, samples.size))
        low, high = np.quantile(samples[drawn].mean(axis=1), [0.5 - 0.5 * LEVEL, 0.5 + 0.5 * LEVEL])
        return float(samples.mean()), float(low), float(high)

    def spread(self, column: str, name: str, samples: npt.NDArray[np.float64]) -> dict[str, float]:
        """Return the columns of a mean over seeds and of its interval."""
        mean, low, high = self.interval(f"{name} {column}", samples)
        return {column: mean, f"{column} low": low, f"{column} high": high}


def rounded(table: Columns) -> Columns:
    """Return a table whose numbers have three digits, to be read.

    >>> rounded({"a": ["x", "y"], "b": [0.12345, 1234.5]})
    {'a': ['x', 'y'], 'b': [0.123, 1230.0]}
    """
    return {name: [float(f"{v:.3g}") if isinstance(v, float) else v for v in values] for name, values in table.items()}


def chosen(choices: Mapping[str, Choice]) -> Columns:
    """Return the table of what was tuned, entrants without a grid left out."""
    rows = [{"entrant": name, "chosen": described(choice)} for name, choice in choices.items() if choice]
    return columns(rows) if rows else {"entrant": [], "chosen": []}


def described(choice: Choice) -> str:
    """Return a choice in words.

    >>> described({"beta": 0.5, "active": 2.0})
    'beta 0.5, active 2'
    """
    return ", ".join(f"{name} {value:g}" for name, value in choice.items())


def crossing(x: Sequence[float], y: npt.NDArray[np.float64], level: float) -> float:
    """Return the last x, from the first on, up to which y is at least ``level``: between two by log x, and 0 if it never is.

    What is not a number was not measured, and ends the row.

    >>> float(crossing([1.0, 4.0], np.array([1.0, 0.5]), 0.75))
    2.0
    """
    below = np.flatnonzero(~(y >= level))
    if not below.size:
        return float(x[-1])
    k = int(below[0])
    if k == 0:
        return 0.0
    if np.isnan(y[k]):
        return float(x[k - 1])
    share = (y[k - 1] - level) / (y[k - 1] - y[k])
    return float(np.exp(np.log(x[k - 1]) + share * (np.log(x[k]) - np.log(x[k - 1]))))
