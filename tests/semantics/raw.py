"""The simulators themselves, without spikemem's lowering: what tests of their own conventions are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from spikemem.backend import Program, RunOptions, StepEvents, backend
from spikemem.errors import MissingDependency
from spikemem.ir import Network
from spikemem.ir.numerics import Numerics
from spikemem.passes import lower

NUMBA_AND_BRIAN2 = pytest.mark.parametrize("name", ["numba", "brian2"])
"""Both keep spikemem's conventions, so the same test shows them."""


def needs(name: str) -> None:
    """Skip the test where the backend's packages are missing."""
    try:
        backend(name)
    except MissingDependency as error:
        pytest.skip(str(error))


def made(name: str, network: Network, numerics: Numerics = "exact", options: RunOptions | None = None) -> Program:
    """Return a program of a backend, at step 0."""
    needs(name)
    target = backend(name)
    return target.compile(lower(network, target.abilities, numerics, 1), options or RunOptions())


def at(*steps: int) -> StepEvents:
    """Return the spikes of neuron 0 in these steps."""
    return np.array(steps, dtype=np.int64), np.zeros(len(steps), dtype=np.int32)


@contextmanager
def nest(dt: float = 1.0, max_delay: float = 20.0) -> Iterator[Any]:
    """Give pyNN.nest, set up on the grid, with an empty kernel that is emptied again."""
    needs("nest")
    from spikemem.backends.pynn.describe import Description
    from spikemem.backends.pynn.nest import kernel

    with kernel(Description("raw", dt, 0, 0, max_delay, (), ()), 1) as sim:
        yield sim


def fires_at(population: Any) -> list[float]:
    """Return when a PyNN population fired (ms)."""
    from spikemem.backends.pynn.build import fired

    return sorted(np.round(fired(population)[0], 6).tolist())


def source(sim: Any, times: Sequence[float]) -> Any:
    """Return a PyNN source that fires at these times (ms)."""
    return sim.Population(1, sim.SpikeSourceArray(spike_times=list(times)))


def connect(sim: Any, pre: Any, post: Any, synapse: Any, receptor: str = "excitatory") -> Any:
    """Connect two PyNN populations of one neuron each."""
    return sim.Projection(pre, post, sim.AllToAllConnector(), synapse, receptor_type=receptor)


@contextmanager
def brian2() -> Iterator[Any]:
    """Give Brian2, with the runtime device."""
    needs("brian2")
    import brian2 as module

    from spikemem.backends.brian import settings

    with settings.runtime():
        yield module


def spynnaker() -> None:
    """Set sPyNNaker up as its own unit tests do: without a machine."""
    pytest.importorskip("spynnaker.pyNN.config_setup").unittest_setup()
