"""FadingOneShot: synapses that are increased in one trial and fade, unless the trial comes again."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt
from annotated_types import Ge, Le
from pydantic import BeforeValidator

from spikemem.errors import NetworkError
from spikemem.ir.node import Ms, as_tuples, node
from spikemem.ir.synapse import Synapse

Weights = Annotated[tuple[Annotated[int, Ge(0), Le(255)], ...], BeforeValidator(as_tuples)]
Ages = Annotated[tuple[Ms, ...], BeforeValidator(as_tuples)]


@node
class FadingOneShot(Synapse):
    r"""One-shot synapses onto macs with permanence: what comes again while it is fresh stays longer, then for good.

    Learning is by the rule of :class:`spikemem.ir.OneShot`: synapses from the inputs that arrive onto the winners. With
    ``weights`` :math:`w_0 > w_1 > \dots`, the age a since a synapse was learned last, its stiffness s = 0, 1 or 2, and the ages
    :math:`a_{s,1} < a_{s,2} < \dots`, which are ``ages`` for s = 0 and ``stiff_ages`` for s = 1, in ms,

    .. math:: w(a) = w_k, \quad k = |\{j : a \ge a_{s,j}\}|

    and for s = 2 it is w_0 for ever. When it is learned again, a synapse of weight w_0 gains 1 of stiffness, up to 2, one of
    less keeps what it has, and both are of age 0 again. At weight 0 a synapse is as new: s = 0. w_max is w_0, and the weight
    that arrives is that of the step in which the input fired.

    The weights and ages, and the stiffness, are those of an implementation of Sparsey (Rinkus 2014, Front. Comput. Neurosci.
    8:160), with its frames as ms here. That a faded synapse keeps its stiffness is ours. There is no freezing: what fades makes
    room. Synapses begin with weight 0. Units: ages, stiff_ages ms.
    """

    weights: Weights = (127, 120, 50, 0)
    ages: Ages = (2000.0, 3000.0, 4000.0)
    stiff_ages: Ages = (4000.0, 6000.0, 8000.0)

    graded: ClassVar[bool] = True

    def __post_init__(self) -> None:
        steps = list(pairwise(self.weights))
        if len(self.weights) < 2 or any(above <= below for above, below in steps):
            raise NetworkError(
                f"FadingOneShot.weights: must be at least two, each less than that before it, got {self.weights}"
            )
        for name in ("ages", "stiff_ages"):
            own: tuple[float, ...] = getattr(self, name)
            if len(own) != len(steps) or any(one >= other for one, other in pairwise(own)):
                raise NetworkError(
                    f"FadingOneShot.{name}: must be {len(steps)}, one less than weights, each more than that before it, "
                    f"got {own}"
                )

    @property
    def most(self) -> int:
        """The greatest weight."""
        return self.weights[0]

    def verify_weights(self, where: str, weights: npt.NDArray[np.float64]) -> None:
        """Raise :class:`NetworkError` unless all weights are 0."""
        if weights.any():
            raise NetworkError(
                f"{where}: FadingOneShot's weights must be 0 to begin with, got {weights[weights != 0].flat[0]:g}"
            )
