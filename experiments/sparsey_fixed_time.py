"""Learning and recognising an input take the same time however many are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spikemem.experiment.study import Criterion, Findings, Study, StudyRun
from spikemem.experiments.sparsey_stream import SparseyStream
from spikemem.language import parameter
from spikemem.models.sparsey import Level, Sparsey

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WARM = 20
"""Inputs that are shown first and not timed."""
ALLOWED = 0.1
"""How much the time may rise from the first to the last input, as a share of it, beside what noise explains (ours)."""


class FixedTimeStudy(Study):
    """Time for an input as the memory fills (Rinkus 2010, Front. Neuroanat. 4:17: both operations take fixed time).

    Random inputs are learned one by one. After every block of them some of those learned are recognised. The course of the
    time is fitted by a line (Theil-Sen: the median slope between pairs of blocks, each block at its median time, which other
    programs on the machine disturb least).
    """

    items: int = parameter(10000, ge=200, doc="inputs that are learned")
    block: int = parameter(250, ge=20, doc="inputs between two tests")
    asked: int = parameter(100, ge=20, doc="inputs of a test")
    active: float = parameter(0.2, gt=0, lt=1, doc="share of active pixels")

    def model(self) -> Sparsey:
        """Return the memory: 16 macs of the size of those for digits."""
        level = Level(rows=4, columns=4, modules=8, cells=32, radius=5.0, side=None)
        return Sparsey(height=16, width=16, levels=(level,), classes=2, reconstruct=False, lambda_first=4.0, freeze=0.5)

    def run(self, how: StudyRun) -> Findings:
        """Learn, ask, and time."""
        rng = how.generator("images")
        images = rng.random((self.items, self.model().inputs)) < self.active
        images[:, 0] = True
        stream = SparseyStream(self.model(), how)
        stream.show(images[:WARM])
        table: dict[str, list[Any]] = {"stored": [], "learning, us": [], "recognition, us": []}
        for first in how.each(range(0, self.items, self.block), lambda n: f"{n} stored"):
            learned = stream.show(images[first : first + self.block], learn=True)
            stored = min(first + self.block, self.items)
            asked = stream.show(images[rng.integers(0, stored, self.asked)])
            table["stored"].append(stored)
            table["learning, us"].append(float(np.median(learned.seconds)) * 1e6)
            table["recognition, us"].append(float(np.median(asked.seconds)) * 1e6)
        return Findings({"times": table}, _criteria(table), lambda: _figure(table))


def rise(stored: npt.NDArray[np.float64], times: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return by which share of its median the time rises over the whole course, and the standard error of that.

    >>> share, error = rise(np.arange(1.0, 41.0), np.full(40, 7.0))
    >>> (share, error)
    (0.0, 0.0)
    """
    one, other = np.triu_indices(stored.size, 1)
    slope = float(np.median((times[other] - times[one]) / (stored[other] - stored[one])))
    left = times - slope * stored
    spread = 1.4826 * float(np.median(np.abs(left - np.median(left))))
    error = spread / float(np.sqrt(((stored - stored.mean()) ** 2).sum()))
    length, scale = float(stored[-1] - stored[0]), float(np.median(times))
    return slope * length / scale, error * length / scale


def _criteria(table: dict[str, list[Any]]) -> tuple[Criterion, ...]:
    stored, found = np.array(table["stored"], dtype=np.float64), []
    for name in ("learning", "recognition"):
        share, error = rise(stored, np.array(table[f"{name}, us"]))
        found.append(Criterion(
            f"{name} takes the same time at the end: within {ALLOWED:.0%} and 3 standard errors (ours)",
            abs(share) <= ALLOWED + 3.0 * error, f"{share:+.1%}, standard error {error:.1%}, over {int(stored[-1])} inputs",
        ))  # fmt: skip
    return tuple(found)


def _figure(table: dict[str, list[Any]]) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 4.0), layout="constrained")
    axis = figure.subplots()
    for name, marker, colour in (("learning, us", "o", "#0072B2"), ("recognition, us", "s", "#D55E00")):
        axis.plot(table["stored"], table[name], marker, markersize=4, color=colour, label=name.removesuffix(", us"))
    axis.set(
        xlabel="inputs stored", ylabel="median time for an input, µs", title="Time for an input as the memory fills",
        ylim=(0.0, 1.3 * max(*table["learning, us"], *table["recognition, us"])),
    )  # fmt: skip
    axis.grid(alpha=0.3)
    axis.legend(fontsize=9)
    return figure
