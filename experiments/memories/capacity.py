"""P1: how many items a memory holds, at equal bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.experiment.study import Columns, Criterion, columns
from spikemem.experiments.memories.capacity_page import draw
from spikemem.experiments.memories.entrants import PRECISION, Choice, Entrant
from spikemem.experiments.memories.suite import Part, Suite, chosen, crossing, rounded
from spikemem.experiments.memories.trial import information

TITLE = "P1 capacity"
RIGHT = 0.99
"""The share of right bits, or of first choices, that counts as held."""
MOST = 8.0
"""The load from which on more is tried only of what still holds it."""
TUNED_AT = (0.1, 0.3, 1.0, 4.0)
"""Loads at which choices are tuned, by the mean of the shares of right bits."""
MEASURES = ("bits", "first", "perfect", "known")


@dataclass(frozen=True)
class Curve:
    """An entrant at one size: measures by load, (seeds, loads); the bits of its state and its neurons, when fullest."""

    entrant: Entrant
    d: int
    held: tuple[int, ...]
    measures: Mapping[str, npt.NDArray[np.float64]]
    state_bits: int
    neurons: int

    def held_at(self, measure: str, level: float) -> npt.NDArray[np.float64]:
        """Return, by seed, the items up to which a measure reaches a level."""
        return np.array([crossing(self.held, row, level) for row in self.measures[measure]])

    @property
    def main(self) -> str:
        """The measure that the entrant answers."""
        return "bits" if self.entrant.answers == "values" else "known"

    @property
    def off_grid(self) -> bool:
        """Whether the greatest load is held, by some seed."""
        return bool((self.held_at(self.main, RIGHT) >= self.held[-1]).any())

    def a_state_bit(self) -> npt.NDArray[np.float64]:
        """Return, by seed, the bits of the values that are held at 99 %, over the bits of the budget."""
        if self.entrant.answers == "known":
            return np.full(len(self.measures["known"]), np.nan)
        return self.held_at("bits", RIGHT) * self.d * information(RIGHT) / (PRECISION * self.d**2)


def measure(suite: Suite) -> Part:
    """Fill every memory with ever more items, and ask for them by whole keys."""
    everyone = list(suite.entrants.values())
    choices = suite.tuned(TITLE, everyone, _score)
    found = curves(suite, everyone, choices)
    main = [c for c in found if c.d == suite.d]
    return Part(
        {f"{TITLE}: d = {suite.d}, {suite.seeds} seeds": _summary(suite, found), f"{TITLE}, tuned": chosen(choices)},
        {
            f"{TITLE}, by load": _by_load(suite, found),
            f"{TITLE}, all": _stars(suite, found),
        },
        criteria({c.entrant.name: c for c in main}),
        lambda: draw(main, suite),
    )


def _score(suite: Suite, entrant: Entrant, choice: Choice, seed: int) -> float:
    recalls = [
        filled.recall(suite.asked)
        for filled in suite.filled(entrant, choice, seed, TUNED_AT[: 3 if entrant.spiking else 4])
    ]
    return float(np.mean([r.bits if entrant.answers == "values" else r.known for r in recalls]))


def curves(suite: Suite, everyone: Sequence[Entrant], choices: Mapping[str, Choice]) -> list[Curve]:
    """Return the curve of every entrant at every size."""
    wanted = [(e, d) for e in everyone for d in suite.sizes if d == suite.d or not e.spiking]
    jobs = [(e, choices[e.name], s, d) for e, d in wanted for s in range(suite.seeds)]
    rows = suite.each(TITLE, jobs, _loaded)
    return [
        _curve(suite, e, d, np.array(rows[k * suite.seeds : (k + 1) * suite.seeds])) for k, (e, d) in enumerate(wanted)
    ]


def _loaded(suite: Suite, entrant: Entrant, choice: Choice, seed: int, d: int) -> list[tuple[float, ...]]:
    """Return, by load, what is measured, the bits of the state and the neurons."""
    loads = suite.some(entrant)
    rows: list[tuple[float, ...]] = []
    for load, filled in zip(loads, suite.filled(entrant, choice, seed, loads, d), strict=False):
        recall, layer = filled.recall(suite.asked), filled.fitted.layer
        measured = (getattr(recall, name) for name in MEASURES)
        rows.append((*measured, filled.fitted.state_bits, layer.footprint().neurons))
        answered = max(recall.bits, recall.first) if entrant.answers == "values" else recall.known
        if load >= MOST and answered < RIGHT:
            break
    missing = (*[float("nan")] * len(MEASURES), 0, 0)
    return rows + [missing] * (len(loads) - len(rows))


def _curve(suite: Suite, entrant: Entrant, d: int, rows: npt.NDArray[np.float64]) -> Curve:
    measures = {name: rows[:, :, k] for k, name in enumerate(MEASURES)}
    held = tuple(suite.held(load, d) for load in suite.some(entrant))
    return Curve(entrant, d, held, measures, int(rows[:, :, -2].max()), int(rows[:, :, -1].max()))


def _summary(suite: Suite, found: Sequence[Curve]) -> Columns:
    """Return a row an entrant: means, and of the first number the interval."""
    rows: list[dict[str, Any]] = []
    for curve in (c for c in found if c.d == suite.d):
        entrant, values = curve.entrant, curve.entrant.answers == "values"
        a_bit, low, high = suite.interval(f"{entrant.name} a bit", curve.a_state_bit())
        rows.append({
            "entrant": entrant.name, "bits a state bit": a_bit, "low": low, "high": high,
            "bits a neuron": a_bit * PRECISION * curve.d**2 / curve.neurons,
            "N* 99 %": float(curve.held_at(curve.main, RIGHT).mean()), "off grid": curve.off_grid,
            "N* first": float(curve.held_at("first", RIGHT).mean()) if values else np.nan,
            "N* perfect": float(curve.held_at("perfect", 1.0).mean()) if values else np.nan,
            "slope": float(slopes([c for c in found if c.entrant is entrant]).mean()),
            "used": curve.state_bits / (PRECISION * curve.d**2), "neurons": curve.neurons,
        })  # fmt: skip
    return rounded(columns(rows))


def _stars(suite: Suite, found: Sequence[Curve]) -> Columns:
    """Return, for every size, N* by each measure, and the slope over sizes, with their intervals."""
    rows: list[dict[str, Any]] = []
    for curve in found:
        name = curve.entrant.name
        row: dict[str, Any] = {"entrant": name, "d": curve.d}
        for measure, level in (("bits", RIGHT), ("first", RIGHT), ("perfect", 1.0), ("known", RIGHT)):
            row |= suite.spread(f"N* {measure}", f"{name} {curve.d}", curve.held_at(measure, level))
        row |= suite.spread("bits a state bit", f"{name} {curve.d}", curve.a_state_bit())
        row |= suite.spread("slope", name, slopes([c for c in found if c.entrant is curve.entrant]))
        rows.append(row)
    return columns(rows)


def slopes(own: Sequence[Curve]) -> npt.NDArray[np.float64]:
    """Return, by seed, the slope of log N* over log d; not a number with one size, or where the grid ends before N*."""
    stars = np.array([c.held_at(c.main, RIGHT) for c in own])
    if len(own) < 2 or any(c.off_grid for c in own) or not stars.all():
        return np.full(stars.shape[1], np.nan)
    return np.asarray(np.polyfit(np.log([c.d for c in own]), np.log(stars), 1)[0])


def _by_load(suite: Suite, found: Sequence[Curve]) -> Columns:
    rows: list[dict[str, Any]] = []
    for curve in found:
        for k, held in enumerate(curve.held):
            row: dict[str, Any] = {"entrant": curve.entrant.name, "d": curve.d, "items": held}
            for name, values in curve.measures.items():
                row |= suite.spread(name, f"{curve.entrant.name} {curve.d} {k}", values[:, k])
            rows.append(row)
    return columns(rows)


def criteria(found: Mapping[str, Curve]) -> tuple[Criterion, ...]:
    """Return what theory says of the order of memories, where those that it speaks of take part."""
    stars = {name: float(c.held_at(c.main, RIGHT).mean()) for name, c in found.items()}
    a_bit = {name: float(c.a_state_bit().mean()) for name, c in found.items()}
    made = []
    if "Hebbian" in found:
        share = stars["Hebbian"] / found["Hebbian"].d
        what = "Hebbian: 99 % of bits up to 0.185 d, where Q(sqrt(d / (N - 1))) is 1 %, within 0.05 d"
        made.append(Criterion(what, abs(share - 0.185) <= 0.05, f"{stars['Hebbian']:.1f} items, {share:.3f} d"))
    for better, worse, why, by in (
        ("ridge", "Hebbian", "the best linear map holds more than the sum, at equal bits", stars),
        ("Willshaw", "Hebbian", "binary synapses hold more a bit than reals", a_bit),
        ("dense, P = 3", "Hopfield, P = 2", "three bodies hold more than two", stars),
        ("Hebbian", "Titans", "an eligibility that is kept costs half the map", stars),
    ):
        if {better, worse} <= found.keys():
            one, two = by[better], by[worse]
            made.append(Criterion(f"{better} > {worse}: {why}", one > two, f"{one:.4g}, {two:.4g}"))
    return tuple(made)
