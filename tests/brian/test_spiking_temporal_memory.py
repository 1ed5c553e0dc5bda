"""The spiking temporal memory as a compiled Brian2 program: the engine's spikes, and sequences learned in context."""

from __future__ import annotations

import numpy as np
import pytest

import spikemem
from spikemem.language import Call, call
from spikemem.models import SpikingTemporalMemory
from tests.brian.support import needs

ADBE, FDBC = [0, 3, 1, 4], [5, 3, 1, 2]
EPISODES, GAP_MS = 60, 700.0


def protocol() -> list[Call]:
    """Set I, in turn; then the beginning of each sequence, which tells how it ends."""
    shown: list[tuple[str, dict[str, list[int]], list[int]]] = [
        ("learn", {}, s) for _ in range(EPISODES) for s in (ADBE, FDBC)
    ]
    asked = [("predict", {"letters": [s[-1]]}, s[:-1]) for s in (ADBE, FDBC)]
    return [
        call(GAP_MS * k, do, expect=expect, sequence=sequence)
        for k, (do, expect, sequence) in enumerate([*shown, *asked])
    ]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_set_i_is_learned_spike_for_spike(seed: int) -> None:
    needs("brian2-cpp")
    model, calls = SpikingTemporalMemory(letters=6), protocol()
    wanted = spikemem.run(model, protocol=calls, seed=seed)
    found = spikemem.run(model, protocol=calls, seed=seed, backend="brian2-cpp")
    for name, (times, neurons) in wanted.spikes.items():
        assert np.array_equal(found.spikes[name][0], times), name
        assert np.array_equal(found.spikes[name][1], neurons), name
    assert [answer.correct for answer in found.answers[-2:]] == [True, True]
