"""The spiking form of conjunctive keys: ThreeFactorMemory with coincidence neurons for key and context."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, final

from spikemem.errors import InvalidInput
from spikemem.layers.codes import TERNARY
from spikemem.layers.conjunctive import ConjunctiveParameters
from spikemem.layers.cost import Array
from spikemem.layers.records import Traits
from spikemem.layers.spiking.three_factor import (
    CAPTURES,
    FADES_BY_CAPTURES,
    NO_ROUNDING,
    NO_SMALLEST,
    ThreeFactorLayer,
    ToldParameters,
)
from spikemem.models import ThreeFactorMemory
from spikemem.models.line_pairs import lines


class SpikingConjunctiveParameters(ConjunctiveParameters, ToldParameters):
    """Parameters of :class:`SpikingConjunctive`."""

    def model_post_init(self, context: object) -> None:
        """Refuse the binding that spikes of two lines cannot make."""
        if self.binding == "additive":
            raise InvalidInput(
                "SpikingConjunctiveParameters.binding: must be 'conjunctive' or 'key', since a coincidence has no half, "
                "got 'additive'"
            )


@final
class SpikingConjunctive(ThreeFactorLayer[SpikingConjunctiveParameters]):
    """The spiking form of :class:`spikemem.layers.Conjunctive`: neurons that see line and context at once bind them.

    Contexts are signs, too. A bit of which key or context is unknown (0) is unknown.
    """

    takes = SpikingConjunctiveParameters
    traits = Traits(
        keys=TERNARY,
        values=TERNARY,
        contexts=TERNARY,
        write_options=("context",),
        read_options=("context",),
        needs=("context",),
    )
    modes: ClassVar = {"captures": CAPTURES}
    cannot: ClassVar[Mapping[str, str]] = {
        "decay": FADES_BY_CAPTURES,
        "key": "nothing in its rule takes up what a key brings up",
        "prune": NO_SMALLEST,
        "quantise": NO_ROUNDING,
    }

    def _model(self) -> ThreeFactorMemory:
        p = self.parameters
        return ThreeFactorMemory(
            key=p.d_k, value=p.d_v, retain=p.decay, levels=p.levels, range=p.range, contexts=p.binding == "conjunctive"
        )

    def _shown(self, k: Array, context: Array | None) -> dict[str, list[int]]:
        shown = super()._shown(k, context)
        if self.parameters.binding == "conjunctive" and context is not None:
            shown["context"] = lines(context)
        return shown
