"""Spike sources: populations that only emit."""

from __future__ import annotations

from typing import ClassVar

from spikemem.errors import NetworkError
from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.node import Hertz, MsOrZero, node
from spikemem.ir.numerics import Numerics


class _Source(Cell):
    """A cell that takes no synapses."""

    weight_unit: ClassVar[str] = ""

    def threshold_weight(self, receptor: Receptor, dt: float, numerics: Numerics) -> float:
        """Raise: a spike source has no membrane."""
        raise NetworkError(f"{type(self).__name__}: a spike source takes no synapses and has no threshold")

    def resting(self, variable: str) -> float:
        """Raise: a spike source has no state."""
        raise NetworkError(f"{type(self).__name__}: a spike source has no state variable {variable!r}")


@node
class SpikeSource(_Source):
    """Emits the spikes that the run's stimulus or protocol gives it, and no others (PyNN: SpikeSourceArray)."""


@node
class SpikeSourcePoisson(_Source):
    """Emits in each step of dt ms with probability ``1 - exp(-rate dt/1000)``, independently (PyNN: SpikeSourcePoisson).

    At most one spike per neuron and step, and none before ``start``. Units: rate Hz, start ms. Spikes are drawn on the host
    by the generator keyed by the run's seed, the population's name and the block of steps, so they are the same on every
    backend and across save and load.
    """

    rate: Hertz
    start: MsOrZero = 0.0
