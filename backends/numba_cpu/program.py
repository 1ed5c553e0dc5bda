"""A network in the Numba engine, running."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.backend import Cost, Program, StepEvents, WeightForm
from spikemem.backends.numba_cpu.deferred_stdp import add_pending
from spikemem.backends.numba_cpu.driver import drive
from spikemem.backends.numba_cpu.kernel import EVENTS, GROW, NEVER, RECORDED, SPIKES, UPDATES, WAKE, Memory
from spikemem.backends.numba_cpu.lower import Image
from spikemem.backends.numba_cpu.stage import READERS
from spikemem.checks import whole_number
from spikemem.draws import DRAW_BLOCK, Draws
from spikemem.errors import FileError
from spikemem.ir.lowered import Connections, connection_list
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.requests import state_variable, weights_of
from spikemem.sources import NO_EVENTS, Sources


class NumbaProgram(Program):
    """One trial: the image of its network, its memory, the step that it is at and the spikes that it recorded."""

    def __init__(self, image: Image, shared: Memory | None = None) -> None:
        self.network = image.network
        self._image = image
        self._memory = image.memory(shared)
        self._now = 0
        self._sources = Sources(image.network)
        self._draws, self._drawn = Draws(image.network), -1
        self._record: list[StepEvents] = []

    @property
    def now(self) -> int:
        """The next step."""
        return self._now

    @property
    def memory(self) -> Memory:
        """The program's arrays; trials of a batch share the constants."""
        return self._memory

    def stimulate(self, events: Mapping[str, StepEvents]) -> None:
        """Add spikes of spike sources."""
        self._sources.stimulate(self._now, events)
        if events:
            self._wire_feed()

    def _wire_feed(self) -> None:
        """Lay the pending events of all sources out as the kernels read them."""
        steps, neurons = zip(*self._sources.pending.values(), strict=True)
        self._memory = self._memory._replace(
            feed_step=np.concatenate([*steps, np.zeros(1, dtype=np.int64)]),
            feed_neuron=np.concatenate([*neurons, np.zeros(1, dtype=np.int32)]),
        )
        end = 0
        for stage, population in enumerate(self.network.populations):
            if population.name in self._sources.pending:
                own = self._sources.pending[population.name][0]
                begin, end = end, end + own.size
                self._view(f"population/{population.name}/feed")[:] = (begin, end)
                self._memory.control[WAKE + 2 * stage] = own[0] if own.size else NEVER

    def run(self, steps: int) -> None:
        """Advance by ``steps`` steps."""
        end = self._now + whole_number("run: steps", steps)
        while self._now < end:
            known = self._sources.pending
            until = self._sources.draw(self._now, end)
            if self._sources.pending is not known:
                self._wire_feed()
            self._drive_block_by_block(until) if self._draws.modules else self._drive(until)

    def _drive_block_by_block(self, until: int) -> None:
        """Advance, quiet time skipped, and have the numbers that modules choose by at hand."""
        while self._now < until:
            self._now = max(self._now, min(until, int(self._memory.control[WAKE::2].min())))
            block = self._now // DRAW_BLOCK
            if self._drawn != block:
                self._drawn = block
                for name, numbers in self._draws.block(block).items():
                    self._view(f"population/{name}/draws")[:] = numbers
            self._drive(min(until, (block + 1) * DRAW_BLOCK))

    def _drive(self, until: int) -> None:
        while self._now < until:
            image = self._image
            self._now = drive(
                self._now, until, image.neurons, image.addresses, image.starts, image.headers, self._memory
            )
            self._keep_record()
            if self._memory.control[GROW]:
                self._grow()

    def _keep_record(self) -> None:
        memory = self._memory
        count = memory.control[RECORDED]
        if count:
            self._record.append((memory.record_step[:count].copy(), memory.record_neuron[:count].copy()))
            memory.control[RECORDED] = 0

    def _grow(self) -> None:
        """Double the room of every growing array; the values stay."""
        values = {name: self._view(name).copy() for name in self._image.layout.names()}
        layout = self._image.layout
        for stage in self._image.stages:
            for name in stage.growing:
                layout = layout.grown(name, 2 * layout.slots[name].initial.shape[-1])
        self._image = self._image.relaid(layout)
        fresh = self._image.memory(self._memory)
        old = self._memory
        self._memory = fresh._replace(
            control=old.control, record_step=old.record_step, record_neuron=old.record_neuron,
            feed_step=old.feed_step, feed_neuron=old.feed_neuron,
        )  # fmt: skip
        for name, value in values.items():
            self._view(name)[..., : value.shape[-1]] = value
        self._memory.control[GROW] = 0

    def spikes(self, since: int = 0) -> dict[str, StepEvents]:
        """Return the spikes held, by population, sorted by step, then neuron."""
        steps = np.concatenate([NO_EVENTS[0], *(s for s, _ in self._record)])
        neurons = np.concatenate([NO_EVENTS[1], *(n for _, n in self._record)])
        late = steps >= since
        steps, neurons = steps[late], neurons[late]
        found = {}
        for population in self.network.populations:
            first = self._image.first_neuron[population.name]
            own = (neurons >= first) & (neurons < first + population.size)
            found[population.name] = (steps[own], neurons[own] - np.int32(first))
        return found

    def forget_spikes(self) -> None:
        """Drop the spikes held."""
        self._record.clear()

    def weights(self, projection: str, form: WeightForm = "stored") -> Connections:
        """Return a projection's synapses by delay, then pre, then post."""
        lowered = weights_of(self.network, projection, form)
        pre, post = self.network.population(lowered.pre).size, self.network.population(lowered.post).size
        parts = []
        read = READERS.get(type(lowered.synapse))
        for name, bucket in zip(self._image.bucket_names[projection], lowered.buckets, strict=True):
            if read is not None:
                parts.append(read(lowered, bucket, name, self._view, self.network.dt, self._now))
                continue
            one = isinstance(bucket.layout.weights, float)
            values = None if one else np.array(self._view(f"{name}/weights"), dtype=np.float64).reshape(-1)
            rule = lowered.synapse
            if values is not None and form == "effective" and isinstance(rule, PairSTDP) and rule.update == "deferred":
                add_pending(values, self._now - 1, self._header(name), self._memory, pre)
            parts.append(connection_list(bucket, pre, post, self.network.dt, values))
        return Connections(
            *(np.concatenate([getattr(c, f) for c in parts]) for f in ("pre", "post", "weight", "delay"))
        )

    def variable(self, population: str, name: str) -> npt.NDArray[np.float64]:
        """Return a state variable of every neuron."""
        state_variable(self.network, population, name)
        return np.array(self._view(f"population/{population}/{name}"), dtype=np.float64)

    @property
    def cost(self) -> Cost:
        """What the run took so far."""
        control = self._memory.control
        return Cost(int(control[SPIKES]), int(control[EVENTS]), int(control[UPDATES]))

    def save_state(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the state by array name, and what the engine itself must know."""
        state: dict[str, npt.NDArray[np.generic]] = {name: self._view(name).copy() for name in self._saved()}
        control = self._memory.control
        state["network"] = np.frombuffer(self.network.digest().encode(), dtype=np.uint8)
        state["engine/now"] = np.array([self._now])
        state["engine/cost"] = control[[SPIKES, EVENTS, UPDATES]]
        state["engine/wake"] = control[WAKE:].copy()
        for name, (steps, neurons) in self._sources.to_come(self._now).items():
            state[f"stimulus/{name}"] = np.stack([steps, neurons.astype(np.int64)])
        return state

    def load_state(self, state: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Take over a saved state of the same network; check everything before changing anything."""
        own = self.save_state()
        if missing := sorted(own.keys() ^ state.keys()):
            raise FileError(f"state: array {missing[0]!r} is in one of the saved state and this network, not in both")
        for name, value in own.items():
            given = state[name]
            growing = any(name in stage.growing for stage in self._image.stages)
            fits = (
                given.shape[:-1] == value.shape[:-1]
                if growing or name.startswith("stimulus/")
                else given.shape == value.shape
            )
            if not fits:
                raise FileError(f"state: array {name!r} has shape {given.shape}, this network's has {value.shape}")
        if not np.array_equal(own["network"], state["network"]):
            raise FileError("state: is of another network, or of the same under other numerics, weights or seed")
        while any(self._view(n).shape[-1] < state[n].shape[-1] for s in self._image.stages for n in s.growing):
            self._grow()
        for name in self._saved():
            self._view(name)[..., : state[name].shape[-1]] = state[name]
        self._now = int(np.asarray(state["engine/now"], dtype=np.int64)[0])
        self._memory.control[[SPIKES, EVENTS, UPDATES]] = np.asarray(state["engine/cost"], dtype=np.int64)
        self._memory.control[WAKE:] = np.asarray(state["engine/wake"], dtype=np.int64)
        fed = {n: np.asarray(state[f"stimulus/{n}"], dtype=np.int64) for n in self._sources.pending}
        self._sources.restore({n: (steps, neurons.astype(np.int32)) for n, (steps, neurons) in fed.items()})
        if fed:
            self._wire_feed()
        self._record.clear()
        self._drawn = -1

    def _saved(self) -> list[str]:
        """Return the names of the arrays that make up the state: all but places in the feed, and numbers drawn."""
        feeds = {f"population/{name}/feed" for name in self._sources.pending}
        drawn = {f"population/{name}/draws" for name in self._draws.modules}
        return [name for name in self._image.layout.names() if name not in feeds | drawn]

    def _view(self, name: str) -> Any:
        return self._image.layout.view(self._memory, name)

    def _header(self, stage: str) -> npt.NDArray[np.int64]:
        index = next(k for k, s in enumerate(self._image.stages) if s.name == stage)
        return self._image.headers[self._image.starts[index] : self._image.starts[index + 1]]
