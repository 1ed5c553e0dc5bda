"""The spiking multitasking network beside its oracle."""

from __future__ import annotations

import numpy as np
import pytest

from spikemem.errors import InvalidInput
from spikemem.layers import MultitaskingHebbian, MultitaskingHebbianParameters
from spikemem.layers.spiking import SpikingMultitasking, SpikingMultitaskingParameters
from spikemem.rng import generator
from tests.layers.support import Array, filled, signs


def patterns(count: int, blank: float, size: int, seed: int) -> Array:
    return signs(seed, "patterns", count, size) * (generator(seed, "blanks").random((count, size)) >= blank)


def test_several_patterns_at_once_as_by_the_oracle() -> None:
    """d^(mu-1) (1-d) (Agliari et al. 2012), d = 0.45; the figures are the oracle's anchor (ours), here of 300 neurons."""
    found = np.mean([magnetisations(0.45, seed) for seed in range(6)], axis=0)
    np.testing.assert_allclose(found, [0.546, 0.252, 0.114], atol=0.04)


def test_where_finite_size_breaks_the_hierarchy_it_breaks_as_the_oracles_does() -> None:
    assert magnetisations(0.3, 2)[1] < 0.15  # 0.21 without end


def magnetisations(blank: float, seed: int) -> Array:
    """The overlaps of three patterns with where their hierarchy leads; every state is the oracle's."""
    stored = patterns(3, blank, 300, seed)
    spiking = filled(SpikingMultitasking(SpikingMultitaskingParameters(N=300)), stored)
    oracle = filled(MultitaskingHebbian(MultitaskingHebbianParameters(N=300)), stored)
    J = oracle.state()["J"]
    np.testing.assert_array_equal(spiking.matrix, J - np.diag(J.diagonal()))
    start = np.zeros(300)
    for pattern in stored:
        start = np.where(start == 0.0, pattern, start)
    for cue in (start, stored[0], signs(3, "cue", 300)):
        found, exact = spiking.read(cue), oracle.read(cue)
        np.testing.assert_array_equal(found.value, exact.value)
        assert (found.steps, found.confidence) == (exact.steps, exact.confidence)
    overlaps: Array = stored @ spiking.read(start).value / 300
    return overlaps


def test_silence_stays() -> None:
    layer = SpikingMultitasking(SpikingMultitaskingParameters(N=8))
    layer.write(np.zeros(8))
    assert not layer.read(np.zeros(8)).value.any()
    with pytest.raises(InvalidInput, match=r"^SpikingMultitasking.forget: has no mode 'decay': its synapses keep what"):
        layer.forget("decay", 0.5)
