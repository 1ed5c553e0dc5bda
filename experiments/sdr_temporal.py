"""Sequences in a temporal memory of one cell a mini-column: noise, size, and several continuations, beside the theory."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from spikemem.experiment.study import Criterion, Findings, Study, StudyRun
from spikemem.experiments.column_stream import Columns, ColumnStream, jaccard, random_columns
from spikemem.language import parameter
from spikemem.models import TemporalMemory
from spikemem.sdr_theory import noisy_prediction_jaccard, sequence_network_jaccard, union_chance_overlap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TOLERANCE = 0.03
"""Allowed difference of a Jaccard index to the theory's; the published simulations differ from it by up to 0.06."""
SYNAPSES = 20
Found = dict[str, list[float]]


def _memory(n: int, active: int, theta: int, room: int) -> TemporalMemory:
    """The memory of the published simulations: first order, connected at once, nothing weakened."""
    return TemporalMemory(
        symbols=1, columns=n, cells=1, active=active, theta=theta, theta_match=min(theta, SYNAPSES), new_synapses=SYNAPSES,
        most_synapses=SYNAPSES, most_segments=room, room=room, initial=0.8, connected=0.5, increment=0.05, decrement=0.0,
        punishment=0.0,
    )  # fmt: skip


class SequenceStudy(Study):
    """Predictions of a first-order temporal memory (Ahmad & Hawkins 2016, arXiv:1601.00720, and its published scripts).

    Three parts: sequences shown with noise (F8); many sequences in networks of several sizes (F7), of which only the two
    plateaus are compared, all cells predicted or just the right ones, since a learning memory leaves the theory in between;
    and elements with several continuations (F9). One cell a mini-column, 20 new synapses a segment of permanence 0.8,
    connected from 0.5. The publication stores 1000 sequences in 500 to 2000 cells; our default reaches the plateaus with fewer.
    """

    noise_trials: int = parameter(20, ge=1, doc="noisy showings of each element")
    sequences: int = parameter(100, ge=1, doc="sequences of 20 elements that each network stores")
    crowded: tuple[tuple[int, int], ...] = parameter(((64, 200),), doc="(active, n) with too many sequences")
    spacious: tuple[tuple[int, int], ...] = parameter(((64, 1500),), doc="(active, n) with room for all")
    unions: tuple[int, ...] = parameter((1, 2, 5, 10), doc="continuations of one element")
    union_trials: int = parameter(20, ge=1, doc="elements for each number of continuations")

    def run(self, how: StudyRun) -> Findings:
        """Run the three parts."""
        parts = (*self.crowded, *self.spacious)
        total = 3 + len(parts) + len(self.unions)
        noise: Found = {"theta": [], "noise": [], "theory": [], "simulated": [], "difference": []}
        for number, theta in enumerate((8, 12, 16)):
            how.progress(number, total, f"noise, theta {theta}")
            self._noise(how, theta, noise)
        size: Found = {"active": [], "n": [], "sequences": [], "theory": [], "all cells": [], "simulated": []}
        for number, (active, n) in enumerate(parts):
            how.progress(3 + number, total, f"n = {n}")
            self._size(how, active, n, size)
        union: Found = {"continuations": [], "theory": [], "simulated": [], "standard error": []}
        for number, continuations in enumerate(self.unions):
            how.progress(3 + len(parts) + number, total, f"{continuations} continuations")
            self._union(how, continuations, union)
        how.progress(total, total, "")
        return Findings(
            {"noise": noise, "size": size, "unions": union},
            (*_noise_criteria(noise), *self._size_criteria(size), *_union_criteria(union)),
            lambda: _figure(noise, union),
        )

    def _noise(self, how: StudyRun, theta: int, found: Found) -> None:
        n, active = 2048, 40
        rng = how.generator("noise", str(theta))
        stream = ColumnStream(_memory(n, active, theta, room=40 * 19), how)
        sequence = random_columns(rng, 20, n, active)
        stream.show(sequence, learn=True)
        for moved in (0, 4, 8, 10, 12, 16, 20, 24, 28):
            indices = []
            for this, following in pairwise(sequence):
                for _ in range(self.noise_trials):
                    (element,) = stream.show([_moved(rng, this, n, moved)], learn=False)
                    indices.append(jaccard(element.predicted, following))
            theory = noisy_prediction_jaccard(active, SYNAPSES, theta, moved)
            for name, value in zip(
                found, (theta, moved / active, theory, np.mean(indices), np.mean(indices) - theory), strict=True
            ):
                found[name].append(float(value))

    def _size(self, how: StudyRun, active: int, n: int, found: Found) -> None:
        rng, length = how.generator("size", str(n)), 20
        stream = ColumnStream(_memory(n, active, 10, room=self.sequences * (length - 1) * active), how)
        stored = [random_columns(rng, length, n, active) for _ in range(self.sequences)]
        for sequence in stored:
            stream.show(sequence, learn=True)
        indices = []
        for sequence in stored[:: max(1, self.sequences // 25)]:
            shown = stream.show(sequence, learn=False)
            indices += [
                jaccard(element.predicted, following)
                for element, following in zip(shown[:-1], sequence[1:], strict=True)
            ]
        theory = sequence_network_jaccard(n, active, SYNAPSES, 10, self.sequences, length)
        for name, value in zip(found, (active, n, self.sequences, theory, active / n, np.mean(indices)), strict=True):
            found[name].append(float(value))

    def _union(self, how: StudyRun, continuations: int, found: Found) -> None:
        n, active = 2000, 40
        rng = how.generator("union", str(continuations))
        stream = ColumnStream(_memory(n, active, 10, room=active * continuations * self.union_trials), how)
        overlaps = []
        for first in random_columns(rng, self.union_trials, n, active):
            for following in random_columns(rng, continuations, n, active):
                stream.show([first, following], learn=True)
            (element,) = stream.show([first], learn=False)
            other = random_columns(rng, 500, n, active)
            overlaps.append(np.mean([np.isin(o, element.predicted).mean() for o in other]))
        error = np.std(overlaps) / np.sqrt(len(overlaps))
        theory = union_chance_overlap(n, active, continuations)
        for name, value in zip(found, (continuations, theory, np.mean(overlaps), error), strict=True):
            found[name].append(float(value))

    def _size_criteria(self, found: Found) -> list[Criterion]:
        criteria = []
        for active, n, floor, reached in zip(
            *(found[name] for name in ("active", "n", "all cells", "simulated")), strict=True
        ):
            crowded = (int(active), int(n)) in self.crowded
            wanted, words = (floor, "all cells are predicted") if crowded else (1.0, "just the right cells are")
            criteria.append(
                Criterion(
                    f"n = {n:g}, a = {active:g}: {words}", abs(reached - wanted) <= TOLERANCE,
                    f"Jaccard {reached:.4f}, the plateau {wanted:.4f}",
                )
            )  # fmt: skip
        return criteria


def _moved(rng: np.random.Generator, columns: Columns, n: int, moved: int) -> Columns:
    """Return the pattern with so many of its mini-columns replaced by others from outside it."""
    kept = rng.choice(columns, columns.size - moved, replace=False)
    added = rng.choice(np.setdiff1d(np.arange(n), columns), moved, replace=False)
    return np.sort(np.concatenate([kept, added]))


def _noise_criteria(found: Found) -> list[Criterion]:
    worst = int(np.argmax(np.abs(found["difference"])))
    theta, noise, difference = (found[name][worst] for name in ("theta", "noise", "difference"))
    return [
        Criterion(
            f"Jaccard with noise within {TOLERANCE} of F8", abs(difference) <= TOLERANCE,
            f"largest difference {difference:+.4f}, at theta {theta:g} and {noise:.0%} noise",
        )
    ]  # fmt: skip


def _union_criteria(found: Found) -> list[Criterion]:
    off = [abs(s - t) for s, t in zip(found["simulated"], found["theory"], strict=True)]
    allowed = [max(3.0 * e, 0.003) for e in found["standard error"]]
    return [
        Criterion(
            "chance overlap with unions within three standard errors of F9",
            all(o <= a for o, a in zip(off, allowed, strict=True)),
            ", ".join(f"{m:g}: {s:.5f} for {t:.5f}" for m, t, s, _ in zip(*found.values(), strict=True)),
        )
    ]


def _figure(noise: Found, union: Found) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    for theta, colour, marker in zip(
        sorted(set(noise["theta"])), ("#0072B2", "#D55E00", "#009E73"), "os^", strict=True
    ):
        own = np.array(noise["theta"]) == theta
        x = 100.0 * np.array(noise["noise"])[own]
        left.plot(x, np.array(noise["theory"])[own], color=colour, label=f"theory, θ = {theta:g}")
        left.plot(x, np.array(noise["simulated"])[own], marker, color=colour, label=f"simulated, θ = {theta:g}")
    left.set(
        xlabel="mini-columns replaced by others (%)", ylabel="Jaccard index of predicted and next pattern",
        title="Noise: n = 2048, a = 40, s = 20",
    )  # fmt: skip
    left.legend(fontsize=8)
    right.plot(union["continuations"], union["theory"], color="#0072B2", label="theory (F9)")
    right.errorbar(
        union["continuations"], union["simulated"], yerr=3.0 * np.array(union["standard error"]), fmt="o", color="#D55E00",
        label="simulated, ± 3 standard errors", capsize=3,
    )  # fmt: skip
    right.set(
        xlabel="continuations of one element", ylabel="overlap with a random pattern (share of its cells)",
        title="Several continuations at once: n = 2000, a = 40",
    )  # fmt: skip
    right.legend(fontsize=8)
    for axis in (left, right):
        axis.grid(alpha=0.3)
    return figure
