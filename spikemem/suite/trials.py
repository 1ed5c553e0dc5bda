"""Running a condition: its seeds as one batch, and the first wrong answers once more, with all spikes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spikemem.backend import StepEvents
from spikemem.ir.spike_source import SpikeSource
from spikemem.language import Memory
from spikemem.recording import Recording, listed
from spikemem.rng import generator
from spikemem.simulate import Trial, run_batch
from spikemem.suite.condition import Condition
from spikemem.suite.faults import Faults
from spikemem.suite.outcome import QUERY, TRIAL, Failure, Outcome, columns_of, measured
from spikemem.suite.stream import Stream

SHOWN_MS, KEPT = 40.0, 3
"""What of the time before a wrong answer is kept, and of how many wrong answers of a condition."""


@dataclass
class _Faulty:
    """What becomes of a trial's input; it remembers what arrived."""

    faults: Faults
    sizes: Mapping[str, int]
    dt: float
    seed: int
    name: tuple[str, ...]
    arrived: Mapping[str, StepEvents] = field(default_factory=dict)

    def __call__(self, given: Mapping[str, StepEvents], steps: int) -> Mapping[str, StepEvents]:
        """Return what arrives."""
        self.arrived = self.faults.disturb(given, self.sizes, steps, self.dt, self.seed, *self.name)
        return self.arrived

    def again(self, given: Mapping[str, StepEvents], steps: int) -> Mapping[str, StepEvents]:
        """Return what arrived in the first ``steps`` steps."""
        return {name: (when[when < steps], lines[when < steps]) for name, (when, lines) in self.arrived.items()}


def run_condition(condition: Condition, threads: int | None = None) -> Outcome:
    """Run all seeds of ``condition``; the number of threads changes no bit.

    Raises :class:`spikemem.errors.SpikememError` with one sentence for what cannot be run.
    """
    model, task = condition.made_model(), condition.made_task()
    sizes = {p.name: p.size for p in model.network().populations if isinstance(p.cell, SpikeSource)}
    name = condition.task.rpartition(":")[2]
    streams = [task.stream(model, generator(condition.seed, "suite", name, k)) for k in range(condition.seeds)]
    faults = [_Faulty(task.faults, sizes, model.dt, condition.seed, (name, str(k))) for k in range(condition.seeds)]
    trials = [
        Trial(protocol=stream.calls, disturb=faulty if task.faults else None)
        for stream, faulty in zip(streams, faults, strict=True)
    ]
    made = run_batch(model, trials, record=_read(model), threads=threads, **_choices(condition))
    queries = [row for k, stream in enumerate(streams) for row in _queries(k, stream, made[k])]
    failures = [
        _failure(condition, model, streams[row["seed"]], faults[row["seed"]], row)
        for row in [row for row in queries if not row["exact"]][:KEPT]
    ]
    return Outcome(
        columns_of(queries, QUERY),
        columns_of([_trial(k, recording) for k, recording in enumerate(made)], TRIAL),
        tuple(failures),
        sum(c.weight.size for c in made[0].stored_weights.values()),
        streams[0].association.information(task.active),
    )


def _choices(condition: Condition) -> dict[str, Any]:
    return {
        "backend": condition.backend, "hardware": condition.hardware, "numerics": condition.numerics,
        "seed": condition.seed, "check_spacing": False,
    }  # fmt: skip


def _read(model: Memory) -> tuple[str, ...]:
    """Return the populations that answers are read from."""
    windows = (w for made in model.operations().values() for w in made.windows(model).values())
    return tuple(dict.fromkeys(w.population for w in windows))


def _queries(seed: int, stream: Stream, recording: Recording) -> list[dict[str, Any]]:
    return [
        {"seed": seed, "call": k, "at_ms": answer.at_ms, "kind": asked.kind, "place": asked.place, **measured(answer)}
        for k, (asked, answer) in enumerate(zip(stream.asked, recording.answers, strict=True))
        if answer.expected
    ]


def _trial(seed: int, recording: Recording) -> dict[str, Any]:
    return {
        "seed": seed, "operations": len(recording.answers), "asked": recording.right + recording.wrong,
        "exact": recording.right, "duration_ms": recording.duration_ms, **vars(recording.cost),
    }  # fmt: skip


def _failure(condition: Condition, model: Memory, stream: Stream, faulty: _Faulty, row: Mapping[str, Any]) -> Failure:
    """Run the stream once more up to the wrong answer, recording everything."""
    upto = row["call"] + 1
    trial = Trial(protocol=stream.calls[:upto], disturb=faulty.again if faulty.faults else None)
    recording = run_batch(model, [trial], threads=1, **_choices(condition))[0]
    answer = recording.answers[-1]
    begin = answer.at_ms - SHOWN_MS
    return Failure(
        seed=row["seed"],
        call=row["call"],
        at_ms=answer.at_ms,
        do=answer.operation,
        arguments={name: listed(lines) for name, lines in answer.arguments.items()},
        expected={name: listed(lines) for name, lines in answer.expected.items()},
        answered={name: listed(lines) for name, lines in answer.answered.items()},
        spikes={name: _since(spikes, begin) for name, spikes in recording.spikes.items()},
    )


def _since(spikes: Any, begin: float) -> Any:
    kept = np.asarray(spikes[0]) >= begin
    return spikes[0][kept], spikes[1][kept]
