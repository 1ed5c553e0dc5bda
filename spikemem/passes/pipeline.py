"""The passes in their order: from what a model declares to what a backend is given."""

from __future__ import annotations

from collections.abc import Sequence

from spikemem.ir.lowered import LoweredNetwork
from spikemem.ir.network import Network
from spikemem.ir.numerics import Numerics
from spikemem.passes.base import Pass
from spikemem.passes.conventions import Conventions
from spikemem.passes.decompose import Decompose, check_kinds
from spikemem.passes.discretize import Discretize
from spikemem.passes.legalize import Abilities, Legalize
from spikemem.passes.materialize import Materialize
from spikemem.passes.threshold_units import ThresholdUnits
from spikemem.rng import check_seed


def standard_passes(
    abilities: Abilities, numerics: Numerics, dt: float, decompose: Sequence[str] = ()
) -> tuple[Pass, ...]:
    """Return the passes that every backend's networks go through."""
    return (
        Decompose(dt, check_kinds(decompose)),
        Conventions(abilities),
        Legalize(abilities, numerics, dt),
        ThresholdUnits(dt, numerics),
        Discretize(dt),
    )


def lower(
    network: Network, abilities: Abilities, numerics: Numerics, seed: int, dt: float | None = None,
    decompose: Sequence[str] = (),
) -> LoweredNetwork:  # fmt: skip
    """Return ``network`` lowered for a backend of these ``abilities``; ``dt`` (ms) defaults to the network's own.

    ``decompose`` names the primitives that others are to be put in the place of (:data:`spikemem.passes.decompose.KINDS`).
    Raises :class:`spikemem.errors.NetworkError` for a network that is wrong in itself and
    :class:`spikemem.errors.Unsupported` for one that the backend cannot run.
    """
    for step in standard_passes(abilities, numerics, network.dt if dt is None else dt, decompose):
        network = step(network)
    return Materialize(check_seed(seed), numerics)(network)
