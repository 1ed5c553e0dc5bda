"""Rule of Segment: what arrives in a step is counted, and handed on from step to step as long as it is in the window."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from spikemem.backends.brian.build import Access, Array, Build, SavedPopulation, lowers_cell
from spikemem.backends.brian.dendrite import Plateaus, dendrite_group, flow_of
from spikemem.ir.dendrite import Segment
from spikemem.ir.lowered import LoweredPopulation


def earlier_inputs(cell: Segment, dt: float) -> list[str]:
    """Return the variables that hold what arrived one step ago, two steps ago, and so on, as long as it is in the window."""
    return [f"arrived{k}" for k in range(1, max(1, round(cell.window / dt)))]


@lowers_cell(Segment)
def lower(population: LoweredPopulation, build: Build) -> Any:
    """Make the group."""
    cell, branch = population.cell, population.branch
    assert isinstance(cell, Segment)
    assert branch is not None
    earlier = earlier_inputs(cell, build.network.dt)
    window = 1 + len(earlier)
    update = ["counted = " + " + ".join(["in_e", *earlier])]
    update += [f"{older} = {newer}" for newer, older in reversed(list(pairwise(["in_e", *earlier])))]
    group = dendrite_group(
        population, build, update, "counted >= theta", ["counted", *earlier], {"theta": float(cell.theta)}
    )
    flow = flow_of(population, build.network)
    plateaus = Plateaus(population, build.network, group.name, build.group_name(branch.soma), flow)

    def save(access: Access, arriving: Array) -> dict[str, Array]:
        now, depth = access.now, len(arriving) + window - 1
        counts, touched = np.zeros((depth, population.size), dtype=np.uint8), np.full(depth, -1)
        known = {now + k: sums[0] for k, sums in enumerate(arriving)}
        known |= {now - k: access.read(f"{group.name}.{name}") for k, name in enumerate(earlier, 1)}
        for step, found in known.items():
            if found.any():
                counts[step % depth], touched[step % depth] = np.minimum(255, found), step
        return {"counts": counts, "touched": touched, **plateaus.save(access)}

    def load(access: Access, state: Mapping[str, Array]) -> Array:
        plateaus.load(access, state)
        depth, touched = len(state["touched"]), state["touched"]

        def counted(step: int) -> Array:
            found: Array = state["counts"][step % depth].astype(np.float64)
            return found if touched[step % depth] == step else np.zeros_like(found)

        for k, name in enumerate(earlier, 1):
            access.write(f"{group.name}.{name}", counted(access.now - k))
        return np.stack([counted(access.now + k)[None] for k in range(depth - window + 1)])

    build.saved[population.name] = SavedPopulation(save, load)
    return group
