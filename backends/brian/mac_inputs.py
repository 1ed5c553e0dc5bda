"""The names by which macs, their synapses and the programs know each other."""

from __future__ import annotations

from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.mac import Mac
from spikemem.passes.discretize import whole_steps

HEARD, GAINS = "heard", "gains"
"""Events: a cell fires and is heard by other macs; synapses onto a cell have been increased, ``gained`` of them."""
COUNT, MOST = "_count", "_most"
"""Endings, behind the input of a receptor, of the number of inputs that arrive in a cell's field and of all they could send."""
PARTS = ("", COUNT, MOST)


def heard_by(population: LoweredPopulation) -> str | None:
    """Return the name of the events by which a population sends to macs, None if those are its spikes."""
    cell = population.cell
    return f"{population.name}: {HEARD}" if isinstance(cell, Mac) and cell.hypotheses else None


def gains_of(population: str) -> str:
    """Return the name of the events of increased synapses onto a population."""
    return f"{population}: {GAINS}"


def frame_steps(population: str, cell: Mac, dt: float) -> int:
    """Return the steps from a code to the same code again."""
    if cell.persistence == 1:
        return 1
    return max(1, whole_steps(cell.frame, dt, f"population/{population}: frame"))
