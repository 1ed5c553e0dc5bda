"""Rule of IF_cond_exp."""

from __future__ import annotations

from typing import Any, assert_never

from spikemem.backends.brian.build import Build, lowers_cell
from spikemem.backends.brian.membrane import fade, membrane_group
from spikemem.ir.if_cond_exp import IF_cond_exp
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.numerics import decay, spinnaker_input_scale

_FADE = f"{fade('gsyn_exc', 'decay_e')}\n{fade('gsyn_inh', 'decay_i')}"
_ARRIVE = """gsyn_exc = gsyn_exc + scale_e * in_e
gsyn_inh = gsyn_inh + scale_i * in_i"""
_SPINNAKER = f"""{_ARRIVE}
alpha = v_rest + (gsyn_exc * (e_rev_E - v) + gsyn_inh * (e_rev_I - v) + offset) * resistance
moved = alpha - leak * (alpha - v)
{_FADE}"""


def _slope(name: str, at: str, exc: str, inh: str) -> str:
    """Return the code that computes the membrane's slope at one of the four points of the step."""
    return (
        f"at_{name} = {at}\n"
        f"{name} = (v_rest - at_{name} + ({exc} * (e_rev_E - at_{name}) + {inh} * (e_rev_I - at_{name}) + offset)"
        " * resistance) / tau_m"
    )


_EXACT = "\n".join(
    [
        _ARRIVE,
        "e_half = gsyn_exc * half_e\ni_half = gsyn_inh * half_i",
        "e_end = gsyn_exc * decay_e\ni_end = gsyn_inh * decay_i",
        _slope("k1", "v", "gsyn_exc", "gsyn_inh"),
        _slope("k2", "v + 0.5 * step * k1", "e_half", "i_half"),
        _slope("k3", "v + 0.5 * step * k2", "e_half", "i_half"),
        _slope("k4", "v + step * k3", "e_end", "i_end"),
        "moved = v + step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)",
        _FADE,
    ]
)


@lowers_cell(IF_cond_exp)
def lower(population: LoweredPopulation, build: Build) -> Any:
    """Make the group for the network's numerics."""
    cell = population.cell
    assert isinstance(cell, IF_cond_exp)
    dt, numerics = build.network.dt, build.network.numerics
    match numerics:
        case "spinnaker":
            update = _SPINNAKER
            scales = (spinnaker_input_scale(dt, cell.tau_syn_E), spinnaker_input_scale(dt, cell.tau_syn_I))
        case "exact":
            update = _EXACT
            scales = (1.0, 1.0)
        case _:
            assert_never(numerics)
    constants = {
        "scale_e": scales[0],
        "scale_i": scales[1],
        "decay_e": decay(dt, cell.tau_syn_E),
        "decay_i": decay(dt, cell.tau_syn_I),
        "half_e": decay(dt / 2, cell.tau_syn_E),
        "half_i": decay(dt / 2, cell.tau_syn_I),
        "e_rev_E": cell.e_rev_E,
        "e_rev_I": cell.e_rev_I,
        "tau_m": cell.tau_m,
        "step": dt,
    }
    return membrane_group(population, build, update, constants, ("gsyn_exc", "gsyn_inh"))
