"""A spiking temporal memory on overlapping sequences: learning curves over seeds, predictions in context, replays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

import spikemem
from spikemem.errors import InvalidInput
from spikemem.experiment.study import Columns, Criterion, Findings, Study, StudyRun
from spikemem.language import parameter
from spikemem.memory import LiveMemory
from spikemem.models import SpikingTemporalMemory
from spikemem.models.spiking_temporal_memory import PAUSE
from spikemem.recording import Answer, Spikes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = npt.NDArray[np.float64]
LEARNED = 0.01
"""Prediction error below which a set of sequences is learned, as published."""
LAST = 20
"""Episodes at the end over which the final error is averaged (ours)."""
WITHIN = 5
"""Cells by which the active ones of an expected letter may differ from rho, on average over seeds (ours)."""
REPLAYED = 0.95
"""Share of the sequences, over seeds, that a replay must go through in order (ours)."""


def as_letters(word: str) -> list[int]:
    """Return the letters of a word.

    >>> as_letters("ADBE")
    [0, 3, 1, 4]
    """
    return [ord(c) - ord("A") for c in word]


def cells_in(spikes: Spikes, since: float, until: float, model: SpikingTemporalMemory) -> npt.NDArray[np.int64]:
    """Return, by letter, how many different cells spike from ``since`` to before ``until`` (ms)."""
    times, cells = spikes
    half = model.dt / 2  # times are whole steps but for rounding
    own = np.unique(cells[(times > since - half) & (times < until - half)])
    return np.bincount(own // model.cells, minlength=model.letters)


def expectation_errors(model: SpikingTemporalMemory, answer: Answer, sequence: Sequence[int]) -> list[float]:
    """Return the prediction error at each element of a presented sequence from the second on.

    Before an element, in the interval since the one before it, the letters with at least rho/2 dendritic spikes are predicted.
    The error is the Euclidean distance between the two vectors of letters, predicted ones and the one that comes: the root of
    the number of wrong predictions, plus 1 if the right one is missing.
    """
    errors = []
    for number, letter in enumerate(sequence[1:], start=1):
        at = answer.at_ms + number * model.interval
        counts = cells_in(answer.spikes["dendrites"], at - model.interval, at, model)
        predicted = set(np.flatnonzero(counts >= model.enough).tolist())
        errors.append(float(len(predicted ^ {letter})) ** 0.5)
    return errors


def active_cells(model: SpikingTemporalMemory, answer: Answer, sequence: Sequence[int]) -> list[int]:
    """Return how many cells of its letter fire at each element of a presented sequence."""
    starts = [answer.at_ms + number * model.interval for number in range(len(sequence))]
    return [
        int(cells_in(answer.spikes["E"], at, at + model.interval, model)[letter])
        for at, letter in zip(starts, sequence, strict=True)
    ]


@dataclass(frozen=True)
class Trial:
    """What one seed shows on one set: by episode the error and the active cells of letters after the first; then the rest.

    ``in_context``: sequences whose beginning predicts only their last letter; ``in_order``: sequences that a replay goes
    through in order from its start; ``replay_ms``: from element to element in these; ``unexpected``: fewest cells that fire for
    a letter that does not belong.
    """

    errors: FloatArray
    active: FloatArray
    in_context: int
    in_order: int
    replay_ms: float
    unexpected: int

    @property
    def learned(self) -> int | None:
        """The first episode with an error below LEARNED, from 1; None if there is none."""
        below = np.flatnonzero(self.errors < LEARNED)
        return int(below[0]) + 1 if below.size else None

    @property
    def final_error(self) -> float:
        """The mean error of the last episodes."""
        return float(self.errors[-LAST:].mean())


def run_trial(memory: LiveMemory, sequences: Sequence[Sequence[int]], episodes: int) -> Trial:
    """Present all sequences ``episodes`` times to a fresh memory; then ask it, have it replay, and surprise it."""
    model = memory.model
    assert isinstance(model, SpikingTemporalMemory)
    errors, active = np.zeros(episodes), np.zeros(episodes)
    for episode in range(episodes):
        shown = [(memory.learn(sequence=sequence), sequence) for sequence in sequences]
        errors[episode] = np.mean([e for a, s in shown for e in expectation_errors(model, a, s)])
        active[episode] = np.mean([n for a, s in shown for n in active_cells(model, a, s)[1:]])
    in_context = sum(memory.predict(sequence=s[:-1]).letters == {s[-1]} for s in sequences)
    replays = [(memory.replay(first=s[0]), s) for s in sequences]
    right = [(a, s) for a, s in replays if model.order(a)[: len(s)] == list(s)]
    paces = [_pace(model, a, s) for a, s in right]
    surprised = [(memory.learn(sequence=[*s[:-1], s[0]]), [*s[:-1], s[0]]) for s in sequences]
    unexpected = min(active_cells(model, a, s)[-1] for a, s in surprised)
    return Trial(errors, active, in_context, len(right), float(np.mean(paces)) if paces else float("nan"), unexpected)


def _pace(model: SpikingTemporalMemory, answer: Answer, sequence: Sequence[int]) -> float:
    """Return the mean time from one element of a replay to the next, by the first spikes of their letters."""
    times, cells = answer.spikes["E"]
    first, last = (float(times[cells // model.cells == s].min()) for s in (sequence[0], sequence[-1]))
    return (last - first) / (len(sequence) - 1)


def bootstrap(values: FloatArray, rng: np.random.Generator, resamples: int = 2000) -> tuple[FloatArray, FloatArray]:
    """Return the 95 % interval of the mean over the first axis (seeds), by resampling them."""
    chosen = rng.integers(values.shape[0], size=(resamples, values.shape[0]))
    low, high = np.quantile(values[chosen].mean(axis=1), [0.025, 0.975], axis=0)
    return np.asarray(low), np.asarray(high)


class SequenceStudy(Study):
    """Learning curves of a spiking temporal memory (Bouhadjar et al. 2022, PLoS Comput. Biol. 18:e1010233).

    An episode presents each sequence of a set once. The sets are the publication's I and II; model and rule are
    ``SpikingTemporalMemory``'s, with tau_h as long as an episode. Intervals are 95 % bootstrap intervals over seeds.
    """

    sets: dict[str, list[str]] = parameter(
        {"I": ["ADBE", "FDBC"]}, doc="sets of sequences, by name: words of A, B, ..."
    )
    episodes: int = parameter(200, ge=LAST, doc="presentations of each set")
    seeds: int = parameter(10, ge=1, doc="seeds, from the study's own on")
    letters: int = parameter(14, ge=2, le=26, doc="letters of the alphabet")
    cells: int = parameter(150, ge=2, doc="cells of a letter")
    active: int = parameter(20, ge=2, doc="cells rho of a letter that is expected")

    @model_validator(mode="after")
    def _check(self) -> SequenceStudy:
        last = chr(ord("A") + self.letters - 1)
        for name, words in self.sets.items():
            if not words:
                raise InvalidInput(f"SequenceStudy.sets.{name}: must hold at least one word, is empty")
            for word in words:
                if len(word) < 2 or any(not "A" <= c <= last for c in word):
                    raise InvalidInput(
                        f"SequenceStudy.sets.{name}: must hold words of two or more of the letters A..{last}, got {word!r}"
                    )
        return self

    def model(self, name: str) -> SpikingTemporalMemory:
        """Return the model for a set: tau_h is the length of an episode."""
        plain = SpikingTemporalMemory(letters=self.letters, cells=self.cells, active=self.active)
        episode = sum((len(word) - 1) * plain.interval + PAUSE for word in self.sets[name])
        return SpikingTemporalMemory(letters=self.letters, cells=self.cells, active=self.active, tau_h=episode)

    def run(self, how: StudyRun) -> Findings:
        """Run every set with every seed."""
        jobs = [(name, how.seed + k) for name in self.sets for k in range(self.seeds)]
        trials: dict[str, list[Trial]] = {name: [] for name in self.sets}
        for name, seed in how.each(jobs, lambda job: f"set {job[0]}, seed {job[1]}"):
            memory = spikemem.open(
                self.model(name), backend=how.backend, hardware=how.hardware, seed=seed, weight_precision="float32"
            )
            sequences = [as_letters(word) for word in self.sets[name]]
            trials[name].append(run_trial(memory, sequences, self.episodes))
        rng = how.generator("bootstrap")
        curves = {name: curve(found, rng) for name, found in trials.items()}
        tables: dict[str, Columns] = {"seeds": self._by_seed(trials, how.seed)}
        tables |= {f"curve {name}": columns for name, columns in curves.items()}
        criteria = tuple(c for name, found in trials.items() for c in self._criteria(name, found, rng))
        return Findings(tables, criteria, lambda: draw(curves, self.cells, self.active))

    def _by_seed(self, trials: Mapping[str, list[Trial]], first: int) -> Columns:
        rows = [(name, first + k, t) for name, found in trials.items() for k, t in enumerate(found)]
        return {
            "set": [name for name, _, _ in rows],
            "seed": [seed for _, seed, _ in rows],
            "learned in episode": [float("nan") if t.learned is None else float(t.learned) for _, _, t in rows],
            "final error": [t.final_error for _, _, t in rows],
            "active cells": [float(t.active[-LAST:].mean()) for _, _, t in rows],
            "in context": [t.in_context for _, _, t in rows],
            "replayed": [t.in_order for _, _, t in rows],
            "replay (ms an element)": [t.replay_ms for _, _, t in rows],
            "cells of the unexpected": [t.unexpected for _, _, t in rows],
        }

    def _criteria(self, name: str, trials: list[Trial], rng: np.random.Generator) -> tuple[Criterion, ...]:
        def mean(values: Sequence[float]) -> str:
            array = np.array(values, dtype=np.float64)
            low, high = bootstrap(array, rng)
            return f"{array.mean():.3g} [{low:.3g}, {high:.3g}]"

        words, where = len(self.sets[name]), f"set {name}"
        learned = [float(t.learned) for t in trials if t.learned is not None]
        finals = [t.final_error for t in trials]
        active = [float(t.active[-LAST:].mean()) for t in trials]
        low, high = bootstrap(np.array(active), rng)
        began = min(float(t.active[0]) for t in trials)
        contexts, orders = [t.in_context for t in trials], [t.in_order for t in trials]
        paces = [t.replay_ms for t in trials]
        interval = self.model(name).interval
        fewest = min(t.unexpected for t in trials)
        return (
            Criterion(
                f"{where}: error below {LEARNED} within {self.episodes} episodes, and at the end, with every seed",
                len(learned) == len(trials) and max(finals) < LEARNED,
                f"{len(learned)} of {len(trials)} learned, after {mean(learned) if learned else 'no'} episodes; "
                f"at the end {mean(finals)}, at most {max(finals):.3g}",
            ),
            Criterion(
                f"{where}: the active cells of expected letters fall from {self.cells} to {self.active} within {WITHIN}, "
                "the interval of the mean included",
                began == self.cells and bool(self.active - WITHIN <= low <= high <= self.active + WITHIN),
                f"from {began:g} to {mean(active)}, {min(active):.3g} to {max(active):.3g} by seed",
            ),
            Criterion(
                f"{where}: the beginning of every sequence predicts its last letter only",
                min(contexts) == words, f"{sum(contexts)} of {words * len(trials)} do",
            ),
            Criterion(
                f"{where}: from their first letter {REPLAYED:.0%} of the sequences are replayed in order, faster than trained",
                sum(orders) >= REPLAYED * words * len(trials) and bool(np.nanmax(paces) < interval),
                f"{sum(orders)} of {words * len(trials)} are, with {mean(paces)} ms an element, trained with {interval:g}",
            ),
            Criterion(
                f"{where}: an unexpected letter makes all of its cells fire", fewest == self.cells,
                f"at least {fewest} of {self.cells} do",
            ),
        )  # fmt: skip


def curve(trials: Sequence[Trial], rng: np.random.Generator) -> dict[str, list[float]]:
    """Return error and active cells by episode: means over seeds and their intervals."""
    columns: dict[str, list[float]] = {"episode": [float(k + 1) for k in range(trials[0].errors.size)]}
    for what, values in (
        ("error", np.array([t.errors for t in trials])),
        ("active cells", np.array([t.active for t in trials])),
    ):
        low, high = bootstrap(values, rng)
        columns |= {
            what: values.mean(axis=0).tolist(),
            f"{what}, low": low.tolist(),
            f"{what}, high": high.tolist(),
        }
    return columns


def draw(curves: Mapping[str, Mapping[str, Sequence[float]]], cells: int, active: int) -> Figure:
    """Return the figure: error and active cells by episode, with intervals."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 4.2), layout="constrained")
    axes: tuple[Axes, Axes] = figure.subplots(1, 2)
    colours = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
    for axis, what in zip(axes, ("error", "active cells"), strict=True):
        for number, (name, columns) in enumerate(curves.items()):
            colour = colours[number % len(colours)]
            axis.plot(columns["episode"], columns[what], color=colour, label=f"set {name}")
            low, high = columns[f"{what}, low"], columns[f"{what}, high"]
            axis.fill_between(columns["episode"], low, high, color=colour, alpha=0.25, linewidth=0)
        axis.set(xlabel="episode")
        axis.grid(alpha=0.3)
    axes[0].set(ylabel="prediction error", ylim=(0.0, None))
    axes[0].legend(fontsize=9)
    axes[1].axhline(active, color="#666666", linewidth=0.8)
    axes[1].set(ylabel="active cells of an expected letter", ylim=(0.0, cells * 1.05))
    return figure
