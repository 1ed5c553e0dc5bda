"""The spiking nearest neighbour and novelty gate beside the oracles, on the same items."""

from __future__ import annotations

import numpy as np
import pytest

from spikemem.backend import backend
from spikemem.errors import InvalidInput, MissingDependency
from spikemem.layers import NoveltyGated, NoveltyGatedParameters, SoftmaxAttention, SoftmaxAttentionParameters
from spikemem.layers.spiking import (
    SpikingNearestNeighbour,
    SpikingNearestNeighbourParameters,
    SpikingNoveltyGated,
    SpikingNoveltyGatedParameters,
)
from spikemem.rng import generator
from tests.layers.support import Array, filled, flipped, signs

D, BITS, ITEMS = 32, 8, 12


def gated(slots: int, match: float) -> tuple[SpikingNoveltyGated, NoveltyGated]:
    spiking = SpikingNoveltyGated(SpikingNoveltyGatedParameters(d_k=D, d_v=BITS, slots=slots, match=match))
    # decay 0: of the fading matrix nothing but the latest pair is left, and slots answer before it.
    return spiking, NoveltyGated(NoveltyGatedParameters(d_k=D, d_v=BITS, slots=slots, match=match, decay=0.0))


def test_the_best_match_answers_as_softmax_does_without_temperature() -> None:
    keys, values = signs(1, "keys", ITEMS, D), signs(1, "values", ITEMS, BITS)
    spiking = filled(
        SpikingNearestNeighbour(SpikingNearestNeighbourParameters(d_k=D, d_v=BITS, slots=ITEMS)), keys, values
    )
    oracle = filled(SoftmaxAttention(SoftmaxAttentionParameters(d_k=D, d_v=BITS, beta=50.0)), keys, values)
    ties = 0
    for k in range(60):
        cue = flipped(keys[k % ITEMS], 0.35, 1, "cue", k) * (generator(1, "known", k).random(D) < 0.9)
        found, wanted = spiking.read(cue), oracle.read(cue)
        np.testing.assert_array_equal(found.value, np.sign(np.round(wanted.value, 9)))
        assert found.confidence == pytest.approx(max(0.0, (keys @ cue).max() / np.count_nonzero(cue)))
        assert wanted.confidence is not None
        ties += wanted.confidence < 0.9
    assert 3 < ties < 40
    assert not spiking.read(np.zeros(D)).value.any()


def stream(seed: int, count: int, kinds: int) -> tuple[Array, Array]:
    """Keys that come again with a few bits turned, each time with another value."""
    own, rng = signs(seed, "kinds", kinds, D), generator(seed, "stream")
    keys = np.array(
        [flipped(own[int(k)], 0.03, seed, "again", n) for n, k in enumerate(rng.integers(kinds, size=count))]
    )
    return keys, signs(seed, "given", count, BITS)


def test_the_gate_lets_in_what_the_oracle_lets_in_and_replaces_what_is_known() -> None:
    spiking, oracle = gated(slots=10, match=0.7)
    keys, values = stream(2, 30, 8)
    for n, (k, v) in enumerate(zip(keys, values, strict=True)):
        spiking.write(k, v)
        oracle.write(k, v)
        held = int(oracle.state()["keys"].any(axis=1).sum())
        assert int(spiking.state()["keys"].reshape(2 * D, 10).any(axis=0).sum()) == held
        for q in keys[: n + 1]:
            if (cosine := float(oracle.read(q).confidence or 0.0)) >= 0.7:
                found = spiking.read(q)
                np.testing.assert_array_equal(found.value, oracle.read(q).value)
                assert found.confidence == pytest.approx(cosine)
    assert held >= 8


def test_what_no_slot_matches_has_no_value() -> None:
    spiking, _ = gated(slots=4, match=0.9)
    keys, values = signs(3, "keys", 3, D), signs(3, "values", 3, BITS)
    filled(spiking, keys[:2], values[:2])
    assert not spiking.read(keys[2]).value.any()
    assert spiking.read(keys[2]).confidence == 0.0
    assert spiking.read(keys[1]).confidence == 1.0


@pytest.mark.parametrize(("match", "turned"), [(0.99, 0), (0.9, 1), (0.75, 4), (0.0, 16)])
def test_match_is_a_cosine(match: float, turned: int) -> None:
    spiking, key = gated(slots=2, match=match)[0], signs(4, "key", D)
    spiking.write(key, np.ones(BITS))
    for wrong in (turned, turned + 1):
        cue = np.where(np.arange(D) < wrong, -key, key)
        assert bool(spiking.read(cue).value.any()) == (wrong == turned) == (key @ cue / D >= match)


def test_when_all_slots_are_taken_only_what_is_known_is_written() -> None:
    spiking, _ = gated(slots=2, match=0.9)
    keys, values = signs(5, "keys", 3, D), signs(5, "values", 3, BITS)
    filled(spiking, keys[:2], values[:2])
    spiking.write(keys[0], values[2])
    np.testing.assert_array_equal(spiking.read(keys[0]).value, values[2])
    with pytest.raises(InvalidInput, match=r"^SpikingNoveltyGated.write: all slots are taken \(slots=2\)$"):
        spiking.write(keys[2], values[2])
    nearest = SpikingNearestNeighbour(SpikingNearestNeighbourParameters(d_k=D, d_v=BITS, slots=1))
    nearest.write(keys[0], values[0])
    with pytest.raises(InvalidInput, match=r"^SpikingNearestNeighbour.write: all slots are taken \(slots=1\)$"):
        nearest.write(keys[1], values[1])


def test_reads_leave_the_state_and_resets_empty_it() -> None:
    spiking, _ = gated(slots=4, match=0.9)
    empty = spiking.state()
    keys, values = signs(6, "keys", 4, D), signs(6, "values", 4, BITS)
    filled(spiking, keys, values)
    before = spiking.state()
    for k in keys:
        found = spiking.read(k)
        assert found.cost.spikes > D
        assert found.cost.steps == 1
    after = spiking.state()
    assert all(np.array_equal(after[name], before[name]) for name in before)
    assert not np.array_equal(empty["keys"], before["keys"])
    holds = spiking.footprint()
    assert holds.state_bits == 2 * D * 4 + 8 * 4 * 2 * BITS
    assert holds.neurons == 3 * 4 + 2 + 2 * BITS
    spiking.reset()
    assert all(np.array_equal(spiking.state()[name], empty[name]) for name in empty)
    spiking.write(keys[0], values[0])
    np.testing.assert_array_equal(spiking.read(keys[0]).value, values[0])


def test_other_backends_give_the_same_answers() -> None:
    try:
        backend("brian2")
    except MissingDependency as error:
        pytest.skip(str(error))
    parameters = SpikingNoveltyGatedParameters(d_k=D, d_v=BITS, slots=3, match=0.5)
    keys, values = stream(7, 4, 2)
    answers = []
    for name in ("numba", "brian2"):
        layer = filled(SpikingNoveltyGated(parameters, backend=name), keys, values)
        answers.append([layer.read(key) for key in keys[:2]])
    for ours, theirs in zip(*answers, strict=True):
        np.testing.assert_array_equal(ours.value, theirs.value)
        assert (ours.confidence, ours.latency_ms, ours.cost) == (theirs.confidence, theirs.latency_ms, theirs.cost)


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("decay", "its pairs are equally strong, and synapses of keys only grow"),
        ("key", "synapses of keys only grow, so that no slot is freed"),
        ("prune", "synapses of keys only grow, so that no slot is freed"),
        ("quantise", "its synapses are of one bit, and of values of three states, already"),
    ],
)
def test_ways_to_forget_that_they_have_not_are_refused_with_the_reason(mode: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^SpikingNoveltyGated.forget: has no mode '{mode}': {reason}"):
        gated(slots=1, match=0.9)[0].forget(mode, 1)


def test_items_that_are_none_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"^SpikingNoveltyGated.write: key must be -1 or 1, got 0 at 0$"):
        gated(slots=1, match=0.9)[0].write(np.zeros(D), np.ones(BITS))
    with pytest.raises(InvalidInput, match=r"^SpikingNoveltyGatedParameters.match: must be <= 1, got 2"):
        SpikingNoveltyGatedParameters(d_k=1, d_v=1, match=2.0)
