"""A protocol: a timed list of operations, checked against its model and turned into spikes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from spikemem.backend import StepEvents
from spikemem.errors import OperationError
from spikemem.ir.node import plain
from spikemem.language.answer import Window
from spikemem.language.memory import Memory
from spikemem.language.operation import Operation
from spikemem.language.stimulus import Stimulus
from spikemem.passes.discretize import whole_steps

_LAST_STEP = 2**53
"""The last step that a time in ms, a float64, can name."""


@dataclass(frozen=True)
class Call:
    """Operation ``do`` at ``at`` ms with ``arguments``; ``expect`` are the right answers, by name, where known."""

    at: float
    do: str
    arguments: Mapping[str, Any]
    expect: Mapping[str, frozenset[int]] = field(default_factory=dict)


def call(at: float, do: str, expect: Mapping[str, Iterable[int]] | None = None, **arguments: Any) -> Call:
    """Return a call: ``call(30.0, "recall", cue=0, expect={"content": [0, 1]})``.

    Raises :class:`OperationError` for a time that is no number and for expectations that are no lists of whole numbers.
    """
    time = plain(at)
    if isinstance(time, bool) or not isinstance(time, int | float):
        raise OperationError(f"call of {do!r}: at must be a time in ms, got {at!r}")
    where = f"call of {do!r} at {time:g} ms"
    if not isinstance(expect, Mapping | None):
        raise OperationError(f"{where}: expect must map answers to lists of neurons, got {expect!r}")
    return Call(
        float(time), do, arguments, {n: _expected(f"{where}: expect.{n}", b) for n, b in (expect or {}).items()}
    )


def _expected(where: str, given: Any) -> frozenset[int]:
    listed = given.tolist() if isinstance(given, np.ndarray) else given
    if isinstance(listed, str | bytes) or not isinstance(listed, Iterable):
        raise OperationError(f"{where} must be a list of neurons, got {given!r}")
    found: set[int] = set()
    for bit in map(plain, listed):
        if isinstance(bit, bool) or not isinstance(bit, int):
            raise OperationError(f"{where} must be whole numbers, got {bit!r}")
        if bit in found:
            raise OperationError(f"{where} {bit} is given twice")
        found.add(bit)
    return frozenset(found)


@dataclass(frozen=True)
class Scheduled:
    """A checked call: its operation, first step, the step from which the next may begin, its spikes, its answers' windows."""

    call: Call
    operation: Operation
    start: int
    free: int
    stimulus: Stimulus
    windows: Mapping[str, Window]

    def origin(self, window: Window) -> int:
        """Return the step that the times of ``window`` count from."""
        return max(self.start, self.stimulus.last) if window.from_end else self.start

    def last_answer(self, dt: float) -> int:
        """Return the last step that the answers' windows reach, or the start where it has none."""
        return max((self.origin(w) + round(w.until / dt) for w in self.windows.values()), default=self.start)


def schedule(model: Memory, calls: Sequence[Call], dt: float, check_spacing: bool = True) -> tuple[Scheduled, ...]:
    """Check ``calls`` against ``model`` and return them in time order.

    Raises :class:`OperationError` for an unknown operation, wrong arguments, expectations of answers that the operation does
    not give, a time that is negative or not a multiple of ``dt``, and (unless told not to check) calls too close together.
    """
    sizes = {p.name: p.size for p in model.network().populations}
    planned = [_planned(model, c, dt, sizes) for c in sorted(calls, key=lambda c: c.at)]
    if check_spacing:
        for earlier, later in pairwise(planned):
            check_free(model, earlier, later.operation.name, later.start, dt)
    return tuple(planned)


def check_free(
    model: Memory, earlier: Scheduled, name: str, start: int, dt: float, earliest: int | None = None
) -> None:
    """Raise :class:`OperationError` if an operation ``name`` at step ``start`` is too close after ``earlier``.

    ``earliest`` is the first step that is possible, if that is later than the spacing demands.
    """
    if start < earlier.free:
        before = earlier.operation
        since = f"the last input of {before.name} at" if before.from_end else f"{before.name} at"
        began = max(earlier.start, earlier.stimulus.last) if before.from_end else earlier.start
        raise OperationError(
            f"{type(model).__name__}.{name} at {start * dt:g} ms: {before.spacing:g} ms must pass after "
            f"{since} {began * dt:g} ms; earliest: {max(earlier.free, earliest or 0) * dt:g} ms"
        )


def plan(model: Memory, made: Call, start: int, dt: float, sizes: Mapping[str, int]) -> Scheduled:
    """Return ``made`` at step ``start``, its arguments and expectations checked; ``sizes`` are those of the populations."""
    operation = model.operation(made.do)
    owner = f"{type(model).__name__}.{made.do}"
    if start > _LAST_STEP:
        raise OperationError(f"{owner}: at must be at most {_LAST_STEP * dt:g} ms, got {made.at:g}")
    windows = operation.windows(model)
    operation.check_windows(owner, windows, dt)
    for name, bits in made.expect.items():
        if name not in windows:
            valid = ", ".join(windows) or "(none)"
            raise OperationError(
                f"{owner} at {made.at:g} ms: expect.{name} is unknown; this operation answers: {valid}"
            )
        size = sizes[windows[name].population] // windows[name].group
        for bit in bits:
            if not 0 <= bit < size:
                raise OperationError(f"{owner} at {made.at:g} ms: expect.{name} {bit} is out of range 0..{size - 1}")
    stimulus = operation.stimulus(model, made.arguments).later(start)
    spacing = whole_steps(operation.spacing, dt, f"spacing of {made.do}")
    free = (max(start, stimulus.last) if operation.from_end else start) + spacing
    return Scheduled(made, operation, start, free, stimulus, windows)


def _planned(model: Memory, made: Call, dt: float, sizes: Mapping[str, int]) -> Scheduled:
    where = f"{type(model).__name__}.{made.do}: at"
    if not 0.0 <= made.at <= _LAST_STEP * dt:
        raise OperationError(f"{where} must be a time of 0 to {_LAST_STEP * dt:g} ms, got {made.at:g}")
    return plan(model, made, whole_steps(made.at, dt, where), dt, sizes)


def events(stimulus: Stimulus) -> dict[str, StepEvents]:
    """Return a stimulus as arrays."""
    found = {}
    for population, spikes in stimulus.spikes.items():
        table = np.array(spikes, dtype=np.int64).reshape(-1, 2)
        found[population] = (table[:, 0].copy(), table[:, 1].astype(np.int32))
    return found


def all_events(planned: Iterable[Scheduled]) -> dict[str, StepEvents]:
    """Return the spikes of all calls together."""
    together: dict[str, list[tuple[int, int]]] = {}
    for scheduled in planned:
        for population, spikes in scheduled.stimulus.spikes.items():
            together.setdefault(population, []).extend(spikes)
    return events(Stimulus({population: tuple(sorted(spikes)) for population, spikes in together.items()}))
