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


@part
def power(x: Any, exponent: Any) -> Any:
    """Return x to the power ``exponent``."""
    return x if exponent == 1.0 else x**exponent


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
                sums = m.whole32[at : at + cells]
                for k in range(cells):
                    v[k] *= power(min(1.0, sums[k] / most), exponent)
        for k in range(cells):
            greatest = max(greatest, v[k])
        total += greatest
    return total / modules


@part
def psi(h: Any, m: Any, v: Any, g: Any) -> Any:
    """Return the relative chance of a cell."""
    rule = m.const_real[h[RULE] : h[RULE] + 12]
    if h[FORM] == OF_2010:
        return 1.0 + 1e4 * g**7 / (1.0 + np.exp(-(26.0 * v - 13.0)))
    eta = 1.0
    if g > rule[G_MINUS]:
        eta += ((g - rule[G_MINUS]) / (1.0 - rule[G_MINUS])) ** rule[GAMMA] * rule[CHI] * h[CELLS]
    if h[FORM] == B:
        return max(1.0, eta / (1.0 + np.exp(-4.0 * (v - rule[C]))))
    if h[FORM] == A:  # s1 and the exponential to the power s4
        falling = np.exp(rule[S4] * (np.log(rule[S1]) - rule[S2] * (v - rule[S3])))
        return 1.0 + (eta - 1.0) / (1.0 + falling)
    return 1.0 + (eta - 1.0) / (1.0 + rule[S1] * np.exp(-rule[S2] * (v - rule[S3]))) ** rule[S4]
