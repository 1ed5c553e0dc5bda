"""Random protocols of the content-addressable memory: the binaries fire exactly as the Numba engine does."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("unicorn")
pytest.importorskip("spynnaker")

import spikemem
from spikemem.language import call
from spikemem.language.protocol import Call
from spikemem.models import CA3CAM

CUES, BITS, OPERATIONS, SPACING = 16, 32, 60, 10.0


def protocol(seed: int) -> list[Call]:
    """Operations so many that neurons fire far more often than the 15 events that a synapse's history holds."""
    draw, calls = np.random.default_rng(seed), []
    for number in range(OPERATIONS):
        kind = draw.choice(["learn", "recall cue", "recall content"], p=[0.5, 0.25, 0.25])
        cue = int(draw.integers(CUES))
        content = sorted(int(bit) for bit in draw.choice(BITS, size=int(draw.integers(1, 7)), replace=False))
        arguments: dict[str, dict[str, Any]] = {
            "learn": {"cue": cue, "content": content}, "recall cue": {"cue": cue}, "recall content": {"content": content[:3]},
        }  # fmt: skip
        calls.append(call(number * SPACING, str(kind).split()[0], **arguments[str(kind)]))
    return calls


@pytest.mark.parametrize("seed", [1, *(pytest.param(s, marks=pytest.mark.slow) for s in range(2, 6))])
def test_every_spike_is_the_reference_engines(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    model, run = CA3CAM(cues=CUES, bits=BITS), protocol(seed)
    expected = spikemem.run(model, protocol=run, backend="numba", numerics="spinnaker", seed=1)
    found = spikemem.run(
        model, protocol=run, backend="spinnaker", hardware="software_spin3", numerics="spinnaker", seed=1
    )
    assert sum(times.size for times, _ in expected.spikes.values()) > 2000
    busiest = max(np.bincount(neurons).max() for _, neurons in expected.spikes.values())
    assert busiest > 15
    for population, (times, neurons) in expected.spikes.items():
        assert found.spikes[population][0].tolist() == times.tolist(), population
        assert found.spikes[population][1].tolist() == neurons.tolist(), population
