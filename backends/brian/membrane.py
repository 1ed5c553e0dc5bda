"""What all integrate-and-fire cells share: the group, its threshold and reset, refractoriness, arriving input."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import Any

import brian2
import numpy as np

from spikemem.backends.brian.build import Access, Additions, Array, Build, Firing, SavedPopulation
from spikemem.ir.lowered import LoweredPopulation

TINY = 1e-30
"""Synaptic currents and conductances of less than this are 0, as the primitives say."""


def membrane_group(
    population: LoweredPopulation, build: Build, update: str, constants: dict[str, float], synaptic: tuple[str, ...]
) -> Any:
    """Make the group; ``update`` computes ``moved``, the membrane's next value, and changes the ``synaptic`` variables.

    ``offset`` is i_offset with the currents of dendrites.

    The reset comes before the synapses, for post spikes enter a neuron's history before pre spikes look at it.
    """
    cell: Any = population.cell
    extra = build.additions[population.name]
    names = ("v", *synaptic, "in_e", "in_i", *extra.variables)
    group = brian2.NeuronGroup(
        population.size,
        "\n".join(
            [
                *(f"{name} : 1" for name in names),
                *(f"{name} : 1 (linked)" for name in extra.linked),
                "i_offset : 1 (constant)",
                "left : integer",
            ]
        ),
        threshold="v >= v_thresh",
        reset="\n".join(["v = v_reset", "left = refractory_steps", *extra.reset]),
        events=extra.conditions(),
        namespace={
            "v_rest": cell.v_rest,
            "v_reset": cell.v_reset,
            "v_thresh": cell.v_thresh,
            "refractory_steps": round(cell.tau_refrac / build.network.dt),
            "leak": exp(-build.network.dt / cell.tau_m),
            "resistance": cell.tau_m / cell.cm,
            "tiny": TINY,
            **constants,
            **extra.constants,
        },
        clock=build.clock,
        name=build.group_name(population.name),
    )
    group.resetter["spike"].when = "before_synapses"
    extra.schedule(group)
    step = [
        *extra.begin,
        "offset = " + " + ".join(["i_offset", *extra.offset]),
        "frozen = int(left > 0)",
        update,
        "v = frozen * v + (1 - frozen) * moved",
        "left = left - frozen",
        *extra.end,
    ]
    group.run_regularly("\n".join([*step, *extra.moves(cell.receptors)]), when="groups", name=f"{group.name}_step")
    for name in ("v", *synaptic):
        build.keep(group, name, population.initial[name])
    group.i_offset = population.i_offset
    for name, value in {"in_e": 0.0, "in_i": 0.0, "left": 0, **extra.variables}.items():
        build.keep(group, name, value)
    build.firing[population.name] = Firing("v", cell.v_thresh)
    build.saved[population.name] = saved(population, group.name, ("v", *synaptic), extra)
    return group


def saved(
    population: LoweredPopulation, group: str, variables: tuple[str, ...], extra: Additions
) -> SavedPopulation:  # fmt: skip
    """Return how the state is saved: by the names of the Numba engine."""

    def save(access: Access, arriving: Array) -> dict[str, Array]:
        left = access.read(f"{group}.left").astype(np.int64)
        return {
            "refractory_until": access.now - 1 + left,
            **save_input(access, arriving, group, population.size, extra),
            **{name: access.read(f"{group}.{name}") for name in variables},
        }

    def load(access: Access, state: Mapping[str, Array]) -> Array:
        left = np.maximum(0, state["refractory_until"] - access.now + 1)
        access.write(f"{group}.left", left.astype(np.int32))
        for name in variables:
            access.write(f"{group}.{name}", state[name])
        return load_input(access, state)

    return SavedPopulation(save, load)


def save_input(access: Access, arriving: Array, group: str, size: int, extra: Additions) -> dict[str, Array]:
    """Return what is under way to ``size`` neurons and their dendrites' currents, whose first row is the engine's own."""
    state = {"arriving": np.roll(arriving, access.now, axis=0)}
    if extra.flows:
        flowing = [flow.flowing(access, group, size) for flow in extra.flows]
        state["dendritic"] = np.stack([np.zeros(size), *flowing])
    return state


def load_input(access: Access, state: Mapping[str, Array]) -> Array:
    """Return what is under way, by step from now on; the plateaus are in the dendrites' arrays."""
    return np.roll(state["arriving"], -access.now, axis=0)


def fade(variable: str, decay: str) -> str:
    """Return the code by which a synaptic variable decays, down to 0."""
    return f"{variable} = {variable} * {decay}\n{variable} = {variable} * int(abs({variable}) >= tiny)"
