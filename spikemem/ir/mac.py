"""Mac: cells in competitive modules that choose sparse codes of what they are shown, by Sparsey's code selection algorithm."""

from __future__ import annotations

from math import exp
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Lt
from pydantic import BeforeValidator

from spikemem.errors import NetworkError
from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.node import Count, Fraction, Ms, NonNegative, Positive, Real, Whole, node, plain
from spikemem.ir.numerics import Numerics

Sigmoid = Literal["A", "A_outside", "B", "2010"]
"""Which function of G and V makes the chances of the cells; the equations are in :class:`Mac`."""


@node
class Mac(Cell):
    r"""Sparsey's macrocolumns: each of ``modules`` (Q) competitive modules of ``cells`` (K) binary cells, one winner a module.

    A population is any number of such macs, one after the other (Rinkus 2010, Front. Neuroanat. 4:17; 2014, Front. Comput.
    Neurosci. 8:160; Rinkus & Leveille 2017, arXiv:1710.07829). In a step in which input arrives, a mac that is active chooses
    its code, which fires in the same step:

    .. math::
        x_r(i) &= \min\Bigl(1, \frac{\sum_{j \in A_r} w_{ji}}{\sum_{j \in A_r} w_{max}}\Bigr), \quad r = U, H, D \\
        V(i) &= x_U^{\lambda_U}\, x_H^{\lambda_H}\, x_D^{\lambda_D}, \qquad
        G = \frac1Q \sum_{q} \max_{i \in q} V(i) \\
        \eta &= 1 + \Bigl(\frac{[G - G_-]_+}{1 - G_-}\Bigr)^{\gamma} \chi K, \qquad
        \rho(i) = \psi(i) \Big/ \sum_{k \in q(i)} \psi(k)

    A_r are the inputs of receptor r that arrive and lie in the field of the cell's module: ``up`` (U, from below),
    ``horizontal`` (H, from this level, the frame before) and ``down`` (D, from above). The familiarity G is 1 for an input that
    is stored, and near 0 for a new one; the less familiar, the flatter is rho, the more a code is drawn by chance. ``form``:

    - ``A``: psi = 1 + (eta - 1)/(1 + (s1 exp(-s2 (V - s3)))^s4)
    - ``A_outside``: psi = 1 + (eta - 1)/(1 + s1 exp(-s2 (V - s3)))^s4
    - ``B``: psi = max(1, eta/(1 + exp(-4 (V - c)))), with the fixed ``c``
    - ``2010``: eta = 10^4 G^7, psi = 1 + eta/(1 + exp(-(26 V - 13)))

    - *Learning*, in steps in which the population ``gate`` fires, or always if none is named: the winner of a module is drawn
      with rho. *Recognition*, in all other steps: the winner is the cell of greatest V, one of several drawn.
    - *Active*: the number of U inputs in the field of the mac's first module is ``pi_minus`` to ``pi_plus`` (None: any number).
      In steps in which the population ``free`` fires, a mac without U input is active if H or D input arrives.
    - A module with driven cells (ordinary excitatory input > 0) does not choose: the most driven cell wins, the first of those;
      its mac is active. So labels, or codes, are given from outside.
    - *Persistence*: a code that has been chosen fires again every ``frame`` ms, ``persistence`` times in all; until then the
      mac takes no notice of what arrives, and nothing is learned.
    - *Multiple competing hypotheses*, in recognition, if ``hypotheses`` > 0: where an input fits several stored codes alike,
      the code chosen has some winners of each, and each alone would pass for a part of itself. With zeta_q the number of
      cells of module q with V >= ``near`` Vmax_q, 1 where Vmax_q <= G_-, and zeta the rounded mean over the mac's modules,
      what the mac sends by synapses onto macs counts zeta times in the sum of weights, and is not sent if zeta >
      ``hypotheses``. While it learns, or cells of it are driven, zeta is 1.
    - *Back-off*, in recognition with inputs of more than one kind: if G < ``back_off`` then U and H, and U and D, are tried,
      the better of the two is kept; if its G is below ``back_off`` as well, U alone is, if that is better still.

    From the publications are the algorithm, G, eta, rho, and that a first frame has U alone. The equations were taken from
    descriptions and other implementations, which differ, so these choices are ours: the factor zeta, without an exponent; x
    is divided by the number of inputs that arrive (not by a fixed one); a receptor without input is left out of the product,
    so that a first frame has U alone, with exponent ``lambda_first``; psi of form A, with its defaults; c of form B does not
    move; one threshold of back-off; that a driven cell wins. Draws are host-drawn, one a module and step, keyed by seed,
    population and block of steps.

    V and G, state variables, are those of a mac's last choice (G the same for all its cells). Weights and V have no unit: the
    weights' is called drive. Units: frame ms.
    """

    modules: Count
    cells: Count
    lambda_U: Positive = 1.0
    lambda_H: Positive = 1.0
    lambda_D: Positive = 1.0
    lambda_first: Positive = 1.0
    G_minus: Annotated[float, BeforeValidator(plain), Ge(0.0), Lt(1.0)] = 0.1
    gamma: Positive = 2.0
    chi: NonNegative = 100.0
    form: Sigmoid = "A"
    s1: Positive = 0.1
    s2: Positive = 4.0
    s3: Real = 1.0
    s4: Positive = 8.0
    c: Real = 0.5
    pi_minus: Count = 1
    pi_plus: Whole | None = None
    back_off: Fraction = 0.0
    hypotheses: Annotated[int, BeforeValidator(plain), Ge(0)] = 0
    near: Fraction = 0.75
    persistence: Count = 1
    frame: Ms = 1.0
    gate: str | None = None
    free: str | None = None

    weight_unit: ClassVar[str] = "drive"
    state_variables: ClassVar[tuple[str, ...]] = ("V", "G")
    receptors: ClassVar[tuple[Receptor, ...]] = ("excitatory", "up", "horizontal", "down")
    draws: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.pi_plus is not None and self.pi_plus < self.pi_minus:
            raise NetworkError(f"Mac.pi_plus: must be >= pi_minus = {self.pi_minus}, got {self.pi_plus}")

    @property
    def module_size(self) -> int:
        """Return ``cells``."""
        return self.cells

    @property
    def size(self) -> int:
        """The cells of one mac."""
        return self.modules * self.cells

    def listens(self) -> tuple[str, ...]:
        """Return ``gate`` and ``free``, where named."""
        return tuple(name for name in (self.gate, self.free) if name is not None)

    def verify_size(self, where: str, size: int) -> None:
        """Raise :class:`NetworkError` unless ``size`` is whole macs."""
        if size % self.size:
            raise NetworkError(
                f"{where}: size must be whole macs of {self.modules} modules of {self.cells} cells = {self.size}, got {size}"
            )

    def psi(self, V: float, G: float) -> float:
        """Return the relative chance of a cell: the equations, for one cell.

        >>> mac = Mac(modules=1, cells=8)
        >>> stored, other = mac.psi(0.5, 0.5), mac.psi(0.0, 0.5)
        >>> round(stored / (stored + 7 * other), 3)
        0.954
        """
        if self.form == "2010":
            return 1.0 + 1e4 * G**7 / (1.0 + exp(-(26.0 * V - 13.0)))
        eta: float = 1.0 + (max(G - self.G_minus, 0.0) / (1.0 - self.G_minus)) ** self.gamma * self.chi * self.cells
        if self.form == "B":
            return max(1.0, eta / (1.0 + exp(-4.0 * (V - self.c))))
        falling: float = self.s1 * exp(-self.s2 * (V - self.s3))
        slope: float = 1.0 + falling**self.s4 if self.form == "A" else (1.0 + falling) ** self.s4
        return 1.0 + (eta - 1.0) / slope

    def threshold_weight(self, receptor: Receptor, dt: float, numerics: Numerics) -> float:
        """Raise: cells compete, they have no threshold."""
        raise NetworkError("Mac: its cells compete and have no threshold; give weights as numbers")

    def resting(self, variable: str) -> float:
        """Return 0: nothing has been chosen."""
        return 0.0
