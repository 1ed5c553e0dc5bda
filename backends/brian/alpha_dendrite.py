"""Rule of AlphaDendrite: its current and plateau, which the soma reads as a linked variable, one step later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import brian2
import numpy as np

from spikemem.backends.brian.build import Access, Array, Build, SavedPopulation, extends_soma, lowers_cell
from spikemem.backends.brian.dendrite import zone_of
from spikemem.backends.brian.membrane import TINY
from spikemem.ir.alpha_dendrite import AlphaDendrite
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.numerics import decay

SOMA_EVENT = "soma_spike"
"""The event of a dendrite whose soma fires, for plastic synapses that listen to it."""
_STEP = f"""risen = rise + rise_per_weight * in_e
free = 1 - int(lasting > 0)
isyn_exc = free * (p_decay * (isyn_exc + dt_ms * risen))
rise = free * (p_decay * risen)
isyn_exc = isyn_exc * int(isyn_exc >= {TINY})
rise = rise * int(rise >= {TINY})"""
# After the thresholds, which ask whether the plateau lasts, and before the reset, which begins a new one.
_PASS_ON = """silent = 1 - int(soma_v >= soma_threshold)
isyn_exc = isyn_exc * silent
rise = rise * silent
lasting = (lasting - int(lasting > 0)) * silent
passed = int(lasting > 0) * plateau_current + (1 - int(lasting > 0)) * isyn_exc"""


@dataclass(frozen=True)
class Passed:
    """The current of a zone as the dendrites' variable ``passed`` has it."""

    dendrites: str

    def flowing(self, access: Access, soma: str, size: int) -> Array:
        """Return the current into each soma."""
        return access.read(f"{self.dendrites}.passed")


@extends_soma(AlphaDendrite)
def extend_soma(population: LoweredPopulation, build: Build) -> None:
    """Have the soma read what its dendrite passes on."""
    assert population.branch is not None
    extra = build.additions[population.branch.soma]
    name = f"passed{zone_of(population, build.network)}"
    extra.linked[name] = (population.name, "passed")
    extra.offset.append(name)
    extra.flows.append(Passed(build.group_name(population.name)))


@lowers_cell(AlphaDendrite)
def lower(population: LoweredPopulation, build: Build) -> Any:
    """Make the group."""
    cell, branch, dt = population.cell, population.branch, build.network.dt
    assert isinstance(cell, AlphaDendrite)
    assert branch is not None
    extra, firing = build.additions[population.name], build.firing[branch.soma]
    steps = round(cell.plateau / dt)
    names = ("isyn_exc", "rise", "passed", "in_e", *extra.variables)
    group = brian2.NeuronGroup(
        population.size,
        "\n".join([*(f"{name} : 1" for name in names), "lasting : integer", "soma_v : 1 (linked)"]),
        threshold="isyn_exc >= theta and soma_v < soma_threshold",
        reset="\n".join([
            "lasting = plateau", "isyn_exc = 0", "rise = 0", "passed = plateau_current * int(plateau > 0)", *extra.reset
        ]),
        events={SOMA_EVENT: "soma_v >= soma_threshold"},
        namespace={
            "theta": cell.theta, "plateau_current": cell.current, "plateau": steps, "p_decay": decay(dt, cell.tau_syn),
            "dt_ms": dt, "rise_per_weight": cell.rise_per_weight, "soma_threshold": firing.least, **extra.constants,
        },
        clock=build.clock,
        name=build.group_name(population.name),
    )  # fmt: skip
    group.soma_v = brian2.linked_var(build.groups[branch.soma], firing.variable)
    group.resetter["spike"].when = "before_synapses"
    group.run_regularly("\n".join([_STEP, *extra.moves(cell.receptors)]), when="groups", name=f"{group.name}_step")
    group.run_regularly(_PASS_ON, when="after_thresholds", name=f"{group.name}_plateau")
    for name in cell.state_variables:
        build.keep(group, name, population.initial[name])
    for name, value in {"passed": 0.0, "in_e": 0.0, "lasting": 0, **extra.variables}.items():
        build.keep(group, name, value)
    build.saved[population.name] = _saved(cell, group.name)
    return group


def _saved(cell: AlphaDendrite, group: str) -> SavedPopulation:
    """Return how the state is saved: by the names of the Numba engine, whose input has an inhibitory half that stays 0."""

    def save(access: Access, arriving: Array) -> dict[str, Array]:
        lasting = access.read(f"{group}.lasting").astype(np.int64)
        both = np.concatenate([arriving, np.zeros_like(arriving)], axis=1)
        return {
            "arriving": np.roll(both, access.now, axis=0),
            "until": np.where(lasting > 0, access.now - 1 + lasting, -1),
            **{name: access.read(f"{group}.{name}") for name in cell.state_variables},
        }

    def load(access: Access, state: Mapping[str, Array]) -> Array:
        lasting = np.maximum(0, state["until"] - access.now + 1)
        access.write(f"{group}.lasting", lasting.astype(np.int32))
        access.write(f"{group}.passed", np.where(lasting > 0, cell.current, state["isyn_exc"]))
        for name in cell.state_variables:
            access.write(f"{group}.{name}", state[name])
        return np.roll(state["arriving"][:, :1], -access.now, axis=0)

    return SavedPopulation(save, load)
