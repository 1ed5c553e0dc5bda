"""A program that a standalone device has written and that is compiled: it runs any number of trials, each in its own folder.

Trials differ in the spikes of the sources and in their length. Both are read by the program from files when it starts: the
spikes from the arrays that Brian2 writes for its generators, made long enough, the length from a file of ours.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from threading import Lock
from typing import Any
from weakref import finalize

import numpy as np

from spikemem.backend import StepEvents
from spikemem.backends.brian.build import Array, Held, Signal, events_of
from spikemem.backends.brian.lower import Model

_ARRAYS, _RESULTS, _DURATION = "static_arrays", "results", "duration"
_LEAST = 4096
"""Spikes that there is always room for."""
_NEVER = 1 << 30
"""The step of the spikes that fill up a generator: no run gets there."""
_RUN = re.compile(r"(\.run\()[^,;]+(, NULL,)")
_READ = (
    "#include <fstream>\n"
    f'static double spikemem_duration() {{ double s = 0; std::ifstream("{_DURATION}") >> s; return s; }}\n'
)


def room(count: int) -> int:
    """Return for how many spikes a generator is written that has ``count`` to fire."""
    return max(_LEAST, 1 << (count - 1).bit_length())


def filled_up(events: StepEvents, size: int) -> StepEvents:
    """Return ``events`` and as many that never come as make ``size``."""
    steps, neurons = events
    missing = size - steps.size
    return (
        np.concatenate([steps, _NEVER + np.arange(missing)]),
        np.concatenate([neurons, np.zeros(missing, dtype=np.int32)]),
    )


def with_room(feed: Mapping[str, StepEvents]) -> dict[str, StepEvents]:
    """Return the spikes that a program is written with, so that it has room for as many and some more."""
    return {name: filled_up(events, room(events[0].size)) for name, events in feed.items()}


def read_duration(main: Path) -> None:
    """Have the program whose ``main`` function is in this file read how long (s) it is to run."""
    text, count = _RUN.subn(r"\1spikemem_duration()\2", main.read_text())
    if count != 1:
        raise RuntimeError(f"{main.name} that Brian2 generated has {count} runs in place of one")
    main.write_text(_READ + text)


@dataclass(frozen=True)
class Results:
    """What a trial left: the variables that may be asked for, by key, and all spikes and other events, by name."""

    values: Mapping[str, Array]
    events: Mapping[str, StepEvents]


@dataclass(frozen=True)
class _File:
    """A variable in a results folder."""

    name: str
    dtype: np.dtype[Any]

    def read(self, folder: Path) -> Array:
        values: Array = np.fromfile(folder / self.name, dtype=self.dtype)
        return values


class Project:
    """The compiled program of a network, in a folder that must stay as long as trials are run."""

    def __init__(
        self, folder: Path, device: Any, model: Model, feed: Mapping[str, StepEvents], steps: int, dt: float
    ) -> None:  # fmt: skip
        def file(variable: Any) -> _File:
            return _File(device.get_array_filename(variable), variable.dtype)

        def array(population: str, name: str) -> str:
            variable = model.groups[population].variables[name]
            return f"_static_array_{device.get_array_name(variable, access_data=False)}"

        self.held: Mapping[str, tuple[Held, ...]] = model.held
        self._folder, self._dt = folder, dt
        self._steps = steps if any(p.cell.draws for p in model.network.populations) else _NEVER
        self._capacities = {name: steps.size for name, (steps, _) in feed.items()}
        self._values = {key: file(model.variable(key)) for key in model.initial}
        signals = {name: Signal(monitor) for name, monitor in model.monitors.items()} | dict(model.signals)
        self._signals = {
            name: tuple(file(s.monitor.variables[v]) for v in ("t", "i", s.amount) if v is not None)
            for name, s in signals.items()
        }
        self._arrays = {name: (array(name, "_timebins"), array(name, "neuron_index")) for name in feed}
        missing = [a for pair in self._arrays.values() for a in pair if not (folder / _ARRAYS / a).is_file()]
        if missing:
            raise RuntimeError(f"Brian2 wrote no file {missing[0]} for a spike source")

    def has_room(self, counts: Mapping[str, int], steps: int) -> bool:
        """Return whether a trial with so many spikes of each source can be run for so many steps."""
        return steps <= self._steps and all(count <= self._capacities[name] for name, count in counts.items())

    def run(self, feed: Mapping[str, StepEvents], steps: int) -> Results:
        """Run a trial in a folder of its own; raise :class:`RuntimeError` if the program fails."""
        with TemporaryDirectory(prefix="spikemem-") as name:
            folder = Path(name)
            (folder / _RESULTS).mkdir()
            (folder / _ARRAYS).mkdir()
            for path in (self._folder / _ARRAYS).iterdir():
                (folder / _ARRAYS / path.name).symlink_to(path)
            for source, fed in feed.items():
                for target, numbers in zip(self._arrays[source], filled_up(fed, self._capacities[source]), strict=True):
                    (folder / _ARRAYS / target).unlink()
                    np.asarray(numbers, dtype=np.int32).tofile(folder / _ARRAYS / target)
            (folder / _DURATION).write_text(repr(steps * self._dt * 1e-3))
            self._call(folder)
            results = folder / _RESULTS
            events = {
                name: events_of(
                    times.read(results), neurons.read(results), self._dt, *(a.read(results) for a in amounts)
                )
                for name, (times, neurons, *amounts) in self._signals.items()
            }
            return Results({key: file.read(results) for key, file in self._values.items()}, events)

    def _call(self, folder: Path) -> None:
        done = subprocess.run(
            [self._folder / "main", "--results_dir", f"{folder / _RESULTS}/"],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"the program that Brian2 generated failed: {done.stderr or done.stdout}")


class Projects:
    """The compiled programs that ``trials`` of one network share: as a rule one, which the first of them to run compiles.

    Their folders are removed when the last trial is done, or is given up.
    """

    def __init__(self, trials: int) -> None:
        self._to_do = trials
        self._removals: list[Callable[[], object]] = []
        self._made: list[Project] = []
        self._lock = Lock()

    def find(
        self, feed: Mapping[str, StepEvents], steps: int,
        compiled: Callable[[Path, Mapping[str, StepEvents], int], Project],
    ) -> Project:  # fmt: skip
        """Return a program with room for the spikes of ``feed``, and for the numbers that modules choose by in ``steps``.

        It is one that there is, else ``compiled`` in a new folder.
        """
        counts = {name: steps.size for name, (steps, _) in feed.items()}
        with self._lock:
            for project in self._made:
                if project.has_room(counts, steps):
                    return project
            folder = Path(mkdtemp(prefix="spikemem-"))
            remove = finalize(self, rmtree, folder, ignore_errors=True)
            try:
                self._made.append(compiled(folder, with_room(feed), room(steps)))
            except BaseException:
                remove()
                raise
            self._removals.append(remove)
            return self._made[-1]

    def done(self) -> None:
        """Say that a trial needs no program any more."""
        with self._lock:
            self._to_do -= 1
            if not self._to_do:
                for remove in self._removals:
                    remove()
