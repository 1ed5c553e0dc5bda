"""What cells without memory share that compete in modules: their group, which fires where ``wins`` > 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import brian2
import numpy as np

from spikemem.backends.brian.build import Access, Array, Build, SavedPopulation
from spikemem.backends.brian.membrane import load_input, save_input
from spikemem.ir.lowered import LoweredPopulation


def memoryless_group(
    population: LoweredPopulation, build: Build, step: list[str], choice: list[str], passing: Iterable[str],
    constants: Mapping[str, float], equations: Iterable[str] = (),
) -> Any:  # fmt: skip
    """Make the group: ``step`` is code of what arrives, ``choice`` of who wins, once sums over the module are known.

    ``passing`` are variables that each step computes anew.
    """
    cell, extra = population.cell, build.additions[population.name]
    kept = {"in_e": 0.0, "in_i": 0.0, **extra.variables}
    own = [f"{name} : 1" for name in (*kept, *passing, "wins")] + [f"{name} : 1 (linked)" for name in extra.linked]
    group = brian2.NeuronGroup(
        population.size,
        "\n".join([*own, *equations]),
        threshold="wins > 0",
        reset="\n".join(extra.reset),
        events=extra.conditions(),
        namespace={**constants, **extra.constants},
        clock=build.clock,
        name=build.group_name(population.name),
    )  # fmt: skip
    if extra.reset:  # an empty reset has no code
        group.resetter["spike"].when = "before_synapses"
    extra.schedule(group)
    code = [*extra.begin, *step, *extra.end, *extra.moves(cell.receptors)]
    group.run_regularly("\n".join(code), when="groups", name=f"{group.name}_step")
    group.run_regularly("\n".join(choice), when="before_thresholds", name=f"{group.name}_choice")
    for name, value in kept.items():
        build.keep(group, name, value)

    def save(access: Access, arriving: Array) -> dict[str, Array]:
        return save_input(access, arriving, group.name, population.size, extra)

    def load(access: Access, state: Mapping[str, Array]) -> Array:
        return load_input(access, state)

    build.saved[population.name] = SavedPopulation(save, load)
    return group


def add_pairs(group: Any, sums: str, pairs: Array, modules: int, cells: int, build: Build) -> None:
    """Sum over pairs of cells of each module: ``pairs`` says of which, (cells, cells); they are added in order.

    The sums are known when the choice is made.
    """
    first, second = pairs.nonzero()
    if not first.size:
        return
    synapses = brian2.Synapses(group, group, sums, clock=build.clock, name=f"{group.name}_pairs")
    begin = cells * np.arange(modules)[:, None]
    synapses.connect(i=(begin + first).ravel(), j=(begin + second).ravel())
    for updater in synapses.summed_updaters.values():
        updater.when, updater.order = "after_groups", 0
    build.objects.append(synapses)
