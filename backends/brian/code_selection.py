"""Sparsey's code selection algorithm as Brian2 code: the equations are those of Mac.

Cells know their module by sums over its pairs (``before`` is 1 for a cell declared earlier), and their mac by linked variables.
Sums are in the order of the cells, so that they are those of the Numba engine to the last bit.
"""

from __future__ import annotations

from itertools import accumulate
from math import log
from typing import NamedTuple

from spikemem.backends.brian.mac_inputs import MOST
from spikemem.ir.cell import GRADED, Receptor
from spikemem.ir.mac import Mac

MOST_SQUARED = 64
"""Whole exponents up to this one are powers by squaring, as in the Numba engine."""


class Kinds(NamedTuple):
    """Receptors whose inputs are tried together, and the variables of what comes of them."""

    receptors: tuple[Receptor, ...]
    number: int

    @property
    def value(self) -> str:
        """The variable of V."""
        return f"V{self.number}"

    @property
    def ahead(self) -> str:
        """The variable of the number of cells of the module that have more, or as much and come first."""
        return f"ahead{self.number}"

    @property
    def familiarity(self) -> str:
        """The mac's variable of the sum of its modules' greatest V."""
        return f"G{self.number}"


def tried(cell: Mac) -> tuple[Kinds, ...]:
    """Return the kinds of input that a mac may choose by, in the order in which they are tried."""
    with_back_off: tuple[tuple[Receptor, ...], ...] = (GRADED, ("up", "horizontal"), ("up", "down"), ("up",))
    return tuple(Kinds(own, k) for k, own in enumerate(with_back_off[: 4 if cell.back_off else 1]))


def power(x: str, exponent: float) -> str:
    """Return the expression of a power of ``x``.

    >>> power("x", 3.0)
    '(x * (x * x))'
    >>> power("x", 0.5)
    '(x ** 0.5)'
    """
    if exponent > MOST_SQUARED or exponent != int(exponent):
        return f"({x} ** {exponent!r})"
    bits = f"{int(exponent):b}"[::-1]
    squares = accumulate(bits, lambda square, _: f"({square} * {square})", initial=x)
    factors = [square for bit, square in zip(bits, squares, strict=False) if bit == "1"]
    *_, product = accumulate(factors, lambda value, square: f"({value} * {square})")
    return product


def measured(cell: Mac, inputs: dict[Receptor, str]) -> list[str]:
    """Return the code of V by each of the kinds of input; ``inputs`` are the receptors' variables."""
    exponents = dict(zip(GRADED, (cell.lambda_U, cell.lambda_H, cell.lambda_D), strict=True))
    code = []
    for receptor, name in inputs.items():
        most, r = f"{name}{MOST}", receptor[0]
        code += [
            f"has_{r} = 1.0 * int({most} > 0)",
            f"x_{r} = clip({name} / ({most} + (1.0 - has_{r})), 0.0, 1.0)",
            f"factor_{r} = has_{r} * {power(f'x_{r}', exponents[receptor])} + (1.0 - has_{r})",
        ]
    code.append(f"first_u = has_u * {power('x_u', cell.lambda_first)} + (1.0 - has_u)")
    for kinds in tried(cell):
        beside = [r[0] for r in kinds.receptors if r != "up"]
        alone = " * ".join(["1.0", *(f"(1.0 - has_{r})" for r in beside)])
        nothing = " * ".join([f"(1.0 - has_{r})" for r in ("u", *beside)])
        factors = " * ".join([f"({alone} * first_u + (1.0 - {alone}) * factor_u)", *(f"factor_{r}" for r in beside)])
        code.append(f"{kinds.value} = (1.0 - {nothing}) * ({factors})")
    return code


def best_of(cell: Mac) -> list[str]:
    """Return the code of a mac that finds the familiarity ``best`` and the kinds of input, ``kind``, that it is of."""
    first, *others = tried(cell)
    code = [f"best = {first.familiarity} / modules", "kind = 0.0"]
    if others:
        code.append("tries = (1.0 - learning) * int(best < back_off)")
    for kinds in others:
        last = "" if kinds.number < 3 else " * int(best < back_off)"
        code += [
            f"found = {kinds.familiarity} / modules",
            f"better = tries * int(found > best){last}",
            "best = better * found + (1.0 - better) * best",
            f"kind = better * {kinds.number}.0 + (1.0 - better) * kind",
        ]
    return code


def rise(cell: Mac) -> str:
    """Return the expression of eta - 1, by ``best``."""
    if cell.form == "2010":
        return f"1e4 * {power('best', 7.0)}"
    return f"(clip(best - G_minus, 0.0, 1.0) / {1.0 - cell.G_minus!r}) ** gamma * chi * cells"


def psi(cell: Mac) -> str:
    """Return the expression of a cell's relative chance, by its V and its mac's rise."""
    if cell.form == "2010":
        return "1.0 + m_rise / (1.0 + exp(-(26.0 * V - 13.0)))"
    if cell.form == "B":
        return f"clip((1.0 + m_rise) / (1.0 + exp(-4.0 * (V - {cell.c!r}))), 1.0, 1e300)"
    if cell.form == "A_outside":
        return f"1.0 + m_rise / (1.0 + {cell.s1!r} * exp(-{cell.s2!r} * (V - {cell.s3!r}))) ** {cell.s4!r}"
    # s1 and the exponential to the power s4, as one exponential.
    offset, slope = cell.s4 * (log(cell.s1) + cell.s2 * cell.s3), cell.s4 * cell.s2
    return f"1.0 + m_rise / (1.0 + exp({offset!r} - {slope!r} * V))"
