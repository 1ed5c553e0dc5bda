"""Numbers of the Willshaw memory, n = 1,000 cells with 10 active. Our measurements."""

from __future__ import annotations

from math import comb, log2

import numpy as np
import pytest

from spikemem.layers import Willshaw, WillshawParameters
from spikemem.rng import generator
from tests.layers.support import Array, filled, perfect

N, ACTIVE = 1000, 10


def sparse(name: str, count: int) -> Array:
    made = np.zeros((count, N))
    for k, row in enumerate(made):
        row[generator(1, name, k).choice(N, ACTIVE, replace=False)] = 1.0
    return made


def stored(count: int) -> tuple[Willshaw, Array, Array]:
    keys, values = sparse("keys", count), sparse("values", count)
    return filled(Willshaw(WillshawParameters(d_k=N, d_v=N)), keys, values), keys, values


def test_3465_pairs_are_recalled_and_fill_029_of_the_synapses() -> None:
    layer, keys, values = stored(3465)
    assert layer.state()["W"].mean() == pytest.approx(0.29, abs=0.005)
    found = perfect(layer, list(keys[::3]), list(values[::3]))
    assert found == pytest.approx(0.99, abs=0.01)
    assert layer.footprint().state_bits == N * N
    assert found * 3465 * log2(comb(N, ACTIVE)) / layer.footprint().state_bits == pytest.approx(0.27, abs=0.01)


def test_six_of_ten_active_cells_bring_up_the_value() -> None:
    layer, keys, values = stored(2079)
    cues = keys[::2].copy()
    for cue in cues:
        cue[np.flatnonzero(cue)[6:]] = 0.0
    assert perfect(layer, list(cues), list(values[::2])) == pytest.approx(0.92, abs=0.03)
