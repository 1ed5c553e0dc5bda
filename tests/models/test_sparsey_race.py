"""Races of neurons choose as the trained mac does: exactly as their law says, and with the mac's own rho."""

from dataclasses import dataclass
from itertools import product
from math import exp
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import chi2

import spikemem
from spikemem.backend import RunOptions, backend
from spikemem.backends.pynn.spinnaker import SpinnakerProgram
from spikemem.errors import InvalidInput, MissingDependency, Unsupported
from spikemem.experiment import load_experiment
from spikemem.hardware import find_hardware
from spikemem.ir import IF_curr_delta
from spikemem.ir.lowered import Connections, connection_list
from spikemem.kicks import Kick, first_accepted
from spikemem.language import Call, call
from spikemem.memory import LiveMemory
from spikemem.models import Sparsey, SparseyRace
from spikemem.models.sparsey import Level
from spikemem.models.sparsey_race import race_form
from spikemem.passes import lower
from spikemem.report.placement import problems
from spikemem.rng import generator
from spikemem.simulate import plan_protocol, stimulate
from tests.models.test_hetero_associative import assert_same

SIDE, Q, K, ITEMS = 4, 7, 8, 4
S = SIDE * SIDE
MODEL = Sparsey(
    height=SIDE, width=SIDE, opposites=True, lambda_first=2.0, chi=10.0, reconstruct=False,
    levels=(Level(modules=Q, cells=K, side=None),),
)  # fmt: skip
LEVEL = 0.01


@dataclass(frozen=True)
class Trained:
    """A mac that has learned, its race form, and what it learned."""

    memory: LiveMemory
    race: SparseyRace
    items: list[list[int]]
    codes: list[set[int]]


def drawn_pixels(rng: np.random.Generator) -> list[int]:
    return [int(p) for p in np.flatnonzero(rng.random(S) < 0.5)]


def fired(answer: Any) -> set[int]:
    return set(answer.spikes["level1"][1].tolist())


@pytest.fixture(scope="module")
def trained() -> Trained:
    rng = np.random.default_rng(1)
    memory = spikemem.open(MODEL, seed=2)
    items = [drawn_pixels(rng) for _ in range(ITEMS)]
    codes = [fired(memory.learn(pixels=item)) for item in items]
    return Trained(memory, race_form(MODEL, memory.weights("in_pixel-up->level1")), items, codes)


def reached(race: SparseyRace, pixels: list[int]) -> npt.NDArray[np.int64]:
    """Return u by module and cell, counted from the synapses."""
    u = np.zeros(race.size, dtype=np.int64)
    for p in range(race.inputs):
        u[list(race.synapses[p if p in pixels else p + race.inputs])] += 1
    return u.reshape(race.modules, race.cells)


def by_law(race: SparseyRace, pixels: list[int], draw: int) -> set[int]:
    u, rng = reached(race, pixels), generator(race.seed, "kicks", draw)
    total = int((u.max(axis=1) ** race.lambda_first).sum())
    return {q * race.cells + first_accepted(race.law.draw(rng), row.tolist(), total) for q, row in enumerate(u)}


def test_the_form_has_the_macs_synapses_and_its_measure(trained: Trained) -> None:
    rng = np.random.default_rng(4)
    for pixels in (trained.items[0], *(drawn_pixels(rng) for _ in range(5))):
        trained.memory.recognise(pixels=pixels)
        u = reached(trained.race, pixels)
        assert trained.memory.variable("level1", "V") == pytest.approx(((u / S) ** 2).ravel(), abs=1e-15)
        total = (u.max(axis=1) ** 2).sum()
        assert trained.memory.variable("level1", "G")[0] == pytest.approx(total / trained.race.most, abs=1e-15)


def test_every_learned_item_is_recalled_by_latency(trained: Trained) -> None:
    live = spikemem.open(trained.race)
    assert len({frozenset(code) for code in trained.codes}) == ITEMS
    for item, code in zip(trained.items, trained.codes, strict=True):
        assert fired(trained.memory.recognise(pixels=item)) == code
        answer = live.recall(pixels=item)
        assert answer.code == code
        times, cells = answer.spikes["cell"]
        assert len(cells) == Q
        assert (times - answer.at_ms - 2.0).tolist() == sorted(c % K for c in code)  # u = S: all in the first K steps


def test_the_latency_tells_how_well_it_fits(trained: Trained) -> None:
    """The first of greatest u fires first, K steps later for each synapse fewer; a drawn order takes any of those."""
    live, rng = spikemem.open(trained.race), np.random.default_rng(8)
    for draw in range(20):
        pixels = drawn_pixels(rng)
        u = reached(trained.race, pixels)
        times, cells = live.recall(pixels=pixels).spikes["cell"]
        start = live.answers[-1].at_ms + 2.0
        by_module = np.argsort(cells)
        assert cells[by_module].tolist() == (np.arange(Q) * K + u.argmax(axis=1)).tolist()
        assert (times[by_module] - start).tolist() == ((S - u.max(axis=1)) * K + u.argmax(axis=1)).tolist()
        other = sorted(live.recall(pixels=pixels, draw=draw).code)
        assert [u[q, c - q * K] for q, c in enumerate(other)] == u.max(axis=1).tolist()


def test_ties_are_drawn_uniformly_if_asked_to() -> None:
    """Nothing was learned, so all cells are alike."""
    race = SparseyRace(inputs=1, modules=10, cells=4, seed=5)
    live = spikemem.open(race)
    won = np.bincount([c % 4 for draw in range(200) for c in live.recall(pixels=[0], draw=draw).code], minlength=4)
    assert won.sum() == 2000
    assert float(((won - 500) ** 2 / 500).sum()) < chi2.ppf(1.0 - LEVEL, 3)
    assert live.recall(pixels=[0]).code == set(range(0, 40, 4))


@pytest.mark.parametrize(
    "race",
    [
        {"inputs": 5, "modules": 3, "cells": 4, "lambda_first": 3, "chi": 100.0},
        {"inputs": 4, "modules": 1, "cells": 2, "form": "2010"},
        {"inputs": 1, "modules": 1, "cells": 3, "form": "A_outside", "G_minus": 0.5},
        {"inputs": 6, "modules": 2, "cells": 5, "chi": 0.0},
    ],
    ids=lambda race: f"S={race['inputs']}",
)
def test_neurons_choose_as_the_law_says(race: dict[str, Any]) -> None:
    """Whatever the synapses, and one presentation right after the other."""
    rng = np.random.default_rng(7)
    for number in range(4):
        size = race["modules"] * race["cells"]
        rows = rng.random((2 * race["inputs"], size)) < 0.25 * number
        made = SparseyRace(**race, synapses=tuple(tuple(np.flatnonzero(row).tolist()) for row in rows), seed=number)
        live = spikemem.open(made)
        for draw in range(12):
            pixels = sorted(rng.choice(made.inputs, rng.integers(1, made.inputs + 1), replace=False).tolist())
            assert live.choose(pixels=pixels, draw=draw).code == by_law(made, pixels, draw)
            assert live.recall(pixels=pixels).code == {
                q * made.cells + int(row.argmax()) for q, row in enumerate(reached(made, pixels))
            }


@pytest.mark.parametrize("power", [1, 2])
def test_every_possible_kick_is_accepted_just_when_its_law_says_so(power: int) -> None:
    """All needs, gates, cells and images, one kick a module: with the law, which is exact, so is the chance to fire first."""
    synapses = ((0, 2), (0, 3), (0,), (1, 2, 3), (1,), (3,))
    race = SparseyRace(inputs=3, modules=2, cells=2, lambda_first=power, synapses=synapses)
    images = [[p for p in range(3) if image >> p & 1] for image in range(8)]
    at, expected = 0, []
    given: dict[str, list[tuple[int, int]]] = {}
    kicks = product(range(4), range(race.most + 1), range(2))
    for pixels, (need, gate, cell) in product(images, kicks):
        u = reached(race, pixels)
        total = int((u.max(axis=1) ** power).sum())
        presented = race.race(tuple(pixels), [[Kick(cell, need, gate)], [Kick(1 - cell, need, gate)]])
        for name, spikes in presented.spikes.items():
            given.setdefault(name, []).extend((at + t, i) for t, i in spikes)
        for q, i in ((0, cell), (1, 1 - cell)):
            if u[q, i] >= need and total >= gate:
                expected.append((at + race.inputs + 4, q * 2 + i))
        at += presented.last + 4
    stimulus = {name: tuple(np.array(rows).T) for name, rows in given.items()}
    times, cells = spikemem.run(race, stimulus=stimulus, duration_ms=at).spikes["cell"]
    assert 0 < len(expected) < 2 * len(images) * 4 * (race.most + 1) * 2
    assert list(zip(times.tolist(), cells.tolist(), strict=True)) == sorted(expected)


def agreement(trained: Trained, pixels: list[int], races: int) -> tuple[float, float, int]:
    """Return chi-squared of the winners against the mac's rho, that against equal chances, and the degrees of freedom."""
    trained.memory.recognise(pixels=pixels)
    V = trained.memory.variable("level1", "V").reshape(Q, K)
    G = float(trained.memory.variable("level1", "G")[0])
    mac = MODEL.mac(MODEL.levels[0])
    psi = np.array([[mac.psi(float(v), G) for v in row] for row in V])
    live, won = spikemem.open(trained.race), np.zeros(Q * K)
    for draw in range(races // Q):
        code = sorted(live.choose(pixels=pixels, draw=draw).code)
        assert [c // K for c in code] == list(range(Q))
        won[code] += 1
    expected = races // Q * psi / psi.sum(axis=1, keepdims=True)
    assert expected.min() >= 5.0  # what the chi-squared distribution is good for
    found, flat = won.reshape(Q, K), races // Q / K
    return float(((found - expected) ** 2 / expected).sum()), float(((found - flat) ** 2 / flat).sum()), Q * (K - 1)


def novel(trained: Trained, share: float) -> list[int]:
    """Return an item of which so many pixels are wrong."""
    wrong = set(np.random.default_rng(6).choice(S, round(share * S), replace=False).tolist())
    return sorted(wrong.symmetric_difference(trained.items[0]))


def test_new_items_are_given_codes_with_the_macs_chances(trained: Trained) -> None:
    """Pearson's chi-squared over all cells of all modules, at 1 %."""
    statistic, flat, freedom = agreement(trained, novel(trained, 0.5), 7 * 300)
    assert statistic < chi2.ppf(1.0 - LEVEL, freedom)
    assert flat > 2 * chi2.ppf(1.0 - LEVEL, freedom)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.3, 0.5])
def test_many_races_agree_with_the_macs_chances(trained: Trained, share: float) -> None:
    """21,000 races of each item, chi-squared at 1 %."""
    statistic, flat, freedom = agreement(trained, novel(trained, share), 21_000)
    assert statistic < chi2.ppf(1.0 - LEVEL, freedom)
    assert flat > 10 * chi2.ppf(1.0 - LEVEL, freedom)


def protocol(trained: Trained, draws: int) -> list[Call]:
    spacing = (S + 1) * K + 20.0
    calls = [
        call(k * spacing, "recall", pixels=item, expect={"code": sorted(code)})
        for k, (item, code) in enumerate(zip(trained.items, trained.codes, strict=True))
    ]
    at = ITEMS * spacing
    for k, (share, draw) in enumerate(product((0.0, 0.5), range(draws))):
        pixels = novel(trained, share)
        expected = sorted(by_law(trained.race, pixels, draw))
        calls.append(call(at + 120.0 * k, "choose", pixels=pixels, draw=draw, expect={"code": expected}))
    return calls


@pytest.mark.parametrize("name", ["brian2", "nest"])
def test_other_simulators_give_the_same_spikes(name: str, trained: Trained) -> None:
    calls = protocol(trained, 5)
    wanted = spikemem.run(trained.race, protocol=calls)
    assert (wanted.right, wanted.wrong) == (ITEMS + 10, 0)
    try:
        found = spikemem.run(trained.race, protocol=calls, backend=name)
    except MissingDependency as error:
        pytest.skip(str(error))
    assert (found.right, found.wrong) == (ITEMS + 10, 0)
    assert_same(found.spikes, wanted.spikes)


@pytest.mark.parametrize(
    "race",
    [
        SparseyRace(),
        SparseyRace(inputs=35, modules=16, cells=8, lambda_first=2),
        SparseyRace(inputs=181, modules=1, cells=1024, lambda_first=2),  # the largest sum, the most cells
    ],
    ids=lambda race: f"S={race.inputs}",
)
def test_what_a_step_leaves_of_the_one_before_changes_no_decision(race: SparseyRace) -> None:
    """Whole weights, thresholds halfway between whole numbers, and a rest of less than half of one, whatever arrived before."""
    network = race.network()
    cells = [p for p in network.populations if isinstance(p.cell, IF_curr_delta)]
    assert [p.name for p in cells] == ["cell", "code", "peak", "best", "gate"]
    lowered = lower(network, backend("numba").abilities, "exact", 1)
    for population in cells:
        cell = population.cell
        assert isinstance(cell, IF_curr_delta)
        left = exp(-1.0 / cell.tau_m)
        assert cell.v_thresh - int(cell.v_thresh) == 0.5
        assert (cell.v_rest, cell.v_reset, cell.tau_refrac) == (0.0, 0.0, 0.0)
        most = 0.0
        for projection in lowered.projections:
            if projection.post == population.name:
                for bucket in projection.buckets:
                    sizes = (lowered.population(projection.pre).size, population.size)
                    found = connection_list(bucket, *sizes, lowered.dt)
                    units = found.weight * left
                    assert np.abs(units - np.rint(units)).max() < 1e-9
                    most += np.bincount(found.post, weights=units).max()
        assert most * left / (1.0 - left) < 0.5  # all that could arrive in every step before, of one sign


def test_it_fits_a_spinnaker_board_of_48_chips(
    trained: Trained, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also into 16-bit weights, on the scales that sPyNNaker chooses: every weight is held as the whole number it is."""
    try:
        target = backend("spinnaker")
    except MissingDependency as error:
        pytest.skip(str(error))
    monkeypatch.setenv("HOME", str(tmp_path))
    lowered = lower(trained.race.network(), target.abilities, "spinnaker", 1)
    program = target.compile(lowered, RunOptions(hardware=find_hardware("virtual5")))
    assert isinstance(program, SpinnakerProgram)
    stimulate(program, plan_protocol(trained.race, protocol(trained, 2), 1.0), {})
    program.rehearse(1000)
    placed = program.placement
    assert placed["machine"]["chips"] == 48
    assert (placed["cores_used"], placed["chips_used"]) == (11, 1)
    assert problems({**placed, "load": {"cores": []}}) == []
    rows = {row["projection"]: row for row in placed["weights"]}
    assert len(rows) == len(trained.race.network().projections)
    for row in rows.values():
        assert 1.0 / row["resolution"] == round(1.0 / row["resolution"])  # so whole numbers are held exactly
        assert row["largest_error"] < 1e-9
        assert row["saturating"] == 0
        assert all(value["held"] == round(value["weight"]) for value in row["values"])


def test_a_board_that_would_round_weights_is_told(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums of up to 4 * 9^4 fit into 16 bits, but sPyNNaker leaves room for more than arrives."""
    try:
        target = backend("spinnaker")
    except MissingDependency as error:
        pytest.skip(str(error))
    monkeypatch.setenv("HOME", str(tmp_path))
    lowered = lower(SparseyRace(lambda_first=4).network(), target.abilities, "spinnaker", 1)
    program = target.compile(lowered, RunOptions(hardware=find_hardware("virtual5")))
    assert isinstance(program, SpinnakerProgram)
    program.rehearse(10)
    told = problems({**program.placement, "load": {"cores": []}})
    assert [line.split(":")[0] for line in told] == ["projection in_gate->gate@1", "projection best->gate@1"]
    assert "a weight of 1 becomes 0, for the steps are" in told[0]


def test_the_letters_experiment_is_a_trained_mac() -> None:
    experiment = load_experiment("sparsey-race-letters")
    level = Level(modules=4, cells=4, side=None)
    model = Sparsey(
        height=3, width=3, opposites=True, lambda_first=2.0, chi=10.0, reconstruct=False, levels=(level,)
    )  # fmt: skip
    memory = spikemem.open(model, seed=1)
    for asked in experiment.calls[:3]:
        assert fired(memory.learn(pixels=asked.arguments["pixels"])) == set(asked.expect["code"])
    assert experiment.model == race_form(model, memory.weights("in_pixel-up->level1"))


def test_a_target_without_macs_names_the_race_form() -> None:
    try:
        backend("nest")
    except MissingDependency as error:
        pytest.skip(str(error))
    with pytest.raises(
        Unsupported,
        match=r"level1: Mac: the backend has no rule for it; instead: .* spikemem.models.sparsey_race.race_form",
    ):
        spikemem.run(MODEL, protocol=[call(0.0, "recognise", pixels=[0])], backend="nest")


OTHER = Level(modules=Q, cells=K, side=None)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"opposites": False}, "Sparsey.opposites must be True, so that as many lines are active whatever is shown, got F"),
        ({"lambda_first": 1.5}, "Sparsey.lambda_first must be a whole number, got 1.5"),
        ({"hypotheses": 2}, "Sparsey.hypotheses must be 0: races do not count hypotheses, got 2"),
        ({"generative": True}, "Sparsey.generative must be False: the cells of races cannot be given, got True"),
        ({"levels": (OTHER, OTHER)}, "Sparsey.levels must be one level of one mac, got 2 levels, the first of 1"),
        ({"levels": (Level(columns=2),)}, "Sparsey.levels must be one level of one mac, got 1 levels, the first of 2"),
        ({"levels": (Level(side=0.0),)}, r"Sparsey.levels\[0\].side must be None: races have no H inputs, got 0.0"),
        ({"levels": (Level(side=None, persistence=2),)}, r"Sparsey.levels\[0\].persistence must be 1: a code of races .* 2"),
        ({"levels": (Level(side=None, least=17),)}, r"Sparsey.levels\[0\].least must be at most inputs = 16, got 17"),
        ({"levels": (Level(side=None, most=3),)}, r"Sparsey.levels\[0\].most must be at least inputs = 16, got 3"),
        ({"levels": (Level(side=None, radius=1.0),)}, r"Sparsey.levels\[0\].radius must be so large .* image, got 1.0"),
    ],
)  # fmt: skip
def test_what_races_do_not_do_is_refused(changed: dict[str, Any], sentence: str) -> None:
    none = np.zeros(0, dtype=np.int32)
    synapses = Connections(none, none, np.zeros(0), np.zeros(0))
    with pytest.raises(InvalidInput, match=f"^race_form: {sentence}"):
        race_form(MODEL.model_copy(update=changed), synapses)


def test_weights_that_are_neither_off_nor_on_are_refused() -> None:
    one = np.zeros(1, dtype=np.int32)
    fading = MODEL.model_copy(update={"fade_after": 100.0})
    with pytest.raises(InvalidInput, match=r"race_form: weights must be 0 or 127, got 50, of a synapse that fades"):
        race_form(fading, Connections(one, one, np.array([50.0]), np.array([1.0])))


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"inputs": 16, "modules": 8, "lambda_first": 3}, r"modules \* inputs\^lambda_first must be <= 32767, .* 8 \* 16\^3"),
        ({"synapses": [[0]]}, r"synapses: must be a list of cells for each of the 2 \* inputs = 18 lines, got 1"),
        ({"inputs": 1, "synapses": [[0], [16]]}, r"synapses\[1\]: must be different cells of 0..15 .*, got \[16\]"),
        ({"inputs": 1, "synapses": [[3, 3], []]}, r"synapses\[0\]: must be different cells of 0..15 .*, got \[3, 3\]"),
        ({"form": "B"}, r"SparseyRace.form: .*'A'"),
    ],
)  # fmt: skip
def test_a_race_that_cannot_be_is_refused(parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        SparseyRace(**parameters)
