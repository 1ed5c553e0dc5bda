"""Rule of Race: rates are summed over the cells before each one of its module, in order, so that a number picks one of them."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np

from spikemem.backends.brian.build import Build, lowers_cell
from spikemem.backends.brian.drawing import DRAWN, look_up
from spikemem.backends.brian.memoryless import add_pairs, memoryless_group
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.race import LARGEST, Race

_STEP = """h = in_e - in_i - theta
came = int(in_e != 0) + int(in_i != 0)"""
_RATES = {
    "linear": "base * clip(h, 0.0, inf)",
    "power": "base * clip(h, 0.0, inf) ** shape",
    "exponential": f"base * exp(clip(shape * h, -inf, {LARGEST!r}))",
}
_BEFORE = """before_post = rate_pre : 1 (summed)
came_before_post = came_pre : 1 (summed)"""
# ``last_`` are of the module's last cell. A number below the chance says that the module spikes, and how far below, which cell.
_CHOICE = f"""total = last_before + last_rate
chance = 1.0 - exp(-total)
spikes_now = int({DRAWN} < chance) * int(last_came_before + last_came > 0)
left = clip({DRAWN} / (chance + (1 - int(chance > 0))), 0.0, {1.0 - 2.0**-52!r}) * total
wins = spikes_now * int(before <= left) * int(left < before + rate)"""
_LAST = ("before", "rate", "came_before", "came")
_AHEAD = """before_post = int(h_pre > h_post) + int(h_pre == h_post) * int(i < j) : 1 (summed)
came_before_post = came_pre : 1 (summed)"""


@lowers_cell(Race)
def lower(population: LoweredPopulation, build: Build) -> Any:
    """Make the group."""
    cell = population.cell
    assert isinstance(cell, Race)
    modules, cells = population.size // cell.cells, cell.cells
    if cell.transfer == "winner":
        group = memoryless_group(
            population, build, [_STEP], ["wins = int(h > 0) * int(before <= 0) * int(came + came_before > 0)"],
            (DRAWN, "h", "came", "before", "came_before"), {"theta": cell.theta}, ["module : integer (constant)"],
        )  # fmt: skip
        add_pairs(group, _AHEAD, ~np.eye(cells, dtype=bool), modules, cells, build)
    else:
        group = memoryless_group(
            population, build, [_STEP, f"rate = {_RATES[cell.transfer]}"], [_CHOICE],
            (DRAWN, "h", "came", "rate", "before", "came_before"),
            {
                "theta": cell.theta, "base": cell.rate * 1e-3 * build.network.dt,
                "shape": cell.exponent if cell.transfer == "power" else cell.beta,
            },
            [*(f"last_{name} : 1 (linked)" for name in _LAST), "module : integer (constant)"],
        )  # fmt: skip
        last = (np.arange(population.size) // cells + 1) * cells - 1
        for name in _LAST:
            setattr(group, f"last_{name}", brian2.linked_var(group, name, index=last))
        add_pairs(group, _BEFORE, np.triu(np.ones((cells, cells), dtype=bool), 1), modules, cells, build)
    group.module = np.arange(population.size) // cells
    look_up(population.name, group, build)
    return group
