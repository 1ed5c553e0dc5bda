"""Several blocks at once, weighed by races: their chances are the softmax's, and answers the oracles' but for sampling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy.stats import chisquare

import spikemem
from spikemem.errors import InvalidInput
from spikemem.language import Call, call
from spikemem.layers import (
    MemoryCaching,
    MemoryCachingParameters,
    MixtureOfMemories,
    MixtureOfMemoriesParameters,
)
from spikemem.layers.softmax import softmax
from spikemem.layers.spiking import (
    SpikingMemoryCaching,
    SpikingMemoryCachingParameters,
    SpikingMixtureOfMemories,
    SpikingMixtureOfMemoriesParameters,
)
from spikemem.models import RoutedMemory
from spikemem.models.line_pairs import lines
from tests.layers.support import Array, filled, flipped, signs
from tests.models.portable import assert_same_on

D = 32
UNIT = 1 / np.sqrt(D)
LEVELS, RANGE = 201, 6.0
SEGMENT, SEGMENTS, BETA = 8, 4, 6.0


@dataclass(frozen=True)
class Case:
    """A spiking layer and its oracle with the same items. ``scores``: of all blocks for a key; ``active``: those that are read.

    ``factor``: by what the mean is multiplied.
    """

    spiking: SpikingMixtureOfMemories | SpikingMemoryCaching
    oracle: MixtureOfMemories | MemoryCaching
    keys: Array
    scores: Callable[[Array], Array]
    active: int
    factor: float

    def deviations(self, key: Array, races: int) -> Array:
        """Return the standard deviation of every number of the answer that races make."""
        scores, parts = self.scores(key), self.spiking.matrices @ key * UNIT
        chosen = np.argsort(-scores, kind="stable")[: self.active]
        weights, parts = softmax(scores[chosen]), parts[chosen]
        variance = weights @ (parts - weights @ parts) ** 2
        return np.asarray(self.factor * np.sqrt(variance / races))

    def answers(self) -> tuple[Array, Array]:
        """Return the numbers of every second key's answer, as they are told and as they are."""
        ours = [self.spiking.read(key).value for key in self.keys[::2]]
        return np.array(ours), np.array([self.oracle.read(key * UNIT).value for key in self.keys[::2]])


def mixture(seed: int, races: int) -> Case:
    """Four memories, of which two are written and read, with 24 pairs."""
    keys, values = signs(seed, "keys", 24, D), signs(seed, "values", 24, D)
    told = SpikingMixtureOfMemoriesParameters(d_k=D, d_v=D, active=2, races=races, levels=LEVELS, range=RANGE)
    spiking = filled(SpikingMixtureOfMemories(told, seed=seed), keys, values)
    oracle = MixtureOfMemories(MixtureOfMemoriesParameters(d_k=D, d_v=D, active=2), seed=seed)
    router = spiking._constants()["R"] * UNIT
    return Case(spiking, filled(oracle, keys * UNIT, values), keys, lambda key: router @ key, 2, 1.0)


def caching(seed: int, races: int) -> Case:
    """Four full caches, the keys of each of which are one key with a quarter of its signs turned."""
    own, count = signs(seed, "segments", SEGMENTS, D), SEGMENT * SEGMENTS
    keys = np.array([flipped(own[k // SEGMENT], 0.25, seed, "key", k) for k in range(count)])
    values = signs(seed, "values", count, D)
    sizes: dict[str, Any] = {"d_k": D, "d_v": D, "segment": SEGMENT, "beta": BETA if races else 0.0}
    told = SpikingMemoryCachingParameters(**sizes, caches=SEGMENTS, races=max(races, 1), levels=LEVELS, range=RANGE)
    spiking = filled(SpikingMemoryCaching(told, seed=seed), keys, values)
    oracle = filled(MemoryCaching(MemoryCachingParameters(**sizes | {"beta": BETA})), keys * UNIT, values)
    u = spiking.state()["keys"][:D].T * BETA / SEGMENT
    return Case(spiking, oracle, keys, lambda key: u @ key, SEGMENTS, float(SEGMENTS))


@pytest.mark.parametrize("make", [mixture, caching])
@pytest.mark.parametrize("races", [32, 128])
def test_numbers_are_the_oracles_but_for_what_sampling_and_telling_lose(
    make: Callable[[int, int], Case], races: int
) -> None:
    case, scaled = make(1, races), []
    rounding = case.factor * RANGE / LEVELS
    for key in case.keys:
        wanted, found = case.oracle.read(key * UNIT).value, case.spiking.read(key).value
        deviation = case.deviations(key, races)
        assert (np.abs(found - wanted) <= 4.5 * deviation + rounding + 1e-9).all()
        scaled.append(((found - wanted) / np.hypot(deviation, rounding / np.sqrt(3)))[deviation > 0.05])
    # Of a read all numbers are off together, so these are as many draws as there are keys, or three times as many.
    assert 0.6 < np.sqrt(np.mean(np.concatenate(scaled) ** 2)) < 1.4


@pytest.mark.parametrize("make", [mixture, caching])
def test_weighing_comes_nearer_to_the_oracle_than_a_sum_does(make: Callable[[int, int], Case]) -> None:
    errors, turned = [], []
    for races in (64, 0):
        ours, theirs = make(2, races).answers()
        errors.append(np.sqrt(np.mean((ours - theirs) ** 2)))
        turned.append(np.mean(np.sign(ours) != np.sign(theirs)))
    assert errors[0] < 0.3 * errors[1]
    assert turned[0] < 0.5 * turned[1]


ROUTED = {
    "drawn": RoutedMemory(blocks=4, active=3, key=8, value=2, shared=True, races=3000, beta=0.3, levels=3),
    "learned": RoutedMemory(blocks=4, active=1, key=8, value=2, router="learned", races=3000, beta=0.8, levels=3),
}


@pytest.mark.parametrize("router", ROUTED)
def test_a_block_is_chosen_with_the_chance_of_the_softmax(router: str) -> None:
    """Chi-squared of 3,000 races, at the level of 0.1 %; closed blocks are never chosen, the shared one is always read."""
    model = ROUTED[router]
    memory, keys, values = spikemem.open(model, seed=3), signs(3, "keys", 8, 8), signs(3, "values", 8, 2)
    for n, (s, v) in enumerate(zip(keys, values, strict=True)):
        where = None if router == "drawn" else [n % 4]
        memory.operate("write", key=lines(s), value=lines(v), opened=where)
        memory.wait(3.0)
    for s in keys[:3]:
        if router == "drawn":
            scores, open_blocks = model.drawn() @ s, None
            chosen = np.argsort(-scores)[:3]
        else:
            scores, open_blocks = np.array([keys[b::4].sum(axis=0) for b in range(4)]) @ s / 8.0, [0, 1, 3]
            chosen = np.array(open_blocks)
        answer = memory.operate("recall", key=lines(s), opened=open_blocks)
        memory.wait(3.0)
        counts = np.bincount(answer.spikes["choice"][1], minlength=4)
        wanted = softmax(model.beta * scores[chosen]) * model.races
        assert counts.sum() == counts[chosen].sum() == model.races
        likely = wanted > 5.0
        assert likely.sum() >= 2
        few = [counts[chosen][~likely].sum()], [wanted[~likely].sum()]
        seen, meant = (np.append(a[likely], b) for a, b in zip((counts[chosen], wanted), few, strict=True))
        kept = meant > 0
        assert chisquare(seen[kept], meant[kept]).pvalue > 1e-3
        for b in range(4):
            assert answer.spikes[f"relay{b}"][1].size == 8 * counts[b]
        if model.shared:
            assert answer.spikes["relay4"][1].size == 8 * model.races


@pytest.mark.conformance
def test_the_same_spikes_on_brian2_and_the_sum_of_what_was_chosen() -> None:
    keys, values = signs(4, "keys", 3, 8), signs(4, "values", 3, 2)
    model = ROUTED["drawn"].model_copy(update={"races": 9})
    calls: list[Call] = [
        call(20.0 * n, "write", key=lines(s), value=lines(v)) for n, (s, v) in enumerate(zip(keys, values, strict=True))
    ]
    recording = spikemem.run(model, protocol=[*calls, call(60.0, "recall", key=lines(keys[0]))], numerics="exact")
    counts = np.append(np.bincount(recording.spikes["choice"][1], minlength=4), 9.0)
    assert counts.sum() == 18
    weights = [recording.stored_weights[f"memory{b}"].weight.reshape(2, 8, 2) for b in range(5)]
    field = counts @ np.array([keys[0] @ (w[0] - w[1]) for w in weights])
    expected = {"value": np.flatnonzero(field > -1e-9).tolist()}
    assert_same_on("brian2", model, [*calls, call(60.0, "recall", key=lines(keys[0]), expect=expected)])


def test_a_segment_that_is_not_full_weighs_less() -> None:
    """What is said to be lost: the score is of the sum of its keys, over the writes of a full one."""
    keys = signs(5, "keys", 3, D)
    sizes: dict[str, Any] = {"d_k": D, "d_v": 2, "segment": 2, "beta": 4.0}
    spiking = SpikingMemoryCaching(
        SpikingMemoryCachingParameters(**sizes, caches=2, races=256, levels=LEVELS, range=RANGE)
    )
    filled(spiking, keys, np.ones((3, 2)))
    score = np.array([keys[:2].sum(axis=0) @ keys[2], keys[2] @ keys[2]]) / D
    share = softmax(4.0 / 2 * score)  # the oracle's would be softmax(4 (score / (2, 1)))
    S = spiking.matrices
    wanted = 2.0 * share @ (S @ keys[2] * UNIT)
    assert np.abs(spiking.read(keys[2]).value - wanted).max() < 0.3
    assert softmax(4.0 * score / [2.0, 1.0])[1] > share[1] + 0.05


def test_weights_among_few_caches_are_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        SpikingMemoryCachingParameters(d_k=4, d_v=4, beta=1.0, best=2)
    assert str(refused.value) == (
        "SpikingMemoryCachingParameters.beta: must be 0 where best caches are read, which weigh alike, got 1"
    )
