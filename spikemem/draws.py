"""The numbers that competitive modules choose by: drawn on the host, block by block, the same on every backend."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spikemem.ir.lowered import LoweredNetwork
from spikemem.rng import generator

DRAW_BLOCK = 100
"""Steps whose numbers are drawn at a time, by a generator of their own."""


class Draws:
    """Numbers from [0, 1), one for each step and module of each population whose cells draw."""

    def __init__(self, network: LoweredNetwork) -> None:
        self._seed = network.seed
        self.modules = {p.name: p.size // p.cell.module_size for p in network.populations if p.cell.draws}

    def block(self, number: int) -> dict[str, npt.NDArray[np.float64]]:
        """Return the numbers of steps [number, number + 1) DRAW_BLOCK, (DRAW_BLOCK, modules), by population."""
        return {
            name: generator(self._seed, "draws", name, number).random((DRAW_BLOCK, modules))
            for name, modules in self.modules.items()
        }

    def until(self, steps: int) -> dict[str, npt.NDArray[np.float64]]:
        """Return the numbers of the first ``steps`` steps and a little beyond, (steps, modules), by population."""
        blocks = [self.block(number) for number in range(-(-steps // DRAW_BLOCK) if self.modules else 0)]
        return {name: np.concatenate([block[name] for block in blocks]) for name in self.modules}
