"""A trained mac as a race of threshold neurons: recall by latency, and choices with the chances of its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import spikemem
from spikemem.experiment.study import Criterion, Findings, Study, StudyRun, columns
from spikemem.experiments.sparsey_stream import SparseyStream
from spikemem.language import Call, call, parameter
from spikemem.models.mac_race import PERIOD, MacRace, race_form
from spikemem.models.sparsey import Level, Sparsey
from spikemem.recording import Answer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Images = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]
LEVEL = 0.01
"""Level of the chi-squared test, over all inputs together (ours)."""
EXPECTED = 5.0
"""Choices expected of a cell, at least; rarer ones of a module are taken together, as usual for chi-squared."""


class RaceStudy(Study):
    """One mac learns random images; its synapses are given to a race of IF_curr_delta neurons (Rinkus 2010; the race is ours).

    The mac itself runs on numba, the race on the backend that is asked for. By latency, what is stored brings up its code, and
    the familiarity M of every image is Q S times the mac's G. Then the race chooses for images that are partly new, with
    kicks drawn anew each time; how often each cell wins is compared with rho.
    """

    side: int = parameter(6, ge=2, doc="rows and columns of the images")
    modules: int = parameter(6, ge=1, doc="modules Q")
    cells: int = parameter(8, ge=2, doc="cells K of a module")
    items: int = parameter(3, ge=1, doc="images learned")
    G_minus: float = parameter(0.5, ge=0, lt=1, doc="familiarity up to which codes are drawn uniformly")
    chi: float = parameter(10.0, ge=0, doc="how much familiarity favours stored codes")
    changed: tuple[int, ...] = parameter(
        (2, 6, 18), doc="pixels in which the images to choose for differ from stored ones"
    )
    draws: int = parameter(1000, ge=20, doc="choices for each")

    def run(self, how: StudyRun) -> Findings:
        """Learn, recall by latency, choose."""
        rng, pixels = how.generator("images"), self.side**2
        model = Sparsey(
            height=self.side, width=self.side, opposites=True, classes=1, reconstruct=False, G_minus=self.G_minus, chi=self.chi,
            levels=(Level(modules=self.modules, cells=self.cells, side=None),),
        )  # fmt: skip
        stored = np.array([rng.permutation(pixels) < pixels // 2 for _ in range(self.items)])
        new = np.array([stored[k % self.items] ^ (rng.permutation(pixels) < n) for k, n in enumerate(self.changed)])
        how.progress(0, 3, "the mac learns")
        stream = SparseyStream(model, replace(how, backend="numba", hardware=None))
        codes = stream.show(stored, learn=True).codes[0]
        G = np.concatenate([stream.show(stored).G[0], stream.show(new).G[0]])
        race = race_form(model, stream.learned("in_pixel-up->level1"), how.seed)
        how.progress(1, 3, "recall by latency")
        images = np.concatenate([stored, new])
        answers = self._asked(how, race, [("recall", {"lines": lines(image)}) for image in images])
        told = [familiarity(race, answer) for answer in answers]
        exact = sum(cells_of(answer) == winners(race, code) for answer, code in zip(answers, codes, strict=False))
        how.progress(2, 3, "choices")
        rows, counts = [], []
        for n, (image, M) in enumerate(zip(new, told[self.items :], strict=True)):
            draws = range(n * self.draws, (n + 1) * self.draws)
            chosen = self._asked(
                how, race, [("choose", {"lines": lines(image), "familiarity": M, "draw": draw}) for draw in draws]
            )
            found = np.bincount([c for a in chosen for c in cells_of(a)], minlength=self.modules * self.cells)
            wanted = chances(race, image, M)
            statistic, freedom = chi_squared(found.reshape(wanted.shape), self.draws * wanted)
            whole = sum(len(cells_of(answer)) == self.modules for answer in chosen)
            rows.append({
                "pixels changed": self.changed[n], "M": M, "G": M / (self.modules * pixels), "choices": whole,
                "chi-squared": statistic, "degrees of freedom": freedom, "time of the last choice (ms)": _last(race, chosen),
            })  # fmt: skip
            counts.append((found, (self.draws * wanted).ravel()))
        how.progress(3, 3, "")
        off = float(np.abs(np.array(told) / (self.modules * pixels) - G).max())
        return Findings(
            {"choices": columns(rows)}, self._criteria(exact, off, rows), lambda: _figure(counts, self.changed)
        )

    def _asked(self, how: StudyRun, race: MacRace, asked: Sequence[tuple[str, dict[str, Any]]]) -> Sequence[Answer]:
        calls: list[Call] = []
        at = 0.0
        for do, arguments in asked:
            calls.append(call(at, do, **arguments))
            operation = race.operation(do)
            at += operation.stimulus(race, arguments).last * race.dt + operation.spacing
        return spikemem.run(race, protocol=calls, backend=how.backend, hardware=how.hardware, seed=how.seed).answers

    def _criteria(self, exact: int, off: float, rows: Sequence[dict[str, Any]]) -> tuple[Criterion, ...]:
        from scipy import stats

        statistic, freedom = (sum(row[name] for row in rows) for name in ("chi-squared", "degrees of freedom"))
        p, asked = float(stats.chi2.sf(statistic, freedom)), self.draws * len(rows)
        chosen = sum(row["choices"] for row in rows)
        return (
            Criterion(
                "by latency, every stored image brings up its code", exact == self.items, f"{exact} of {self.items} do"
            ),
            Criterion(
                "the latencies tell G as the mac has it", off < 1e-12, f"the largest difference is {off:.2g}"
            ),
            Criterion(
                "every choice is of one cell a module", chosen == asked, f"{chosen} of {asked} are"
            ),
            Criterion(
                f"cells win as often as rho says (chi-squared at {LEVEL:.0%})", p > LEVEL,
                f"chi-squared {statistic:.1f} with {freedom} degrees of freedom, p = {p:.3f}",
            ),
        )  # fmt: skip


def lines(image: npt.NDArray[np.bool_]) -> list[int]:
    """Return the input lines of an image: those of its pixels that are on, and the opposites of the others."""
    return np.flatnonzero(np.concatenate([image, ~image])).tolist()


def winners(race: MacRace, code: Counts) -> set[int]:
    """Return the cells of a code, which has the winner of each module."""
    return {q * race.cells + int(k) for q, k in enumerate(code)}


def cells_of(answer: Answer) -> set[int]:
    """Return the cells that a race answers."""
    return set(answer.answered["code"])


def familiarity(race: MacRace, answer: Answer) -> int:
    """Return M, by the periods in which the modules' first cells fire."""
    times, cells = answer.spikes["cell"]
    stage = np.rint((times - answer.at_ms) / race.dt).astype(np.int64) // PERIOD
    first = [stage[cells // race.cells == q].min() for q in range(race.modules)]
    return sum(race.active - int(n) for n in first)


def chances(race: MacRace, image: npt.NDArray[np.bool_], M: int) -> npt.NDArray[np.float64]:
    """Return rho, (modules, cells), for an image of familiarity M."""
    on, match = set(lines(image)), np.zeros(race.modules * race.cells)
    for line, cell in race.joined:
        match[cell] += line in on
    G = M / (race.modules * race.active)
    psi = np.array([race.mac.psi(u / race.active, G) for u in match]).reshape(race.modules, race.cells)
    rho: npt.NDArray[np.float64] = psi / psi.sum(axis=1, keepdims=True)
    return rho


def chi_squared(found: Counts, wanted: npt.NDArray[np.float64]) -> tuple[float, int]:
    """Return the sum over modules, (modules, cells), of the statistic, and its degrees of freedom; rare cells are one."""
    statistic, freedom = 0.0, 0
    for own, expected in zip(found, wanted, strict=True):
        rare = expected < EXPECTED
        own, expected = np.append(own[~rare], own[rare].sum()), np.append(expected[~rare], expected[rare].sum())
        used = expected >= EXPECTED  # what is too rare even together is left out
        statistic += float((((own - expected) ** 2) / np.where(used, expected, 1.0))[used].sum())
        freedom += int(used.sum()) - 1
    return statistic, freedom


def _last(race: MacRace, answers: Sequence[Answer]) -> float:
    return float(np.mean([a.spikes["cell"][0].max() - a.at_ms for a in answers]))


def _figure(counts: Sequence[tuple[Counts, npt.NDArray[np.float64]]], changed: Sequence[int]) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 5.0), layout="constrained")
    axis = figure.subplots()
    colours, markers = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"), "os^Dv"
    for k, ((found, wanted), n) in enumerate(zip(counts, changed, strict=True)):
        axis.plot(
            wanted, found, markers[k % 5], color=colours[k % 5], alpha=0.8, label=f"{n} pixels changed", markersize=5
        )
    most = max(float(wanted.max()) for _, wanted in counts)
    x = np.linspace(0.0, 1.05 * most, 200)
    axis.plot(x, x, color="black", linewidth=1)
    axis.fill_between(
        x, x - 2 * np.sqrt(x), x + 2 * np.sqrt(x), color="0.85", label="± 2 standard deviations (Poisson)"
    )
    axis.set(
        xlabel="wins expected from rho (number)", ylabel="races won (number)",
        title="Cells of a mac in the race form: wins",
    )  # fmt: skip
    axis.legend()
    axis.grid(alpha=0.3)
    return figure
