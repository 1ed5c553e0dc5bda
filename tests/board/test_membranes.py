"""What fixed point does to slow membranes and large inputs, seen; and that a memory made for it counts as the engine does."""

from pathlib import Path

import pytest

pytest.importorskip("unicorn")
pytest.importorskip("spynnaker")

from spikemem.experiment import Choices, load_experiment, prepare
from tests.board.scripts import script


def test_leaks_below_42_steps_are_a_step_too_large_and_inputs_beyond_65536_mv_wrap(tmp_path: Path) -> None:
    found = script("leaks.py", tmp_path)
    assert [round(leak, 3) for leak in found["leaks"]] == [25, 33, 42, 42, 43, 64, 256, 33, 1598]
    assert found["driven"][0] > 0 > found["driven"][1]


@pytest.mark.filterwarnings("ignore:.*SpikeSourceArray has no spike times")
@pytest.mark.parametrize("name", ["hebbian-letters", "nearest-letters"])
def test_sums_of_slow_membranes_are_the_engines(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    experiment = load_experiment(name)
    engine = prepare(experiment, Choices("numba", None, 1, None)).run(None)
    board = prepare(experiment, Choices("spinnaker", "software_spin3", 1, None)).run(None)
    assert (board.right, board.wrong) == (engine.right, 0)
    assert board.right == {"hebbian-letters": 5, "nearest-letters": 10}[name]
    for population, (times, neurons) in engine.spikes.items():
        assert board.spikes[population][0].tolist() == times.tolist(), population
        assert board.spikes[population][1].tolist() == neurons.tolist(), population
