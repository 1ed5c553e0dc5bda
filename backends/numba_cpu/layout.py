"""Where each named array lies in the program's memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from spikemem.backends.numba_cpu.kernel import Memory

Array = npt.NDArray[Any]
Kind = Literal[
    "real", "whole", "weight32", "weight64", "byte", "whole32",
    "const_real", "const_whole", "const_index", "const_weight32", "const_weight64",
]  # fmt: skip
_DTYPES: Mapping[str, Any] = {
    "real": np.float64, "whole": np.int64, "weight32": np.float32, "weight64": np.float64,
    "byte": np.uint8, "whole32": np.int32,
    "const_real": np.float64, "const_whole": np.int64, "const_index": np.int32,
    "const_weight32": np.float32, "const_weight64": np.float64,
}  # fmt: skip
STATE: tuple[Kind, ...] = ("real", "whole", "weight32", "weight64", "byte", "whole32")


@dataclass(frozen=True, eq=False)
class Slot:
    """One named array: its kind of memory, its first place there and its initial values."""

    kind: Kind
    offset: int
    initial: Array


@dataclass
class Layout:
    """The named arrays of a program, in the order in which they were added."""

    slots: dict[str, Slot] = field(default_factory=dict)
    _ends: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_DTYPES, 0))

    def add(self, name: str, kind: Kind, initial: Array) -> str:
        """Reserve room for ``initial`` under ``name`` and return the name."""
        assert name not in self.slots, name
        self.slots[name] = Slot(kind, self._ends[kind], np.ascontiguousarray(initial, dtype=_DTYPES[kind]))
        self._ends[kind] += initial.size
        return name

    def offset(self, name: str) -> int:
        """Return the first place of the array called ``name``."""
        return self.slots[name].offset

    def arrays(self, kinds: tuple[str, ...]) -> dict[str, Array]:
        """Return new arrays of these kinds, filled with the initial values."""
        made = {kind: np.zeros(max(1, self._ends[kind]), dtype=_DTYPES[kind]) for kind in kinds}
        for slot in self.slots.values():
            if slot.kind in made:
                made[slot.kind][slot.offset : slot.offset + slot.initial.size] = slot.initial.reshape(-1)
        return made

    def view(self, memory: Memory, name: str) -> Array:
        """Return the named array as it is in ``memory``, writable, in its own shape."""
        slot = self.slots[name]
        whole: Array = getattr(memory, slot.kind)
        return whole[slot.offset : slot.offset + slot.initial.size].reshape(slot.initial.shape)

    def names(self, kinds: tuple[Kind, ...] = STATE) -> list[str]:
        """Return the names of all arrays of these kinds."""
        return [name for name, slot in self.slots.items() if slot.kind in kinds]

    def grown(self, name: str, width: int) -> Layout:
        """Return the layout with the last axis of array ``name`` widened to ``width``, new places being 0."""
        new = Layout()
        for key, slot in self.slots.items():
            initial = slot.initial
            if key == name:
                initial = np.zeros((*initial.shape[:-1], width), dtype=initial.dtype)
                initial[..., : slot.initial.shape[-1]] = slot.initial
            new.add(key, slot.kind, initial)
        return new
