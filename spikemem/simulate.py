"""``spikemem.run``: a model, a stimulus or a protocol, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from time import perf_counter

import numpy as np

from spikemem.backend import Cost, Program, StepEvents
from spikemem.backend import backend as find_backend
from spikemem.checks import milliseconds
from spikemem.errors import InvalidInput, shown
from spikemem.ir.lowered import LoweredNetwork
from spikemem.ir.network import Network
from spikemem.ir.synapse import Static
from spikemem.language.memory import Memory
from spikemem.language.protocol import Call, Scheduled, all_events, schedule
from spikemem.parallel import spread
from spikemem.passes.discretize import whole_steps
from spikemem.provenance import provenance
from spikemem.recording import Answer, Recording, in_ms
from spikemem.session import Setup, answer, kept, resolve, start, start_many
from spikemem.stimuli import Stimuli, to_steps

Progress = Callable[[int, int], None]
"""Called with the steps done and the steps to do."""
_LONGEST = 0.2
"""Seconds that the engine may run before progress is shown and Ctrl-C heard."""


Disturbance = Callable[[Mapping[str, StepEvents], int], Mapping[str, StepEvents]]
"""(spikes that sources would fire, steps of the run) -> those that they do fire."""


@dataclass(frozen=True)
class Trial:
    """One trial of a batch: its stimulus, its protocol, or both, as for :func:`run`, and what becomes of their spikes."""

    stimulus: Stimuli | None = None
    protocol: Sequence[Call] = ()
    disturb: Disturbance | None = None


def run(
    model: Memory | Network,
    *,
    stimulus: Stimuli | None = None,
    protocol: Sequence[Call] = (),
    duration_ms: float | None = None,
    backend: str = "numba",
    numerics: str | None = None,
    hardware: str | None = None,
    seed: int = 1,
    dt: float | None = None,
    weight_precision: str | None = None,
    threads: int | None = None,
    record: tuple[str, ...] | None = None,
    decompose: Sequence[str] = (),
    check_spacing: bool = True,
    progress: Progress | None = None,
) -> Recording:
    """Run ``model`` from its initial state and return the recording.

    ``stimulus`` maps spike sources to (times_ms, neurons); ``protocol`` is a list of operations (``spikemem.language.call``);
    both may be given. ``duration_ms`` is required with a stimulus, and is else as long as the protocol needs: steps 0 to
    duration/dt - 1 are run. ``numerics`` and ``dt`` default to the model's own, ``hardware`` is a name or path of a hardware
    file. ``record`` names the populations whose spikes are kept (None: all). ``decompose=["segments"]`` puts threshold neurons
    in the place of segments, where they mean the same: for backends that have none.

    Raises :class:`spikemem.errors.SpikememError` with one sentence for anything that cannot be run as given.
    """
    setup = resolve(
        model, backend=backend, numerics=numerics, hardware=hardware, seed=seed, dt=dt,
        weight_precision=weight_precision, threads=threads, record=record, decompose=decompose,
    )  # fmt: skip
    planned = plan_protocol(model, protocol, setup.dt, check_spacing)
    steps = duration_steps(planned, stimulus is not None, duration_ms, setup.dt)
    given = to_steps(stimulus, setup.dt) if stimulus is not None else {}
    program = start(model, setup)
    check_record(planned, setup.options.record)
    stimulate(program, planned, given)
    return execute(model, setup, program, planned, steps, progress)


def run_batch(
    model: Memory | Network,
    trials: Sequence[Trial],
    *,
    duration_ms: float | None = None,
    backend: str = "numba",
    numerics: str | None = None,
    hardware: str | None = None,
    seed: int = 1,
    dt: float | None = None,
    weight_precision: str | None = None,
    threads: int | None = None,
    record: tuple[str, ...] | None = None,
    decompose: Sequence[str] = (),
    check_spacing: bool = True,
) -> list[Recording]:
    """Run independent trials of one network, ``threads`` at a time, each from the initial state; return their recordings.

    The choices are those of :func:`run`. All trials have the same connectivity, initial weights and Poisson spikes (those of
    ``seed``); the number of threads changes no bit.
    """
    setup = resolve(
        model, backend=backend, numerics=numerics, hardware=hardware, seed=seed, dt=dt,
        weight_precision=weight_precision, threads=threads, record=record, decompose=decompose,
    )  # fmt: skip
    planned = [plan_protocol(model, trial.protocol, setup.dt, check_spacing) for trial in trials]
    given = [to_steps(trial.stimulus, setup.dt) if trial.stimulus is not None else {} for trial in trials]
    steps = [
        duration_steps(plan, trial.stimulus is not None, duration_ms, setup.dt)
        for plan, trial in zip(planned, trials, strict=True)
    ]
    programs = start_many(model, setup, len(trials))
    for plan in planned:
        check_record(plan, setup.options.record)

    def trial(k: int) -> Recording:
        stimulate(programs[k], planned[k], given[k], trials[k].disturb, steps[k])
        return execute(model, setup, programs[k], planned[k], steps[k])

    threads = setup.options.threads if find_backend(setup.backend).side_by_side else 1
    return spread(threads, len(trials), trial)


def plan_protocol(
    model: Memory | Network, protocol: Sequence[Call], dt: float, check_spacing: bool = True
) -> tuple[Scheduled, ...]:
    """Return the checked protocol; raise :class:`InvalidInput` if ``model`` is a network, which has no operations."""
    if not protocol:
        return ()
    if not isinstance(model, Memory):
        raise InvalidInput(
            f"protocol: {model.name} is a network and has no operations; give a stimulus, or a memory model"
        )
    for number, made in enumerate(protocol):
        if not isinstance(made, Call):
            raise InvalidInput(f"protocol[{number}]: must be a call (spikemem.language.call), got {shown(made)}")
    return schedule(model, [replace(c, arguments=kept(c.arguments)) for c in protocol], dt, check_spacing)


def check_record(planned: tuple[Scheduled, ...], record: tuple[str, ...] | None) -> None:
    """Raise :class:`InvalidInput` if an answer is to be read from a population that is not recorded."""
    for scheduled in planned:
        for name, window in scheduled.windows.items():
            if record is not None and window.population not in record:
                raise InvalidInput(
                    f"record: {window.population!r} must be recorded, since {scheduled.operation.name} reads {name} from it; "
                    f"got {', '.join(record) or 'nothing'}"
                )


def duration_steps(planned: tuple[Scheduled, ...], with_stimulus: bool, duration_ms: float | None, dt: float) -> int:
    """Return the number of steps to run."""
    needed = max((max(s.free, s.last_answer(dt) + 1) for s in planned), default=0)
    if duration_ms is None:
        if with_stimulus or not planned:
            raise InvalidInput("duration_ms: is required unless a protocol alone says how long the run is")
        return needed
    steps = whole_steps(milliseconds("duration_ms", duration_ms, positive=True), dt, "duration_ms")
    last = max((s.last_answer(dt) + 1 for s in planned), default=0)
    if steps < last:
        raise InvalidInput(f"duration_ms: the last answer is read until {last * dt:g} ms, got {duration_ms:g}")
    return steps


def stimulate(
    program: Program,
    planned: tuple[Scheduled, ...],
    given: dict[str, StepEvents],
    disturb: Disturbance | None = None,
    steps: int = 0,
) -> None:
    """Give a fresh ``program`` all that it will be stimulated with: what is ``given``, and what the operations do.

    With ``disturb`` it gets what that makes of both in a run of ``steps`` steps.
    """
    parts: list[Mapping[str, StepEvents]] = [given, all_events(planned)]
    if disturb is not None:
        parts = [disturb(_joined(*parts), steps)]
    for events in parts:
        if events:
            program.stimulate(events)


def _joined(one: Mapping[str, StepEvents], other: Mapping[str, StepEvents]) -> dict[str, StepEvents]:
    """Return the spikes of both, sorted by step, then neuron."""
    joined = {**one, **other}
    for name in one.keys() & other.keys():
        steps = np.concatenate((one[name][0], other[name][0]))
        neurons = np.concatenate((one[name][1], other[name][1]))
        order = np.lexsort((neurons, steps))
        joined[name] = steps[order], neurons[order]
    return joined


def execute(
    model: Memory | Network,
    setup: Setup,
    program: Program,
    planned: tuple[Scheduled, ...],
    steps: int,
    progress: Progress | None = None,
) -> Recording:
    """Run a stimulated ``program`` for ``steps`` steps and gather the recording."""
    starts = [s.start for s in planned]
    marks = [*starts[1:], steps] if starts else [steps]
    costs = _costs(program, [*starts[:1], *marks], steps, progress)[-len(marks) :]
    events = program.spikes()
    answers: tuple[Answer, ...] = ()
    if isinstance(model, Memory):
        answers = tuple(answer(s, model, events, setup.dt, cost) for s, cost in zip(planned, costs, strict=False))
    plastic = plastic_projections(program.network)
    return Recording(
        dt=setup.dt,
        duration_ms=steps * setup.dt,
        sizes={p.name: p.size for p in program.network.populations},
        spikes=in_ms(events, setup.dt),
        answers=answers,
        stored_weights={name: program.weights(name, "stored") for name in plastic},
        effective_weights={name: program.weights(name, "effective") for name in plastic},
        cost=program.cost,
        provenance={**provenance(model, setup), **({"notes": list(program.notes)} if program.notes else {})},
    )


def _costs(program: Program, marks: Sequence[int], total: int, progress: Progress | None) -> list[Cost]:
    """Run ``program`` up to the last of ``marks``; return what each stretch between two of them took."""
    reached = [program.cost]
    if program.stepwise:
        for mark in marks:
            advance(program, mark, total, progress)
            reached.append(program.cost)
    else:
        program.run(marks[-1])
        reached += program.costs(marks)
        if progress is not None:
            progress(program.now, total)
    return [after - before for before, after in pairwise(reached)]


def advance(program: Program, until: int, total: int, progress: Progress | None = None) -> None:
    """Run ``program`` up to step ``until`` in stretches short enough to show progress and to hear Ctrl-C."""
    stretch = 256
    while program.now < until:
        began = perf_counter()
        program.run(min(stretch, until - program.now))
        stretch = max(1, int(stretch * min(2.0, _LONGEST / max(perf_counter() - began, 1e-9))))
        if progress is not None:
            progress(program.now, total)


def plastic_projections(network: LoweredNetwork) -> list[str]:
    """Return the names of the projections whose weights may change."""
    return [p.name for p in network.projections if not isinstance(p.synapse, Static)]
