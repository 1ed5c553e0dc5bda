"""The novelty gate with its fading matrix in spikes, beside the oracle on a stream in which keys come again, damaged."""

from __future__ import annotations

import numpy as np

from spikemem.layers import NoveltyGated, NoveltyGatedParameters
from spikemem.layers.spiking import SpikingFadingNovelty, SpikingFadingNoveltyParameters
from spikemem.rng import generator
from tests.layers.support import Array, flipped, signs

D, V, SLOTS, KEYS, SHOWN, LEVELS, MATCH = 48, 20, 5, 9, 40, 31, 0.55


def stream() -> list[tuple[Array, Array]]:
    """Keys of a few, some of their signs turned, with values that change."""
    keys, values = signs(1, "keys", KEYS, D), signs(1, "values", SHOWN, V)
    which = generator(1, "which").integers(KEYS, size=SHOWN)
    return [(flipped(keys[k], 0.06, 1, "shown", n), values[n]) for n, k in enumerate(which)]


def test_the_stream_leaves_what_it_leaves_the_oracle() -> None:
    """Slots, matrix and answers, at every eighth item; more items are novel than there are slots."""
    oracle = NoveltyGated(NoveltyGatedParameters(d_k=D, d_v=V, slots=SLOTS, decay=0.9, match=MATCH))
    spiking = SpikingFadingNovelty(
        SpikingFadingNoveltyParameters(d_k=D, d_v=V, slots=SLOTS, decay=0.9, match=MATCH, levels=LEVELS, range=4.0)
    )
    pointed = summed = 0
    for n, (key, value) in enumerate(stream()):
        oracle.write(key / np.sqrt(D), value)
        spiking.write(key, value)
        if n % 8:
            continue
        np.testing.assert_allclose(spiking.matrix, oracle.state()["S"], atol=1e-12)
        for probe in signs(1, "keys", KEYS, D):
            wanted, found = oracle.read(probe / np.sqrt(D)), spiking.read(probe).value
            np.testing.assert_allclose(found, np.clip(wanted.value, -4.0, 4.0), atol=4.0 / LEVELS + 1e-9)
            known = wanted.confidence is not None and wanted.confidence >= MATCH
            pointed, summed = pointed + known, summed + (not known)
    assert pointed > 10
    assert summed > 10
    held = np.sort(oracle.state()["values"], axis=0)
    np.testing.assert_array_equal(np.sort(spiking.state()["values"].reshape(SLOTS, V), axis=0), held)


def test_what_is_known_takes_no_slot_and_gets_the_new_value() -> None:
    layer = SpikingFadingNovelty(SpikingFadingNoveltyParameters(d_k=8, d_v=4, slots=2))
    key, first, second = np.ones(8), np.ones(4), np.array([1.0, -1.0, 1.0, -1.0])
    for value in (first, second):
        layer.write(key, value)
    assert layer.state()["keys"].reshape(16, 2).sum(axis=0).tolist() == [8, 0]
    np.testing.assert_array_equal(np.sign(layer.read(key).value), second)
    assert np.abs(np.abs(layer.read(key).value) - 1.0).max() < 0.13
