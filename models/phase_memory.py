"""PhaseMemory: keys and values are phases of firing, synapses in pairs a quarter cycle apart are complex numbers."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, inf, pi
from typing import Annotated, ClassVar

from pydantic import model_validator

from spikemem.errors import InvalidInput, OperationError
from spikemem.language import (
    AllToAll,
    Memory,
    NetworkBuilder,
    Neurons,
    ResonateAndFire,
    Sequence,
    Stimulus,
    TagAndCapture,
    Window,
    operation,
    parameter,
    pulse,
    window,
)

Phases = Annotated[Neurons, Sequence("codes")]


def _told(model: PhaseMemory) -> Window:
    first, last = model.told
    end = first + 4 * model.period
    return window("out", at=first, until=last, echo_at=(*range(first), *range(last + 1, end)))


class PhaseMemory(Memory):
    r"""Phase-associative memory with spikes (PAM: Agostino & Vishwakarma 2026, arXiv:2604.05030).

    A number of the angle 2 pi m/T, T = ``period``, is a spike in step -m mod T of a cycle of T steps: what is ahead fires
    earlier. m = T stands for no spike, the number 0. With k and v the numbers of key and value, k divided by sqrt(d),
    d = ``key``,

    .. math:: S \leftarrow \gamma S + v k^*, \qquad \hat v = S q, \qquad \text{told is } \arg \hat v_i

    with gamma = ``retain``. *A complex synapse* are two, a from line j to neuron i, and b, delayed by a quarter cycle. Neuron i
    is a resonator of frequency 1/T without leak: an input that arrives at t' is e^(i w (t - t')) of its z at t, w = 2 pi/T; a
    quarter cycle later it is -i times that. So lines that fire in their steps n_j leave

    .. math:: z_i = e^{i w (t - 1)} \sum_j (a_{ij} - i\, b_{ij})\, e^{-i w n_j}

    and S = a - i b, times sqrt(d). *Learning.* A line's trace at a synapse is the cosine of the time since its spike arrived
    (``window`` of :class:`TagAndCapture`), and the teacher of v fires in its step p_i a cycle and a quarter after the key. So a
    gets cos(w (p_i - n_j)), b, which hears the line a quarter cycle later, sin(w (p_i - n_j)), and a - i b is v k^*.

    *Reading.* Re z crosses 0 upwards once a cycle, a quarter cycle before the step that is the phase of z. A neuron fires then:
    refractory for half a cycle, it is not ready before Re z is negative, whatever it fired at first. All is stored half a step
    ahead, so that the crossing lies between two steps, and the phase told is the nearest of T to that of S q. Then the key is
    shown again half a cycle shifted, which leaves z = 0.

    Lost are the magnitude of each number of the answer, and up to pi/T of each angle, of keys and values as of answers. Where
    S q is 0 no neuron fires. The paper has no spikes; all of this is ours. T must be divisible by 4.
    """

    numerics: ClassVar[None] = None
    cannot: ClassVar[Mapping[str, str]] = {"forget": "let the matrix fade"}

    key: int = parameter(16, ge=1, doc="numbers of a key: d")
    value: int = parameter(16, ge=1, doc="numbers of a value")
    period: int = parameter(32, ge=4, doc="T: steps of a cycle, which is as many phases")
    retain: float = parameter(1.0, ge=0, le=1, doc="gamma: the part of a weight that a capture leaves")

    @model_validator(mode="after")
    def _check(self) -> PhaseMemory:
        if self.period % 4:
            raise InvalidInput(f"PhaseMemory.period: must be divisible by 4, got {self.period}")
        return self

    @property
    def codes(self) -> int:
        """What a number of a key may be: 0 to period - 1, its phase, or period, which is no spike."""
        return self.period + 1

    @property
    def told(self) -> tuple[int, int]:
        """The first and the last step in which an answer is told: one cycle, when all has arrived and half a cycle passed."""
        first = self.period + self.period // 4 + self.period // 2 + 1
        return first, first + self.period - 1

    def build(self, net: NetworkBuilder) -> None:
        """Declare lines, resonators, and a pair of synapses from each line to each."""
        T = self.period
        key = net.input("in_key", self.key)
        for name, size in (("in_teacher", 2 * self.value), ("in_gate", 1), ("in_capture", 1)):
            net.input(name, size)
        cell = ResonateAndFire(frequency=1e3 / T, tau_m=inf, tau_refrac=T / 2, v_thresh=1e-9)
        out = net.population("out", self.value, cell)
        trace = tuple(cos(2.0 * pi * (lag - T // 4 - 0.5) / T) for lag in range(2 * T + T // 4))
        rule = TagAndCapture(
            gate="in_gate",
            capture="in_capture",
            teacher="in_teacher",
            rate=1.0 / self.key,
            retain=self.retain,
            window=trace,
        )
        for name, delay in (("real", 1), ("imaginary", 1 + T // 4)):
            net.connect(key, out, AllToAll(), weight=0.0, delay=float(delay), synapse=rule, name=name)

    @operation(spacing=2.0, from_end=True)
    def write(self, key: Phases, value: Phases) -> Stimulus:
        """Show the key for a cycle, teach the value, take the key back, and capture."""
        T = self.period
        lines, taught = self._cycle("write: key", key, self.key), self._cycle("write: value", value, self.value)
        shown = Stimulus({"in_key": lines})
        teacher = Stimulus({"in_teacher": taught, "in_gate": tuple((t, 0) for t in range(T))}).later(T + T // 4 + 1)
        written = shown + teacher + shown.later(2 * T + T // 2) + pulse(in_capture=(0,)).later(3 * T + 3 * T // 4)
        return written.later(T)  # a cycle in which what a line that is silent now fired before leaves its trace

    @operation(spacing=2.0, from_end=True, answers={"value": _told})
    def recall(self, key: Phases) -> Stimulus:
        """Show the key for a cycle, wait until the answer is told, and take the key back."""
        T = self.period
        shown = Stimulus({"in_key": self._cycle("recall: key", key, self.key)})
        # A gate without a teacher opens nothing: it marks the end.
        return shown + shown.later(3 * T + T // 2) + pulse(in_gate=(0,)).later(4 * T + 3 * T // 4)

    @operation(spacing=1.0)
    def fade(self) -> Stimulus:
        """Capture without tags: S becomes gamma S."""
        return pulse(in_capture=(0,))

    def phase(self, step: int) -> int:
        """Return the phase m that a spike in ``step`` of a recall tells."""
        return (1 - step - self.period // 4) % self.period

    def _cycle(self, where: str, phases: Neurons, size: int) -> tuple[tuple[int, int], ...]:
        """Return the spikes that say these phases."""
        if len(phases) != size:
            raise OperationError(f"PhaseMemory.{where} must be {size} phases, one a number, got {len(phases)}")
        return tuple(sorted((-m % self.period, i) for i, m in enumerate(phases) if m < self.period))
