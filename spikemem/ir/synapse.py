"""What every synapse type is, and the static one."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from spikemem.ir.node import node

if TYPE_CHECKING:
    from spikemem.ir.network import Population


class Synapse(ABC):  # noqa: B024  # a static synapse needs none of its methods
    """A synapse type: what happens to a weight. A subclass is final and frozen; its docstring gives the rule."""

    grows: ClassVar[bool] = False
    """Whether the rule itself makes the synapses, on dendrites that learning grows."""

    graded: ClassVar[bool] = False
    """Whether the target is told how much each input could have sent: for receptors of macs, and needed there."""

    holds: ClassVar[str] = "weight"
    """What a projection's ``weight`` is to begin with, and its weights when they are read."""

    @property
    def least_weight(self) -> float:
        """What a weight must be at least: 0, for weights are magnitudes, unless the rule gives them signs."""
        return 0.0

    def populations(self) -> tuple[str, ...]:
        """Return the names of other populations that the rule listens to."""
        return ()

    def in_threshold_units(self) -> bool:
        """Return whether the rule's own amplitudes and bounds are given in threshold units."""
        return False

    def verify_weights(self, where: str, weights: npt.NDArray[np.float64]) -> None:
        """Raise :class:`spikemem.errors.NetworkError` about ``where`` if the rule does not allow these initial weights."""
        return

    def verify_target(self, where: str, post: Population) -> None:
        """Raise :class:`spikemem.errors.NetworkError` about ``where`` if the rule cannot work on synapses onto ``post``."""
        return

    def verify_named(self, where: str, post: Population, named: Mapping[str, Population]) -> None:
        """Raise :class:`spikemem.errors.NetworkError` about ``where`` if ``populations``, by name, do not fit ``post``."""
        return

    def verify_room(self, where: str, dendrites: int) -> None:
        """Raise :class:`spikemem.errors.NetworkError` about ``where`` if the rule cannot grow on so many dendrites."""
        return

    def scaled(self, unit: float) -> Synapse:
        """Return the rule with amplitudes and bounds in threshold units multiplied by ``unit``."""
        return self


@node
class Static(Synapse):
    """A weight that never changes (PyNN: StaticSynapse)."""
