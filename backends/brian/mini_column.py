"""Rule of MiniColumn: who is more depolarised is counted over all pairs of a mini-column."""

from __future__ import annotations

from typing import Any

import numpy as np

from spikemem.backends.brian.build import Build, Firing, lowers_cell
from spikemem.backends.brian.memoryless import add_pairs, memoryless_group
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.mini_column import MiniColumn

_STEP = """drive = in_e - in_i
eligible = int(drive > 0) * int(drive + depolarisation >= theta)"""
_AHEAD = "ahead_post = eligible_pre * int(depolarisation_pre > depolarisation_post) : 1 (summed)"


@lowers_cell(MiniColumn)
def lower(population: LoweredPopulation, build: Build) -> Any:
    """Make the group; ``ahead`` is the number of cells of the mini-column that may fire and are more depolarised."""
    cell, extra = population.cell, build.additions[population.name]
    assert isinstance(cell, MiniColumn)
    group = memoryless_group(
        population, build,
        step=["depolarisation = " + " + ".join(["0.0", *extra.offset]), _STEP],
        choice=["wins = eligible * int(ahead <= 0)"],
        passing=("drive", "depolarisation", "eligible", "ahead"),
        constants={"theta": cell.theta},
    )  # fmt: skip
    if extra.offset:
        others = ~np.eye(cell.cells, dtype=bool)
        add_pairs(group, _AHEAD, others, population.size // cell.cells, cell.cells, build)
    build.firing[population.name] = Firing("wins", 1.0)
    return group
