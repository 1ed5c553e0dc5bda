"""Numbers of mixtures, conjunctive keys, novelty gates and caches: our measurements."""

from __future__ import annotations

import numpy as np
import pytest

from spikemem.layers import (
    Conjunctive,
    ConjunctiveParameters,
    HebbianLinear,
    HebbianLinearParameters,
    MemoryCaching,
    MemoryCachingParameters,
    MixtureOfMemories,
    MixtureOfMemoriesParameters,
    NoveltyGated,
    NoveltyGatedParameters,
)
from spikemem.rng import generator
from tests.layers.support import bits_right, directions, filled, signs

SEEDS = range(10)


def test_mixture_at_equal_numbers_holds_no_more_than_one_matrix() -> None:
    """16,384 numbers, 60 pairs: one matrix of 64 x 256, four of 64 x 64 among which the key decides."""
    one, four = [], []
    for seed in SEEDS:
        values = signs(seed, "values", 60, 64)
        wide, narrow = signs(seed, "wide", 60, 256) / 16.0, signs(seed, "narrow", 60, 64) / 8.0
        single = filled(HebbianLinear(HebbianLinearParameters(d_k=256, d_v=64)), wide, values)
        mixture = MixtureOfMemories(MixtureOfMemoriesParameters(d_k=64, d_v=64, blocks=4), seed)
        filled(mixture, narrow, values)
        assert single.footprint().state_bits == mixture.footprint().state_bits == 16_384 * 64
        one.append(bits_right(single, wide, values))
        four.append(bits_right(mixture, narrow, values))
    assert np.mean(one) == pytest.approx(0.982, abs=0.01)
    assert np.mean(four) == pytest.approx(0.969, abs=0.015)
    assert np.mean(four) < np.mean(one)


@pytest.mark.parametrize(
    ("binding", "first", "right"), [("key", 0.125, None), ("additive", 0.99, 0.69), ("conjunctive", 1.0, 0.98)]
)
def test_joint_recall_of_8_keys_in_8_contexts(binding: str, first: float, right: float | None) -> None:
    """With d = 256: the value found among all 64 (of the key alone, an eighth), and the bits right."""
    choices, bits = [], []
    for seed in SEEDS:
        keys, contexts = signs(seed, "keys", 8, 256) / 16.0, signs(seed, "contexts", 8, 256)
        if binding == "additive":
            contexts = contexts / 16.0
        values = signs(seed, "values", 64, 256)
        layer = Conjunctive(ConjunctiveParameters.model_validate({"d_k": 256, "d_v": 256, "binding": binding}))
        pairs = [(k, c) for c in contexts for k in keys]
        for (k, c), v in zip(pairs, values, strict=True):
            layer.write(k, v, context=c)
        found = np.array([layer.read(k, context=c).value for k, c in pairs])
        choices.append(np.argmax(found @ values.T, axis=1) == np.arange(64))
        bits.append(np.sign(found) == values)
    assert np.mean(choices) == pytest.approx(first, abs=0.03)
    if right is not None:
        assert np.mean(bits) == pytest.approx(right, abs=0.03)


@pytest.mark.parametrize(("policy", "wanted"), [("novelty", 0.72), ("oldest", 0.35), ("random", 0.34)])
def test_a_novelty_gate_keeps_more_of_a_zipf_stream(policy: str, wanted: float) -> None:
    """The part of all different items of a stream that 64 slots hold at its end.

    The stream is ours, as no publication gives one: 1,000 of 90 items with probabilities in proportion to 1 / rank.
    """
    odds = 1.0 / np.arange(1, 91)
    kept = []
    for seed in range(5):
        items = directions(seed, "items", 90, 16)
        stream = generator(seed, "stream").choice(90, 1000, p=odds / odds.sum())
        layer = NoveltyGated(
            NoveltyGatedParameters.model_validate({"d_k": 16, "d_v": 1, "slots": 64, "policy": policy}), seed
        )
        for k in stream:
            layer.write(items[k], [1.0])
        kept.append(len(np.unique(layer.state()["keys"], axis=0)) / len(np.unique(stream)))
    assert np.mean(kept) == pytest.approx(wanted, abs=0.05)


def test_more_caches_hold_more() -> None:
    """64 pairs, d = 32: bits right with 1, 2, 4 and 8 caches. The numbers are ours.

    Each segment's keys share a direction, by which its cache is found; the paper reports no number of this kind.
    """
    right = []
    for segment in (64, 32, 16, 8):
        found = []
        for seed in SEEDS:
            topics = directions(seed, "topics", 8, 32)
            keys = directions(seed, "keys", 64, 32) + 0.5 * np.repeat(topics, 8, axis=0)
            keys /= np.linalg.norm(keys, axis=1, keepdims=True)
            values = signs(seed, "values", 64, 32)
            layer = MemoryCaching(MemoryCachingParameters(d_k=32, d_v=32, segment=segment, beta=20.0))
            found.append(bits_right(filled(layer, keys, values), keys, values))
        right.append(np.mean(found))
    np.testing.assert_allclose(right, [0.753, 0.799, 0.843, 0.914], atol=0.02)


def test_caches_that_weigh_alike_are_one_memory_and_fewer_cost_less() -> None:
    keys, values = directions(1, "keys", 32, 32), signs(1, "values", 32, 32)
    layer = filled(MemoryCaching(MemoryCachingParameters(d_k=32, d_v=32, segment=8)), keys, values)
    plain = filled(HebbianLinear(HebbianLinearParameters(d_k=32, d_v=32)), keys, values)
    np.testing.assert_allclose(layer.read(keys[3]).value, plain.read(keys[3]).value, atol=1e-12)
    assert layer.read(keys[3], top_k=1).cost.macs < layer.read(keys[3]).cost.macs
