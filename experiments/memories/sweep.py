"""What a protocol measures over one quantity, for every memory: the table, the curves, and who cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.experiment.study import Columns, columns
from spikemem.experiments.memories.entrants import Choice, Entrant
from spikemem.experiments.memories.page import Line
from spikemem.experiments.memories.suite import Suite, rounded

Samples = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sweep:
    """``found`` by entrant: (seeds, points), not a number where it was not measured; ``cannot``: by entrant, the reason."""

    name: str
    what: str
    x: tuple[float, ...]
    found: Mapping[str, Samples]
    cannot: Mapping[str, str] = field(default_factory=dict)

    def means(self, entrant: str) -> Samples:
        """Return the means over seeds."""
        return np.asarray(self.found[entrant].mean(axis=0))

    def at(self, entrant: str, x: float) -> float:
        """Return the mean over seeds at a point of the sweep."""
        return float(self.means(entrant)[self.x.index(x)])

    def table(self) -> Columns:
        """Return the means over seeds, a row an entrant, a column a point, to be read."""
        return rounded(columns([
            {"entrant": name} | {f"{self.what} {x:g}" if k == 0 else f"{x:g}": float(own[k]) for k, x in enumerate(self.x)}
            for name in self.found
            for own in [self.means(name)]
        ]))  # fmt: skip

    def rows(self, suite: Suite) -> list[dict[str, Any]]:
        """Return a row for each entrant and point that was measured, with intervals."""
        return [
            {"entrant": name, "of": self.name, self.what: x}
            | suite.spread("right", f"{self.name} {name} {x}", own[:, k])
            for name, own in self.found.items()
            for k, x in enumerate(self.x)
            if not np.isnan(own[:, k]).all()
        ]

    def line(self, suite: Suite, entrant: Entrant) -> Line:
        """Return an entrant's curve, as far as it was measured."""
        own = self.found[entrant.name]
        points = [k for k in range(len(self.x)) if not np.isnan(own[:, k]).all()]
        y, low, high = np.transpose([
            suite.interval(f"{self.name} {entrant.name} {self.x[k]} right", own[:, k]) for k in points
        ])  # fmt: skip
        return Line(entrant.name, entrant.family, [self.x[k] for k in points], y, low, high)


def points(suite: Suite, sweeps: Iterable[Sweep]) -> Columns:
    """Return the table of all points of sweeps over the same quantity."""
    return columns([row for sweep in sweeps for row in sweep.rows(suite)])


def refused(sweeps: Iterable[Sweep]) -> Columns:
    """Return who cannot be asked what, and why."""
    rows = [{"entrant": e, "what": s.name, "why": why} for s in sweeps for e, why in s.cannot.items()]
    return columns(rows) if rows else {"entrant": [], "what": [], "why": []}


def reason(suite: Suite, what: str) -> dict[str, str]:
    """Return the reasons of the entrants that say that they cannot be asked ``what``."""
    return {name: e.cannot[what] for name, e in suite.entrants.items() if what in e.cannot}


def able(suite: Suite, cannot: Mapping[str, str]) -> list[Entrant]:
    """Return the entrants that can."""
    return [e for name, e in suite.entrants.items() if name not in cannot]


Trial = Callable[[Suite, Entrant, Choice, int], list[float]]
"""What is measured of a choice on a seed: a function of a module, since it is sent to workers."""


def mean_of(trial: Trial, suite: Suite, entrant: Entrant, choice: Choice, number: int) -> float:
    """Return the mean of what a trial measures."""
    return float(np.mean(trial(suite, entrant, choice, number)))


def by_entrant(
    suite: Suite,
    what: str,
    asked: Sequence[Entrant],
    choices: Mapping[str, Choice],
    trial: Trial,
) -> dict[str, Samples]:
    """Return what a trial of each entrant and seed measures: by entrant, (seeds, points)."""
    jobs = [(e, choices[e.name], number) for e in asked for number in range(suite.seeds)]
    rows = suite.each(what, jobs, trial)
    return {e.name: np.array(rows[k * suite.seeds : (k + 1) * suite.seeds]) for k, e in enumerate(asked)}
