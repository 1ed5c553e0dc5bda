"""Cue curves of N = 256 in spikes beside the oracle's, from the same cues (the oracle's are in test_anchors_dense)."""

from __future__ import annotations

from typing import Any

import pytest

from spikemem.layers import DenseHebbian, DenseHebbianParameters, ModernHopfield, ModernHopfieldParameters
from spikemem.layers.spiking import MemoryNeuronPatterns, MemoryNeuronPatternsParameters
from tests.layers.support import Layer, filled, flipped, perfect, signs

N = 256
CURVES: dict[str, tuple[int, dict[str, Any], Layer]] = {
    "hopfield": (20, {"transfer": "linear", "races": 400}, DenseHebbian(DenseHebbianParameters(N=N, P=2))),
    "P=3": (20, {"transfer": "power", "races": 100}, DenseHebbian(DenseHebbianParameters(N=N, P=3))),
    "softmax": (
        200, {"transfer": "exponential", "beta": 32.0 / N, "races": 20},
        ModernHopfield(ModernHopfieldParameters(N=N, beta=32.0)),
    ),
}  # fmt: skip


def curve(name: str, flips: float, cues: int) -> tuple[float, float]:
    """The part of the cues that bring up the whole pattern, of the oracle and of the spiking form."""
    count, parameters, oracle = CURVES[name]
    patterns = signs(1, "patterns", count, N)
    oracle.reset(1)
    spiking = MemoryNeuronPatterns(MemoryNeuronPatternsParameters(N=N, slots=count, **parameters))
    asked = [flipped(patterns[k % count], flips, 1, "cue", k) for k in range(cues)]
    wanted = [patterns[k % count] for k in range(cues)]
    right = [perfect(filled(layer, patterns), asked, wanted) for layer in (oracle, spiking)]
    return right[0], right[1]


@pytest.mark.parametrize("name", ["P=3", "softmax"])
@pytest.mark.parametrize("flips", [0.2, 0.3])
def test_damaged_cues_come_back_whole(name: str, flips: float) -> None:
    assert curve(name, flips, 5) == (1.0, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("flips", [0.0, 0.2, 0.3, 0.4])
def test_the_curve_is_the_oracles(name: str, flips: float) -> None:
    """What is lost, by the sample of votes and by a bit's effect on itself, is at most five of 40 cues."""
    oracle, spiking = curve(name, flips, 40)
    assert spiking == pytest.approx(oracle, abs=5.5 / 40)
