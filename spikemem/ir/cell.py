"""What every cell type is, whatever its equations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from spikemem.ir.numerics import Numerics

Receptor = Literal["excitatory", "inhibitory", "up", "horizontal", "down"]
"""The last three are those of macs: input from the level below, from their own and from the level above."""
GRADED: tuple[Receptor, ...] = ("up", "horizontal", "down")
"""Receptors whose input is measured against what it could be: only for synapses that are ``graded``, which go nowhere else."""


class Cell(ABC):
    """A cell type: the equations that every neuron of a population obeys.

    A subclass is final: a frozen node whose docstring gives the equations and whose fields are PyNN's parameters.
    """

    weight_unit: ClassVar[str]
    """Unit of the weights of synapses onto this cell; '' if it takes no synapses."""
    state_variables: ClassVar[tuple[str, ...]] = ()
    """Names that ``initial_values`` may set; units as in PyNN."""
    receptors: ClassVar[tuple[Receptor, ...]] = ("excitatory", "inhibitory")
    """What synapses onto this cell may be."""
    takes_dendrites: ClassVar[bool] = False
    """Whether populations of dendrites may grow on it."""
    counts_synapses: ClassVar[bool] = False
    """Whether each synapse counts one, so that weights onto this cell must be 1."""

    draws: ClassVar[bool] = False
    """Whether each of its modules is given a number drawn from [0, 1) in every step."""

    @property
    def module_size(self) -> int:
        """Cells of a winner-take-all module; 1: the cell competes with no other."""
        return 1

    def listens(self) -> tuple[str, ...]:
        """Return the names of other populations whose spikes, in the same step, the cell listens to."""
        return ()

    def verify_size(self, where: str, size: int) -> None:
        """Raise :class:`spikemem.errors.NetworkError` about ``where`` if a population cannot have ``size`` such cells."""
        return

    @abstractmethod
    def threshold_weight(self, receptor: Receptor, dt: float, numerics: Numerics) -> float:
        """Return the weight that brings a resting neuron exactly to threshold within one step of ``dt`` ms.

        Raises :class:`spikemem.errors.NetworkError` where the cell has no such weight.
        """

    @abstractmethod
    def resting(self, variable: str) -> float:
        """Return the default initial value of a state variable."""
