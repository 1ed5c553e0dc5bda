"""Races of stochastic neurons: kicks, drawn on the host, the first of which to be accepted is at cell i with chance rho(i)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from spikemem.ir.mac import Mac
from spikemem.ir.values import FloatArray


class Kick(NamedTuple):
    """A kick at a cell: it fires the cell if at least ``need`` of its synapses are active and the familiarity is ``gate``."""

    cell: int
    need: int
    gate: int


@dataclass(frozen=True, eq=False)
class KickLaw:
    r"""How the kicks of a competitive module of :class:`spikemem.ir.Mac` are drawn, so that its race chooses as the mac does.

    With r = psi(1, 1) - 1, forms A, A_outside and 2010 of a mac's psi are products:

    .. math::
        \psi(V, G) &= 1 + r\,f(V)\,h(G), \qquad f(V) = \frac{\psi(V, 1) - 1}{r}, \quad h(G) = \frac{\psi(1, G) - 1}{r} \\
        V(u) &= (u/S)^\lambda, \qquad G(s) = s/M, \quad M = Q S^\lambda

    f and h rise from 0 or more to 1, so they are distributions: of the least number of synapses, ``need``, at which a kick is
    accepted (``needs[u]`` is the chance of need <= u), and of the least familiarity, ``gate`` (``gates[s]``). Each kick is at a
    cell drawn uniformly; with chance ``certain`` = 1/(1 + r) it has need = gate = 0, else both are drawn. So cell i accepts a
    kick at it with chance (1 + r f(V_i) h(G))/(1 + r), which is proportional to psi(i), and the first kick to be accepted
    is at cell i with chance psi(i)/sum psi = rho(i), whatever u and G are: the host does not know them.

    u are active synapses of S ``active`` inputs, s is the sum over the Q modules of the greatest u^lambda in each. Those are
    whole numbers: nothing is rounded. The races are ours; what they reproduce is Rinkus' (2010, Front. Neuroanat. 4:17).
    """

    cells: int
    certain: float
    needs: FloatArray
    gates: FloatArray

    @classmethod
    def of(cls, mac: Mac, active: int) -> KickLaw:
        """Return the law of ``mac`` for ``active`` inputs; form B is no product, and ``mac.lambda_first`` is a whole number."""
        power, rise = round(mac.lambda_first), mac.psi(1.0, 1.0) - 1.0
        largest = mac.modules * active**power
        needs, gates = np.ones(active + 1), np.ones(largest + 1)
        if rise > 0.0:
            needs[:-1] = [(mac.psi(u**power / active**power, 1.0) - 1.0) / rise for u in range(active)]
            gates[:-1] = [(mac.psi(1.0, s / largest) - 1.0) / rise for s in range(largest)]
        return cls(mac.cells, 1.0 / (1.0 + rise), needs, gates)

    def draw(self, rng: np.random.Generator) -> list[Kick]:
        """Return the kicks of one race, up to the first that is certain to be accepted.

        Left out are those that cannot be the first to be accepted: an earlier one at the same cell needs no more of either.
        """
        count = int(rng.geometric(self.certain))
        at = rng.integers(self.cells, size=count).tolist()
        needs, gates = (np.searchsorted(c, rng.random(count), side="right") for c in (self.needs, self.gates))
        needs[-1] = gates[-1] = 0
        return undominated([Kick(*kick) for kick in zip(at, needs.tolist(), gates.tolist(), strict=True)])


def undominated(kicks: list[Kick]) -> list[Kick]:
    """Return the kicks of which no earlier one at the same cell needs no more.

    >>> undominated([Kick(0, 3, 5), Kick(1, 3, 5), Kick(0, 3, 6), Kick(0, 2, 9), Kick(0, 0, 0)])
    [Kick(cell=0, need=3, gate=5), Kick(cell=1, need=3, gate=5), Kick(cell=0, need=2, gate=9), Kick(cell=0, need=0, gate=0)]
    """
    kept: list[Kick] = []
    before: dict[int, list[Kick]] = {}
    for kick in kicks:
        earlier = before.setdefault(kick.cell, [])
        if not any(k.need <= kick.need and k.gate <= kick.gate for k in earlier):
            earlier.append(kick)
            kept.append(kick)
    return kept


def first_accepted(kicks: list[Kick], active: list[int], familiarity: int) -> int:
    """Return the cell that wins the race: ``active`` synapses a cell, ``familiarity`` as the sum s.

    >>> first_accepted([Kick(0, 3, 5), Kick(1, 2, 5), Kick(0, 0, 0)], [2, 2], 5)
    1
    """
    return next(k.cell for k in kicks if active[k.cell] >= k.need and familiarity >= k.gate)
