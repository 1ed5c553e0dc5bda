"""Cues that are unknown in parts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from spikemem.errors import InvalidInput
from spikemem.layers import DenseHebbian, DenseHebbianParameters, ModernHopfield, ModernHopfieldParameters
from tests.layers.support import Layer, filled, perfect, signs

N, KNOWN = 60, 20
layers = pytest.mark.parametrize(
    "make",
    [
        lambda: DenseHebbian(DenseHebbianParameters(N=N, P=3)),
        lambda: ModernHopfield(ModernHopfieldParameters(N=N)),
    ],
    ids=["dense", "modern"],
)


@layers
def test_patterns_are_completed_from_a_third(make: Callable[[], Layer]) -> None:
    patterns = signs(1, "patterns", 8, N)
    layer = filled(make(), patterns)
    cues = [np.where(np.arange(N) < KNOWN, pattern, 0.0) for pattern in patterns]
    assert perfect(layer, cues, list(patterns)) == 1.0


@layers
def test_patterns_themselves_are_known_in_full(make: Callable[[], Layer]) -> None:
    with pytest.raises(InvalidInput, match=r"\.write: key must be -1 or 1, got 0 at 0$"):
        make().write(np.zeros(N))
    with pytest.raises(InvalidInput, match=r"\.read: query must be -1 or 0 or 1, got 0\.5 at 0$"):
        make().read(np.full(N, 0.5))
