"""How an operation's answer is read: which population, in which window after the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spikemem.backend import StepEvents


@dataclass(frozen=True)
class Window:
    """The neurons of ``population`` that fire from ``at`` to ``until`` ms (both included) after the operation's start.

    ``echo_at`` (ms) are times at which the population repeats the question: expected, and no part of the answer.
    """

    population: str
    at: float
    until: float
    echo_at: tuple[float, ...] = ()


def window(population: str, at: float, until: float | None = None, echo_at: tuple[float, ...] = ()) -> Window:
    """Return the window from ``at`` to ``until`` (default: ``at`` alone)."""
    return Window(population, at, at if until is None else until, echo_at)


@dataclass(frozen=True)
class Reading:
    """What a window shows: the neurons that answered, the first answering step, and how clean the population was.

    ``counted`` is the number of spikes in the window, ``stray`` that of spikes neither in it nor an echo.
    """

    neurons: frozenset[int]
    first_step: int | None
    counted: int
    stray: int


def read(window: Window, spikes: Mapping[str, StepEvents], start: int, end: int, dt: float) -> Reading:
    """Read ``window`` for an operation that began in step ``start``, from the ``spikes`` of steps ``start`` to ``end`` - 1.

    ``end`` lies behind the window; strays are looked for in all of these steps but the first.
    """
    steps, neurons = spikes[window.population]
    first, last = start + round(window.at / dt), start + round(window.until / dt)
    inside = (steps >= first) & (steps <= last)
    echo = np.isin(steps, [start + round(e / dt) for e in window.echo_at])
    stray = (steps > start) & (steps < end) & ~inside & ~echo
    answered = steps[inside]
    return Reading(
        frozenset(int(n) for n in neurons[inside]),
        int(answered.min()) if answered.size else None,
        int(inside.sum()),
        int(stray.sum()),
    )
