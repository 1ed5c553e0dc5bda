"""Portable plasticity rules take the conventions that the target has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from spikemem.ir.network import Network
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.passes.base import Pass
from spikemem.passes.legalize import Abilities


@dataclass(frozen=True)
class Conventions(Pass):
    """Replace the fields of :data:`spikemem.ir.pair_stdp.FREE` of every portable rule by the target's own values."""

    name: ClassVar[str] = "conventions"
    abilities: Abilities

    def rewrite(self, network: Network) -> Network:
        """Return the network with the target's conventions where the model leaves them open."""
        changed = {}
        for projection in network.projections:
            rule = projection.synapse
            if isinstance(rule, PairSTDP) and rule.portable:
                own = self.abilities.conventions
                changed[projection.name] = replace(projection, synapse=replace(rule, **own))
        return network.with_projections(changed)
