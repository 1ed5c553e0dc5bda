"""ProjectionCode: vectors and pictures as sparse distributed representations, by random projection and k winners."""

from __future__ import annotations

from functools import cached_property
from math import prod
from typing import Any, final

import numpy as np
import numpy.typing as npt
from pydantic import model_validator

from spikemem.encoders.checks import Shape, numbers
from spikemem.encoders.encoder import Encoder, Pattern
from spikemem.errors import InvalidInput
from spikemem.ir.node import Fraction
from spikemem.parameters import parameter
from spikemem.rng import generator


@final
class ProjectionCode(Encoder[npt.NDArray[np.float64]]):
    """N numbers x as ``active`` bits of ``cells``, as the fly codes odours (Dasgupta et al. 2017, Science 358:793).

    Each cell sums n = max(1, round(share N)) inputs drawn at random, y = W x with W of 0 and 1, and the ``active`` cells
    with the greatest y are on (of equal ones the first). So the number of bits is fixed, and similar vectors share bits.
    The publication's first step, taking the mean of x away, changes no winner here, since all cells have as many inputs.

    Decoding is back-projection: value j is the share of the cells that are on that see input j, minus the share of all
    cells that do, divided by its own standard deviation; its unit is arbitrary. It correlates with x, the better the more
    cells and active ones there are; docs/encoders.md has figures. Lost are mean and scale of x entirely (a x + b has the
    bits of x for a > 0) and detail. No cell on gives zeros.

    Where x has few levels, as binary pictures have, many y are equal, and the least noise decides anew which of them win.

    >>> code = ProjectionCode(shape=(20,), cells=500, active=25, share=0.2)
    >>> ramp = np.arange(20.0)
    >>> near, far = ramp + np.sin(ramp), ramp[::-1]
    >>> [len({*code.encode(ramp)} & {*code.encode(x)}) for x in (ramp, near, far)]
    [25, 23, 0]
    >>> bool(np.corrcoef(code.decode(code.encode(ramp)), ramp)[0, 1] > 0.9)
    True
    """

    shape: Shape = parameter(doc="of the values: (N,), or rows and columns of a picture")
    cells: int = parameter(2000, ge=2, doc="bits, and cells that project")
    active: int = parameter(100, ge=1, doc="cells that win")
    share: Fraction = parameter(0.1, doc="part of the inputs that a cell sums")
    seed: int = parameter(1, ge=0, doc="seed of the inputs that are drawn")

    @model_validator(mode="after")
    def _check(self) -> ProjectionCode:
        if self.active >= self.cells:
            raise InvalidInput(f"ProjectionCode.active: must be < cells = {self.cells}, got {self.active}")
        return self

    @property
    def bits(self) -> int:
        """The cells."""
        return self.cells

    @cached_property
    def inputs(self) -> npt.NDArray[np.int64]:
        """The inputs of each cell, (cells, n)."""
        rng, size = generator(self.seed, "encoders", "projection"), prod(self.shape)
        fan_in = max(1, round(self.share * size))
        return np.array([rng.choice(size, fan_in, replace=False, shuffle=False) for _ in range(self.cells)])

    def _pattern(self, where: str, value: Any) -> Pattern:
        x = numbers(where, "value", value, self.shape).ravel()
        if x.max() == x.min():
            raise InvalidInput(
                f"{where}: value must not be the same number everywhere, since only differences are told, got {x[0]:g}"
            )
        sums = x[self.inputs].sum(axis=1)
        made = np.zeros(self.cells, dtype=bool)
        made[np.argsort(-sums, kind="stable")[: self.active]] = True
        return made

    def _value(self, where: str, pattern: Pattern) -> npt.NDArray[np.float64]:
        size = prod(self.shape)
        own, every = (
            np.bincount(rows.ravel(), minlength=size) / max(len(rows), 1)
            for rows in (self.inputs[pattern], self.inputs)
        )
        made = (own - every) * bool(pattern.any())
        spread = made.std()
        return (made / spread if spread > 0.0 else made).reshape(self.shape)
