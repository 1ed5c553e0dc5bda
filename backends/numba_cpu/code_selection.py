"""Sparsey's code selection algorithm, compiled: V, G and psi of one mac. The equations are those of Mac."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np

from spikemem.backends.numba_cpu.firing import OWN as POPULATION_OWN
from spikemem.backends.numba_cpu.kernel import part
from spikemem.ir.mac import Sigmoid

# Header fields of every population of macs. ALL_MODULES: of all macs. SUMS: whole32[depth, U H D, size], the weights that
# arrive; COUNTS and MOST: whole32[depth, U H D, modules], the inputs that arrive in each module's field, and what all their
# weights could be. V, G: the state variables. FORM: an index into FORMS.
(DEPTH, MODULES, CELLS, ALL_MODULES, SUMS, COUNTS, MOST, V, G, FORM, RULE, OWN) = range(
    POPULATION_OWN, POPULATION_OWN + 12
)
FORMS: tuple[str, ...] = get_args(Sigmoid)
A, A_OUTSIDE, B, OF_2010 = range(4)
# Places of the numbers of the rule, behind the three exponents of U, H and D.
LAMBDA_FIRST, G_MINUS, GAMMA, CHI, S1, S2, S3, S4, C = range(3, 12)


MOST_SQUARED = 64
"""Whole exponents up to this one are powers by squaring, which is faster."""


@part
def factor(v: Any, sums: Any, most: Any, exponent: Any) -> Any:
    """Multiply v by the normalised sums to the power ``exponent``."""
    whole = int(exponent) if exponent <= MOST_SQUARED and exponent == np.floor(exponent) else 0
    for k in range(v.shape[0]):
        x = min(1.0, sums[k] / most)
        if whole > 0:
            left, value = whole, 1.0
            while left > 0:
                if left & 1:
                    value *= x
                x *= x
                left >>= 1
            v[k] *= value
        else:
            v[k] *= x**exponent
    return 0


@part
def measure(t: Any, h: Any, m: Any, mac: Any, kinds: Any) -> Any:
    """Set V of a mac's cells by its inputs of ``kinds`` (U: 1, H: 2, D: 4, added) and return G."""
    cells, modules, rule, slot, total = h[CELLS], h[MODULES], h[RULE], (t % h[DEPTH]) * 3, 0.0
    for module in range(mac * modules, (mac + 1) * modules):
        first, greatest, used = module * cells, 0.0, 0
        for r in range(3):
            if (kinds >> r) & 1 and m.whole32[h[MOST] + (slot + r) * h[ALL_MODULES] + module] > 0:
                used += 1 << r
        v = m.real[h[V] + first : h[V] + first + cells]
        v[:] = 1.0 if used > 0 else 0.0
        for r in range(3):
            if (used >> r) & 1:
                exponent = m.const_real[rule + (LAMBDA_FIRST if used == 1 else r)]
                most = float(m.whole32[h[MOST] + (slot + r) * h[ALL_MODULES] + module])
                at = h[SUMS] + (slot + r) * h[0] + first
                factor(v, m.whole32[at : at + cells], most, exponent)
        for k in range(cells):
            greatest = max(greatest, v[k])
        total += greatest
    return total / modules


@part
def chances(h: Any, m: Any, module: Any, g: Any, psi: Any) -> Any:
    """Set ``psi`` to the relative chances of a module's cells and return their sum."""
    rule, form, cells = m.const_real[h[RULE] : h[RULE] + 12], h[FORM], h[CELLS]
    v = m.real[h[V] + module * cells : h[V] + (module + 1) * cells]
    rise, total = 0.0, 0.0  # rise: eta - 1
    if g > rule[G_MINUS]:
        rise = ((g - rule[G_MINUS]) / (1.0 - rule[G_MINUS])) ** rule[GAMMA] * rule[CHI] * cells
    if form == OF_2010:
        rise = 1e4 * g**7
    if rise == 0.0:
        psi[:] = 1.0
        return float(cells)
    # Form A: s1 and the exponential to the power s4, as one exponential.
    offset, slope = rule[S4] * (np.log(rule[S1]) + rule[S2] * rule[S3]), rule[S4] * rule[S2]
    for k in range(cells):
        if form == A:
            psi[k] = 1.0 + rise / (1.0 + np.exp(offset - slope * v[k]))
        elif form == B:
            psi[k] = max(1.0, (1.0 + rise) / (1.0 + np.exp(-4.0 * (v[k] - rule[C]))))
        elif form == OF_2010:
            psi[k] = 1.0 + rise / (1.0 + np.exp(-(26.0 * v[k] - 13.0)))
        else:
            psi[k] = 1.0 + rise / (1.0 + rule[S1] * np.exp(-rule[S2] * (v[k] - rule[S3]))) ** rule[S4]
        total += psi[k]
    return total
