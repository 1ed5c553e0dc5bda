"""ScalarCode: a number as a run of active bits."""

from __future__ import annotations

from typing import Any, final

import numpy as np
from pydantic import model_validator

from spikemem.encoders.checks import numbers
from spikemem.encoders.encoder import Encoder, Pattern
from spikemem.errors import InvalidInput
from spikemem.ir.node import Real
from spikemem.parameters import parameter


@final
class ScalarCode(Encoder[float]):
    """A number as ``active`` neighbouring bits of ``cells``: the scalar encoder of HTM (Purdy 2016, arXiv:1602.05925).

    There are B = cells - active + 1 places for the run of bits; x is at place b = round((B - 1) (x - low) / (high - low)),
    the nearest one. So numbers d places apart share max(0, active - d) bits: what is near overlaps.

    Decoding takes the place, or the mean of the places, at which a run shares most bits with those given, so bits that are
    missing or wrong move it little. Lost is what lies between places: half of ``resolution`` at most.

    >>> code = ScalarCode(low=0.0, high=10.0, cells=14, active=4)
    >>> code.encode(3.2), code.decode([3, 4, 5, 6]), code.decode([4, 5, 13])
    ((3, 4, 5, 6), 3.0, 3.0)
    """

    low: Real = parameter(0.0, doc="the least number")
    high: Real = parameter(1.0, doc="the greatest number")
    cells: int = parameter(100, ge=2, doc="bits n")
    active: int = parameter(21, ge=1, doc="bits w that are on")

    @model_validator(mode="after")
    def _check(self) -> ScalarCode:
        if self.high <= self.low:
            raise InvalidInput(f"ScalarCode.high: must be > low = {self.low:g}, got {self.high:g}")
        if self.active >= self.cells:
            raise InvalidInput(f"ScalarCode.active: must be < cells = {self.cells}, got {self.active}")
        return self

    @property
    def bits(self) -> int:
        """The cells."""
        return self.cells

    @property
    def resolution(self) -> float:
        """From one place to the next, in the unit of the numbers."""
        return (self.high - self.low) / (self.cells - self.active)

    def _pattern(self, where: str, value: Any) -> Pattern:
        number = float(numbers(where, "number", value, (), self.low, self.high))
        made = np.zeros(self.cells, dtype=bool)
        place = round((number - self.low) / self.resolution)
        made[place : place + self.active] = True
        return made

    def _value(self, where: str, pattern: Pattern) -> float:
        if not pattern.any():
            raise InvalidInput(
                f"{where}: content is empty, and no number has no bits; give at least one of 0..{self.cells - 1}"
            )
        shared = np.convolve(pattern, np.ones(self.active, dtype=np.int64), mode="valid")
        return float(self.low + self.resolution * np.flatnonzero(shared == shared.max()).mean())
