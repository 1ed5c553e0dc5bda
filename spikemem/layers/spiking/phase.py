"""The spiking form of phase-associative memory: PhaseMemory behind the layers' interface."""

from __future__ import annotations

from collections.abc import Mapping
from math import pi, sqrt
from typing import ClassVar, final

import numpy as np

from spikemem.errors import InvalidInput
from spikemem.layers.codes import COMPLEX
from spikemem.layers.cost import Array
from spikemem.layers.phase import PhaseAssociativeParameters
from spikemem.layers.records import Item, Query, Recalled, Traits
from spikemem.layers.spiking.running import RunningLayer
from spikemem.layers.spiking.three_factor import CAPTURES, FADES_BY_CAPTURES, NO_ROUNDING, NO_SMALLEST
from spikemem.models import PhaseMemory
from spikemem.parameters import parameter


class SpikingPhaseAssociativeParameters(PhaseAssociativeParameters):
    """Parameters of :class:`SpikingPhaseAssociative`."""

    period: int = parameter(32, ge=4, doc="steps of a cycle, which is as many phases; divisible by 4")

    def model_post_init(self, context: object) -> None:
        """Check that a quarter of a cycle is whole steps."""
        if self.period % 4:
            raise InvalidInput(f"SpikingPhaseAssociativeParameters.period: must be divisible by 4, got {self.period}")


@final
class SpikingPhaseAssociative(RunningLayer[SpikingPhaseAssociativeParameters]):
    """Complex numbers as phases of firing in a network of :class:`spikemem.models.PhaseMemory`.

    The spiking form of :class:`spikemem.layers.PhaseAssociative`. Of keys and values the angles are stored, rounded to
    2 pi/period, with the length 1/sqrt(d_k) of each number of a key and 1 of a value; a number that is 0 is no spike. A read
    brings up angles, rounded alike, as numbers of length 1: the magnitudes are lost.
    """

    takes = SpikingPhaseAssociativeParameters
    traits = Traits(keys=COMPLEX, values=COMPLEX)
    synapses: ClassVar = {"memory": (("real", "weights"), ("imaginary", "weights"))}
    modes: ClassVar = {"captures": CAPTURES}
    cannot: ClassVar[Mapping[str, str]] = {
        "decay": FADES_BY_CAPTURES,
        "key": "nothing in its rule takes up what a key brings up",
        "prune": NO_SMALLEST,
        "quantise": NO_ROUNDING,
    }

    @property
    def matrix(self) -> Array:
        """S, d_v x d_k, as the oracle has it of rounded angles."""
        p, (a, b) = self.parameters, self._weights()
        matrix: Array = sqrt(p.d_k) * (a - 1j * b).T * np.exp(-1j * pi / p.period)
        return matrix

    def rounded(self, numbers: Array) -> Array:
        """Return numbers of length 1 with the angles that spikes can say; 0 stays."""
        step = 2.0 * pi / self.parameters.period
        return np.where(numbers == 0, 0.0, np.exp(1j * step * np.rint(np.angle(numbers) / step)))

    def _model(self) -> PhaseMemory:
        p = self.parameters
        return PhaseMemory(key=p.d_k, value=p.d_v, period=p.period, retain=p.decay)

    def _codes(self, numbers: Array) -> list[int]:
        T = self.parameters.period
        phases = np.rint(np.angle(numbers) * T / (2.0 * pi)).astype(int) % T
        codes: list[int] = np.where(numbers == 0, T, phases).tolist()
        return codes

    def _weights(self) -> tuple[Array, Array]:
        shape = (self.parameters.d_k, self.parameters.d_v)
        real, imaginary = (self._running.weights(name).reshape(shape) for name in ("real", "imaginary"))
        return real, imaginary

    def _write(self, item: Item) -> None:
        self._running.do("write", key=self._codes(item.key), value=self._codes(item.value))

    def _read(self, query: Query) -> Recalled:
        p = self.parameters
        answer = self._running.do("recall", key=self._codes(query.key))
        times, neurons = answer.spikes["out"]
        model = self._model()
        first, last = model.told
        value = np.zeros(p.d_v, dtype=np.complex128)
        for step, i in zip(np.rint(times - answer.at_ms).astype(int), neurons, strict=True):
            if first <= step <= last:
                value[i] = np.exp(2j * pi * model.phase(int(step)) / p.period)
        return Recalled(value, latency_ms=answer.latency_ms)

    def _state(self) -> dict[str, Array]:
        real, imaginary = self._weights()
        return {"real": real, "imaginary": imaginary}
