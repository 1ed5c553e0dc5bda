"""A temporal memory fed with mini-columns, element by element, and what it predicts after each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spikemem.backend import StepEvents
from spikemem.experiment.study import StudyRun
from spikemem.models.temporal_memory import PERIOD, TO_CELLS, TemporalMemory
from spikemem.session import resolve, start

Columns = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Element:
    """What one element did: the cells that fired, and the mini-columns with a cell that a dendritic spike then depolarised."""

    fired: int
    predicted: Columns


@dataclass
class ColumnStream:
    """The memory, running."""

    model: TemporalMemory
    how: StudyRun

    def __post_init__(self) -> None:
        setup = resolve(
            self.model, backend=self.how.backend, hardware=self.how.hardware, seed=self.how.seed,
            weight_precision="float32", record=("cell", "basal"),
        )  # fmt: skip
        self._program = start(self.model, setup)

    def show(
        self, elements: Sequence[Columns], *, learn: bool, lesion_from: int | None = None,
        progress: Callable[[int], None] = lambda done: None,
    ) -> list[Element]:  # fmt: skip
        """Show a sequence, after a pause in which the one before is over; return what each element did.

        From element ``lesion_from`` on the cells of the lesion are silent.
        """
        pause = 2 * PERIOD
        begin = self._program.now + pause
        steps = begin + PERIOD * np.arange(len(elements))
        events: dict[str, StepEvents] = {"in_column": _events(steps, elements)}
        if learn:
            events["in_learn"] = (steps + TO_CELLS, np.zeros(len(elements), dtype=np.int32))
        if lesion_from is not None:
            late = steps[lesion_from:] + TO_CELLS - 1
            events["in_lesion"] = (late, np.zeros(late.size, dtype=np.int32))
        self._program.stimulate(events)
        found = []
        self._program.run(pause + TO_CELLS)
        for number, step in enumerate(steps):
            progress(number)
            self._program.forget_spikes()
            self._program.run(PERIOD)
            found.append(self._element(int(step) + TO_CELLS))
        return found

    def _element(self, step: int) -> Element:
        spikes = self._program.spikes()
        branches = spikes["basal"][1][spikes["basal"][0] == step + 1]
        owners = self._program.variable("basal", "owner")[branches].astype(np.int64)
        return Element(int((spikes["cell"][0] == step).sum()), np.unique(owners // self.model.cells))


def _events(steps: npt.NDArray[np.int64], neurons: Sequence[Columns]) -> StepEvents:
    counts = [own.size for own in neurons]
    return np.repeat(steps, counts).astype(np.int64), np.concatenate(neurons).astype(np.int32)


def random_columns(rng: np.random.Generator, count: int, size: int, active: int) -> list[Columns]:
    """Return ``count`` sets of ``active`` mini-columns of 0 .. size-1, ascending."""
    return [np.sort(rng.choice(size, active, replace=False)) for _ in range(count)]


def jaccard(one: Columns, other: Columns) -> float:
    """Return the size of the intersection over that of the union; 1 for two empty sets."""
    union = np.union1d(one, other).size
    return np.intersect1d(one, other).size / union if union else 1.0
