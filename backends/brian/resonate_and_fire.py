"""Rule of ResonateAndFire, the same for all numerics."""

from __future__ import annotations

from typing import Any

import brian2

from spikemem.backends.brian.build import Build, lowers_cell
from spikemem.backends.brian.membrane import TINY, saved
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.resonate_and_fire import ResonateAndFire

_STEP = f"""turned = re * v - im * v_imag + (in_e - in_i)
v_imag = im * v + re * v_imag
v = turned
moves = clip(int(abs(v) >= {TINY}) + int(abs(v_imag) >= {TINY}), 0, 1)
v = moves * v
v_imag = moves * v_imag
frozen = int(left > 0)
left = left - frozen"""


@lowers_cell(ResonateAndFire)
def lower(population: LoweredPopulation, build: Build) -> Any:
    """Make the group; a refractory neuron goes on to turn, and is only kept from firing."""
    cell, extra, dt = population.cell, build.additions[population.name], build.network.dt
    assert isinstance(cell, ResonateAndFire)
    re, im = cell.turn(dt)
    names = ("v", "v_imag", "in_e", "in_i", *extra.variables)
    reset = ["left = refractory_steps", *(["v = v_reset", "v_imag = 0.0"] if cell.resets else [])]
    group = brian2.NeuronGroup(
        population.size,
        "\n".join([*(f"{name} : 1" for name in names), "left : integer", "frozen : integer"]),
        threshold="v >= v_thresh and frozen <= 0",
        reset="\n".join([*reset, *extra.reset]),
        events=extra.conditions(),
        namespace={
            "re": re, "im": im, "v_thresh": cell.v_thresh, "v_reset": cell.v_reset,
            "refractory_steps": round(cell.tau_refrac / dt), **extra.constants,
        },
        clock=build.clock,
        name=build.group_name(population.name),
    )  # fmt: skip
    group.resetter["spike"].when = "before_synapses"
    extra.schedule(group)
    code = [*extra.begin, _STEP, *extra.end, *extra.moves(cell.receptors)]
    group.run_regularly("\n".join(code), when="groups", name=f"{group.name}_step")
    for name in cell.state_variables:
        build.keep(group, name, population.initial[name])
    for name, value in {"in_e": 0.0, "in_i": 0.0, "left": 0, **extra.variables}.items():
        build.keep(group, name, value)
    build.saved[population.name] = saved(population, group.name, cell.state_variables, extra)
    return group
