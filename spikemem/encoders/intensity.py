"""IntensityCode: grey pictures as pixels that are on by chance."""

from __future__ import annotations

from functools import cached_property
from math import prod
from typing import Any, final

import numpy as np
import numpy.typing as npt

from spikemem.encoders.checks import Shape, numbers
from spikemem.encoders.encoder import Encoder, Pattern
from spikemem.parameters import parameter
from spikemem.rng import generator


@final
class IntensityCode(Encoder[npt.NDArray[np.float64]]):
    """A grey picture x, 0 .. 1, as ``draws`` binary ones: a pixel is on with chance x (a Bernoulli code).

    Bit d N + i, pixel i of draw d, is on where u_di < x_i; the u are uniform, independent, and drawn once and for all:
    pseudo-random noise, as Roberts (1962, IRE Trans. Inf. Theory 8:145) adds to pictures before they are quantised. So the
    same picture has the same bits, a brighter one has these and more, and two of them differ in draws |x_i - y_i| bits of
    pixel i on average.

    Decoding gives the mean over draws. Its expectation is x; lost is a standard deviation of sqrt(x (1 - x) / draws) a
    pixel, at most 1 / (2 sqrt(draws)). Black and white pixels lose nothing.

    >>> code = IntensityCode(shape=(3,), draws=400)
    >>> code.decode(code.encode([0.0, 0.25, 1.0])).round(2)
    array([0.  , 0.28, 1.  ])
    """

    shape: Shape = parameter(doc="rows and columns of the picture, or any other shape")
    draws: int = parameter(8, ge=1, doc="binary pictures D, one beside the other")
    seed: int = parameter(1, ge=0, doc="seed of the levels u")

    @property
    def bits(self) -> int:
        """D N."""
        return self.draws * prod(self.shape)

    @cached_property
    def levels(self) -> npt.NDArray[np.float64]:
        """The u, (draws, *shape)."""
        return generator(self.seed, "encoders", "intensity").random((self.draws, *self.shape))

    def _pattern(self, where: str, value: Any) -> Pattern:
        return (self.levels < numbers(where, "picture", value, self.shape, 0.0, 1.0)).ravel()

    def _value(self, where: str, pattern: Pattern) -> npt.NDArray[np.float64]:
        return pattern.reshape((self.draws, *self.shape)).mean(axis=0)
