"""Rasters of wrong answers: the spikes of all populations, and in the answering ones what was expected and what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spikemem.errors import SpikememError
from spikemem.report.html.svg import INK, WIDTH, Drawing
from spikemem.report.raster import COLOURS
from spikemem.report.table import sets
from spikemem.suite.condition import Condition
from spikemem.suite.outcome import Failure

_WRONG, _RIGHT = "#D55E00", "#009E73"
_GAP = 5.0
"""Rows of space above a band, for its name."""
_LEAST = 3.0
"""Rows that a band has at least; a large population is pressed to ``_MOST`` of them."""
_MOST = 34.0


@dataclass(frozen=True)
class _Read:
    """Where an answer is read: population, from when to when (ms), neurons a line of it."""

    population: str
    begin: float
    end: float
    group: int


def failure_raster(condition: Condition, failure: Failure, digest: str) -> Drawing:
    """Return the raster of ``failure``."""
    asked, wrong = f"{failure.do} {sets(failure.arguments)}", sets(_asked(failure, failure.answered))
    return Drawing(
        f"{asked} at {failure.at_ms:g} ms, seed {failure.seed} of condition {digest}",
        f"Expected {sets(failure.expected)}, answered {wrong}. "
        f"Spikes: {', '.join(f'{name} {times.size}' for name, (times, _) in failure.spikes.items())}.",
        partial(_draw, condition, failure),
    )


def _asked(failure: Failure, answered: Mapping[str, Sequence[int]]) -> dict[str, Sequence[int]]:
    """Return what was answered of what was asked for."""
    return {name: answered.get(name, ()) for name in failure.expected}


def _places(condition: Condition, failure: Failure) -> tuple[list[str], dict[str, _Read]]:
    """Return the populations in the model's order, and where each answer is read; nothing if the model is not at hand."""
    try:
        model = condition.made_model()
        operation = model.operation(failure.do)
        origin = failure.at_ms
        windows = operation.windows(model)
        if any(w.from_end for w in windows.values()):
            origin += operation.stimulus(model, failure.arguments).last * model.dt
        order = [p.name for p in model.network().populations]
    except SpikememError:  # a model of the user's own that is elsewhere
        return list(failure.spikes), {}
    return [name for name in order if name in failure.spikes], {
        name: _Read(w.population, failure.at_ms + w.at, failure.at_ms + w.until, w.group)
        if not w.from_end
        else _Read(w.population, origin + w.at, origin + w.until, w.group)
        for name, w in windows.items()
    }


def _draw(condition: Condition, failure: Failure) -> Figure:
    order, reads = _places(condition, failure)
    spikes = {name: failure.spikes[name] for name in order}
    rows = {name: _rows(name, failure, reads) for name in order}
    answering = {read.population for answer, read in reads.items() if answer in failure.expected}
    heights = {name: _height(count, name in answering) for name, count in rows.items()}
    tall = sum(heights.values()) + _GAP * len(heights)
    inches = 0.55 + 0.03 * tall
    figure = Figure(figsize=(WIDTH, inches))
    axes = figure.add_axes((0.3 / WIDTH, 0.5 / inches, 1.0 - 0.35 / WIDTH, 1.0 - 0.55 / inches))
    begin = min((float(times.min()) for times, _ in spikes.values() if times.size), default=failure.at_ms)
    last = max((float(times.max()) for times, _ in spikes.values() if times.size), default=failure.at_ms)
    last = max([last, *(read.end for read in reads.values())])
    base = 0.0
    for k, (name, (times, neurons)) in enumerate(spikes.items()):
        base -= heights[name] + _GAP
        scale = heights[name] / rows[name]
        _band(axes, name, times, base + (neurons + 0.5) * scale, max(scale, 1.3), COLOURS[k % (len(COLOURS) - 1)])
        axes.axhline(base, color=INK, alpha=0.2, linewidth=0.5)
        axes.text(0.0, base + heights[name] + 0.6, f"{name}", transform=axes.get_yaxis_transform(), fontsize=7.5)
        for answer, read in reads.items():
            if read.population == name and answer in failure.expected:
                _mark(axes, failure, answer, read, base, scale, heights[name])
    axes.axvline(failure.at_ms, color=INK, linewidth=0.9, linestyle=(0, (3, 2)))
    axes.set_xlim(begin - 1.0, last + 1.5)
    axes.set_ylim(base - 1.0, 0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("time (ms); dashed: the question begins")
    axes.set_ylabel("neurons, by population")
    return figure


def _height(neurons: int, answers: bool) -> float:
    """Return how many rows a band takes: more of them where rings and crosses must be told apart."""
    return float(np.clip(2.5 * neurons, _LEAST, 3.0 * _MOST) if answers else np.clip(neurons, _LEAST, _MOST))


def _rows(name: str, failure: Failure, reads: Mapping[str, _Read]) -> int:
    """Return how many neurons of a population are drawn: up to the last that fires or should have."""
    fired = failure.spikes[name][1]
    known = [int(fired.max()) + 1] if fired.size else [1]
    for answer, read in reads.items():
        if read.population == name:
            known += [(line + 1) * read.group for line in failure.expected.get(answer, ())]
    return max(known)


def _band(axes: Axes, name: str, times: np.ndarray, rows: np.ndarray, tall: float, colour: str) -> None:
    """Draw all spikes of a population as one path of strokes, which is small in a file."""
    none = np.full(times.size, np.nan)
    x = np.stack((times, times, none), axis=1).ravel()
    y = np.stack((rows - 0.5 * tall, rows + 0.5 * tall, none), axis=1).ravel()
    axes.plot(x, y, color=colour, linewidth=1.7, solid_capstyle="butt", gid=f"spikes of {name}".replace(" ", "-"))


def _mark(axes: Axes, failure: Failure, answer: str, read: _Read, base: float, scale: float, tall: float) -> None:
    """Shade where an answer is read; ring what was expected, green if it came; cross what came and was not expected."""
    expected, came = set(failure.expected[answer]), set(failure.answered.get(answer, ()))
    axes.fill_between([read.begin - 0.5, read.end + 0.5], base, base + tall, color=INK, alpha=0.08, linewidth=0)
    middle = 0.5 * (read.begin + read.end)
    marks = (
        (sorted(expected & came), "o", _RIGHT), (sorted(expected - came), "o", _WRONG), (sorted(came - expected), "x", _WRONG),
    )  # fmt: skip
    for lines, marker, colour in marks:
        y = [base + (line + 0.5) * read.group * scale for line in lines]
        axes.plot(
            [middle] * len(y), y, linestyle="", marker=marker, markersize=5.0, markerfacecolor="none", color=colour,
            markeredgewidth=1.3, clip_on=False,
        )  # fmt: skip
