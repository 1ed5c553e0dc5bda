"""ThresholdCode: a bit for each pixel that is bright, and back."""

from __future__ import annotations

from math import prod
from typing import Any, final

import numpy as np
import numpy.typing as npt

from spikemem.encoders.checks import Shape, numbers
from spikemem.encoders.encoder import Encoder, Pattern
from spikemem.ir.node import Real
from spikemem.parameters import parameter


@final
class ThresholdCode(Encoder[npt.NDArray[np.bool_]]):
    """A picture whose bit i is on where pixel i, row by row, is brighter than ``level``.

    With ``opposites`` there is a second line for each pixel, N + i, which is on where it is not brighter, as the model
    Sparsey has for its own ``opposites``: so every picture of N pixels has N bits on, and two of them share as many bits as
    they have equal pixels. A memory that ranks by overlap then ranks by equal pixels, and a picture inside another one is
    told from it.

    Decoding gives booleans of ``shape``, on where the first line is. Lost is all but the side of ``level``: a picture of
    two levels on either side of it comes back whole.

    >>> code = ThresholdCode(shape=(2, 3), level=127)
    >>> code.encode([[255, 0, 128], [127, 0, 200]])
    (0, 2, 5)
    >>> code.decode({0, 2, 5}).astype(int)
    array([[1, 0, 1],
           [0, 0, 1]])
    """

    shape: Shape = parameter(doc="rows and columns of the picture, or any other shape")
    level: Real = parameter(0.5, doc="brightness above which a pixel is on, in the picture's own unit")
    opposites: bool = parameter(False, doc="whether pixels that are off have lines of their own")

    @property
    def bits(self) -> int:
        """N pixels, twice with ``opposites``."""
        return prod(self.shape) * (2 if self.opposites else 1)

    def _pattern(self, where: str, value: Any) -> Pattern:
        on = numbers(where, "picture", value, self.shape).ravel() > self.level
        return np.concatenate((on, ~on)) if self.opposites else on

    def _value(self, where: str, pattern: Pattern) -> npt.NDArray[np.bool_]:
        return pattern[: prod(self.shape)].reshape(self.shape)
