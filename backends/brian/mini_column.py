"""Rule of MiniColumn: who is more depolarised is counted over all pairs of a mini-column, by a summed variable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import brian2
import numpy as np

from spikemem.backends.brian.build import Access, Array, Build, Firing, SavedPopulation, lowers_cell
from spikemem.backends.brian.membrane import load_input, save_input
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.mini_column import MiniColumn

_STEP = """drive = in_e - in_i
eligible = int(drive > 0) * int(drive + depolarisation >= theta)"""
_MORE = "ahead_post = eligible_pre * int(depolarisation_pre > depolarisation_post) : 1 (summed)"


@lowers_cell(MiniColumn)
def lower(population: LoweredPopulation, build: Build) -> Any:
    """Make the group; ``ahead`` is the number of cells of the mini-column that may fire and are more depolarised."""
    cell, extra = population.cell, build.additions[population.name]
    assert isinstance(cell, MiniColumn)
    variables = ("in_e", "in_i", *extra.variables)
    passing = ("drive", "depolarisation", "eligible", "ahead", "wins")
    group = brian2.NeuronGroup(
        population.size,
        "\n".join([*(f"{n} : 1" for n in (*variables, *passing)), *(f"{n} : 1 (linked)" for n in extra.linked)]),
        threshold="wins > 0",
        reset="\n".join(extra.reset),
        namespace={"theta": cell.theta, **extra.constants},
        clock=build.clock,
        name=build.group_name(population.name),
    )
    if extra.reset:  # an empty reset has no code
        group.resetter["spike"].when = "before_synapses"
    step = [*extra.begin, "depolarisation = " + " + ".join(["0.0", *extra.offset]), _STEP, *extra.end]
    group.run_regularly("\n".join([*step, *extra.moves(cell.receptors)]), when="groups", name=f"{group.name}_step")
    group.run_regularly("wins = eligible * int(ahead <= 0)", when="before_thresholds", name=f"{group.name}_choice")
    if cell.cells > 1 and extra.offset:
        build.objects.append(_competition(group, population.size, cell.cells, build))
    for name, value in {"in_e": 0.0, "in_i": 0.0, **extra.variables}.items():
        build.keep(group, name, value)
    build.firing[population.name] = Firing("wins", 1.0)

    def save(access: Access, arriving: Array) -> dict[str, Array]:
        return save_input(access, arriving, group.name, population.size, extra)

    def load(access: Access, state: Mapping[str, Array]) -> Array:
        return load_input(access, state)

    build.saved[population.name] = SavedPopulation(save, load)
    return group


def _competition(group: Any, size: int, cells: int, build: Build) -> Any:
    """Return the pairs of different cells of the mini-columns, which count once the cells know what drives them."""
    synapses = brian2.Synapses(group, group, _MORE, clock=build.clock, name=f"{group.name}_pairs")
    first, second = np.nonzero(~np.eye(cells, dtype=bool))
    columns = cells * np.arange(size // cells)[:, None]
    synapses.connect(i=(columns + first).ravel(), j=(columns + second).ravel())
    (counting,) = synapses.summed_updaters.values()
    counting.when, counting.order = "after_groups", 0
    return synapses
