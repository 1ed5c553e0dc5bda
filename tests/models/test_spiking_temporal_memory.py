"""SpikingTemporalMemory: predictions in context, surprise, replay; the published weights; wrong parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem.errors import InvalidInput, OperationError
from spikemem.experiments.stm_sequences import active_cells, as_letters, bootstrap, cells_in, expectation_errors
from spikemem.memory import LiveMemory
from spikemem.models import SpikingTemporalMemory
from spikemem.models.spiking_temporal_memory import DENDRITE, E_CELL, I_CELL, psp_weight

SMALL = SpikingTemporalMemory(letters=6)
ADBE, FDBC = as_letters("ADBE"), as_letters("FDBC")


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A memory that has learned the publication's set I."""
    memory = spikemem.open(SMALL, weight_precision="float32")
    for _ in range(100):
        memory.learn(sequence=ADBE)
        memory.learn(sequence=FDBC)
    path = tmp_path_factory.mktemp("memory") / "stm.h5"
    memory.save(path)
    return path


@pytest.fixture
def memory(saved: Path) -> LiveMemory:
    return spikemem.load(saved)


def test_the_context_decides_what_is_predicted(memory: LiveMemory) -> None:
    for sequence in (ADBE, FDBC):
        for length in range(1, 4):
            assert memory.predict(sequence=sequence[:length]).letters == {sequence[length]}
        assert memory.predict(sequence=sequence).letters == frozenset()


def test_an_answer_tells_how_long_it_took_and_how_clean_it_was(memory: LiveMemory) -> None:
    answer = memory.predict(sequence=FDBC[:3])
    assert answer.confidence == 1.0
    assert answer.latency_ms is not None
    assert 2.0 < answer.latency_ms < 10.0  # from the last letter: the cells' latency, 2 ms of delay, the current's rise


def test_expected_letters_activate_few_cells_other_ones_in_other_contexts(memory: LiveMemory) -> None:
    used = []
    for sequence in (ADBE, FDBC):
        answer = memory.learn(sequence=sequence)
        assert expectation_errors(SMALL, answer, sequence) == [0.0, 0.0, 0.0]
        first, *others = active_cells(SMALL, answer, sequence)
        assert first == SMALL.cells  # nothing predicts a first letter
        assert all(15 <= n <= 30 for n in others)
        used.append({int(c) for c in answer.spikes["E"][1] if c // SMALL.cells == 1})
    assert len(used[0] & used[1]) < len(used[0]) / 2


def test_an_unexpected_letter_makes_all_of_its_cells_fire(memory: LiveMemory) -> None:
    for word in ("ADBC", "FDBE"):
        sequence = as_letters(word)
        answer = memory.learn(sequence=sequence)
        assert active_cells(SMALL, answer, sequence)[-1] == SMALL.cells
        assert expectation_errors(SMALL, answer, sequence)[-1] == pytest.approx(2**0.5)  # one missed, one wrong


def test_a_replay_goes_through_the_sequence_in_order_faster_than_it_was_trained(memory: LiveMemory) -> None:
    for sequence in (ADBE, FDBC):
        answer = memory.replay(first=sequence[0])
        assert answer.letters == set(sequence)
        assert SMALL.order(answer) == sequence
        times, cells = answer.spikes["E"]
        starts = [times[cells // SMALL.cells == letter].min() for letter in sequence]
        assert np.all(np.diff(starts) < SMALL.interval / 2)
        assert answer.spikes["in_letter"][0].size == 1


def test_before_learning_nothing_is_predicted_and_the_gain_fires_no_cell() -> None:
    memory = spikemem.open(SMALL)
    assert memory.predict(sequence=ADBE[:3]).letters == frozenset()
    answer = memory.replay(first=0)
    assert SMALL.order(answer) == [0]
    assert answer.spikes["E"][0].size == SMALL.cells
    permanences = memory.weights("sequence").weight
    assert 0.0 <= permanences.min() < 0.1
    assert 7.9 < np.quantile(permanences, 0.999) <= permanences.max() < 10.0


def test_the_weights_are_the_publications() -> None:
    net = SpikingTemporalMemory().network()
    weights = {p.name: p.weight for p in net.projections}
    assert weights["in_letter->E"] == pytest.approx(4.112, abs=5e-4)
    assert weights["E->I"] == pytest.approx(0.581, abs=5e-4)
    assert weights["I-|E"] == pytest.approx(12.915, abs=5e-4)
    assert SpikingTemporalMemory().rule.w_mature == pytest.approx(0.01298)
    assert 5 * SpikingTemporalMemory().rule.w_mature == pytest.approx(1.1 * DENDRITE.theta)
    sizes = {p.name: p.size for p in net.populations}
    assert (sizes["E"], sizes["I"], sizes["dendrites"]) == (2100, 14, 2100)
    assert {p.name: p.delay for p in net.projections}["sequence"] == 2.0
    assert SpikingTemporalMemory().in_degree == 420


def test_a_psp_has_the_height_that_its_weight_was_made_for() -> None:
    for cell, tau in ((E_CELL, 2.0), (I_CELL, 0.5)):
        times = np.arange(0.0, 60.0, 0.001)
        tau_m, w = cell.tau_m, psp_weight(0.9, cell, tau)
        v = w / cell.cm * tau * tau_m / (tau_m - tau) * (np.exp(-times / tau_m) - np.exp(-times / tau))
        assert v.max() == pytest.approx(0.9, rel=1e-6)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"active": 151}, "SpikingTemporalMemory.active: must be <= cells = 150, got 151"),
        ({"interval": 40.05}, "SpikingTemporalMemory.interval: must be a multiple of dt = 0.1 ms, got 40.05"),
        ({"interval": 60.0}, "SpikingTemporalMemory.interval: must be <= 49, got 60.0"),
        (
            {"share": 1.0},
            "SpikingTemporalMemory.share: must give 1 to 2099 synapses a dendrite, got 1, which gives 2100",
        ),
    ],
)
def test_parameters_that_cannot_be_are_refused(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        SpikingTemporalMemory(**wrong)
    assert str(caught.value) == sentence


def test_there_is_no_forget() -> None:
    with pytest.raises(
        OperationError, match=r"^SpikingTemporalMemory has no operation 'forget': what no longer follows"
    ):
        spikemem.open(SMALL).operate("forget", sequence=[0])


def test_cells_are_counted_once_and_at_the_right_time() -> None:
    spikes = (np.array([0.0, 1.0, 1.0, 4.0, 5.0]), np.array([0, 0, 151, 152, 3], dtype=np.int32))
    assert cells_in(spikes, 0.0, 5.0, SMALL).tolist() == [1, 2, 0, 0, 0, 0]
    assert cells_in(spikes, 1.0, 4.0, SMALL).tolist() == [1, 1, 0, 0, 0, 0]


def test_intervals_hold_the_mean_and_shrink_to_it() -> None:
    rng = np.random.default_rng(1)
    low, high = bootstrap(np.array([1.0, 2.0, 3.0, 4.0]), rng)
    assert 1.0 <= low < 2.5 < high <= 4.0
    assert [float(bound) for bound in bootstrap(np.full(5, 3.0), rng)] == [3.0, 3.0]
