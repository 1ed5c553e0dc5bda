"""What a run gives back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.backend import Cost, StepEvents
from spikemem.errors import InvalidInput, choices
from spikemem.ir.lowered import Connections

Spikes = tuple[npt.NDArray[np.float64], npt.NDArray[np.int32]]
"""Spikes of one population: times in ms and neurons, sorted by time, then neuron."""


@dataclass(frozen=True)
class Answer:
    """What a memory did with one operation.

    ``answered`` are the neurons (or groups of them) in each of its windows, also to be had as attributes (``answer.content``).
    ``latency_ms`` is the time to the first answering spike, None if there is none: from the start, or from where its window
    counts. ``confidence`` (our own measure) is the share of answering spikes among all spikes of the answering populations that
    are no echo of the question: 1 for a clean answer, 0 for none. ``correct`` is None where nothing was expected. ``spikes``
    are those of all populations until the next operation could begin; ``cost`` is what the operation took until then.
    """

    operation: str
    at_ms: float
    arguments: Mapping[str, tuple[int, ...]]
    answered: Mapping[str, frozenset[int]]
    latency_ms: float | None
    confidence: float
    cost: Cost
    expected: Mapping[str, frozenset[int]] = field(default_factory=dict)
    spikes: Mapping[str, Spikes] = field(default_factory=dict, repr=False)

    @property
    def correct(self) -> bool | None:
        """Whether every expected answer was given exactly."""
        if not self.expected:
            return None
        return all(self.answered[name] == bits for name, bits in self.expected.items())

    def __getattr__(self, name: str) -> frozenset[int]:
        """Return one of the answers by its name."""
        answered: Mapping[str, frozenset[int]] = self.__dict__.get("answered", {})
        if name in answered:
            return answered[name]
        raise AttributeError(f"{self.__dict__.get('operation')} gives no answer {name!r}; {choices(name, answered)}")


@dataclass(frozen=True, eq=False)
class Recording:
    """Spikes, answers and final weights of a run, with what it took and where it came from.

    ``spikes[population]`` are (times_ms, neurons). ``stored_weights`` and ``effective_weights`` hold every plastic projection,
    as hardware reads it back, and with the pending post events applied.
    """

    dt: float
    duration_ms: float
    sizes: Mapping[str, int]
    spikes: Mapping[str, Spikes]
    answers: tuple[Answer, ...]
    stored_weights: Mapping[str, Connections]
    effective_weights: Mapping[str, Connections]
    cost: Cost
    provenance: Mapping[str, Any]

    def weights(self, projection: str, form: str = "stored") -> Connections:
        """Return the final weights of a plastic projection, ``stored`` or ``effective``."""
        forms = {"stored": self.stored_weights, "effective": self.effective_weights}
        if form not in forms:
            raise InvalidInput(f"weights: form {form!r} is unknown; {choices(form, forms)}")
        if projection not in forms[form]:
            raise InvalidInput(f"weights: {projection!r} is no plastic projection; {choices(projection, forms[form])}")
        return forms[form][projection]

    @property
    def right(self) -> int:
        """How many answers were expected and right."""
        return sum(answer.correct is True for answer in self.answers)

    @property
    def wrong(self) -> int:
        """How many answers were expected and wrong."""
        return sum(answer.correct is False for answer in self.answers)


def listed(neurons: Iterable[int]) -> list[int]:
    """Return an answer's or argument's neurons as a list: a sequence in its order, a set sorted."""
    return list(neurons) if isinstance(neurons, tuple) else sorted(neurons)


def in_ms(events: Mapping[str, StepEvents], dt: float) -> dict[str, Spikes]:
    """Return events in steps as spikes in ms."""
    return {name: (steps.astype(np.float64) * dt, neurons) for name, (steps, neurons) in events.items()}
