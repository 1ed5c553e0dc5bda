"""What the reference engine fires in the place of a target that computes nothing yet."""

from __future__ import annotations

from collections.abc import Mapping

from spikemem.backend import RunOptions, StepEvents, backend
from spikemem.ir.lowered import LoweredNetwork
from spikemem.ir.spike_source import SpikeSource


def reference_spikes(network: LoweredNetwork, feed: Mapping[str, StepEvents], steps: int) -> dict[str, StepEvents]:
    """Return all spikes of a run of ``steps`` steps on the Numba engine; ``feed`` are those of the network's sources.

    Poisson spikes are drawn again, by the network's seed, and so are those of ``feed``.
    """
    program = backend("numba").compile(network, RunOptions())
    program.stimulate({n: events for n, events in feed.items() if isinstance(network.population(n).cell, SpikeSource)})
    program.run(steps)
    return program.spikes()
