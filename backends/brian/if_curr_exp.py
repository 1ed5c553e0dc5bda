"""Rule of IF_curr_exp."""

from __future__ import annotations

from typing import Any, assert_never

from spikemem.backends.brian.build import Build, lowers_cell
from spikemem.backends.brian.membrane import fade, membrane_group
from spikemem.ir.if_curr_exp import IF_curr_exp
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.numerics import decay, spinnaker_input_scale

_FADE = f"{fade('isyn_exc', 'decay_e')}\n{fade('isyn_inh', 'decay_i')}"
_SPINNAKER = f"""isyn_exc = isyn_exc + scale_e * in_e
isyn_inh = isyn_inh + scale_i * in_i
alpha = v_rest + (isyn_exc - isyn_inh + offset) * resistance
moved = alpha - leak * (alpha - v)
{_FADE}"""
_EXACT = f"""isyn_exc = isyn_exc + in_e
isyn_inh = isyn_inh + in_i
rest = v_rest + offset * resistance
moved = rest + leak * (v - rest) + gain_e * isyn_exc - gain_i * isyn_inh
{_FADE}"""


@lowers_cell(IF_curr_exp)
def lower(population: LoweredPopulation, build: Build) -> Any:
    """Make the group for the network's numerics."""
    cell = population.cell
    assert isinstance(cell, IF_curr_exp)
    dt, numerics = build.network.dt, build.network.numerics
    decays = {"decay_e": decay(dt, cell.tau_syn_E), "decay_i": decay(dt, cell.tau_syn_I)}
    match numerics:
        case "spinnaker":
            update = _SPINNAKER
            factors = {
                "scale_e": spinnaker_input_scale(dt, cell.tau_syn_E),
                "scale_i": spinnaker_input_scale(dt, cell.tau_syn_I),
            }
        case "exact":
            update = _EXACT
            factors = {
                "gain_e": cell.gain("excitatory", dt, numerics),
                "gain_i": cell.gain("inhibitory", dt, numerics),
            }
        case _:
            assert_never(numerics)
    return membrane_group(population, build, update, decays | factors, ("isyn_exc", "isyn_inh"))
