"""Operations of a memory, each at its time, as the spikes of a Nengo node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from nengo.params import Parameter
from nengo.processes import Process

from spikemem.errors import InvalidInput
from spikemem.language.protocol import Call, all_events
from spikemem.nengo.lines import Lines
from spikemem.nengo.memory import Memory
from spikemem.simulate import plan_protocol

Array = npt.NDArray[Any]


class Operations(Process):  # type: ignore[misc]
    """The spikes by which ``calls`` are done on ``memory``: a node's output, connected with the memory's node, synapse None.

    Each call is made by :func:`spikemem.language.call`, its time in ms of the memory, whose step at 0 ms is Nengo's first, at
    t = dt. A line is 1/dt in a step in which it fires, else 0. What operations do has its own time, so Nengo's dt must be the
    model's. Several such nodes, and any other spikes, may be connected with one memory.
    """

    memory = Parameter("memory", readonly=True)
    calls = Parameter("calls", readonly=True)

    def __init__(self, memory: Memory, calls: Sequence[Call]) -> None:
        if not isinstance(memory, Memory):
            raise InvalidInput(f"nengo.Operations: memory must be a spikemem.nengo.Memory, got {type(memory).__name__}")
        dt = memory.opened().setup.dt
        stimulus = all_events(plan_protocol(memory.model, calls, dt))
        for name, (steps, _) in stimulus.items():
            if steps.size and name not in memory.inputs:
                raise InvalidInput(f"nengo.Operations: fires {name}, which is not one of the memory's inputs")
        super().__init__(default_size_in=0, default_size_out=memory.input_lines.size, default_dt=1e-3, seed=None)
        self.memory = memory
        self.calls = tuple(calls)
        self._dt = dt
        self._lines = _by_step(memory.input_lines, stimulus)

    def make_state(self, shape_in: Any, shape_out: Any, dt: float, dtype: Any = None) -> dict[str, Array]:
        """Return no state: what is done when stands from the beginning."""
        if not np.isclose(1000.0 * dt, self._dt, rtol=1e-9, atol=0.0):
            raise InvalidInput(
                f"nengo.Operations: Nengo's step must be the model's, {self._dt:g} ms, got {1000.0 * dt:g} ms"
            )
        return {}

    def make_step(
        self, shape_in: Any, shape_out: Any, dt: float, rng: Any, state: Any
    ) -> Callable[[float], npt.NDArray[np.float64]]:
        """Return the function of a step."""
        lines = self._lines

        def step(t: float) -> npt.NDArray[np.float64]:
            out = np.zeros(shape_out)
            out[lines.get(round(t / dt) - 1, [])] = 1.0 / dt
            return out

        return step


def _by_step(lines: Lines, stimulus: dict[str, tuple[Array, Array]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for name, (steps, neurons) in stimulus.items():
        for step, neuron in zip(steps.tolist(), neurons.tolist(), strict=True):
            found.setdefault(step, []).append(lines.slices[name].start + neuron)
    return found
