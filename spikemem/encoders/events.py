"""AddressEvents: what an event camera gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.checks import milliseconds
from spikemem.encoders.checks import numbers
from spikemem.errors import InvalidInput, shown

_FIELDS = ("t", "x", "y", "p")


@dataclass(frozen=True, eq=False)
class AddressEvents:
    """Events of an event camera (Gallego et al. 2020, *Event-based vision: a survey*, arXiv:1904.08405), sorted by time.

    ``t`` is the time in ms, finite; ``x`` the column and ``y`` the row, from 0, the upper left pixel; ``p`` the polarity:
    true where it became brighter, given as booleans, 0 and 1, or -1 and 1. Raises :class:`InvalidInput` for anything else,
    and for unequal lengths.

    >>> events = AddressEvents(t=[2.0, 0.5], x=[3, 1], y=[0, 0], p=[0, 1])
    >>> events.t, events.x, events.p
    (array([0.5, 2. ]), array([1, 3]), array([ True, False]))
    """

    t: npt.NDArray[np.float64]
    x: npt.NDArray[np.int64]
    y: npt.NDArray[np.int64]
    p: npt.NDArray[np.bool_]

    def __post_init__(self) -> None:
        size = np.shape(self.t)
        if len(size) != 1:
            raise InvalidInput(f"AddressEvents.t: must be a list of times (ms), got {shown(self.t)}")
        t, x, y, p = (numbers(f"AddressEvents.{name}", "entries", getattr(self, name), size) for name in _FIELDS)
        for name, place in (("x", x), ("y", y)):
            if ((place < 0) | (place % 1 != 0)).any():
                raise InvalidInput(
                    f"AddressEvents.{name}: must be whole numbers >= 0, got {place[(place < 0) | (place % 1 != 0)][0]:g}"
                )
        if not np.isin(p, (-1, 0, 1)).all():
            raise InvalidInput(f"AddressEvents.p: must be 0 or 1, or -1 or 1, got {p[~np.isin(p, (-1, 0, 1))][0]:g}")
        order = np.argsort(t, kind="stable")
        for name, made in (("t", t), ("x", x.astype(np.int64)), ("y", y.astype(np.int64)), ("p", p > 0)):
            object.__setattr__(self, name, made[order])

    @classmethod
    def from_records(cls, records: npt.NDArray[Any], unit_ms: float = 0.001) -> AddressEvents:
        """Return the events of a structured array with the fields t, x, y, p.

        ``unit_ms`` is how long a 1 in t lasts, by default 1 us. Raises :class:`InvalidInput` for other fields.
        """
        names = getattr(getattr(records, "dtype", None), "names", None)
        if names is None or not set(_FIELDS) <= set(names):
            raise InvalidInput(
                f"AddressEvents.from_records: records must be a structured array with the fields t, x, y, p, got {names}"
            )
        unit = milliseconds("AddressEvents.from_records: unit_ms", unit_ms, positive=True)
        return cls(t=records["t"] * unit, x=records["x"], y=records["y"], p=records["p"])

    def window(self, begin_ms: float, duration_ms: float) -> AddressEvents:
        """Return the events of begin_ms <= t < begin_ms + duration_ms, their times from ``begin_ms``."""
        begin = milliseconds("AddressEvents.window: begin_ms", begin_ms)
        duration = milliseconds("AddressEvents.window: duration_ms", duration_ms, positive=True)
        own = (self.t >= begin) & (self.t - begin < duration)
        return AddressEvents(self.t[own] - begin, self.x[own], self.y[own], self.p[own])
