"""An alphabet in one macrocolumn: letters shown once, their codes, familiarity and pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spikemem.experiment.study import Criterion, Findings, Study, StudyRun, columns
from spikemem.experiments.letters import COLUMNS, NAMES, ROWS, letters
from spikemem.experiments.sparsey_stream import SparseyStream, overlap
from spikemem.language import parameter
from spikemem.models.sparsey import Level, Sparsey

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Images = npt.NDArray[np.bool_]
SIDE = 12
"""Pixels of a side of the retina on which letters have their own places."""
NOVEL = 100
"""Random images that are asked for."""
WELL_BELOW = 0.5
"""Mean familiarity of what is new, at most (ours)."""


@dataclass(frozen=True)
class Case:
    """How letters are shown, and the memory for that."""

    name: str
    images: Images
    model: Sparsey


class AlphabetStudy(Study):
    """The letters A to Z, each shown once to a single mac (after Rinkus 2010, Front. Neuroanat. 4:17).

    In two ways, both ours: each letter at a place of its own on a retina of 12 x 12 pixels, and all letters in one place. There
    they have so much in common that some of a letter's pixels, on and off, are those of two others together; a cell that has
    won for those two has V = 1 for it as well, and a draw decides. So not every winner comes back, while class and pixels do.
    With K cells a module, C(26, 2)/K have won for two letters: hence the large K.
    """

    wrong: int = parameter(3, ge=1, le=35, doc="pixels that are wrong in the corrupted letters")
    seeds: int = parameter(5, ge=1, doc="repetitions, each with its own places and draws")

    def run(self, how: StudyRun) -> Findings:
        """Learn, ask again, ask for new and corrupted ones."""
        rows: list[dict[str, Any]] = []
        codes: dict[str, npt.NDArray[np.float64]] = {}
        for number in how.each(range(self.seeds), lambda n: f"seed {how.seed + n}"):
            rng = how.generator("letters", str(number))
            for case in _cases(rng):
                row, shared = self._measure(how, how.seed + number, case, rng)
                rows.append(row)
                codes.setdefault(case.name, shared)
        table = columns(rows)
        return Findings({"letters": table}, _criteria(table), lambda: _figure(table, codes))

    def _measure(
        self, how: StudyRun, seed: int, case: Case, rng: np.random.Generator
    ) -> tuple[dict[str, Any], npt.NDArray[np.float64]]:
        stream, images, names = SparseyStream(case.model, how, seed), case.images, np.arange(len(NAMES))
        learned = stream.show(images, learn=True, labels=names)
        again = stream.show(images)
        new = stream.show(rng.random((NOVEL, images.shape[1])) < images.mean())
        corrupted = images.copy()
        for image in corrupted:
            image[rng.choice(image.size, self.wrong, replace=False)] ^= True
        asked = stream.show(corrupted)
        shared = overlap(learned.codes[0][:, None], learned.codes[0][None])
        others = shared[~np.eye(len(NAMES), dtype=bool)]
        back = overlap(learned.codes[0], again.codes[0])
        row = {
            "shown": case.name, "seed": seed, "distinct codes": len(np.unique(learned.codes[0], axis=0)),
            "most shared winners": float(others.max()), "exact codes": int((back == 1.0).sum()),
            "winners back": float(back.mean()), "G learned, least": float(again.G[0].min()),
            "G new, mean": float(new.G[0].mean()), "G new, most": float(new.G[0].max()),
            "classes right": int((again.label == names).sum()), "pixels right": float((again.pixels == images).mean()),
            "corrupted: classes right": int((asked.label == names).sum()),
            "corrupted: pixels right": float((asked.pixels == images).mean()),
        }  # fmt: skip
        return row, shared


def _cases(rng: np.random.Generator) -> list[Case]:
    drawn = letters()
    spread = np.zeros((len(NAMES), SIDE, SIDE), dtype=bool)
    for image, letter in zip(spread, drawn, strict=True):
        top, left = rng.integers(SIDE - ROWS + 1), rng.integers(SIDE - COLUMNS + 1)
        image[top : top + ROWS, left : left + COLUMNS] = letter.reshape(ROWS, COLUMNS)
    own = Sparsey(
        height=SIDE, width=SIDE, opposites=True, lambda_first=64.0, levels=(Level(modules=9, cells=512, side=None),)
    )
    one = Sparsey(
        height=ROWS, width=COLUMNS, opposites=True, lambda_first=32.0, levels=(Level(modules=16, cells=64, side=None),)
    )
    return [Case("own places", spread.reshape(len(NAMES), -1), own), Case("one place", drawn, one)]


def _criteria(table: dict[str, list[Any]]) -> tuple[Criterion, ...]:
    count = len(NAMES)

    def of(name: str, column: str) -> npt.NDArray[Any]:
        return np.array([v for v, shown in zip(table[column], table["shown"], strict=True) if shown == name])

    distinct, exact = np.array(table["distinct codes"]), of("own places", "exact codes")
    least, new = np.array(table["G learned, least"]), np.array(table["G new, mean"])
    classes, pixels = np.array(table["classes right"]), np.array(table["pixels right"])
    return (
        Criterion("all codes are distinct", bool((distinct == count).all()), f"at least {distinct.min()} of {count}"),
        Criterion(
            "letters in places of their own: of 100 codes 99 come back exactly (ours)",
            bool(exact.sum() >= 0.99 * count * exact.size), f"{exact.sum()} of {count * exact.size}",
        ),
        Criterion("G of learned letters is 1", bool((least >= 1.0).all()), f"at least {least.min():.3f}"),
        Criterion(
            f"G of new images is at most {WELL_BELOW} on average (ours)", bool((new <= WELL_BELOW).all()),
            f"at most {new.max():.3f}",
        ),
        Criterion(
            "classes of all letters, and 99 % of their pixels (ours)",
            bool((classes == count).all() and (pixels >= 0.99).all()),
            f"at least {classes.min()} of {count}, {pixels.min():.1%}",
        ),
    )  # fmt: skip


def _figure(table: dict[str, list[Any]], codes: dict[str, npt.NDArray[np.float64]]) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 5.0), layout="constrained")
    for axis, (name, shared) in zip(figure.subplots(1, 2), codes.items(), strict=True):
        picture = axis.imshow(shared, cmap="viridis", vmin=0.0, vmax=1.0)
        axis.set(xticks=range(len(NAMES)), yticks=range(len(NAMES)), title=f"Letters in {name}")
        axis.set_xticklabels(NAMES, fontsize=7)
        axis.set_yticklabels(NAMES, fontsize=7)
    figure.colorbar(picture, ax=figure.axes, shrink=0.8, label="share of winners in common")
    return figure
