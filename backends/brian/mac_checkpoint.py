"""Macs in checkpoints, by the names of the Numba engine. What is under way to them is in their delay lines."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from spikemem.backends.brian.build import Access, Array, Build, SavedPopulation
from spikemem.backends.brian.checkpoint import depth
from spikemem.backends.brian.mac_inputs import COUNT, MOST
from spikemem.ir.cell import GRADED
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.mac import Mac

_ARRAYS = {"sums": "", "counts": COUNT, "most": MOST}
"""The engine's arrays of what arrives, and the endings of our variables."""


def saved(population: LoweredPopulation, build: Build, group: str, macs: str, drivable: bool) -> SavedPopulation:
    """Return how the state is saved; the engine has what is the same for all cells of a module once a module."""
    cell, extra = population.cell, build.additions[population.name]
    assert isinstance(cell, Mac)
    size, cells, rings = population.size, cell.cells, depth(build.network, population.name)
    modules, one = size // cells, {"sums": 1, "counts": cells, "most": cells}

    def line(receptor: int, step: int, part: str) -> str:
        return f"{group}.{extra.slot(GRADED[receptor], step + 1)}{_ARRAYS[part]}"

    def places() -> list[tuple[int, int]]:
        return [(r, k) for r, own in enumerate(GRADED) for k in range(extra.lines.get(own, 0) + 1) if k < rings]

    def save(access: Access, arriving: Array) -> dict[str, Array]:
        state: dict[str, Array] = {
            part: np.zeros((rings, len(GRADED), size // every), dtype=np.int32) for part, every in one.items()
        }
        for part, every in one.items():
            for r, k in places():
                state[part][(access.now + k) % rings, r] = access.read(line(r, k, part))[::every]
        driving = np.zeros((rings if drivable else 0, 2, size))
        if drivable:
            driving[:, 0] = np.roll(arriving[:, 0], access.now, axis=0)
        won = access.read(f"{group}.won").reshape(modules, cells)
        none, macs_count = won.max(axis=1) == 0, size // cell.size
        return state | {
            "V": access.read(f"{group}.V"),
            "G": access.read(f"{group}.G"),
            "arriving": driving,
            "won": np.where(none, -1, won.argmax(axis=1) + cells * np.arange(modules)).astype(np.int32),
            "learned": np.full(macs_count, -1),
            "left": np.rint(access.read(f"{macs}.held")).astype(np.int64),
            "due": np.rint(access.read(f"{macs}.due")).astype(np.int64),
            "scratch": np.zeros(cells),
            "factor": np.rint(access.read(f"{macs}.factor")).astype(np.int32),
        }

    def load(access: Access, state: Mapping[str, Array]) -> Array:
        for part, every in one.items():
            for r, k in places():
                now = state[part][(access.now + k) % rings, r]
                access.write(line(r, k, part), np.repeat(now, every).astype(np.float64))
        won = np.zeros(size)
        won[state["won"][state["won"] >= 0]] = 1.0
        access.write(f"{group}.won", won)
        for name in ("V", "G"):
            access.write(f"{group}.{name}", state[name])
        for ours, name in (("held", "left"), ("due", "due"), ("factor", "factor")):
            access.write(f"{macs}.{ours}", state[name].astype(np.float64))
        access.write(f"{group}.times", np.repeat(state["factor"], cell.size).astype(np.float64))
        arriving = np.zeros((rings, len(cell.receptors), size))
        if drivable:
            arriving[:, 0] = np.roll(state["arriving"][:, 0], -access.now, axis=0)
        return arriving

    return SavedPopulation(save, load)
