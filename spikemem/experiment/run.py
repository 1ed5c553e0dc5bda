"""Run an experiment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from spikemem.backend import Program
from spikemem.experiment.load import Experiment
from spikemem.hardware import find_hardware
from spikemem.language.protocol import Scheduled
from spikemem.recording import Recording
from spikemem.session import Setup, resolve, start
from spikemem.simulate import Progress, duration_steps, execute, plan_protocol, stimulate
from spikemem.stimuli import to_steps


@dataclass(frozen=True)
class Choices:
    """What the command line decides; None leaves it to the experiment, and the backend to the hardware file if one is named."""

    backend: str | None = None
    hardware: str | None = None
    seed: int | None = None
    decompose: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Prepared:
    """An experiment that is checked as far as it can be without running."""

    setup: Setup
    planned: tuple[Scheduled, ...]
    steps: int
    program: Program
    run: Callable[[Progress | None], Recording]
    rehearse: Callable[[], str | None]
    """Do all that can be done without running; return what was done, in words."""


def prepare(experiment: Experiment, choices: Choices) -> Prepared:
    """Resolve, check, lower, compile and stimulate ``experiment``."""
    run, model = experiment.file.run, experiment.model
    own = None if choices.hardware is None else find_hardware(choices.hardware).backend
    setup = resolve(
        model,
        backend=choices.backend or own or run.backend,
        numerics=run.numerics,
        hardware=choices.hardware or run.hardware,
        seed=run.seed if choices.seed is None else choices.seed,
        dt=run.dt,
        weight_precision=run.weight_precision,
        decompose=run.decompose if choices.decompose is None else choices.decompose,
    )
    planned = plan_protocol(model, experiment.calls, setup.dt, run.check_spacing)
    steps = duration_steps(planned, experiment.stimulus is not None, run.duration_ms, setup.dt)
    given = to_steps(experiment.stimulus, setup.dt) if experiment.stimulus is not None else {}
    program = start(model, setup)
    stimulate(program, planned, given)

    def go(progress: Progress | None) -> Recording:
        return execute(model, setup, program, planned, steps, progress)

    def rehearse() -> str | None:
        return program.rehearse(steps)

    return Prepared(setup, planned, steps, program, go, rehearse)
