"""EventCode: the events of a time window as content bits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, final

import numpy as np
import numpy.typing as npt

from spikemem.encoders.encoder import Encoder, Pattern
from spikemem.encoders.events import AddressEvents
from spikemem.errors import InvalidInput
from spikemem.ir.node import Ms
from spikemem.parameters import parameter


@final
class EventCode(Encoder[AddressEvents]):
    """The :class:`AddressEvents` of a window 0 <= t < ``duration_ms`` as bits (bin, polarity, row, column), in this order.

    A bit is on if its pixel had at least ``least`` events of its polarity in its bin; the window is cut into ``bins`` of
    equal length. Polarity 0 is darker, 1 brighter; without ``polarities`` there is one line for both.
    ``AddressEvents.window`` cuts a recording into windows.

    Decoding gives one event a bit, at the middle of its bin (brighter where there is one line for both); :meth:`frames`
    gives pictures. Lost are how many events there were, those below ``least``, and when within the bin: half a bin at most.

    >>> code = EventCode(height=2, width=2, duration_ms=10.0, bins=2)
    >>> code.encode(AddressEvents(t=[1.0, 2.0, 7.0], x=[0, 0, 1], y=[1, 1, 0], p=[1, 1, 0]))
    (6, 9)
    >>> code.decode([6, 9]).t
    array([2.5, 7.5])
    """

    height: int = parameter(ge=1, doc="rows")
    width: int = parameter(ge=1, doc="columns")
    duration_ms: Ms = parameter(doc="length of the window")
    bins: int = parameter(1, ge=1, doc="parts of the window")
    polarities: bool = parameter(True, doc="whether darker and brighter have lines of their own")
    least: int = parameter(1, ge=1, doc="events that switch a bit on")

    @property
    def _axes(self) -> tuple[int, int, int, int]:
        return self.bins, 2 if self.polarities else 1, self.height, self.width

    @property
    def bits(self) -> int:
        """Bins x polarities x pixels."""
        return int(np.prod(self._axes))

    def frames(self, neurons: Iterable[int] | Pattern) -> npt.NDArray[np.bool_]:
        """Return bits as pictures, (bins, polarities, height, width)."""
        return self._on("EventCode.frames", neurons).reshape(self._axes)

    def _bins(self, events: AddressEvents) -> npt.NDArray[np.int64]:
        # The last bin also where rounding says that there is one more.
        return np.minimum(np.floor(events.t * self.bins / self.duration_ms), self.bins - 1).astype(np.int64)

    def _pattern(self, where: str, value: Any) -> Pattern:
        if not isinstance(value, AddressEvents):
            raise InvalidInput(f"{where}: events must be AddressEvents, got {type(value).__name__}")
        for what, found, end in (
            ("times", value.t, self.duration_ms), ("rows y", value.y, self.height), ("columns x", value.x, self.width),
        ):  # fmt: skip
            out = found[(found < 0) | (found >= end)]
            if out.size:
                raise InvalidInput(f"{where}: {what} must be >= 0 and < {end:g}, got {out[0]:g}")
        place = np.ravel_multi_index(
            (self._bins(value), (value.p & self.polarities).astype(np.int64), value.y, value.x), self._axes
        )
        return np.bincount(place, minlength=self.bits) >= self.least

    def _value(self, where: str, pattern: Pattern) -> AddressEvents:
        b, p, y, x = np.unravel_index(np.flatnonzero(pattern), self._axes)
        polarity = p == 1 if self.polarities else np.ones(p.size, dtype=bool)
        middle = (b.astype(np.float64) + 0.5) * (self.duration_ms / self.bins)
        return AddressEvents(middle, x, y, polarity)
