"""A temporal memory on a stream of sequences and noise, beside Markov predictors, before and after many of its cells die."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spikemem.experiment.study import Columns, Criterion, Findings, Study, StudyRun
from spikemem.experiments.column_stream import ColumnStream, random_columns
from spikemem.experiments.markov import Markov
from spikemem.language import parameter
from spikemem.models import TemporalMemory

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PREDICTED = 0.8
"""Share of a symbol's mini-columns that must be predicted for the symbol to be (ours)."""
KINDS = ("start", "inside", "end", "noise")
"""What an element of the stream is: only those inside and at the end of a sequence can be known, the end by its start alone."""


@dataclass(frozen=True)
class Stream:
    """Symbols and what each of them is (an index into KINDS)."""

    symbols: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]


def make_stream(rng: np.random.Generator, pairs: int, length: int, noise: int, elements: int) -> Stream:
    """Return sequences in random order, each followed by a random one of ``noise`` symbols.

    Pairs of sequences have all in common but their first and last symbols, so that the last can be known only by what came
    ``length - 1`` elements before.
    """
    inner = length - 2
    symbols: list[int] = []
    kinds: list[int] = []
    while len(symbols) < elements:
        sequence = int(rng.integers(2 * pairs))
        shared = pairs * 4 + (sequence // 2) * inner
        symbols += [sequence, *range(shared, shared + inner), 2 * pairs + sequence]
        symbols.append(pairs * (4 + inner) + int(rng.integers(noise)))
        kinds += [0, *[1] * inner, 2, 3]
    return Stream(np.array(symbols[:elements]), np.array(kinds[:elements]))


class StreamStudy(Study):
    """Prediction of a stream half of which is unknowable (after Hawkins & Ahmad 2016, Front. Neural Circuits 10:23, figure 6).

    The memory learns on line, symbol by symbol, and from ``lesion_at`` on the drawn share ``lesion`` of its cells is dead. A
    prediction is a set of symbols; if the right one is among k, it scores 1/k. The stream is ours: the publication's has
    sequences of 6 elements that differ in the first and the last, and noise between them; so has this. Parameters of the memory
    are those of its published simulations.
    """

    pairs: int = parameter(6, ge=1, doc="pairs of sequences")
    length: int = parameter(6, ge=3, doc="symbols of a sequence")
    noise: int = parameter(500, ge=1, doc="different symbols of noise")
    elements: int = parameter(12000, ge=400, doc="elements of the stream")
    lesion_at: int = parameter(8000, ge=200, doc="element from which on cells are dead")
    lesion: float = parameter(0.4, ge=0, le=1, doc="share of dead cells")
    window: int = parameter(1000, ge=100, doc="elements over which accuracy is averaged")

    def run(self, how: StudyRun) -> Findings:
        """Run memory and baselines on the same stream."""
        stream = make_stream(how.generator("stream"), self.pairs, self.length, self.noise, self.elements)
        scores = {
            "temporal memory": self._memory(how, stream),
            "first-order Markov": _markov(stream, 1),
            "variable-order Markov": _markov(stream, self.length + 2),
        }
        knowable = (stream.kinds == 1) | (stream.kinds == 2)
        course = self._course(scores, knowable)
        tables: dict[str, Columns] = {"accuracy": self._accuracy(scores, stream, knowable), "course": course}
        return Findings(tables, self._criteria(scores, stream, knowable), lambda: self._figure(course))

    def _memory(self, how: StudyRun, stream: Stream) -> npt.NDArray[np.float64]:
        count = self.pairs * (2 + self.length) + self.noise
        model = TemporalMemory(symbols=1, lesion=self.lesion)
        codes = random_columns(how.generator("codes"), count, model.columns, model.active)
        belongs = np.zeros((count, model.columns), dtype=np.float32)
        for symbol, code in enumerate(codes):
            belongs[symbol, code] = 1.0 / code.size
        scores, before = np.zeros(stream.symbols.size), np.zeros(count, dtype=bool)
        shown = ColumnStream(model, how).show(
            [codes[s] for s in stream.symbols], learn=True, lesion_from=self.lesion_at,
            progress=lambda done: how.progress(done, stream.symbols.size, "temporal memory"),
        )  # fmt: skip
        for number, (symbol, element) in enumerate(zip(stream.symbols, shown, strict=True)):
            scores[number] = before[symbol] / max(1, before.sum())
            before = belongs[:, element.predicted].sum(axis=1) >= PREDICTED
        return scores

    def _accuracy(
        self, scores: dict[str, npt.NDArray[np.float64]], stream: Stream, knowable: npt.NDArray[np.bool_]
    ) -> dict[str, list[object]]:
        """Return the accuracy of each predictor at the end of each part of the stream, by kind of element."""
        found: dict[str, list[object]] = {
            "predictor": [],
            "when": [],
            "inside": [],
            "end": [],
            "all knowable": [],
            "all": [],
        }
        index = np.arange(stream.symbols.size)
        for when, first, last in self._parts():
            inside = (index >= first) & (index < last)
            for name, score in scores.items():
                found["predictor"].append(name)
                found["when"].append(when)
                for column, chosen in (
                    ("inside", stream.kinds == 1), ("end", stream.kinds == 2), ("all knowable", knowable),
                    ("all", np.ones(index.size, dtype=bool)),
                ):  # fmt: skip
                    found[column].append(float(score[inside & chosen].mean()))
        return found

    def _parts(self) -> tuple[tuple[str, int, int], ...]:
        at, total, window = self.lesion_at, self.elements, self.window
        return (
            (f"last {window} before the lesion", at - window, at),
            (f"first {window} after it", at, min(total, at + window)),
            (f"last {window}", total - window, total),
        )

    def _course(
        self, scores: dict[str, npt.NDArray[np.float64]], knowable: npt.NDArray[np.bool_]
    ) -> dict[str, list[float]]:
        """Return the accuracy on what can be known, by windows of the stream."""
        step = self.window // 2
        edges = range(0, self.elements - step + 1, step)
        course: dict[str, list[float]] = {"element": [e + step / 2 for e in edges]}
        for name, score in scores.items():
            course[name] = [float(score[e : e + step][knowable[e : e + step]].mean()) for e in edges]
        return course

    def _criteria(
        self, scores: dict[str, npt.NDArray[np.float64]], stream: Stream, knowable: npt.NDArray[np.bool_]
    ) -> tuple[Criterion, ...]:
        def mean(name: str, part: int, chosen: npt.NDArray[np.bool_]) -> float:
            _, first, last = self._parts()[part]
            return float(scores[name][first:last][chosen[first:last]].mean())

        ends = stream.kinds == 2
        own, first, best = (mean(name, 0, ends) for name in scores)
        before, after, later = (mean("temporal memory", part, knowable) for part in range(3))
        dead = f"{self.lesion:.0%} of the cells dead"
        return (
            Criterion(
                "the ends of sequences: above first-order Markov by 0.3, within 0.1 of variable-order (ours)",
                own >= first + 0.3 and own >= best - 0.1, f"{own:.3f}; {first:.3f} and {best:.3f}",
            ),
            Criterion(
                f"{dead}: 85 % of the accuracy is left, at once and later (ours)",
                min(after, later) >= 0.85 * before,
                f"{before:.3f} before, {after:.3f} after, {later:.3f} later",
            ),
        )  # fmt: skip

    def _figure(self, course: dict[str, list[float]]) -> Figure:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9.0, 4.5), layout="constrained")
        axis = figure.subplots()
        for name, colour, style in zip(
            list(course)[1:], ("#0072B2", "#D55E00", "#009E73"), ("-", "--", ":"), strict=True
        ):
            axis.plot(course["element"], course[name], style, color=colour, label=name)
        axis.axvline(self.lesion_at, color="#666666", linewidth=0.8)
        axis.annotate(f" {self.lesion:.0%} of the cells die", (self.lesion_at, 0.02), fontsize=9, color="#666666")
        axis.set(
            xlabel="elements of the stream", ylabel="accuracy on the elements that can be known", ylim=(0.0, 1.05),
            title=f"Prediction of sequences of {self.length} symbols among noise",
        )  # fmt: skip
        axis.grid(alpha=0.3)
        axis.legend(loc="center right", fontsize=9)
        return figure


def _markov(stream: Stream, order: int) -> npt.NDArray[np.float64]:
    """Return the score of a Markov predictor at each element."""
    predictor, scores = Markov(order), np.zeros(stream.symbols.size)
    for number, symbol in enumerate(stream.symbols.tolist()):
        guesses = predictor.predicted()
        scores[number] = (symbol in guesses) / max(1, len(guesses))
        predictor.see(symbol)
    return scores
