"""Episodes of moving shapes: replayed from their first frames, told apart from the reversed, classified by their last codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spikemem.experiment.study import Columns, Criterion, Findings, Study, StudyRun
from spikemem.experiments.sparsey_stream import Shown, SparseyStream
from spikemem.language import parameter
from spikemem.models.sparsey import Level, Sparsey

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Images = npt.NDArray[np.bool_]
SIDE = 20
"""Pixels of a side of a frame."""
SHAPES = ("square", "disc", "triangle")
MOTIONS = ((0, 1), (1, 0), (1, 1))
"""Pixels that a shape moves a frame: right, down, both."""
CLASSES = tuple(f"{shape} {motion}" for shape in SHAPES for motion in ("right", "down", "both"))
JITTER = 1
"""Pixels by which the path of a shape is off the middle, at most."""
CLASS_CELLS = 128
"""K of the memory that is asked for classes (ours)."""
RIDGE = 1.0
"""Regularisation of the linear readout (ours)."""


@dataclass(frozen=True)
class Episode:
    """Frames (count, pixels) of a shape in motion, and its class."""

    frames: Images
    label: int


def edges(filled: Images) -> Images:
    """Return the pixels of filled shapes that have a neighbour outside, (rows, columns)."""
    wide = np.pad(filled, 1)
    inside = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    return np.asarray(filled & ~inside)


def make_episode(rng: np.random.Generator, label: int, count: int) -> Episode:
    """Return an episode of a class: the edges of a shape of a drawn size on a path of a drawn place, frame by frame."""
    shape, (down, right) = SHAPES[label // len(MOTIONS)], MOTIONS[label % len(MOTIONS)]
    size = int(rng.integers(4, 6))
    row, column = (
        SIDE // 2 - moved * (count - 1) // 2 + int(rng.integers(-JITTER, JITTER + 1)) for moved in (down, right)
    )
    y, x = np.mgrid[:SIDE, :SIDE]
    frames = []
    for k in range(count):
        dy, dx = y - row - down * k, x - column - right * k
        filled = {
            "square": (abs(dy) < size) & (abs(dx) < size),
            "disc": dy**2 + dx**2 < size**2,
            "triangle": (abs(dy) < size) & (2 * abs(dx) < dy + size),
        }[shape]
        frames.append(edges(filled).reshape(-1))
    return Episode(np.array(frames), label)


class SequenceStudy(Study):
    """Edge-filtered moving shapes, in the manner of the Weizmann snippets of Rinkus & Leveille 2017 (arXiv:1710.07829).

    Not that data set: the generator, the classes and the memories' sizes are ours. Each episode is shown once. Asked for is its
    replay, from its first frames on, with no further input; whether its frames backwards are less familiar; and, of a memory
    with back-off, for episodes of other sizes and places, the class of shape and motion, by a linear readout (ridge regression)
    of the top level's last codes. Back-off would hide the order of frames from G, so the first memory has none.
    """

    stored: int = parameter(18, ge=9, doc="episodes of the test of recall")
    frames: int = parameter(8, ge=3, doc="frames of an episode")
    given: int = parameter(2, ge=1, doc="frames that a replay begins with")
    train: int = parameter(20, ge=1, doc="episodes of each class for the readout")
    test: int = parameter(10, ge=1, doc="episodes of each class in its test")

    def model(self) -> Sparsey:
        """Return a memory of two levels: four macs, then one over all of them, whose codes last two frames."""
        return Sparsey(
            height=SIDE, width=SIDE, lambda_first=4.0, lambda_U=4.0, lambda_H=2.0, lambda_D=1.0,
            levels=(
                Level(rows=2, columns=2, modules=16, cells=64, radius=10.0, down=False),
                Level(modules=16, cells=64, radius=float(SIDE), persistence=2),
            ),
        )  # fmt: skip

    def classifier(self) -> Sparsey:
        """Return the memory that is asked for classes: like inputs share more of its codes, and it backs off to U."""
        return Sparsey(
            height=SIDE, width=SIDE, opposites=True, lambda_first=16.0, lambda_U=16.0, back_off=0.9, freeze=0.5,
            reconstruct=False,
            levels=(
                Level(rows=2, columns=2, modules=8, cells=CLASS_CELLS, radius=10.0, down=False),
                Level(modules=16, cells=CLASS_CELLS, radius=float(SIDE), persistence=2),
            ),
        )  # fmt: skip

    def run(self, how: StudyRun) -> Findings:
        """Store, replay, reverse; then classify."""
        rng = how.generator("episodes")
        episodes = [make_episode(rng, k % len(CLASSES), self.frames) for k in range(self.stored)]
        stream = SparseyStream(self.model(), how)
        for episode in episodes:
            stream.show(episode.frames, learn=True, episode=True)
        table: dict[str, list[Any]] = {
            n: [] for n in ("episode", "class", "replayed pixels", "G forwards", "G backwards")
        }
        course = np.zeros((len(episodes), self.frames))
        for number, episode in enumerate(how.each(episodes, lambda e: CLASSES[e.label])):
            asked = episode.frames.copy()
            asked[self.given :] = False
            replay = stream.show(asked, episode=True)
            course[number] = _jaccard(replay.pixels, episode.frames)
            forwards, backwards = (stream.show(f, episode=True) for f in (episode.frames, episode.frames[::-1]))
            row = (
                number, CLASSES[episode.label], float(course[number, self.given :].mean()), _familiarity(forwards),
                _familiarity(backwards),
            )  # fmt: skip
            for column, value in zip(table.values(), row, strict=True):
                column.append(value)
        accuracy, chance = self._classify(how), 1.0 / len(CLASSES)
        classes: Columns = {"readout of": ["top level's codes"], "accuracy": [accuracy], "chance": [chance]}
        tables: dict[str, Columns] = {"episodes": table, "classes": classes}
        return Findings(tables, self._criteria(table, accuracy), lambda: _figure(table, course, self.given))

    def _classify(self, how: StudyRun) -> float:
        """Return the share of new episodes whose class the readout of top codes tells."""
        rng = how.generator("classes")
        stream, codes, labels = SparseyStream(self.classifier(), how), [], []
        for learn, count in ((True, self.train), (False, self.test)):
            for label in rng.permutation(np.repeat(np.arange(len(CLASSES)), count)).tolist():
                episode = make_episode(rng, label, self.frames)
                shown = stream.show(episode.frames, learn=learn, episode=True)
                codes.append(_last_codes(shown, CLASS_CELLS))
                labels.append(label)
        known = self.train * len(CLASSES)
        one, targets = np.array(codes), np.eye(len(CLASSES))[labels]
        inside = one[:known]
        weights = np.linalg.solve(inside.T @ inside + RIDGE * np.eye(inside.shape[1]), inside.T @ targets[:known])
        return float(((one[known:] @ weights).argmax(axis=1) == labels[known:]).mean())

    def _criteria(self, table: dict[str, list[Any]], accuracy: float) -> tuple[Criterion, ...]:
        replayed, forwards, backwards = (np.array(table[n]) for n in ("replayed pixels", "G forwards", "G backwards"))
        chance = 1.0 / len(CLASSES)
        error = (chance * (1.0 - chance) / (self.test * len(CLASSES))) ** 0.5
        return (
            Criterion(
                f"replays from {self.given} frames: 0.9 of the pixels (Jaccard) on average (ours)",
                bool(replayed.mean() >= 0.9), f"{replayed.mean():.3f}, at least {replayed.min():.3f}",
            ),
            Criterion(
                "every episode is less familiar backwards", bool((backwards < forwards).all()),
                f"{backwards.mean():.3f}, forwards {forwards.mean():.3f}",
            ),
            Criterion(
                "classes of new episodes: above chance by 3 standard errors (ours)", accuracy >= chance + 3.0 * error,
                f"{accuracy:.3f}, chance {chance:.3f}",
            ),
        )  # fmt: skip


def _jaccard(one: Images, other: Images) -> npt.NDArray[np.float64]:
    return np.asarray((one & other).sum(axis=1) / np.maximum(1, (one | other).sum(axis=1)))


def _familiarity(shown: Shown) -> float:
    """Return the mean G of the first level, but for the first frame, which has no frame before it."""
    return float(shown.G[0][1:].mean())


def _last_codes(shown: Shown, cells: int) -> npt.NDArray[np.float64]:
    """Return the top level's last codes, one after the other: one entry a cell."""
    chosen = shown.codes[-1][(shown.codes[-1] >= 0).all(axis=1)][-2:]
    return np.eye(cells)[chosen].reshape(-1)


def _figure(table: dict[str, list[Any]], course: npt.NDArray[np.float64], given: int) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 4.0), layout="constrained")
    left, right = figure.subplots(1, 2)
    frames = np.arange(1, course.shape[1] + 1)
    left.plot(frames, course.T, color="#0072B2", alpha=0.25)
    left.plot(frames, course.mean(axis=0), "o-", color="#0072B2", label="mean of the episodes")
    left.axvline(given + 0.5, color="#666666", linestyle=":", label="no input from here on")
    left.set(
        xlabel="frame",
        ylabel="overlap with the frame (Jaccard)",
        ylim=(0.0, 1.05),
        title="Replays from the first frames",
    )
    left.legend(fontsize=8, loc="lower left")
    for name, marker, colour in (("G forwards", "o", "#0072B2"), ("G backwards", "s", "#D55E00")):
        right.plot(table["episode"], table[name], marker, color=colour, label=name.removeprefix("G "))
    right.set(
        xlabel="episode", ylabel="familiarity G, first level", ylim=(0.0, 1.05), title="The same frames in both orders"
    )
    right.legend(fontsize=8, loc="center left")
    return figure
