"""Numbers of Titans' linear memory, d = 64, N = 64. Our measurements."""

from __future__ import annotations

import numpy as np
import pytest

from spikemem.layers import Titans, TitansParameters
from tests.layers.support import Array, directions, filled, first_choices, signs


def found(seeds: int = 32, **parameters: float) -> Array:
    """Which of 64 values are found by their keys, (seeds, 64), in the order of writing."""
    rows = []
    for seed in range(seeds):
        keys, values = directions(seed, "keys", 64, 64), signs(seed, "values", 64, 64)
        layer = filled(Titans(TitansParameters(d_k=64, d_v=64, **parameters)), keys, values)
        rows.append(first_choices(layer, keys, values) == np.arange(64))
    return np.array(rows, dtype=np.float64)


def test_a_full_step_serves_the_latest() -> None:
    right = found(theta=1.0)
    assert right.mean() == pytest.approx(0.917, abs=0.03)
    assert right[:, :16].mean() == pytest.approx(0.74, abs=0.05)
    assert right[:, -16:].mean() == 1.0


def test_half_a_step_serves_all() -> None:
    assert found(theta=0.5).mean() == pytest.approx(0.992, abs=0.03)


def test_momentum_and_forgetting_buy_recency() -> None:
    right = found(eta=0.5, theta=0.5, alpha=0.01)
    assert right.mean() == pytest.approx(0.827, abs=0.03)
    assert right[:, :16].mean() == pytest.approx(0.49, abs=0.06)
    assert right[:, -16:].mean() == 1.0
