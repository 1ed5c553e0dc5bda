"""The spiking form of the multitasking network: a recurrent ThreeFactorMemory behind the layers' interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, final

import numpy as np

from spikemem.layers.attractor import settle
from spikemem.layers.codes import TERNARY
from spikemem.layers.cost import Array
from spikemem.layers.multitasking import MultitaskingHebbianParameters
from spikemem.layers.records import Item, Query, Recalled, Traits
from spikemem.layers.spiking.running import RunningLayer
from spikemem.layers.spiking.three_factor import NO_ROUNDING, NO_SMALLEST, values_told
from spikemem.models import ThreeFactorMemory
from spikemem.models.line_pairs import lines


class SpikingMultitaskingParameters(MultitaskingHebbianParameters):
    """Parameters of :class:`SpikingMultitasking`: those of its oracle."""


@final
class SpikingMultitasking(RunningLayer[SpikingMultitaskingParameters]):
    """The spiking form of :class:`spikemem.layers.MultitaskingHebbian`: patterns of signs and blanks that complete each other.

    The couplings are whole numbers, so that two steps tell a field's sign, and 0 from both. Nothing is lost; that all neurons
    change at once, and ask again until they rest, is done by the host.
    """

    takes = SpikingMultitaskingParameters
    traits = Traits(keys=TERNARY, values=TERNARY, auto=True, attractor=True, read_options=("max_steps",))
    cannot: ClassVar[Mapping[str, str]] = {
        "decay": "its synapses keep what they hold",
        "key": "nothing in its rule takes up what a pattern brings up",
        "prune": NO_SMALLEST,
        "quantise": NO_ROUNDING,
    }

    @property
    def matrix(self) -> Array:
        """J, N x N, with 0 where a neuron would meet itself."""
        N = self.parameters.N
        lines_on = np.zeros((2, N, N))
        lines_on[:, ~np.eye(N, dtype=np.bool_)] = self._running.weights("memory").reshape(2, -1)
        matrix: Array = (lines_on[0] - lines_on[1]).T / 2
        return matrix

    def _model(self) -> ThreeFactorMemory:
        N = self.parameters.N
        return ThreeFactorMemory(key=N, value=N, rate=float(N), levels=2, range=1.0, recurrent=True)

    def _write(self, item: Item) -> None:
        if item.key.any():
            self._running.do("write", key=lines(item.key), value=lines(item.key))

    def _read(self, query: Query) -> Recalled:
        return settle(query, self.parameters.max_steps, self._fields)

    def _fields(self, state: Array) -> Array:
        """Return the signs of the fields."""
        if not state.any():
            return np.zeros_like(state)
        return values_told(self._running.do("recall", key=lines(state)), state.size, 2, 1.0)

    def _state(self) -> dict[str, Array]:
        return {"w": self._running.weights("memory")}
