"""MiniColumn: cells that compete within mini-columns, the most depolarised first."""

from __future__ import annotations

from typing import ClassVar

from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.node import Count, Positive, node
from spikemem.ir.numerics import Numerics


@node
class MiniColumn(Cell):
    r"""Cells without memory in winner-take-all modules of ``cells`` consecutive ones: mini-columns.

    With x_i, the weights that arrive in a step, excitatory minus inhibitory, and d_i, the current of cell i's dendrites,

    .. math:: i \text{ fires} \iff x_i > 0, \; x_i + d_i \ge \theta, \; d_i = \max_j d_j

    over the cells j of its mini-column with x_j > 0 and x_j + d_j >= theta. So cells that are depolarised, which would fire
    first, keep the others of their mini-column silent, and if none is, all that are driven fire: the mini-column bursts
    (Hawkins & Ahmad 2016, Front. Neural Circuits 10:23). Depolarised cells also need less drive, which is ours. Weights,
    theta and dendritic currents have no unit here.
    """

    cells: Count
    theta: Positive = 1.0

    weight_unit: ClassVar[str] = "drive"
    takes_dendrites: ClassVar[bool] = True

    @property
    def module_size(self) -> int:
        """Return ``cells``."""
        return self.cells

    def threshold_weight(self, receptor: Receptor, dt: float, numerics: Numerics) -> float:
        """Return theta."""
        return self.theta

    def resting(self, variable: str) -> float:
        """Never called: the cell has no state."""
        raise AssertionError(variable)
