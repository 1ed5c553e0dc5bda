"""The backend ``nest``: pyNN.nest, on the grid."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from math import exp
from threading import RLock
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.backend import Backend, Cost, Program, RunOptions, StepEvents, WeightForm
from spikemem.backends.pynn import rules
from spikemem.backends.pynn.build import Built, Dialect, Synapses, build, is_source, synapses, with_pending
from spikemem.backends.pynn.translate import CELLS, from_pynn_weight, to_pynn
from spikemem.checks import whole_number
from spikemem.errors import Unsupported
from spikemem.ir.cell import Cell
from spikemem.ir.if_curr_delta import IF_curr_delta
from spikemem.ir.lowered import Connections, LoweredNetwork, LoweredProjection
from spikemem.ir.pair_stdp import FREE, PairSTDP
from spikemem.ir.synapse import Static
from spikemem.ir.values import FloatArray
from spikemem.passes.legalize import Abilities
from spikemem.requests import recorded, state_variable, weights_of
from spikemem.sources import Sources, in_order
from spikemem.tally import Record

_LOCK = RLock()
"""NEST has one kernel a process: programs on several threads take turns."""


def _gain(cell: Cell, dt: float) -> float:
    """NEST adds a weight to IF_curr_delta's membrane after the step's decay, we before it."""
    return exp(-dt / cell.tau_m) if isinstance(cell, IF_curr_delta) else 1.0


def _lag(cell: Cell) -> int:
    """NEST adds what arrives to a synaptic current after the membrane has been moved, to IF_curr_delta's membrane before."""
    return 0 if isinstance(cell, IF_curr_delta) else 1


def _unscaled(cell: Cell) -> float:
    """pyNN.nest scales weights in mV on their way in, but neither a rule's bounds nor the weights read back."""
    return 1e-3 if isinstance(cell, IF_curr_delta) else 1.0


# Two steps, since PyNN's first run is one longer than asked for, and the relays of sources take one.
DIALECT = Dialect(lag=_lag, gain=_gain, unscaled=_unscaled, lead=1, first=3)


class NestProgram(Program):
    """One trial, run once, as a whole: NEST's kernel holds one network at a time, and is emptied for the next."""

    stepwise = False

    def __init__(self, network: LoweredNetwork, options: RunOptions) -> None:
        self.network = network
        self._options = options
        self._kept = recorded(network, options.record)
        self._sources = Sources(network)
        self._now = 0
        self._synapses = synapses(network)
        self._stored: dict[str, list[FloatArray]] = {}
        self._values = {(p.name, name): v for p in network.populations for name, v in p.initial.items()}
        self._events: dict[str, StepEvents] = {}
        self._record = Record(network, self._synapses, self._kept)

    @property
    def now(self) -> int:
        """The next step."""
        return self._now

    def stimulate(self, events: Mapping[str, StepEvents]) -> None:
        """Add spikes of spike sources, before the run."""
        self._refuse_if_ended()
        self._sources.stimulate(0, events)

    def run(self, steps: int) -> None:
        """Run ``steps`` steps; this can be done once."""
        if whole_number("run: steps", steps) == 0:
            return
        self._refuse_if_ended()
        known = 0
        while known < steps:
            known = self._sources.draw(known, steps, forget=False)
        feed = {name: (s[s < steps], n[s < steps]) for name, (s, n) in self._sources.pending.items()}
        with kernel(self.network, self._options) as sim:
            built = build(sim, self.network, self._synapses, DIALECT, feed)
            metered = self._simulate(sim, built, steps)
            self._events = {
                p.name: feed[p.name] if is_source(p) else self._fired(built, p.name, steps)
                for p in self.network.populations
            }
        self._now = steps
        self._values = {
            (name, variable): values - self._too_early(name, variable)
            for name, found in metered.items()
            for variable, values in found.items()
        }
        self._record.add(self._events, steps)

    def _simulate(self, sim: Any, built: Built, steps: int) -> dict[str, dict[str, FloatArray]]:
        dt, end = self.network.dt, (DIALECT.first + steps) * self.network.dt
        sim.run((DIALECT.first - 1) * dt)  # and one step more: PyNN's first run is longer than asked for
        neurons = [p for p in self.network.populations if not is_source(p)]
        meters: dict[str, Meter] = {}
        for population in neurons:
            made = built.populations[population.name]
            made.set(i_offset=to_pynn(population.cell, population.i_offset)[1]["i_offset"])
            made.node_collection.set(V_m=population.initial["v"].tolist())
            meters[population.name] = Meter(made, population.cell, end - dt)
        # NEST gives the spikes and the state of a step, and changes the weights of those that fired in it, in the next.
        sim.run((steps + 1) * dt)
        for projection in self.network.projections:
            if isinstance(projection.synapse, PairSTDP):
                self._stored[projection.name] = self._read(built.projections[projection.name], projection)
        return {name: meter.last() for name, meter in meters.items()}

    def _too_early(self, population: str, variable: str) -> FloatArray:
        """Return what NEST has already added to a synaptic variable, for the next step to move the membrane by."""
        cell = self.network.population(population)
        added = np.zeros(cell.size)
        if not DIALECT.lag(cell.cell) or variable == "v":
            return added
        receptor = "inhibitory" if variable.endswith("inh") else "excitatory"
        for projection in self.network.projections:
            if (projection.post, projection.receptor) != (population, receptor):
                continue
            steps, neurons = self._events[projection.pre]
            for listed in self._synapses[projection.name]:
                emitted = np.bincount(
                    neurons[steps == self._now - listed.delay],
                    minlength=self.network.population(projection.pre).size,
                )
                found = listed.connections
                np.add.at(added, found.post, emitted[found.pre] * found.weight)
        return added

    def _read(self, made: Sequence[Any | None], projection: LoweredProjection) -> list[FloatArray]:
        """Return the weights of each delay by pre, then post."""
        cell = self.network.population(projection.post).cell
        scale = DIALECT.gain(cell, self.network.dt) * DIALECT.unscaled(cell)
        found = []
        for part in made:
            rows = np.zeros((0, 3))
            if part is not None:
                rows = np.array(part.get("weight", format="list"), dtype=np.float64)
            weights = rows[np.lexsort((rows[:, 1], rows[:, 0])), 2]
            found.append(from_pynn_weight(cell, projection.receptor, weights) / scale)
        return found

    def _fired(self, built: Built, name: str, steps: int) -> StepEvents:
        trains = built.populations[name].get_data("spikes").segments[0].spiketrains
        times = np.concatenate([np.zeros(0), *(np.asarray(t.magnitude) for t in trains)])
        neurons = np.repeat(np.arange(len(trains), dtype=np.int32), [len(t) for t in trains])
        at = np.rint(times / self.network.dt).astype(np.int64) - 1 - DIALECT.first
        inside = (at >= 0) & (at < steps)
        return in_order(at[inside], neurons[inside])

    def spikes(self, since: int = 0) -> dict[str, StepEvents]:
        """Return the spikes held, by population, sorted by step, then neuron."""
        return self._record.spikes(since)

    def forget_spikes(self) -> None:
        """Drop the spikes held."""
        self._record.forget()

    @property
    def cost(self) -> Cost:
        """What the run took so far."""
        return self._record.cost

    def costs(self, marks: Sequence[int]) -> list[Cost]:
        """Return what the run took up to each of ``marks``, from its start."""
        fresh = Record(self.network, self._synapses, self._kept)
        return [fresh.counted({n: (s[s < m], i[s < m]) for n, (s, i) in self._events.items()}, m) for m in marks]

    def weights(self, projection: str, form: WeightForm = "stored") -> Connections:
        """Return a projection's synapses by delay, then pre, then post."""
        lowered = weights_of(self.network, projection, form)
        found = [listed.connections for listed in self._synapses[projection]]
        weights = [c.weight for c in found]
        if projection in self._stored:
            weights = self._stored[projection]
            if form == "effective":
                weights = [
                    self._with_pending(lowered, *pair) for pair in zip(self._synapses[projection], weights, strict=True)
                ]
        pre, post, delay = (np.concatenate([getattr(c, part) for c in found]) for part in ("pre", "post", "delay"))
        return Connections(pre, post, np.concatenate(weights), delay)

    def _with_pending(self, projection: LoweredProjection, listed: Synapses, stored: FloatArray) -> FloatArray:
        rule, network = projection.synapse, self.network
        assert isinstance(rule, PairSTDP)
        events = self._events[projection.pre], self._events[projection.post]
        return with_pending(rule, listed, stored, *events, until=self._now - 1, dt=network.dt)

    def variable(self, population: str, name: str) -> npt.NDArray[np.float64]:
        """Return a state variable of every neuron as it is after the run, or before it."""
        state_variable(self.network, population, name)
        return self._values[population, name]

    def save_state(self) -> dict[str, npt.NDArray[np.generic]]:
        """Raise: NEST's kernel cannot be saved."""
        raise Unsupported("backend nest: NEST's state cannot be saved; instead: backend numba or brian2")

    def load_state(self, state: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Raise: a run begins at its beginning."""
        raise Unsupported("backend nest: NEST's state cannot be loaded; instead: backend numba or brian2")

    def _refuse_if_ended(self) -> None:
        if self._now:
            raise Unsupported(
                "backend nest: a run cannot be continued, so its operations must be given as one protocol; "
                "instead: spikemem.run with a protocol, or a live memory on backend brian2 or numba"
            )


class Meter:
    """Reads the state of a population's neurons after the step that begins at ``start`` (ms of NEST's time)."""

    def __init__(self, population: Any, cell: Cell, start: float) -> None:
        import nest

        kind = population.celltype
        self._size = population.size
        self._names = {v: getattr(kind, "variable_map", {"v": "V_m"})[v] for v in cell.state_variables}
        self._scales = _signed_scales(kind, cell)
        step = float(nest.resolution)
        self._meter = nest.Create(
            "multimeter",
            params={"record_from": list(self._names.values()), "interval": step, "start": start, "stop": start + step},
        )
        nest.Connect(self._meter, population.node_collection)

    def last(self) -> dict[str, FloatArray]:
        """Return the values by our names."""
        events = self._meter.get("events")
        order = np.argsort(events["senders"])
        return {name: np.asarray(events[theirs])[order] * self._scales[name] for name, theirs in self._names.items()}


def _signed_scales(kind: Any, cell: Cell) -> dict[str, float]:
    """Return the factors from NEST's state variables to ours: its inhibitory currents are negative, as its weights are."""
    scales = dict(getattr(kind, "scale_factors", {"v": 1.0}))
    return {v: scales[v] * (CELLS[type(cell)].inhibitory if v.endswith("_inh") else 1.0) for v in cell.state_variables}


class NestBackend(Backend):
    """NEST, grade exact for IF_curr_exp and IF_curr_delta, tolerance for IF_cond_exp (an adaptive solver)."""

    def __init__(self) -> None:
        self.abilities = ABILITIES

    def programs(self, network: LoweredNetwork, options: RunOptions, count: int) -> Sequence[NestProgram]:
        """Return the programs; those on several threads take turns."""
        return [NestProgram(network, options) for _ in range(count)]


ABILITIES = Abilities(
    "nest",
    ("exact",),
    tuple(CELLS),
    (Static, PairSTDP),
    (rules.stdp, rules.delays, rules.initial_currents),
    {name: rules.CONVENTIONS[name][0] for name in FREE},
)


def make() -> NestBackend:
    """Return the backend ``nest``."""
    return NestBackend()


@contextmanager
def kernel(network: LoweredNetwork, options: RunOptions) -> Iterator[Any]:
    """Hold the lock and NEST's kernel, emptied and set up for ``network``; give the simulator; empty the kernel again."""
    with _LOCK, quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pyNN.nest as sim

        logging.getLogger("PyNN").setLevel(logging.ERROR)

        longest = max((b.delay for p in network.projections for b in p.buckets), default=1) + DIALECT.lead
        sim.setup(
            timestep=network.dt, min_delay=network.dt, max_delay=longest * network.dt, spike_precision="on_grid",
            threads=options.threads, verbosity="error",
        )  # fmt: skip
        try:
            yield sim
        finally:
            sim.end()
            sim.simulator.state.clear()
            sim.end()


@contextmanager
def quiet() -> Iterator[None]:
    """Send what NEST's kernel prints on stdout to nowhere; results go there."""
    sys.stdout.flush()
    kept = os.dup(1)
    with open(os.devnull, "w") as nowhere:
        try:
            os.dup2(nowhere.fileno(), 1)
            with redirect_stdout(nowhere):
                yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)
