"""MacRace: cells win with rho, exactly; by latency the best match wins; the same spikes on threshold neurons everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

import spikemem
from spikemem.backend import RunOptions, backend
from spikemem.errors import InvalidInput, MissingDependency, OperationError
from spikemem.hardware import find_hardware
from spikemem.language import call
from spikemem.models import MacRace, Sparsey
from spikemem.models.mac_race import PERIOD, race_form
from spikemem.models.sparsey import Level
from spikemem.passes import lower
from spikemem.rng import generator

Q, K, L, S = 3, 4, 24, 12


@pytest.fixture(scope="module")
def race() -> MacRace:
    on = np.random.default_rng(1).random((L, Q * K)) < 0.4
    joined = [(int(i), int(j)) for i, j in np.argwhere(on)]
    return MacRace(modules=Q, cells=K, lines=L, active=S, joined=tuple(joined), chi=10.0, seed=3)


@pytest.fixture(scope="module")
def shown() -> list[int]:
    return sorted(np.random.default_rng(2).choice(L, S, replace=False).tolist())


def match(race: MacRace, lines: list[int]) -> npt.NDArray[np.int64]:
    """Return u by module and cell."""
    u = np.zeros(Q * K, dtype=np.int64)
    for line, cell in race.joined:
        u[cell] += line in lines
    return u.reshape(Q, K)


def rho(race: MacRace, u: npt.NDArray[np.int64], M: int) -> npt.NDArray[np.float64]:
    psi = np.array([[race.mac.psi(float(n) / S, M / (Q * S)) for n in row] for row in u])
    rho: npt.NDArray[np.float64] = psi / psi.sum(axis=1, keepdims=True)
    return rho


@pytest.mark.parametrize("M", [0, 9, 20, 36])
def test_the_first_accepted_kick_is_at_a_cell_with_rho(race: MacRace, M: int) -> None:
    """Kicks are alike and independent, so the first accepted one is at i with chance accepted(i) / sum accepted."""
    u = np.array([[0, 3, 7, 12], [12, 12, 1, 0], [5, 5, 5, 5]])
    accepted = race.passing(M)[u]
    assert accepted / accepted.sum(axis=1, keepdims=True) == pytest.approx(rho(race, u, M), rel=1e-12)


def every_kick(race: MacRace, M: int, draw: int, module: int) -> Iterator[tuple[int, int]]:
    """Yield the kicks as they are drawn, none left out."""
    rng, passing = generator(race.seed, "kicks", draw, module), race.passing(M)
    while True:
        cell = int(rng.integers(K))
        r = int(np.searchsorted(passing, rng.random(), side="right"))
        yield module * K + cell, r


def test_kicks_that_are_left_out_decide_nothing(race: MacRace, shown: list[int]) -> None:
    u = match(race, shown).ravel()
    left_out = 0
    for draw in range(300):
        drawn = []
        for cell, r in every_kick(race, 20, draw, draw % Q):
            drawn.append((cell, r))
            if u[cell] >= r:
                break
        kept = race.kicks(20, draw, draw % Q)
        assert next(cell for cell, r in kept if u[cell] >= r) == drawn[-1][0]
        assert kept[-1][1] == 0
        left_out += len(drawn) - sum(kick in kept for kick in drawn)
    assert left_out > 10


def test_cells_win_as_often_as_rho_says(race: MacRace, shown: list[int]) -> None:
    """1,000 races of 3 modules, chi-squared at the 1 % level."""
    memory, u = spikemem.open(race), match(race, shown)
    M, races = int(u.max(axis=1).sum()), 1000
    answers = [memory.choose(lines=shown, familiarity=M, draw=draw).code for draw in range(races)]
    assert all(sorted(cell // K for cell in code) == list(range(Q)) for code in answers)
    found = np.bincount([cell for code in answers for cell in code], minlength=Q * K).reshape(Q, K)
    wanted = races * rho(race, u, M)
    assert wanted.min() > 5
    assert stats.chi2.sf((((found - wanted) ** 2) / wanted).sum(), Q * (K - 1)) > 0.01


def test_the_best_match_is_the_first_to_fire_and_says_how_good_it_is(race: MacRace, shown: list[int]) -> None:
    answer, u = spikemem.open(race).recall(lines=shown), match(race, shown)
    assert set(answer.code) == {q * K + k for q, k in np.argwhere(u == u.max(axis=1, keepdims=True))}
    times, cells = answer.spikes["cell"]
    for q in range(Q):
        first = round((times[cells // K == q].min() - answer.at_ms - 2.0) / PERIOD)
        assert S - first == u[q].max()


@pytest.mark.parametrize("name", ["brian2", "nest"])
def test_other_backends_have_the_same_spikes(name: str, race: MacRace, shown: list[int]) -> None:
    try:
        backend(name)
    except MissingDependency as error:
        pytest.skip(str(error))
    calls = [call(0.0, "recall", lines=shown)]
    calls += [call(200.0 + 1000.0 * draw, "choose", lines=shown, familiarity=20, draw=draw) for draw in range(6)]
    wanted, found = (spikemem.run(race, protocol=calls, backend=b) for b in ("numba", name))
    for population, (times, neurons) in wanted.spikes.items():
        assert np.array_equal(found.spikes[population][0], times), population
        assert np.array_equal(found.spikes[population][1], neurons), population
    assert wanted.spikes["cell"][0].size >= 7 * Q


def trained(**changes: Any) -> Sparsey:
    parameters: dict[str, Any] = {
        "height": 6, "width": 6, "opposites": True, "classes": 1, "reconstruct": False, "G_minus": 0.5, "chi": 10.0,
        "levels": (Level(modules=6, cells=8, side=None),),
    }  # fmt: skip
    return Sparsey(**(parameters | changes))


def test_a_trained_mac_maps_onto_a_board_of_48_chips(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        spinnaker = backend("spinnaker")
    except MissingDependency as error:
        pytest.skip(str(error))
    monkeypatch.setenv("HOME", str(tmp_path))
    model, rng = trained(), np.random.default_rng(4)
    memory = spikemem.open(model)
    images = [rng.permutation(36)[:18].tolist() for _ in range(3)]
    codes = [set(memory.learn(pixels=image).spikes["level1"][1].tolist()) for image in images]
    found = memory.weights("in_pixel-up->level1")
    on = found.weight > 0
    race = race_form(model, zip(found.pre[on].tolist(), found.post[on].tolist(), strict=True))
    fast = spikemem.open(race)
    asked = [[*image, *(36 + p for p in range(36) if p not in image)] for image in images]
    assert [set(fast.recall(lines=lines).code) for lines in asked] == codes
    lowered = lower(race.network(), spinnaker.abilities, "spinnaker", seed=1)
    program = spinnaker.compile(lowered, RunOptions(hardware=find_hardware("virtual5")))
    program.stimulate({})
    assert "placed it on 16 cores" in str(program.rehearse(400))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"levels": (Level(side=None), Level(side=None))}, "levels must be one level, got 2"),
        ({"levels": (Level(rows=2, side=None),)}, "macs must be one mac, got 2"),
        ({"opposites": False}, "opposites must be True, so that every input has as many active lines, got False"),
        ({"levels": (Level(),)}, "side must be None, since V must be of input from below alone, got 0.0"),
        ({"lambda_first": 2.0}, "lambda_first must be 1, so that G is told by a sum, got 2"),
        (
            {"levels": (Level(side=None, persistence=2),)},
            "persistence must be 1, since races have no memory, got 2",
        ),
        ({"hypotheses": 3}, "hypotheses must be 0, since a race has one winner, got 3"),
        ({"fade_after": 100.0}, "fade_after must be None, since synapses are given, got 100.0"),
    ],
)
def test_what_threshold_neurons_cannot_have_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        race_form(trained(**changes), [])
    assert str(caught.value) == f"race_form: {sentence}"


def test_wrong_parameters_are_refused(race: MacRace) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"lines": 4, "active": 5}, "MacRace.active: must be <= lines = 4, got 5"),
        (
            {"joined": [[16, 0]]},
            "MacRace.joined: pairs must be of lines 0..15 and cells 0..15, got (16, 0)",
        ),
        ({"joined": [[1, 0], [1, 0]]}, "MacRace.joined: a pair is given twice; synapses are on or off"),
    ]
    for parameters, sentence in wrong:
        with pytest.raises(InvalidInput) as caught:
            MacRace(**parameters)
        assert str(caught.value) == sentence
    with pytest.raises(OperationError, match=r"^MacRace.choose: familiarity 37 is out of range 0..36 \(levels=37\)$"):
        spikemem.open(race).choose(lines=[0], familiarity=37, draw=0)
