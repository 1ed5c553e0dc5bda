"""How an operation's answer is read: which population, in which window after the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spikemem.backend import StepEvents
from spikemem.errors import OperationError


@dataclass(frozen=True)
class Window:
    """The neurons of ``population`` that fire from ``at`` to ``until`` ms (both included) after the operation's start.

    ``echo_at`` (ms) are times at which the population repeats the question: expected, and no part of the answer. With
    ``from_end`` all times count from the last spike of the operation's stimulus, whose length may depend on the arguments, and
    what fires up to then is no part of the answer. With ``group`` the answer is made of groups of so many consecutive neurons:
    group g is neurons ``g * group`` to ``(g + 1) * group - 1``, and it answers if at least ``least`` of them fire.
    """

    population: str
    at: float
    until: float
    echo_at: tuple[float, ...] = ()
    from_end: bool = False
    group: int = 1
    least: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.group:
            raise OperationError(
                f"window on {self.population}: must have 1 <= least <= group, got least={self.least}, group={self.group}"
            )


def window(
    population: str,
    at: float,
    until: float | None = None,
    echo_at: tuple[float, ...] = (),
    *,
    from_end: bool = False,
    group: int = 1,
    least: int = 1,
) -> Window:
    """Return the window from ``at`` to ``until`` (default: ``at`` alone)."""
    return Window(population, at, at if until is None else until, echo_at, from_end, group, least)


@dataclass(frozen=True)
class Reading:
    """What a window shows: the neurons (or groups) that answered, the first answering step, and how clean the population was.

    ``counted`` is the number of their spikes in the window, ``stray`` that of all spikes that are neither these nor an echo.
    """

    neurons: frozenset[int]
    first_step: int | None
    counted: int
    stray: int


def read(window: Window, spikes: Mapping[str, StepEvents], start: int, end: int, dt: float) -> Reading:
    """Read ``window``, whose times count from step ``start``, from the ``spikes`` of steps ``start`` to ``end`` - 1.

    ``end`` lies behind the window; strays are looked for in all of these steps but the first.
    """
    steps, neurons = spikes[window.population]
    first, last = start + round(window.at / dt), start + round(window.until / dt)
    inside = (steps >= first) & (steps <= last)
    echo = np.isin(steps, [start + round(e / dt) for e in window.echo_at])
    groups, sizes = np.unique(np.unique(neurons[inside]) // window.group, return_counts=True)
    answering = groups[sizes >= window.least]
    counted = inside & np.isin(neurons // window.group, answering)
    stray = (steps > start) & (steps < end) & ~counted & ~echo
    answered = steps[counted]
    return Reading(
        frozenset(int(g) for g in answering),
        int(answered.min()) if answered.size else None,
        int(counted.sum()),
        int(stray.sum()),
    )
