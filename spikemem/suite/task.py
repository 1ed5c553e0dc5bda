"""The base of what suites ask."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from spikemem.errors import Unsupported
from spikemem.language import Memory, parameter
from spikemem.parameters import Parameters
from spikemem.suite.faults import Faults
from spikemem.suite.stream import Stream


class Task(Parameters, ABC):
    """A task: sizes, faults, a stream of operations with known answers. A subclass is final; its fields are keys of grids."""

    items: int = parameter(16, ge=1, doc="addresses of the memory, one item each")
    bits: int = parameter(64, ge=1, doc="lines of a pattern")
    active: int = parameter(8, ge=1, doc="active lines of a pattern")
    spacing_ms: float = parameter(0.0, ge=0, doc="ms from one operation to the next (0: as the model states for each)")
    loss: float = parameter(0.0, ge=0, le=1, doc="chance of an input spike to be lost")
    jitter_ms: float = parameter(0.0, ge=0, doc="standard deviation of the displacement of input spikes (ms)")
    late: float = parameter(0.0, ge=0, le=1, doc="chance of an input spike to be a step late")
    noise_hz: float = parameter(0.0, ge=0, doc="rate of noise spikes on each input line (Hz)")

    @property
    def faults(self) -> Faults:
        """The faults of the input."""
        return Faults(self.loss, self.jitter_ms, self.late, self.noise_hz)

    @property
    def needs(self) -> tuple[str, ...]:
        """The acts (:data:`spikemem.language.ACTS`) that a model must have; "a or b": one of these."""
        return ("store", "address or any or best")

    def check(self, model: Memory) -> None:
        """Raise :class:`spikemem.errors.Unsupported` if ``model`` lacks an act that the task needs."""
        acts = model.association().acts
        missing = [need for need in self.needs if acts.isdisjoint(need.split(" or "))]
        if missing:
            raise Unsupported(
                f"{model.model_name()}: cannot {', '.join(missing)}, which is needed; it can: {', '.join(sorted(acts))}"
            )

    def stream(self, model: Memory, rng: np.random.Generator) -> Stream:
        """Return the operations of one seed."""
        self.check(model)
        known = model.association()
        known.addresses = min(known.addresses, self.items)
        stream = Stream(model, known, self.spacing_ms)
        self.fill(stream, rng)
        return stream

    @abstractmethod
    def fill(self, stream: Stream, rng: np.random.Generator) -> None:
        """Add the operations to ``stream``."""
