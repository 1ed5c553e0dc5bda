"""Weights in threshold units to the target's own unit, for the numerics in use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, assert_never

from spikemem.errors import NetworkError
from spikemem.ir.network import Network, Projection
from spikemem.ir.numerics import Numerics
from spikemem.ir.values import Explicit, Normal, Numbers, Threshold, Uniform
from spikemem.passes.base import Pass


@dataclass(frozen=True)
class ThresholdUnits(Pass):
    """Multiply weights and plasticity bounds in threshold units by the target's one-step threshold weight.

    A model that uses them declares the dt that they hold for; another ``dt`` is refused.
    """

    name: ClassVar[str] = "threshold-units"
    dt: float
    numerics: Numerics

    def rewrite(self, network: Network) -> Network:
        """Return the network with all weights in nA, mV or uS."""
        changed = {p.name: self._projection(network, p) for p in network.projections}
        return network.with_projections(changed)

    def _projection(self, network: Network, projection: Projection) -> Projection:
        weight, synapse = projection.weight, projection.synapse
        if not isinstance(weight, Threshold) and not synapse.in_threshold_units():
            return projection
        if self.dt != network.dt:
            raise NetworkError(
                f"projection {projection.name}: weights in threshold units hold at the model's dt = {network.dt} ms only, "
                f"got dt = {self.dt} ms"
            )
        target = network.population(projection.post).cell
        unit = target.threshold_weight(projection.receptor, self.dt, self.numerics)
        if synapse.in_threshold_units():
            synapse = synapse.scaled(unit)
        return replace(
            projection, weight=_scaled(weight.value, unit) if isinstance(weight, Threshold) else weight, synapse=synapse
        )


def _scaled(value: float | Uniform | Normal | Explicit, unit: float) -> float | Uniform | Normal | Explicit:
    match value:
        case float() | int():
            return value * unit
        case Uniform():
            return Uniform(value.low * unit, value.high * unit)
        case Normal():
            return Normal(value.mean * unit, value.sd * unit, value.low * unit, value.high * unit)
        case Explicit():
            return Explicit(Numbers(value.numbers.array * unit))
    assert_never(value)
