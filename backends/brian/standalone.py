"""A network as a program of its own, written by Brian2's standalone device: compiled and run once, as a whole."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from spikemem.backend import Cost, RunOptions, StepEvents
from spikemem.backends.brian import settings
from spikemem.backends.brian.build import Array, Held
from spikemem.backends.brian.compiler import compile_project, find_compiler
from spikemem.backends.brian.lower import lower
from spikemem.backends.brian.program import BrianProgram
from spikemem.backends.brian.project import Project, Projects, read_duration, with_room
from spikemem.checks import whole_number
from spikemem.draws import Draws
from spikemem.errors import Unsupported
from spikemem.ir.lowered import LoweredNetwork, connection_list
from spikemem.sources import in_order
from spikemem.tally import Record, costs_until


class StandaloneProgram(BrianProgram):
    """One trial. Everything that may be asked for is read when the run ends; then its folder is removed."""

    stepwise = False
    device: ClassVar[str] = "cpp_standalone"

    def __init__(
        self, network: LoweredNetwork, options: RunOptions, projects: Projects, backend: str = "brian2-cpp"
    ) -> None:
        self._backend, self._projects = backend, projects
        self._events: dict[str, StepEvents] = {}
        self._values: dict[str, Array] = {}
        self._ended = False
        super().__init__(network, options)

    def _initial_held(self) -> Mapping[str, tuple[Held, ...]]:
        """Return the synapses with their initial weights; Brian2 objects are made for the run only."""
        populations = self.network.populations
        self._values = {f"n{k}.{name}": v for k, p in enumerate(populations) for name, v in p.initial.items()}
        sizes = {p.name: p.size for p in populations}
        return {
            p.name: tuple(Held(b, connection_list(b, sizes[p.pre], sizes[p.post], self.network.dt)) for b in p.buckets)
            for p in self.network.projections
        }

    def stimulate(self, events: Mapping[str, StepEvents]) -> None:
        """Add spikes of spike sources, before the run."""
        self._refuse_if_ended()
        super().stimulate(events)

    def run(self, steps: int) -> None:
        """Run the program for ``steps`` steps, written and compiled unless another trial did so; this can be done once."""
        whole_number("run: steps", steps)
        if steps == 0:
            return
        self._refuse_if_ended()
        self._before_run()
        feed = self._sources.until(steps)
        project = self._projects.find(feed, steps, self._compiled)
        results = project.run(feed, steps)
        self._values, self._held = dict(results.values), project.held
        self._events = {name: in_order(*events) for name, events in results.events.items()}
        self._record = Record(self.network, self._held, self._kept)
        self._ended, self._now = True, steps
        self._projects.done()
        self._record.add(self._events, steps)

    def compile_into(self, folder: Path, steps: int) -> None:
        """Write and compile the program of a run in ``folder``, and leave it there; nothing is run."""
        self._compiled(folder, with_room(self._sources.until(steps)), steps)

    def rehearse(self, steps: int) -> str:
        """Write and compile the program of a run in a folder that is then removed."""
        with TemporaryDirectory(prefix="spikemem-") as name:
            began = perf_counter()
            self.compile_into(Path(name), steps)
        return f"wrote, compiled and linked the program of {self._backend} in {perf_counter() - began:.0f} s"

    def _compiled(self, folder: Path, feed: Mapping[str, StepEvents], steps: int) -> Project:
        with settings.standalone(self.device, self._preferences(folder)) as device:
            with self._written_quietly():
                model = lower(self.network, self._options, dict(feed), Draws(self.network).until(steps))
                model.brian.run(model.clock.dt, namespace={})
                device.build(directory=str(folder), compile=False, run=False)
                read_duration(next(folder.glob("main.c*")))
            self._compile(folder)
            return Project(folder, device, model, feed, steps, self.network.dt)

    def _written_quietly(self) -> AbstractContextManager[None]:
        """Return what keeps the device from saying what needs no saying while the program is written."""
        return nullcontext()

    def _before_run(self) -> None:
        """Raise if there is nothing to run on."""

    def _preferences(self, folder: Path) -> dict[str, Any]:
        """Return Brian2's preferences while the program is written, compiled and run."""
        return {}

    def _compile(self, folder: Path) -> None:
        compile_project(folder, find_compiler(self._backend), len(os.sched_getaffinity(0)))

    def costs(self, marks: Sequence[int]) -> list[Cost]:
        """Return what the run took up to each of ``marks``, from its start."""
        return costs_until(Record(self.network, self._held, self._kept), self._events, marks)

    def _refuse_if_ended(self) -> None:
        if self._ended:
            raise Unsupported(
                f"backend {self._backend}: a compiled run cannot be continued, so its operations must be given as one "
                "protocol; instead: spikemem.run with a protocol, or a live memory on backend brian2 or numba"
            )

    def read(self, key: str) -> Array:
        """Return a Brian2 variable as it is after the run, or before it."""
        return self._values[key]

    def save_state(self) -> dict[str, npt.NDArray[np.generic]]:
        """Raise: there is no run that could go on from it."""
        raise Unsupported(
            f"backend {self._backend}: a compiled run has no checkpoint; instead: backend brian2 or numba"
        )

    def load_state(self, state: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Raise: a compiled run begins at its beginning."""
        raise Unsupported(
            f"backend {self._backend}: a compiled run has no checkpoint; instead: backend brian2 or numba"
        )
