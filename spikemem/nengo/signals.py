"""Signals: a memory's state, some of which may grow, in arrays whose shapes do not change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.errors import Unsupported

Array = npt.NDArray[Any]


class Signals:
    """How a state like ``first`` is laid out in signals: its arrays' shapes, and their bytes one after the other.

    There is room for ``room`` times the bytes of ``first``. Names, types and dimensions of the arrays stay as they are.

    >>> signals = Signals({"v": np.array([1.0]), "queue": np.zeros((2, 0), dtype=np.int64)}, room=8)
    >>> held = signals.empty()
    >>> signals.put({"v": np.array([2.0]), "queue": np.array([[3], [4]])}, held)
    >>> signals.get(held)
    {'v': array([2.]), 'queue': array([[3], [4]])}
    """

    def __init__(self, first: Mapping[str, Array], room: int) -> None:
        self._kinds = {name: (array.dtype, array.ndim) for name, array in first.items()}
        self._size = room * sum(array.nbytes for array in first.values())

    def empty(self) -> dict[str, Array]:
        """Return signals that hold nothing yet."""
        dimensions = sum(ndim for _, ndim in self._kinds.values())
        return {"shapes": np.zeros(dimensions, dtype=np.int64), "bytes": np.zeros(self._size, dtype=np.uint8)}

    def put(self, state: Mapping[str, Array], held: Mapping[str, Array]) -> None:
        """Write ``state`` into the signals; raise :class:`Unsupported` if there is no room."""
        values = np.concatenate([np.ascontiguousarray(state[name]).reshape(-1).view(np.uint8) for name in self._kinds])
        if values.size > self._size:
            raise Unsupported(
                f"nengo.Memory: the state grew to {values.size} bytes, and Nengo's signals hold {self._size}; give it more room"
            )
        held["shapes"][...] = [length for name in self._kinds for length in state[name].shape]
        held["bytes"][: values.size] = values

    def get(self, held: Mapping[str, Array]) -> dict[str, Array]:
        """Return a copy of the state that the signals hold."""
        state, place, begin = {}, 0, 0
        for name, (dtype, ndim) in self._kinds.items():
            shape = tuple(held["shapes"][place : place + ndim].tolist())
            end = begin + int(np.prod(shape)) * dtype.itemsize
            state[name] = held["bytes"][begin:end].copy().view(dtype).reshape(shape)
            place, begin = place + ndim, end
        return state
