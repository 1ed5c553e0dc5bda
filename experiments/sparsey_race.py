"""A trained macrocolumn of Sparsey as races of neurons: what it recalls, and by which chances it chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

import spikemem
from spikemem.errors import InvalidInput
from spikemem.experiment.study import Criterion, Findings, Study, StudyRun, columns
from spikemem.language import Call, call, parameter
from spikemem.memory import LiveMemory
from spikemem.models.sparsey import Level, Sparsey
from spikemem.models.sparsey_race import SparseyRace, race_form

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Chances = npt.NDArray[np.float64]
SIDE, MODULES, CELLS = 4, 7, 8
LEVEL = 0.01
"""Of the test of each item, divided by their number."""
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")


class RaceStudy(Study):
    """Races of stochastic neurons with lateral inhibition in place of Sparsey's competitive modules (the races are ours).

    A single mac (Rinkus 2010, Front. Neuroanat. 4:17) learns random images on the engine ``numba``. Then its race form
    (:class:`spikemem.models.SparseyRace`), which has neurons only, runs on the study's backend. *Recall* is by latency: every
    learned image brings up its code. (Of many images, cells of several codes have the greatest V, as in the mac.) *Choice*:
    images with some wrong pixels are given codes, and the number of times that each cell wins is held against the mac's own
    rho, from its V and G, by Pearson's chi-squared over the cells of all modules.
    """

    items: int = parameter(3, ge=1, doc="images that are learned")
    wrong: tuple[int, ...] = parameter((4, 8, 12), doc="wrong pixels of the images that are given codes, one a row")
    choices: int = parameter(1000, ge=100, doc="codes that each of those is given, one race a module and code")

    @model_validator(mode="after")
    def _check(self) -> RaceStudy:
        pixels = SIDE * SIDE
        if not self.wrong or len(set(self.wrong)) < len(self.wrong) or not all(0 <= n <= pixels for n in self.wrong):
            raise InvalidInput(
                f"RaceStudy.wrong: must be different numbers of 0..{pixels} pixels, got {list(self.wrong)}"
            )
        return self

    def run(self, how: StudyRun) -> Findings:
        """Train the mac, recall on the backend, choose on the backend."""
        model = Sparsey(
            height=SIDE, width=SIDE, opposites=True, lambda_first=2.0, chi=10.0, reconstruct=False,
            levels=(Level(modules=MODULES, cells=CELLS, side=None),),
        )  # fmt: skip
        rng, mac = how.generator("images"), spikemem.open(model, seed=how.seed)
        images = [np.flatnonzero(rng.random(SIDE * SIDE) < 0.5).tolist() for _ in range(self.items)]
        codes = [sorted(mac.learn(pixels=image).spikes["level1"][1].tolist()) for image in images]
        race = race_form(model, mac.weights("in_pixel-up->level1"), seed=how.seed)
        recalled = self._recall(how, race, images, codes)
        rows, chances = [], {}
        for wrong in how.each(self.wrong, lambda wrong: f"{wrong} wrong pixels"):
            flipped = set(rng.choice(SIDE * SIDE, wrong, replace=False).tolist())
            pixels = sorted(flipped.symmetric_difference(images[0]))
            row, chances[wrong] = self._choose(how, mac, race, pixels)
            rows.append({"wrong pixels": wrong, **row})
        choice = columns(rows)
        return Findings(
            {"recall": recalled, "choice": choice},
            self._criteria(recalled, choice),
            lambda: _figure(chances, self.choices),
        )

    def _recall(
        self, how: StudyRun, race: SparseyRace, images: list[list[int]], codes: list[list[int]]
    ) -> dict[str, list[Any]]:
        spacing = (race.inputs + 1) * race.cells + 20.0
        found = _run(how, race, [call(k * spacing, "recall", pixels=image) for k, image in enumerate(images)])
        return columns([
            {
                "image": k, "winners": len(answer.code), "right winners": len(answer.code.intersection(code)),
                "first spike, ms": answer.latency_ms,
            }
            for k, (answer, code) in enumerate(zip(found.answers, codes, strict=True))
        ])  # fmt: skip

    def _choose(
        self, how: StudyRun, mac: LiveMemory, race: SparseyRace, pixels: list[int]
    ) -> tuple[dict[str, Any], tuple[Chances, Chances]]:
        from scipy.stats import chi2

        mac.recognise(pixels=pixels)
        V, G = mac.variable("level1", "V"), float(mac.variable("level1", "G")[0])
        psi = np.array([race.mac.psi(float(v), G) for v in V]).reshape(MODULES, CELLS)
        rho = psi / psi.sum(axis=1, keepdims=True)
        calls, at = [], 0.0
        for draw in range(self.choices):
            calls.append(call(at, "choose", pixels=pixels, draw=draw))
            at += race.operation("choose").stimulus(race, {"pixels": pixels, "draw": draw}).last + 4.0
        won = np.zeros(MODULES * CELLS)
        for answer in _run(how, race, calls).answers:
            won[list(answer.code)] += 1
        share = won.reshape(MODULES, CELLS) / self.choices
        statistic = float((self.choices * (share - rho) ** 2 / rho).sum())
        row = {
            "G": G, "least expected": float(self.choices * rho.min()), "races": int(won.sum()), "chi-squared": statistic,
            "degrees of freedom": MODULES * (CELLS - 1), "p": float(chi2.sf(statistic, MODULES * (CELLS - 1))),
        }  # fmt: skip
        return row, (rho, share)

    def _criteria(self, recalled: dict[str, list[Any]], choice: dict[str, list[Any]]) -> tuple[Criterion, ...]:
        right, races = sum(recalled["right winners"]), sum(choice["races"])
        wanted, least = self.choices * MODULES * len(self.wrong), LEVEL / len(self.wrong)
        return (
            Criterion(
                "every learned image brings up its code, one winner a module",
                right == MODULES * self.items == sum(recalled["winners"]), f"{right} of {MODULES * self.items} winners",
            ),
            Criterion("every race has one winner", races == wanted, f"{races} winners of {wanted} races"),
            Criterion(
                f"winners agree with rho: p >= {LEVEL:g} / {len(self.wrong)}", min(choice["p"]) >= least,
                f"p at least {min(choice['p']):.3f}",
            ),
        )  # fmt: skip


def _run(how: StudyRun, race: SparseyRace, calls: list[Call]) -> spikemem.Recording:
    return spikemem.run(race, protocol=calls, backend=how.backend, hardware=how.hardware)


def _figure(chances: dict[int, tuple[Chances, Chances]], choices: int) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.0, 5.0), layout="constrained")
    axes = figure.subplots()
    x = np.linspace(0.0, 1.0, 201)
    off = 2.0 * np.sqrt(x * (1.0 - x) / choices)
    axes.fill_between(x, x - off, x + off, color="0.85", label="± 2 standard deviations")
    axes.plot(x, x, color="0.4", linewidth=1)
    for number, (wrong, (rho, share)) in enumerate(chances.items()):
        colour, marker = COLOURS[number % len(COLOURS)], "os^D"[number % 4]
        axes.plot(rho.ravel(), share.ravel(), marker, color=colour, markersize=4, label=f"{wrong} wrong pixels")
    axes.set(xlabel="rho of the mac (probability)", ylabel="share of races won", title="A race's winners, cell by cell")
    axes.legend()
    return figure
