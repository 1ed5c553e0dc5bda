"""A live memory as a Nengo process: spikes in, spikes out, its state in Nengo's signals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from nengo.params import Parameter
from nengo.processes import Process

from spikemem.checks import whole_number
from spikemem.errors import InvalidInput
from spikemem.language.memory import Memory as Model
from spikemem.memory import LiveMemory, open_memory
from spikemem.nengo.lines import Lines, answering, chosen, sources
from spikemem.nengo.signals import Signals
from spikemem.passes.discretize import whole_steps

Array = npt.NDArray[Any]


class Memory(Process):  # type: ignore[misc]
    """A spikemem memory to be the output of a ``nengo.Node``: each step of Nengo advances it by the same model time.

    One step of Nengo is n >= 1 whole steps of the memory (1 ms unless ``dt``, in ms, says otherwise); else the network is
    refused when its simulator is built. Nengo's step at time t, which ends it, is the memory's steps from 1000 t - n dt ms on.

    Lines are as the outputs of Nengo's spiking neurons, one number a neuron: 1/dt (dt in s) in a step with a spike, else 0.
    A line of ``inputs`` fires in a step in which its number times dt is at least ``threshold``, at the first of the memory's n
    steps; it cannot fire more than once. A line of ``outputs`` is the number of its spikes in the n steps, over dt. What stands
    where is in ``input_lines`` and ``output_lines``, by population: ``node[memory.input_lines["in_cue"]]``.

    ``inputs`` are spike sources (None: all), ``outputs`` populations (None: those that answers are read from). The other
    choices are those of :func:`spikemem.open`. The state is kept in Nengo's signals after every step, so a simulator that
    is reset begins anew, and one that was pickled goes on bit for bit. They hold ``room`` times the bytes that the state has
    at first: it grows where synapses do, and where spikes are remembered until others come.
    """

    model = Parameter("model", readonly=True)
    inputs = Parameter("inputs", readonly=True)
    outputs = Parameter("outputs", readonly=True)
    threshold = Parameter("threshold", readonly=True)
    room = Parameter("room", readonly=True)
    choices = Parameter("choices", readonly=True)

    def __init__(
        self,
        model: Model,
        *,
        inputs: Sequence[str] | None = None,
        outputs: Sequence[str] | None = None,
        threshold: float = 0.5,
        room: int = 16,
        backend: str = "numba",
        numerics: str | None = None,
        seed: int = 1,
        dt: float | None = None,
    ) -> None:
        if not isinstance(model, Model):
            raise InvalidInput(f"nengo.Memory: model must be a memory model, got {type(model).__name__}")
        network = model.network()
        level: Any = threshold
        if isinstance(level, bool) or not isinstance(level, int | float) or not 0.0 < level < np.inf:
            raise InvalidInput(f"nengo.Memory: threshold must be a number > 0, got {threshold!r}")
        told, every = sources(network), [p.name for p in network.populations]
        into = chosen("nengo.Memory: inputs", inputs, told, told)
        out = chosen("nengo.Memory: outputs", outputs, every, answering(model, network))
        lines_in, lines_out = Lines.of(network, into), Lines.of(network, out)
        super().__init__(default_size_in=lines_in.size, default_size_out=lines_out.size, default_dt=1e-3, seed=None)
        self.model, self.inputs, self.outputs, self.threshold = model, into, out, float(threshold)
        self.room = whole_number("nengo.Memory: room", room, least=1)
        self.choices = (("backend", backend), ("numerics", numerics), ("seed", seed), ("dt", dt))
        self.input_lines, self.output_lines = lines_in, lines_out
        self.opened()  # a choice that is wrong is told here, not when the simulator is built

    def opened(self) -> LiveMemory:
        """Return the memory as it is at first, live."""
        return open_memory(self.model, **dict(self.choices))

    def make_state(self, shape_in: Any, shape_out: Any, dt: float, dtype: Any = None) -> dict[str, Array]:
        """Return the memory's first state: what Nengo keeps between steps."""
        self._check(shape_in, shape_out)
        live = self.opened()
        _steps_of(live, dt)
        signals, held = self._signals(live)
        signals.put(live.state(), held)
        return {**held, "steps": np.zeros(1, dtype=np.int64)}

    def make_step(
        self, shape_in: Any, shape_out: Any, dt: float, rng: Any, state: dict[str, Array]
    ) -> Callable[[float, Array], Array]:
        """Return the function of a step."""
        live = self.opened()
        signals, _ = self._signals(live)
        steps, at, done = _steps_of(live, dt), live.setup.dt, 0

        def step(t: float, x: Array) -> Array:
            nonlocal done
            if state["steps"][0] != done:  # Nengo put other values there, as it does when it unpickles
                live.restore(signals.get(state))
            on = np.asarray(x) * dt >= self.threshold
            told = {name: np.flatnonzero(on[lines]) for name, lines in self.input_lines.slices.items()}
            stimulus = {name: (np.full(lines.size, live.now_ms), lines) for name, lines in told.items() if lines.size}
            spikes = live.stimulate(stimulus, steps * at)
            signals.put(live.state(), state)
            done = int(state["steps"][0]) + steps
            state["steps"][0] = done
            fired = np.zeros(shape_out)
            for name, lines in self.output_lines.slices.items():
                np.add.at(fired[lines], spikes[name][1], 1.0 / dt)
            return fired

        return step

    def _signals(self, live: LiveMemory) -> tuple[Signals, dict[str, Array]]:
        signals = Signals(live.state(), self.room)
        return signals, signals.empty()

    def _check(self, shape_in: Any, shape_out: Any) -> None:
        for what, shape, lines in (("in", shape_in, self.input_lines), ("out", shape_out, self.output_lines)):
            if tuple(shape) != (lines.size,):
                raise InvalidInput(
                    f"nengo.Memory: size_{what} must be {lines.size} ({', '.join(lines.slices)}), got {shape[0]}"
                )


def _steps_of(live: LiveMemory, dt: float) -> int:
    """Return the memory's steps in one of Nengo's; raise :class:`InvalidInput` unless they are a whole number."""
    return whole_steps(1000.0 * dt, live.setup.dt, "nengo.Memory: Nengo's step")
