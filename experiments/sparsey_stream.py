"""A Sparsey memory that is shown many inputs: its codes, familiarities and classes, input by input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import numpy.typing as npt

from spikemem.backend import StepEvents
from spikemem.experiment.study import StudyRun
from spikemem.models.sparsey import FRAME, REST, Sparsey
from spikemem.session import resolve, start

NOTHING = -1


@dataclass(frozen=True, eq=False)
class Shown:
    """What inputs did, one a row.

    ``codes[n]`` are the winners (0 .. K-1, or -1) of every module of level n + 1, ``G[n]`` is the mean familiarity of the macs
    of level n + 1 that chose, ``label`` the class answered (or -1), ``pixels`` those that the first level's code stands for,
    ``seconds`` the time that the input took.
    """

    codes: tuple[npt.NDArray[np.int64], ...]
    G: tuple[npt.NDArray[np.float64], ...]
    label: npt.NDArray[np.int64]
    pixels: npt.NDArray[np.bool_]
    seconds: npt.NDArray[np.float64]


class SparseyStream:
    """A memory, running. ``seed`` is that of its draws."""

    def __init__(self, model: Sparsey, how: StudyRun, seed: int | None = None) -> None:
        self.model = model
        self._levels = [f"level{n + 1}" for n in range(len(model.levels))]
        setup = resolve(
            model, backend=how.backend, hardware=how.hardware, seed=how.seed if seed is None else seed,
            record=(*self._levels, "class", "pixel_on"),
        )  # fmt: skip
        self._program = start(model, setup)

    def learned(self, projection: str) -> list[tuple[int, int]]:
        """Return the (pre, post) pairs of the synapses that are increased."""
        found = self._program.weights(projection)
        on = found.weight > 0
        return list(zip(found.pre[on].tolist(), found.post[on].tolist(), strict=True))

    def show(
        self,
        images: npt.NDArray[np.bool_],
        *,
        learn: bool = False,
        labels: npt.NDArray[np.int64] | None = None,
        episode: bool = False,
        progress: Callable[[int], None] = lambda done: None,
    ) -> Shown:
        """Show ``images`` (count, pixels), as single inputs or as frames of an episode; an empty one asks for a prediction."""
        model, count = self.model, images.shape[0]
        apart = FRAME if episode else REST
        self._program.run(REST)
        found = Shown(
            tuple(np.full((count, level.macs * level.modules), NOTHING) for level in model.levels),
            tuple(np.zeros(count) for _ in model.levels),
            np.full(count, NOTHING),
            np.zeros((count, model.inputs), dtype=bool),
            np.zeros(count),
        )
        for k in range(count):
            if k % 100 == 0:
                progress(k)
            self._program.forget_spikes()
            asked = None if labels is None else int(labels[k])
            stimulus = _stimulus(model, images[k], learn, asked)
            now = self._program.now
            self._program.stimulate({
                name: (np.array([s for s, _ in own], dtype=np.int64) + now, np.array([n for _, n in own], dtype=np.int32))
                for name, own in stimulus.items()
            })  # fmt: skip
            began = perf_counter()
            self._program.run(apart)
            found.seconds[k] = perf_counter() - began
            self._enter(found, k, now, self._program.spikes())
        return found

    def _enter(self, found: Shown, k: int, now: int, spikes: dict[str, StepEvents]) -> None:
        model = self.model
        for n, (name, level) in enumerate(zip(self._levels, model.levels, strict=True)):
            steps, cells = spikes[name]
            cells = cells[steps == now + n + 1]
            found.codes[n][k, cells // level.cells] = cells % level.cells
            G = self._program.variable(name, "G")[:: level.modules * level.cells]
            active = np.unique(cells // (level.modules * level.cells))
            found.G[n][k] = G[active].mean() if active.size else 0.0
        steps, classes = spikes["class"]
        for label in classes[steps == now + len(model.levels) + 1]:
            found.label[k] = label
        steps, pixels = spikes["pixel_on"]
        found.pixels[k, pixels[steps == now + 3]] = True


def _stimulus(
    model: Sparsey, image: npt.NDArray[np.bool_], learn: bool, label: int | None
) -> dict[str, tuple[tuple[int, int], ...]]:
    pixels = np.flatnonzero(image).tolist()
    if not pixels:
        return dict(model.operation("predict").stimulus(model, {}).spikes)
    operation = "learn" if learn else "recognise"
    arguments = {"pixels": pixels} if label is None or not learn else {"pixels": pixels, "label": label}
    return dict(model.operation(operation).stimulus(model, arguments).spikes)


def overlap(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the share of equal winners of two codes, or of rows of codes."""
    same = (one == other) & (one != NOTHING)
    return np.asarray(same.mean(axis=-1))
