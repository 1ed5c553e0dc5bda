"""Single items and their classes from one store: letters in many versions, each shown once."""

from __future__ import annotations

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
Labels = npt.NDArray[np.int64]
SIDE = 9
"""Pixels of a side of the retina; letters stand in its middle."""
SHUFFLES = 999
"""Permutations of the labels that the difference of overlaps is held against."""


class OneStoreStudy(Study):
    """Episodic and semantic memory from one store (the claim of Rinkus 2014, Front. Comput. Neurosci. 8:160).

    Every version of a letter is the letter with pixels of its own wrong, and is shown once. *Episodic* is to tell each of them
    from all others: the pixels that its code brings up are nearest to its own, also if more pixels are wrong. *Semantic* is
    what the versions of a letter have in common, which was never shown: codes of two versions overlap more than those of two
    letters, new versions bring up the right class, and pixels that are nearer to the letter than what was shown. Both are
    read from the same synapses, which no version changes after its trial but by adding to them. Labels increase synapses to the
    cell of the class, and have no part in the choice of codes. The letters, the versions and all sizes are ours.
    """

    classes: int = parameter(10, ge=2, le=len(NAMES), doc="letters, from A")
    versions: int = parameter(10, ge=2, doc="versions of each letter that are stored, and new ones that are asked for")
    wrong: int = parameter(6, ge=1, le=SIDE * SIDE // 4, doc="wrong pixels of each version")
    more: int = parameter(3, ge=1, le=SIDE * SIDE // 4, doc="further wrong pixels of what recall begins with")
    seeds: int = parameter(5, ge=1, doc="repetitions, each with its own versions and draws")

    def model(self) -> Sparsey:
        """Return a memory of one level of 5 x 5 macs, each of which sees a small part."""
        level = Level(rows=5, columns=5, modules=6, cells=64, radius=2.5, side=None)
        return Sparsey(
            height=SIDE,
            width=SIDE,
            opposites=True,
            levels=(level,),
            classes=self.classes,
            lambda_first=24.0,
            G_minus=0.2,
        )

    def run(self, how: StudyRun) -> Findings:
        """Store all versions, ask for each, for worse ones and for new ones."""
        rows: list[dict[str, Any]] = []
        shared = np.zeros((0, 0))
        for number in how.each(range(self.seeds), lambda n: f"seed {how.seed + n}"):
            row, found = self._measure(how, number)
            rows.append(row)
            shared = found if number == 0 else shared
        table = columns(rows)
        return Findings({"seeds": table}, self._criteria(table), lambda: _figure(table, shared, self.versions))

    def _measure(self, how: StudyRun, number: int) -> tuple[dict[str, Any], npt.NDArray[np.float64]]:
        rng = how.generator("versions", str(number))
        ideal = _ideal(self.classes)
        labels = np.repeat(np.arange(self.classes), self.versions)
        stored, new = (_corrupted(rng, ideal[labels], self.wrong) for _ in range(2))
        worse = _corrupted(rng, stored, self.more)
        stream, order = SparseyStream(self.model(), how, how.seed + number), rng.permutation(labels.size)
        stream.show(stored[order], learn=True, labels=labels[order])
        asked, again, other = stream.show(stored), stream.show(worse), stream.show(new)
        shared = overlap(asked.codes[0][:, None], asked.codes[0][None])
        within, between, p = structure(rng, shared, labels)
        row = {
            "seed": how.seed + number, "items": labels.size, "items identified": _identified(asked.pixels, stored),
            "pixels right": float((asked.pixels == stored).mean()),
            "worse: items identified": _identified(again.pixels, stored),
            "worse: pixels wrong, shown": float((worse != stored).mean()),
            "worse: pixels wrong, recalled": float((again.pixels != stored).mean()),
            "overlap within letters": within, "overlap between letters": between, "p, permuted labels": p,
            "new: classes right": float((other.label == labels).mean()),
            "new: pixels off the letter, shown": float((new != ideal[labels]).mean()),
            "new: pixels off the letter, recalled": float((other.pixels != ideal[labels]).mean()),
            "G stored": float(asked.G[0].mean()), "G new": float(other.G[0].mean()),
        }  # fmt: skip
        return row, shared

    def _criteria(self, table: dict[str, list[Any]]) -> tuple[Criterion, ...]:
        def of(name: str) -> npt.NDArray[Any]:
            return np.array(table[name])

        items, found, worse = of("items"), of("items identified"), of("worse: items identified")
        within, between, p = of("overlap within letters"), of("overlap between letters"), of("p, permuted labels")
        right, chance = of("new: classes right"), 1.0 / self.classes
        shown, recalled = of("new: pixels off the letter, shown"), of("new: pixels off the letter, recalled")
        error = float(np.sqrt(chance * (1.0 - chance) / items.sum()))
        return (
            Criterion(
                "episodic: every item is told from all others", bool((found == items).all()),
                f"{found.sum()} of {items.sum()}",
            ),
            Criterion(
                "episodic: 95 % of them from worse ones (ours)", bool(worse.sum() >= 0.95 * items.sum()),
                f"{worse.sum()} of {items.sum()}",
            ),
            Criterion(
                f"semantic: codes overlap more within letters, p <= {1 / (SHUFFLES + 1):g} by permutation",
                bool((p <= 1.0 / (SHUFFLES + 1)).all()), f"{within.mean():.3f}, {between.mean():.3f} between; p {p.max():g}",
            ),
            Criterion(
                "semantic: classes of new versions, above chance by 3 standard errors (ours)",
                bool(right.mean() >= chance + 3.0 * error), f"{right.mean():.3f}, chance {chance:.3f}",
            ),
            Criterion(
                "semantic: what new versions bring up is nearer to the letter than they are",
                bool((recalled < shown).all()), f"{recalled.mean():.3f} of the pixels are off, {shown.mean():.3f} as shown",
            ),
        )  # fmt: skip


def _ideal(classes: int) -> Images:
    """Return the letters in the middle of the retina, (classes, pixels)."""
    images = np.zeros((classes, SIDE, SIDE), dtype=bool)
    top, left = (SIDE - ROWS) // 2, (SIDE - COLUMNS) // 2
    images[:, top : top + ROWS, left : left + COLUMNS] = letters()[:classes].reshape(-1, ROWS, COLUMNS)
    return images.reshape(classes, -1)


def _corrupted(rng: np.random.Generator, images: Images, wrong: int) -> Images:
    """Return the images, each with ``wrong`` pixels turned over that are drawn for it."""
    turned = rng.permuted(np.tile(np.arange(images.shape[1]) < wrong, (images.shape[0], 1)), axis=1)
    return np.asarray(images ^ turned)


def _identified(recalled: Images, stored: Images) -> int:
    """Return how many of the recalled images differ less from the stored one of the same row than from every other."""
    apart = (recalled[:, None] != stored[None]).sum(axis=2)
    own = apart.diagonal().copy()
    np.fill_diagonal(apart, stored.shape[1] + 1)
    return int((own < apart.min(axis=1)).sum())


def structure(rng: np.random.Generator, shared: npt.NDArray[np.float64], labels: Labels) -> tuple[float, float, float]:
    """Return the mean overlap within and between classes, and the p value of their difference under permuted labels."""
    other = ~np.eye(labels.size, dtype=bool)

    def means(labels: Labels) -> tuple[float, float]:
        same = labels[:, None] == labels[None]
        return float(shared[same & other].mean()), float(shared[~same].mean())

    within, between = means(labels)
    drawn = [means(rng.permutation(labels)) for _ in range(SHUFFLES)]
    above = sum(one - two >= within - between for one, two in drawn)
    return within, between, (above + 1) / (SHUFFLES + 1)


def _figure(table: dict[str, list[Any]], shared: npt.NDArray[np.float64], versions: int) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 4.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    alike = np.ma.masked_where(np.eye(len(shared), dtype=bool), shared)
    picture = left.imshow(alike, cmap="viridis", vmin=0.0)
    ticks = np.arange(len(shared) // versions) * versions + (versions - 1) / 2
    left.set(xticks=ticks, yticks=ticks, xlabel="stored item, by letter", ylabel="stored item, by letter")
    left.set_xticklabels(NAMES[: ticks.size])
    left.set_yticklabels(NAMES[: ticks.size])
    left.set_title("Codes of one store")
    figure.colorbar(picture, ax=left, shrink=0.8, label="share of winners in common")
    for name, place in (("worse: pixels wrong", 0.0), ("new: pixels off the letter", 1.0)):
        for what, marker, colour, shift in (("shown", "s", "#D55E00", -0.1), ("recalled", "o", "#0072B2", 0.1)):
            found = table[f"{name}, {what}"]
            right.plot(
                np.full(len(found), place + shift), found, marker, color=colour, label=what if place == 0.0 else None
            )
    right.set(
        xticks=(0.0, 1.0),
        xlim=(-0.5, 1.5),
        ylabel="share of wrong pixels",
        title="Recall of items and of what they share",
    )
    right.set_xticklabels(("a stored item,\nfrom a worse version", "the letter itself,\nfrom a new version"))
    right.set_ylim(bottom=0.0)
    right.legend(fontsize=8)
    return figure
