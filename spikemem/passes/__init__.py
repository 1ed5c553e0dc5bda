"""The passes: from a declared network to a lowered one."""

from spikemem.passes.base import Pass
from spikemem.passes.conventions import Conventions
from spikemem.passes.decompose import KINDS, Decompose
from spikemem.passes.discretize import Discretize, whole_steps
from spikemem.passes.legalize import Abilities, Lack, Legalize
from spikemem.passes.materialize import Materialize
from spikemem.passes.pipeline import lower
from spikemem.passes.place import Place, Placement
from spikemem.passes.threshold_units import ThresholdUnits

__all__ = [
    "KINDS",
    "Abilities",
    "Conventions",
    "Decompose",
    "Discretize",
    "Lack",
    "Legalize",
    "Materialize",
    "Pass",
    "Place",
    "Placement",
    "ThresholdUnits",
    "lower",
    "whole_steps",
]
