"""Checks of the arrays that encoders are given."""

from __future__ import annotations

from math import inf
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from spikemem.errors import InvalidInput, shown
from spikemem.ir.node import Count

Shape = Annotated[tuple[Count, ...], Field(min_length=1)]
"""Of a picture (rows, columns), a vector (size,), or any other array."""


def numbers(
    where: str, what: str, value: Any, shape: tuple[int, ...], low: float = -inf, high: float = inf
) -> npt.NDArray[np.float64]:
    """Return ``value`` as an array of ``shape``.

    Raises :class:`InvalidInput` about ``where`` and ``what`` unless it is such an array of finite numbers low .. high.

    >>> numbers("here", "picture", [[0, 255]], (1, 2))
    array([[  0., 255.]])
    """
    span = f" {low:g}..{high:g}" if low > -inf else ""
    kind = f"finite numbers{span} of the shape {shape}" if shape else f"a finite number{span}"
    rule = f"{where}: {what} must be {kind}"
    try:
        given = np.asarray(value)
    except ValueError:  # rows of different lengths
        raise InvalidInput(f"{rule}, got {shown(value)}") from None
    if given.dtype.kind not in "biuf":
        raise InvalidInput(f"{rule}, got {shown(value)}")
    if given.shape != shape:
        raise InvalidInput(f"{rule}, got the shape {given.shape}")
    made = given.astype(np.float64)
    good = np.isfinite(made) & (made >= low) & (made <= high)
    if not good.all():
        place = tuple(int(k) for k in np.argwhere(~good)[0])
        at = f" at {place if len(place) > 1 else place[0]}" if place else ""
        raise InvalidInput(f"{rule}, got {made[place]:g}{at}")
    return made
