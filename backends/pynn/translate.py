"""The translation table: our cells and PyNN's, parameter by parameter, in both directions.

PyNN's names and units are ours (ms, mV, nA, nF, MOhm, uS), so that most rows say the same twice. What differs is the sign of
weights: PyNN wants those of inhibitory synapses negative where they are currents or voltages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spikemem.errors import InvalidInput, choices
from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.if_cond_exp import IF_cond_exp
from spikemem.ir.if_curr_delta import IF_curr_delta
from spikemem.ir.if_curr_exp import IF_curr_exp
from spikemem.ir.spike_source import SpikeSource, SpikeSourcePoisson
from spikemem.ir.values import FloatArray

_MEMBRANE = ("cm", "tau_m", "tau_refrac", "v_rest", "v_reset", "v_thresh", "i_offset")
_SYNAPTIC = (*_MEMBRANE, "tau_syn_E", "tau_syn_I")


@dataclass(frozen=True)
class CellRow:
    """A row of the table: PyNN's name of a cell, the parameters that both have, and the sign of inhibitory weights."""

    pynn: str
    parameters: tuple[str, ...]
    inhibitory: float = -1.0


CELLS: Mapping[type[Cell], CellRow] = {
    IF_curr_exp: CellRow("IF_curr_exp", _SYNAPTIC),
    IF_curr_delta: CellRow("IF_curr_delta", _MEMBRANE),
    IF_cond_exp: CellRow("IF_cond_exp", (*_SYNAPTIC, "e_rev_E", "e_rev_I"), inhibitory=1.0),
    SpikeSource: CellRow("SpikeSourceArray", ()),
    SpikeSourcePoisson: CellRow("SpikeSourceArray", ()),  # its spikes are drawn on the host
}


def to_pynn(cell: Cell, i_offset: FloatArray | float) -> tuple[str, dict[str, Any]]:
    """Return PyNN's name and parameters of ``cell``, with the per-neuron ``i_offset`` (nA), one number if all are equal."""
    row = CELLS[type(cell)]
    values = np.unique(np.asarray(i_offset, dtype=np.float64))
    shared: Any = float(values[0]) if values.size == 1 else np.asarray(i_offset)
    return row.pynn, {name: shared if name == "i_offset" else getattr(cell, name) for name in row.parameters}


def from_pynn(name: str, parameters: Mapping[str, Any]) -> Cell:
    """Return our cell of PyNN's ``name`` with these ``parameters``: the inverse of :func:`to_pynn`.

    >>> from_pynn(*to_pynn(IF_curr_delta(tau_m=7.0), 0.0)).tau_m
    7.0
    """
    known: dict[str, Callable[..., Cell]] = {CELLS[cell].pynn: cell for cell in reversed(tuple(CELLS))}
    if name not in known:
        raise InvalidInput(f"PyNN cell {name!r} is unknown; {choices(name, known)}")
    return known[name](**parameters)


def to_pynn_weight(cell: Cell, receptor: Receptor, weight: FloatArray) -> FloatArray:
    """Return weights onto ``cell`` as PyNN has them."""
    return weight * CELLS[type(cell)].inhibitory if receptor == "inhibitory" else weight


def from_pynn_weight(cell: Cell, receptor: Receptor, weight: FloatArray) -> FloatArray:
    """Return weights onto ``cell`` that PyNN has as we have them: the inverse of :func:`to_pynn_weight`."""
    return to_pynn_weight(cell, receptor, weight)
