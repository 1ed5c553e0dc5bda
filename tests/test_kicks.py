"""The law of the kicks: the first that is accepted is at cell i with chance rho(i)."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import chi2

from spikemem.ir import Mac
from spikemem.kicks import Kick, KickLaw, first_accepted, undominated
from spikemem.rng import generator

LEVEL = 0.01
MACS = [
    Mac(modules=3, cells=8, chi=10.0),
    Mac(modules=3, cells=8, chi=10.0, lambda_first=2.0),
    Mac(modules=2, cells=4, chi=100.0, form="A_outside", G_minus=0.3, gamma=1.5),
    Mac(modules=2, cells=3, form="2010"),
    Mac(modules=2, cells=3, chi=0.0),
]
ACTIVE = 9


def situations(mac: Mac, count: int) -> list[tuple[list[int], int]]:
    """Return active synapses of the cells of a first module, and the sum over all modules, as such a mac could have them."""
    rng, power = np.random.default_rng(5), round(mac.lambda_first)
    drawn = rng.integers(ACTIVE + 1, size=(count, mac.modules, mac.cells))
    drawn[0], drawn[1, :, 1:], drawn[1, :, 0] = 0, 2, ACTIVE
    return [(u[0].tolist(), int((u.max(axis=1) ** power).sum())) for u in drawn]


def rho(mac: Mac, active: list[int], total: int) -> list[float]:
    power = round(mac.lambda_first)
    G = total / (mac.modules * ACTIVE**power)
    psi = [mac.psi((u / ACTIVE) ** power, G) for u in active]
    return [p / sum(psi) for p in psi]


def steps(cumulative: list[float]) -> list[Fraction]:
    """Return the chances of 0, 1, ... as exact numbers: what ``searchsorted`` of a uniform number makes of them."""
    exact = [Fraction(0), *(Fraction(c) for c in cumulative)]
    return [b - a for a, b in itertools.pairwise(exact)]


@pytest.mark.parametrize("mac", MACS, ids=lambda mac: f"{mac.form}-{mac.chi:g}-{mac.lambda_first:g}")
def test_the_first_accepted_kick_is_at_a_cell_with_exactly_rho(mac: Mac) -> None:
    """All outcomes of a kick are enumerated: a race is won by the first kick accepted, in a row of independent ones."""
    law = KickLaw.of(mac, ACTIVE)
    needs, gates, certain = steps(law.needs.tolist()), steps(law.gates.tolist()), Fraction(law.certain)
    assert min(needs) >= 0
    assert min(gates) >= 0
    assert sum(needs) == sum(gates) == 1
    for active, total in situations(mac, 12):
        passes = sum(chance for gate, chance in enumerate(gates) if total >= gate)
        accepted = [
            (certain + (1 - certain) * passes * sum(p for need, p in enumerate(needs) if u >= need)) / law.cells
            for u in active
        ]
        ever = sum(accepted)  # sum over n of (1 - ever)^n accepted = accepted / ever
        wins = [float(a / ever) for a in accepted]
        assert wins == pytest.approx(rho(mac, active, total), abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_left_out_never_wins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(200):
        kicks = [Kick(*(int(v) for v in row)) for row in rng.integers(0, 6, size=(30, 3))]
        kicks.append(Kick(0, 0, 0))
        kept = undominated(kicks)
        assert len(kept) < len(kicks)
        for familiarity in range(7):
            active = rng.integers(0, 7, size=6).tolist()
            assert first_accepted(kept, active, familiarity) == first_accepted(kicks, active, familiarity)


@pytest.mark.parametrize("mac", MACS[:2], ids=lambda mac: f"{mac.lambda_first:g}")
def test_drawn_kicks_win_with_rho(mac: Mac) -> None:
    """Pearson's chi-squared at 1 %, 20,000 races for each of three situations."""
    law, rng = KickLaw.of(mac, ACTIVE), generator(3, "kicks")
    races = [law.draw(rng) for _ in range(20_000)]
    for active, total in situations(mac, 5)[2:]:
        won = np.bincount([first_accepted(race, active, total) for race in races], minlength=mac.cells)
        expected = len(races) * np.array(rho(mac, active, total))
        statistic = float(((won - expected) ** 2 / expected).sum())
        assert statistic < chi2.ppf(1.0 - LEVEL, mac.cells - 1)
        flat = len(races) / mac.cells  # and it could fail: equal chances are told apart
        assert float(((won - flat) ** 2 / flat).sum()) > 10 * chi2.ppf(1.0 - LEVEL, mac.cells - 1)
