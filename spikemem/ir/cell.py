"""What every cell type is, whatever its equations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from spikemem.ir.numerics import Numerics

Receptor = Literal["excitatory", "inhibitory"]


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

    @property
    def module_size(self) -> int:
        """Cells of a winner-take-all module; 1: the cell competes with no other."""
        return 1

    @abstractmethod
    def threshold_weight(self, receptor: Receptor, dt: float, numerics: Numerics) -> float:
        """Return the weight that brings a resting neuron exactly to threshold within one step of ``dt`` ms.

        Raises :class:`spikemem.errors.NetworkError` where the cell has no such weight.
        """

    @abstractmethod
    def resting(self, variable: str) -> float:
        """Return the default initial value of a state variable."""
