"""The experiments that were published with spikes from hardware, on a board in software: every spike, no other.

Source: Casanueva-Morato et al. 2024, Neural Networks 178:106474, and its data (tests/data/README.md).
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from spikemem.experiment import Choices, load_experiment, prepare

pytest.importorskip("unicorn")
pytest.importorskip("spynnaker")

DATA = Path(__file__).resolve().parents[1] / "data"


def recorded(name: str) -> Iterator[tuple[str, float, int]]:
    with (DATA / name).open() as rows:
        for row in csv.DictReader(rows):
            yield row["population"], float(row["time_ms"]), int(row["neuron"])


@pytest.mark.parametrize(
    ("experiment", "data", "spikes"),
    [("ca3-functional", "ca3_cam_functional.csv", 322), ("ca3-state-map", "ca3_cam_state_map.csv", 504)],
)
def test_the_binaries_fire_as_they_did_on_hardware(
    experiment: str, data: str, spikes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    prepared = prepare(load_experiment(experiment, []), Choices("spinnaker", "software_spin3", 1, None))
    recording = prepared.run(None)
    found = {
        (name, float(t), int(n))
        for name, (times, neurons) in recording.spikes.items()
        for t, n in zip(times, neurons, strict=True)
    }
    expected = set(recorded(data))
    assert len(expected) == spikes
    assert expected - found == set()
    assert found - expected == set()
