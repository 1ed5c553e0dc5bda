"""A network in Brian2's runtime: it may be stopped, looked at and stimulated between any two steps."""

from __future__ import annotations

from collections.abc import Mapping

import brian2
import numpy as np
import numpy.typing as npt

from spikemem.backend import StepEvents
from spikemem.backends.brian import settings
from spikemem.backends.brian.build import Array, Held, Signal, events_of
from spikemem.backends.brian.checkpoint import Arrivals, add_arrivals, check, growing, remembering
from spikemem.backends.brian.drawing import DRAWN
from spikemem.backends.brian.lower import lower
from spikemem.backends.brian.program import BrianProgram
from spikemem.backends.brian.spike_source import refill
from spikemem.backends.brian.state import Live, load, save
from spikemem.checks import whole_number
from spikemem.draws import DRAW_BLOCK, Draws
from spikemem.ir.values import FloatArray
from spikemem.sources import NO_EVENTS


class RuntimeProgram(BrianProgram):
    """One trial. Code is generated once; a stretch of steps then calls Brian2's objects in their order, as its own run does."""

    def _initial_held(self) -> Mapping[str, tuple[Held, ...]]:
        """Make the Brian2 network and generate its code."""
        with settings.runtime():
            self._model = lower(self.network, self._options, self._sources.pending)
            self._model.brian.run(0 * brian2.second, namespace={})
            parts = [part for part in self._model.brian.sorted_objects if part.active]
            self._runs = [p.run for p in parts if p.code_objects or isinstance(p, brian2.NetworkOperation)]
        self._later: Arrivals = {}
        self._draws, self._drawn, self._numbers = Draws(self.network), -1, dict[str, FloatArray]()
        self._fired: dict[str, list[StepEvents]] = {name: [] for name in remembering(self.network, self._model.held)}
        return self._model.held

    def stimulate(self, events: Mapping[str, StepEvents]) -> None:
        """Add spikes of spike sources."""
        super().stimulate(events)
        self._refill(events)

    def _refill(self, names: Mapping[str, StepEvents]) -> None:
        with settings.runtime():
            for name in names:
                refill(self._model.groups[name], self._sources.pending[name], self.network.dt)

    def run(self, steps: int) -> None:
        """Advance by ``steps`` steps."""
        end = self._now + whole_number("run: steps", steps)
        while self._now < end:
            known = dict(self._sources.pending)
            until = self._sources.draw(self._now, end)
            self._refill({name: e for name, e in self._sources.pending.items() if e is not known[name]})
            self._advance(until)

    def _advance(self, until: int) -> None:
        clock, dt = self._model.clock, self.network.dt * brian2.ms
        with settings.runtime():
            clock.set_interval(self._now * dt, until * dt)
            for step in range(self._now, until):
                self._draw(step)
                for name, sums in self._later.pop(step, {}).items():
                    add_arrivals(self._model.groups[name], self.network.population(name).cell.receptors, sums)
                for run in self._runs:
                    run()
                clock.advance()
        self._now = until
        events = {name: self._taken(Signal(monitor)) for name, monitor in self._model.monitors.items()}
        events |= {name: self._taken(signal) for name, signal in self._model.signals.items()}
        self._record.add(events, until, self._taken_besides())
        for name, earlier in self._fired.items():
            earlier.append(events[name])

    def _draw(self, step: int) -> None:
        """Give the modules the numbers that they choose by in a step."""
        if self._drawn != step // DRAW_BLOCK:
            self._drawn = step // DRAW_BLOCK
            self._numbers = self._draws.block(self._drawn)
        for name, numbers in self._numbers.items():
            x, size = numbers[step % DRAW_BLOCK], self.network.population(name).size
            self._model.groups[name].variables[DRAWN].set_value(np.repeat(x, size // x.size))

    def _taken(self, signal: Signal) -> StepEvents:
        """Return what a monitor has recorded and empty it."""
        monitor = signal.monitor
        if not len(monitor.i):
            return NO_EVENTS
        amounts = None if signal.amount is None else getattr(monitor, signal.amount)[:]
        found = events_of(monitor.t_[:], monitor.i[:], self.network.dt, amounts)
        monitor.resize(0)
        monitor.variables["N"].set_value(0)
        return found

    def _taken_besides(self) -> tuple[int, int]:
        """Return the synaptic events and weight updates that spikes do not tell."""
        taken = [h.taken() for held in self._model.held.values() for h in held if h.taken is not None]
        return sum(events for events, _ in taken), sum(updates for _, updates in taken)

    def read(self, key: str) -> Array:
        """Return a Brian2 variable as it is now."""
        return np.array(self._model.variable(key).get_value())

    def save_state(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the state, by the names of the Numba engine, which can go on from it."""
        single = self._options.weight_precision == "float32"
        pending = self._sources.to_come(self._now)
        state: dict[str, npt.NDArray[np.generic]] = {}
        state |= save(self._access(), self._model, self._later, pending, self.cost, single)
        return state

    def load_state(self, state: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Take over a saved state of the same network; check everything before changing anything."""
        given = {name: np.asarray(value) for name, value in state.items()}
        check(self.save_state(), given, growing(self.network, self._held))
        self._now = int(given["engine/now"][0])
        with settings.runtime():
            loaded = load(self._access(), self._model, given)
            now = self._now * self.network.dt * brian2.ms
            self._model.clock.set_interval(now, now)
        self._later, self._fired = loaded.later, loaded.fired
        self._record.restore(loaded.cost, loaded.updates)
        self._sources.restore(loaded.pending)
        self._refill(self._sources.pending)

    def _access(self) -> Live:
        return Live(self.network, self._now, self._model, self._fired)
