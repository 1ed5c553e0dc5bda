"""Rule of IF_curr_delta, the same for all numerics."""

from __future__ import annotations

from typing import Any

from spikemem.backends.brian.build import Build, lowers_cell
from spikemem.backends.brian.membrane import membrane_group
from spikemem.ir.if_curr_delta import IF_curr_delta
from spikemem.ir.lowered import LoweredPopulation

_STEP = """rest = v_rest + offset * resistance
moved = rest + leak * (v + in_e - in_i - rest)"""


@lowers_cell(IF_curr_delta)
def lower(population: LoweredPopulation, build: Build) -> Any:
    """Make the group."""
    return membrane_group(population, build, _STEP, {}, ())
