"""The backend ``nest``: pyNN.nest, on the grid."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from math import exp
from threading import RLock
from typing import Any

import numpy as np

from spikemem.backend import Backend, RunOptions
from spikemem.backends.pynn import rules
from spikemem.backends.pynn.build import Built, build, fired
from spikemem.backends.pynn.describe import Description, Dialect
from spikemem.backends.pynn.program import Outcome, PyNNProgram
from spikemem.backends.pynn.translate import CELLS
from spikemem.ir.cell import Cell
from spikemem.ir.if_curr_delta import IF_curr_delta
from spikemem.ir.lowered import LoweredNetwork
from spikemem.ir.pair_stdp import FREE, PairSTDP
from spikemem.ir.synapse import Static
from spikemem.ir.values import FloatArray
from spikemem.passes.legalize import Abilities

_LOCK = RLock()
"""NEST has one kernel a process: programs take turns, all on one thread, since it may crash when the thread changes."""


def _gain(cell: Cell, dt: float) -> float:
    """NEST adds a weight to IF_curr_delta's membrane after the step's decay, we before it."""
    return exp(-dt / cell.tau_m) if isinstance(cell, IF_curr_delta) else 1.0


def _lag(cell: Cell) -> int:
    """NEST adds what arrives to a synaptic current after the membrane has been moved, to IF_curr_delta's membrane before."""
    return 0 if isinstance(cell, IF_curr_delta) else 1


def _unscaled(cell: Cell) -> float:
    """pyNN.nest scales weights in mV on their way in, but neither a rule's bounds nor the weights read back."""
    return 1e-3 if isinstance(cell, IF_curr_delta) else 1.0


def _amplitude(rule: PairSTDP, gain: float) -> float:
    """PyNN's additive rule has amplitudes as fractions of w_max."""
    absolute = rule.weight_dependence == "additive" and rule.amplitude == "absolute"
    return 1.0 / rule.w_max if absolute else 1.0


# Two steps, since PyNN's first run is one longer than asked for, and the relays of sources take one.
DIALECT = Dialect(
    lag=_lag, gain=_gain, unscaled=_unscaled, amplitude=_amplitude, lead=1, first=3, stamp=1, early=1e-7,
    least_max_delay=1.0,  # a synapse's in NEST, which wants it to be possible though none has it
)  # fmt: skip


class NestProgram(PyNNProgram):
    """NEST's kernel holds one network at a time, and is emptied for the next."""

    backend = "nest"
    dialect = DIALECT

    def _execute(self, description: Description, steps: int) -> Outcome:
        with kernel(description, self._options.threads) as sim:
            return self._simulate(sim, build(sim, description, silent=True), description, steps)

    def _simulate(self, sim: Any, built: Built, description: Description, steps: int) -> Outcome:
        dt, end = self.network.dt, (DIALECT.first + steps) * self.network.dt
        sim.run((DIALECT.first - 1) * dt)  # and one step more: PyNN's first run is longer than asked for
        meters: dict[str, Meter] = {}
        for spec in description.populations:
            if spec.spike_times is None:
                made = built.populations[spec.label]
                made.set(i_offset=spec.parameters["i_offset"])
                made.node_collection.set(V_m=spec.initial["v"].tolist())
                meters[spec.label] = Meter(made, self.network.population(spec.label).cell, end - dt)
        # NEST gives the spikes and the state of a step, and changes the weights of those that fired in it, in the next.
        sim.run((steps + 1) * dt)
        weights = {
            p.label: np.array(built.projections[p.label].get("weight", format="list"), dtype=np.float64)
            for p in description.projections
            if p.plasticity is not None
        }
        # PyNN leaves out the spikes of its last time where rounding puts them after it, so that time is none of ours.
        sim.run(dt)
        spikes = {name: fired(built.populations[name]) for name in meters}
        values = {(name, variable): v for name, meter in meters.items() for variable, v in meter.last().items()}
        return Outcome(spikes, weights, values)

    def _state(self, population: str, variable: str, values: FloatArray) -> FloatArray:
        return values - self._too_early(population, variable)

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

    side_by_side = False

    def __init__(self) -> None:
        self.abilities = ABILITIES

    def programs(self, network: LoweredNetwork, options: RunOptions, count: int) -> Sequence[NestProgram]:
        """Return the programs, which take turns."""
        return [NestProgram(network, options) for _ in range(count)]


ABILITIES = Abilities(
    "nest",
    ("exact",),
    tuple(CELLS),
    (Static, PairSTDP),
    (rules.stdp, rules.delays, rules.refractoriness, rules.initial_currents("NEST starts without synaptic input")),
    {name: rules.CONVENTIONS[name][0] for name in FREE},
)


def make() -> NestBackend:
    """Return the backend ``nest``."""
    return NestBackend()


@contextmanager
def kernel(description: Description, threads: int) -> Iterator[Any]:
    """Hold the lock and NEST's kernel, emptied and set up for a network; give the simulator; empty the kernel again."""
    with _LOCK, quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pyNN.nest as sim

        logging.getLogger("PyNN").setLevel(logging.ERROR)

        dt = description.dt
        sim.setup(
            timestep=dt, min_delay=dt, max_delay=description.max_delay, spike_precision="on_grid", threads=threads,
            verbosity="error",
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
