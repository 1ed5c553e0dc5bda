"""The passes in their order: from what a model declares to what a backend is given."""

from __future__ import annotations

from spikemem.ir.lowered import LoweredNetwork
from spikemem.ir.network import Network
from spikemem.ir.numerics import Numerics
from spikemem.passes.base import Pass
from spikemem.passes.conventions import Conventions
from spikemem.passes.discretize import Discretize
from spikemem.passes.legalize import Abilities, Legalize
from spikemem.passes.materialize import Materialize
from spikemem.passes.threshold_units import ThresholdUnits
from spikemem.rng import check_seed


def standard_passes(abilities: Abilities, numerics: Numerics, dt: float) -> tuple[Pass, ...]:
    """Return the passes that every backend's networks go through."""
    return (Conventions(abilities), Legalize(abilities, numerics), ThresholdUnits(dt, numerics), Discretize(dt))


def lower(
    network: Network, abilities: Abilities, numerics: Numerics, seed: int, dt: float | None = None
) -> LoweredNetwork:
    """Return ``network`` lowered for a backend of these ``abilities``; ``dt`` (ms) defaults to the network's own.

    Raises :class:`spikemem.errors.NetworkError` for a network that is wrong in itself and
    :class:`spikemem.errors.Unsupported` for one that the backend cannot run.
    """
    for step in standard_passes(abilities, numerics, network.dt if dt is None else dt):
        network = step(network)
    return Materialize(check_seed(seed), numerics)(network)
