"""What all integrate-and-fire cells share: the group, its threshold and reset, refractoriness, arriving input."""

from __future__ import annotations

from math import exp
from typing import Any

import brian2

from spikemem.backends.brian.build import Build
from spikemem.ir.lowered import LoweredPopulation

TINY = 1e-30
"""Synaptic currents and conductances of less than this are 0, as the primitives say."""


def membrane_group(
    population: LoweredPopulation, build: Build, update: str, constants: dict[str, float], synaptic: tuple[str, ...]
) -> Any:
    """Make the group; ``update`` computes ``moved``, the membrane's next value, and changes the ``synaptic`` variables.

    The reset comes before the synapses, for post spikes enter a neuron's history before pre spikes look at it.
    """
    cell: Any = population.cell
    extra = build.additions[population.name]
    names = ("v", *synaptic, "in_e", "in_i", *extra.variables)
    group = brian2.NeuronGroup(
        population.size,
        "\n".join([*(f"{name} : 1" for name in names), "i_offset : 1 (constant)", "left : integer"]),
        threshold="v >= v_thresh",
        reset="\n".join(["v = v_reset", "left = refractory_steps", *extra.reset]),
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
    step = ["frozen = int(left > 0)", update, "v = frozen * v + (1 - frozen) * moved", "left = left - frozen"]
    group.run_regularly("\n".join([*step, *extra.moves]), when="groups", name=f"{group.name}_step")
    for name in ("v", *synaptic):
        build.keep(group, name, population.initial[name])
    group.i_offset = population.i_offset
    for name, value in {"in_e": 0.0, "in_i": 0.0, "left": 0, **extra.variables}.items():
        build.keep(group, name, value)
    return group


def fade(variable: str, decay: str) -> str:
    """Return the code by which a synaptic variable decays, down to 0."""
    return f"{variable} = {variable} * {decay}\n{variable} = {variable} * int(abs({variable}) >= tiny)"
