"""A compiled network together with its model: what runs and live memories share."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from spikemem.backend import Cost, Program, RunOptions, StepEvents
from spikemem.backend import backend as find_backend
from spikemem.checks import milliseconds
from spikemem.errors import InvalidInput, SpikememWarning, choices
from spikemem.hardware import hardware_for
from spikemem.ir.network import Network
from spikemem.ir.node import plain
from spikemem.ir.numerics import NUMERICS, Numerics
from spikemem.language.answer import Reading, read
from spikemem.language.memory import Memory
from spikemem.language.protocol import Scheduled
from spikemem.passes import Decompose, lower
from spikemem.passes.decompose import check_kinds
from spikemem.recording import Answer, in_ms
from spikemem.rng import check_seed


@dataclass(frozen=True)
class Setup:
    """How a network is run: resolved and checked, ready to be written down."""

    backend: str
    numerics: Numerics
    seed: int
    dt: float
    hardware: str | None
    options: RunOptions
    decompose: tuple[str, ...] = ()

    def substitutions(self, network: Network) -> tuple[str, ...]:
        """Return what of ``network`` others are put in the place of, in words."""
        return Decompose(self.dt, self.decompose).substituted(network)


def resolve(
    model: Memory | Network,
    *,
    backend: str = "numba",
    numerics: str | None = None,
    hardware: str | None = None,
    seed: int = 1,
    dt: float | None = None,
    weight_precision: str | None = None,
    threads: int | None = None,
    record: tuple[str, ...] | None = None,
    decompose: Sequence[str] = (),
) -> Setup:
    """Return the setup that these choices mean; what is None comes from the hardware file, then from the model."""
    if not isinstance(model, Memory | Network):
        raise InvalidInput(f"model: must be a memory model or a network, got {type(model).__name__}")
    own = model.numerics if isinstance(model, Memory) else "exact"
    if own is None and numerics is None:
        own = find_backend(backend).abilities.numerics[0]
    chosen: Any = own if numerics is None else numerics
    if chosen not in NUMERICS:
        raise InvalidInput(f"numerics {chosen!r} is unknown; {choices(str(chosen), NUMERICS)}")
    if not isinstance(hardware, str | None):
        raise InvalidInput(f"hardware: must be the name or path of a hardware file, got {hardware!r}")
    found = hardware_for(backend, hardware)
    precision: Any = found.weight_precision if weight_precision is None else weight_precision
    options = RunOptions(precision, found.threads if threads is None else threads, record, found)
    step = model.dt if dt is None else dt
    return Setup(backend, chosen, check_seed(seed), _step(step), hardware, options, check_kinds(decompose))


def _step(dt: float) -> float:
    least = 1e-6
    if milliseconds("dt", dt, positive=True) < least:
        raise InvalidInput(f"dt: must be at least {least:g} ms, got {dt!r}")
    return float(dt)


def start_many(model: Memory | Network, setup: Setup, count: int) -> Sequence[Program]:
    """Lower and compile ``model`` for ``count`` independent trials; warn of what was substituted."""
    network = model.network() if isinstance(model, Memory) else model
    target = find_backend(setup.backend)
    target.abilities.check_size(network, setup.options.hardware)
    lowered = lower(network, target.abilities, setup.numerics, setup.seed, setup.dt, setup.decompose)
    for substitution in setup.substitutions(network):
        warnings.warn(f"decompose: {substitution}", SpikememWarning, stacklevel=2)
    return target.programs(lowered, setup.options, count)


def kept(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return an operation's arguments as plain values that may be read more than once, and written down."""
    return {name: tuple(value) if isinstance(value, Iterator) else plain(value) for name, value in arguments.items()}


def start(model: Memory | Network, setup: Setup) -> Program:
    """Lower and compile ``model`` for one run."""
    return start_many(model, setup, 1)[0]


def answer(scheduled: Scheduled, model: Memory, spikes: Mapping[str, StepEvents], dt: float, cost: Cost) -> Answer:
    """Read the answer of an operation from the spikes; ``cost`` is what it took."""
    end = max(scheduled.free, scheduled.last_answer(dt) + 1)
    own = {name: _between(events, scheduled.start, end) for name, events in spikes.items()}
    origins = {name: scheduled.origin(w) for name, w in scheduled.windows.items()}
    readings = {name: read(w, own, origins[name], end, dt) for name, w in scheduled.windows.items()}
    waits = [r.first_step - origins[name] for name, r in readings.items() if r.first_step is not None]
    return Answer(
        operation=scheduled.operation.name,
        at_ms=scheduled.start * dt,
        arguments=scheduled.operation.check(model, scheduled.call.arguments),
        answered={name: r.neurons for name, r in readings.items()},
        latency_ms=min(waits) * dt if waits else None,
        confidence=_confidence(readings),
        cost=cost,
        expected=scheduled.call.expect,
        spikes=in_ms(own, dt),
    )


def _confidence(readings: Mapping[str, Reading]) -> float:
    answering = sum(r.counted for r in readings.values())
    return answering / (answering + sum(r.stray for r in readings.values())) if answering else 0.0


def _between(events: StepEvents, first: int, end: int) -> StepEvents:
    begin, stop = np.searchsorted(events[0], [first, end])
    return events[0][begin:stop], events[1][begin:stop]
