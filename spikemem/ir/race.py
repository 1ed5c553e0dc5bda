"""Race: neurons with escape noise that race in winner-take-all modules; the first to spike silences the others."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import ClassVar, Literal

from spikemem.errors import NetworkError
from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.node import Count, Positive, Real, node
from spikemem.ir.numerics import Numerics

Transfer = Literal["linear", "power", "exponential", "winner"]
"""Which function of the drive makes the rate of a neuron; the equations are in :class:`Race`."""
LARGEST = 600.0
"""What the exponent of the exponential transfer is cut off at, so that no sum of rates overflows."""


@node
class Race(Cell):
    r"""Neurons without memory in modules of ``cells`` consecutive ones, of which the first to spike silences the others.

    With x_i, the weights that arrive in a step, excitatory minus inhibitory, and h_i = x_i - ``theta``, a neuron spikes with
    the rate

    .. math:: \rho_i = \rho_0\, f(h_i)

    as neurons with escape noise do (Gerstner & Kistler 2002, Spiking Neuron Models, section 5.3). ``transfer``:

    - ``linear``: f = [h]_+
    - ``power``: f = [h]_+^n, n = ``exponent``
    - ``exponential``: f = e^(beta h); the exponent is cut off at 600
    - ``winner``: the neuron of greatest h > 0 spikes at once, the first of those; there is no chance in it

    Rates are constant in a step. The first spike of the module falls into the step with probability
    1 - exp(-dt sum_k rho_k), and is neuron i's with probability

    .. math:: P(i) = \rho_i \Big/ \sum_k \rho_k

    exactly, for a race of Poisson processes is won so (with the exponential, softmax(beta h)). A module has at most one spike a
    step, and the next step is a new race; one in which nothing arrives does not race. So as long as input arrives in every
    step, times between the spikes of a module are geometric, and the faster, the more familiar the input.

    The transfer selects the associative memory that a population of such memory neurons makes, one a stored pattern, with
    synapses between two neurons only (Krotov & Hopfield 2021, ICLR, arXiv:2008.06996): linear that of Hopfield, the power
    n = P - 1 dense Hebbian memories with interactions of P neurons, the exponential softmax attention and the modern Hopfield
    network, the winner the nearest neighbour.

    Draws are host-drawn, one a module and step, keyed by seed, population and block of steps. The weights' unit is called
    drive. Units: rate Hz (of a drive of f = 1).
    """

    cells: Count
    transfer: Transfer = "exponential"
    exponent: Positive = 2.0
    beta: Positive = 1.0
    theta: Real = 0.0
    rate: Positive = 1000.0

    weight_unit: ClassVar[str] = "drive"
    draws: ClassVar[bool] = True

    @property
    def module_size(self) -> int:
        """Return ``cells``."""
        return self.cells

    def rates(self, drives: Sequence[float]) -> list[float]:
        """Return the rates (Hz) of the neurons of a module for their drives x; for ``winner`` 1 and 0.

        >>> race = Race(cells=3, transfer="power", exponent=2.0, theta=1.0, rate=10.0)
        >>> race.rates([0.0, 2.0, 3.0])
        [0.0, 10.0, 40.0]
        """
        h = [x - self.theta for x in drives]
        if self.transfer == "winner":
            best = max(range(len(h)), key=lambda i: (h[i], -i))
            return [float(i == best and h[i] > 0.0) for i in range(len(h))]
        if self.transfer == "exponential":
            return [self.rate * exp(min(self.beta * own, LARGEST)) for own in h]
        exponent = 1.0 if self.transfer == "linear" else self.exponent
        return [self.rate * max(own, 0.0) ** exponent for own in h]

    def threshold_weight(self, receptor: Receptor, dt: float, numerics: Numerics) -> float:
        """Raise: the neurons race, they have no threshold."""
        raise NetworkError("Race: its neurons race and have no threshold; give weights as numbers")

    def resting(self, variable: str) -> float:
        """Never called: the cell has no state."""
        raise AssertionError(variable)
