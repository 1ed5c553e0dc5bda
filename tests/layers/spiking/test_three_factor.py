"""The spiking Hebbian, delta and Titans layers beside their oracles, on the same items; what latencies lose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spikemem.backend import backend
from spikemem.errors import InvalidInput, MissingDependency
from spikemem.layers import (
    Conjunctive,
    ConjunctiveParameters,
    GatedDelta,
    GatedDeltaParameters,
    HebbianLinear,
    HebbianLinearParameters,
    MemoryLayer,
    Ridge,
    RidgeParameters,
    Titans,
    TitansParameters,
)
from spikemem.layers.spiking import (
    SpikingConjunctive,
    SpikingConjunctiveParameters,
    ThreeFactorDelta,
    ThreeFactorDeltaParameters,
    ThreeFactorHebbian,
    ThreeFactorHebbianParameters,
    ThreeFactorTitans,
    ThreeFactorTitansParameters,
)
from spikemem.layers.spiking.three_factor import ThreeFactorLayer
from spikemem.rng import generator
from tests.layers.support import Array, bits_right, filled, first_choices, signs

Pair = tuple[ThreeFactorLayer[Any], MemoryLayer[Any]]


def hebbian(d: int, told: dict[str, Any], **numbers: Any) -> Pair:
    spiking = ThreeFactorHebbian(ThreeFactorHebbianParameters(d_k=d, d_v=d, **told, **numbers))
    return spiking, HebbianLinear(HebbianLinearParameters(d_k=d, d_v=d, **numbers))


def delta(d: int, told: dict[str, Any], **numbers: Any) -> Pair:
    spiking = ThreeFactorDelta(ThreeFactorDeltaParameters(d_k=d, d_v=d, **told, **numbers))
    return spiking, GatedDelta(GatedDeltaParameters(d_k=d, d_v=d, **numbers))


def titans(d: int, told: dict[str, Any], **numbers: Any) -> Pair:
    spiking = ThreeFactorTitans(ThreeFactorTitansParameters(d_k=d, d_v=d, **told, **numbers))
    return spiking, Titans(TitansParameters(d_k=d, d_v=d, **numbers))


RULES: list[tuple[Callable[..., Pair], dict[str, float]]] = [
    (hebbian, {}),
    (hebbian, {"decay": 0.9}),
    (delta, {}),
    (delta, {"alpha": 0.95, "beta": 0.6}),
    (titans, {"theta": 0.7}),
    (titans, {"eta": 0.5, "theta": 0.5, "alpha": 0.02}),
]


def items(seed: int, count: int, d: int) -> tuple[Array, Array]:
    """Keys and values of which some bits are unknown."""
    keys, values = signs(seed, "keys", count, d), signs(seed, "values", count, d)
    keys[1] *= generator(seed, "known").random(d) < 0.7
    values[2] *= generator(seed, "taught").random(d) < 0.5
    values[3] = keys[4] = 0.0
    return keys, values


@pytest.mark.parametrize(("make", "numbers"), RULES)
def test_twenty_writes_leave_the_oracles_matrix_and_reads_are_within_a_step(
    make: Callable[..., Pair], numbers: dict[str, float]
) -> None:
    d, told = 24, {"levels": 41, "range": 2.0}
    spiking, oracle = make(d, told, **numbers)
    keys, values = items(3, 20, d)
    filled(spiking, keys, values)
    filled(oracle, keys / np.sqrt(d), values)
    (wanted, *_) = oracle.state().values()
    np.testing.assert_allclose(spiking.matrix, wanted, rtol=0, atol=1e-9)
    assert np.abs(wanted).max() > 0.3
    for query in signs(4, "queries", 8, d):
        found, exact = spiking.read(query).value, oracle.read(query / np.sqrt(d)).value
        assert np.abs(found - exact.clip(-2.0, 2.0)).max() <= 2.0 / 41 + 1e-9
        sure = np.abs(exact) > 1e-9  # of a sum of 0, rounding decides
        np.testing.assert_array_equal(found[sure] > 0, exact[sure] > 0)
    assert not spiking.read(np.zeros(d)).value.any()


def test_the_sign_alone_is_told_in_one_step() -> None:
    spiking, oracle = hebbian(32, {"levels": 1, "range": 1.0})
    keys, values = signs(5, "keys", 5, 32), signs(5, "values", 5, 32)
    filled(spiking, keys, values)
    filled(oracle, keys / np.sqrt(32), values)
    for key in keys:
        found = spiking.read(key)
        np.testing.assert_array_equal(found.value, np.sign(oracle.read(key / np.sqrt(32)).value))
        assert found.latency_ms == 1.0
        assert (
            found.cost.spikes == 32 + (found.value > 0).sum() + 2 + 32
        )  # lines, who tells, told and cleared, all cleared


def test_what_it_takes() -> None:
    spiking, _ = delta(16, {"levels": 5})
    written = spiking.write(np.ones(16), np.ones(16))
    assert written.weight_updates == 2 * 16 * 16
    found = spiking.read(np.ones(16))
    assert found.cost.weight_updates == 0
    assert (found.value == 1.2).all()  # 1, to 2 - 4 n/5
    holds = spiking.footprint()
    assert holds.state_bits == 64 * 2 * 16 * 16
    assert holds.neurons == 16
    spiking.reset()
    assert not spiking.matrix.any()


@pytest.mark.parametrize(("make", "numbers"), [*RULES[1:2], *RULES[3:4]])
def test_captures_without_tags_fade_the_matrix(make: Callable[..., Pair], numbers: dict[str, float]) -> None:
    spiking, oracle = make(16, {}, **numbers)
    keys, values = signs(6, "keys", 4, 16), signs(6, "values", 4, 16)
    filled(spiking, keys, values)
    filled(oracle, keys / 4.0, values)
    spiking.forget("captures", 3)
    oracle.forget("decay", 1.0 - next(iter(numbers.values())) ** 3)
    np.testing.assert_allclose(spiking.matrix, oracle.state()["S"], rtol=0, atol=1e-12)


def test_captures_carry_momentum_on() -> None:
    spiking, oracle = titans(16, {}, eta=0.5, theta=0.5, alpha=0.1)
    keys, values = signs(6, "keys", 4, 16), signs(6, "values", 4, 16)
    filled(spiking, keys, values)
    filled(oracle, keys / 4.0, values)
    state = oracle.state()
    spiking.forget("captures", 1)
    np.testing.assert_allclose(spiking.matrix, 0.9 * state["M"] + 0.5 * state["S"], rtol=0, atol=1e-12)


def test_the_delta_rule_forgets_a_key_as_its_oracle_does() -> None:
    spiking, oracle = delta(16, {})
    keys, values = signs(7, "keys", 4, 16), signs(7, "values", 4, 16)
    filled(spiking, keys, values)
    filled(oracle, keys / 4.0, values)
    spiking.forget("key", keys[1])
    oracle.forget("key", keys[1] / 4.0)
    np.testing.assert_allclose(spiking.matrix, oracle.state()["S"], rtol=0, atol=1e-12)


@pytest.mark.parametrize("make", [hebbian, delta, titans])
def test_ways_to_forget_that_it_has_not_are_refused_with_the_reason(make: Callable[..., Pair]) -> None:
    spiking, _ = make(4, {})
    with pytest.raises(InvalidInput, match=r"forget: has no mode 'decay': its synapses fade by a capture"):
        spiking.forget("decay", 0.5)
    with pytest.raises(
        InvalidInput, match=r"forget: has no mode 'prune': no neuron knows which of its synapses are small"
    ):
        spiking.forget("prune", 3)
    with pytest.raises(InvalidInput, match=r"forget: captures: must be a whole number >= 1, got 0$"):
        spiking.forget("captures", 0)


def test_the_hebbian_sum_does_not_know_what_a_key_brings_up() -> None:
    with pytest.raises(
        InvalidInput, match=r"^ThreeFactorHebbian.forget: has no mode 'key': nothing in its rule takes up"
    ):
        hebbian(4, {})[0].forget("key", np.ones(4))


def latest_found(layer: MemoryLayer[Any], seed: int, unit: float) -> float:
    """32 keys x 4 values, in rounds of all keys: the part of keys of whose values among all 128 the latest is found."""
    keys, values = signs(seed, "keys", 32, 64) * unit, signs(seed, "values", 4, 32, 64)
    for rounds in values:
        filled(layer, keys, rounds)
    return float(np.mean(first_choices(layer, keys, values.reshape(-1, 64)) == np.arange(96, 128)))


@pytest.mark.parametrize(
    ("make", "numbers", "anchor", "within"),
    [(hebbian, {}, 0.25, 0.06), (hebbian, {"decay": 0.98}, 0.97, 0.04), (delta, {}, 1.0, 0.03)],
    ids=["hebbian", "decay", "delta"],
)
def test_overwriting_beside_the_oracle(
    make: Callable[..., Pair], numbers: dict[str, float], anchor: float, within: float
) -> None:
    """The oracle's anchors (ours; tests/layers/test_anchors_linear.py), with keys of signs."""
    found = []
    for seed in range(4):
        spiking, oracle = make(64, {"levels": 31, "range": 4.0}, **numbers)
        found.append((latest_found(spiking, seed, 1.0), latest_found(oracle, seed, 1 / 8)))
    ours, theirs = np.mean(found, axis=0)
    assert theirs == pytest.approx(anchor, abs=0.03)
    assert ours == pytest.approx(anchor, abs=within)
    assert ours == pytest.approx(theirs, abs=0.03)


@pytest.mark.parametrize(
    ("numbers", "anchor", "first"),
    [
        ({"theta": 1.0}, 0.917, 0.74),
        ({"theta": 0.5}, 0.992, 0.98),
        ({"eta": 0.5, "theta": 0.5, "alpha": 0.01}, 0.827, 0.49),
    ],
    ids=["full", "half", "momentum"],
)
def test_titans_beside_the_oracle(numbers: dict[str, float], anchor: float, first: float) -> None:
    """The oracle's anchors (ours; tests/layers/test_anchors_titans.py), d = N = 64, with keys of signs."""
    ours, theirs = titans_found(6, numbers)
    assert ours.mean() == pytest.approx(anchor, abs=0.04)
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.01)
    assert ours[:16].mean() == pytest.approx(first, abs=0.1)
    assert ours[-16:].mean() == 1.0


def titans_found(seeds: int, numbers: dict[str, float]) -> tuple[Array, Array]:
    """How often each of 64 pairs, in the order of writing, is found: spiking, and of the oracle."""
    right = []
    for seed in range(seeds):
        keys, values = signs(seed, "keys", 64, 64), signs(seed, "values", 64, 64)
        layers = titans(64, {"levels": 31, "range": 2.0}, **numbers)
        filled(layers[0], keys, values)
        filled(layers[1], keys / 8.0, values)
        right.append(
            [
                first_choices(layer, k, values) == np.arange(64)
                for layer, k in zip(layers, (keys, keys / 8.0), strict=True)
            ]
        )
    ours, theirs = np.mean(right, axis=0)
    return ours, theirs


def test_at_016_pairs_a_number_99_of_100_bits_are_right() -> None:
    """The oracle's anchor (ours), d = 64: signs lose nothing."""
    found = []
    for seed in range(8):
        keys, values = signs(seed, "keys", 10, 64), signs(seed, "values", 10, 64)
        spiking, oracle = hebbian(64, {"levels": 1})
        ours = bits_right(filled(spiking, keys, values), keys, values)
        theirs = bits_right(filled(oracle, keys / 8.0, values), keys / 8.0, values)
        assert ours == pytest.approx(theirs, abs=0.02)  # sums of exactly 0 count as positive
        found.append(ours)
    assert np.mean(found) >= 0.98


def test_replayed_until_it_rests_the_delta_rule_is_ridge_regression() -> None:
    """16 pairs at d = 32 and lambda = 1e-8: matrices within 1e-6, answers within the step of the latency, for any cue."""
    d, count = 32, 16
    keys, values = signs(8, "keys", count, d), signs(8, "values", count, d)
    spiking, _ = delta(d, {"levels": 101, "range": 3.0})
    ridge = filled(Ridge(RidgeParameters(d_k=d, d_v=d, penalty=1e-8)), keys / np.sqrt(d), values)
    filled(spiking, keys, values)
    rest, replays = spiking.matrix, 0
    while replays < 2000:
        spiking.consolidate(20, zip(keys, values, strict=True))
        replays += 20
        if np.abs(spiking.matrix - rest).max() < 1e-8:
            break
        rest = spiking.matrix
    exact = np.stack([ridge.read(column).value for column in np.eye(d)], axis=1)
    np.testing.assert_allclose(spiking.matrix, exact, rtol=0, atol=1e-6)
    for cue in (*keys[:3], *signs(9, "cues", 3, d)):
        wanted = ridge.read(cue / np.sqrt(d)).value
        assert np.abs(spiking.read(cue).value - wanted.clip(-3.0, 3.0)).max() <= 3.0 / 101 + 1e-6


@pytest.mark.conformance
def test_other_backends_give_the_same_answers() -> None:
    try:
        backend("brian2")
    except MissingDependency as error:
        pytest.skip(str(error))
    keys, parameters = (
        signs(5, "keys", 3, 16),
        ThreeFactorDeltaParameters(d_k=16, d_v=16, alpha=0.9, beta=0.8, levels=9),
    )
    answers, costs = [], []
    for name in ("numba", "brian2"):
        layer = filled(ThreeFactorDelta(parameters, backend=name), keys, keys[:, ::-1])
        layer.forget("captures", 2)
        layer.forget("key", keys[0])
        answers.append([*(layer.read(key).value for key in keys), layer.matrix])
        costs.append(layer.cost)
    for ours, theirs in zip(*answers, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
    assert costs[0] == costs[1]


def conjunctive(binding: str, d: int) -> tuple[SpikingConjunctive, Conjunctive]:
    spiking = SpikingConjunctive(SpikingConjunctiveParameters.model_validate({"d_k": d, "d_v": d, "binding": binding}))
    return spiking, Conjunctive(ConjunctiveParameters.model_validate({"d_k": d, "d_v": d, "binding": binding}))


@pytest.mark.parametrize(("binding", "anchor"), [("key", (0.125, 0.63)), ("conjunctive", (1.0, 0.83))])
def test_bound_keys_tell_contexts_apart(binding: str, anchor: tuple[float, float]) -> None:
    """The oracle's anchor (ours) is d = 256; here d = 64: value found, bits right of 8 keys in 8 contexts."""
    found = contexts_found(binding, 64)
    assert found[0] == pytest.approx(found[1], abs=0.01)  # sums of exactly 0 count as positive
    assert found[0][0] == pytest.approx(anchor[0], abs=0.07)
    assert found[0][1] == pytest.approx(anchor[1], abs=0.05)


def test_what_is_unknown_of_key_or_context_is_unknown_and_halves_are_refused() -> None:
    d, keys, contexts, values = 24, signs(2, "keys", 6, 24), signs(2, "contexts", 6, 24), signs(2, "values", 6, 24)
    keys[1, :5] = contexts[2, 3:9] = contexts[3] = 0.0
    p = SpikingConjunctiveParameters(d_k=d, d_v=d, decay=0.9, levels=41)
    spiking, oracle = SpikingConjunctive(p), Conjunctive(ConjunctiveParameters(d_k=d, d_v=d, decay=0.9))
    for k, c, v in zip(keys, contexts, values, strict=True):
        spiking.write(k, v, context=c)
        oracle.write(k / np.sqrt(d), v, context=c)
    np.testing.assert_allclose(spiking.matrix, oracle.state()["S"], rtol=0, atol=1e-9)
    assert not spiking.read(keys[0], context=contexts[3]).value.any()
    with pytest.raises(
        InvalidInput, match=r"^SpikingConjunctiveParameters.binding: must be 'conjunctive' or 'key', since a"
    ):
        SpikingConjunctiveParameters(d_k=d, d_v=d, binding="additive")
    with pytest.raises(InvalidInput, match=r"^SpikingConjunctive.read: context is required$"):
        spiking.read(keys[0])


def contexts_found(binding: str, d: int) -> list[tuple[float, float]]:
    keys, contexts = signs(1, "keys", 8, d), signs(1, "contexts", 8, d)
    values = signs(1, "values", 64, d)
    spiking, oracle = conjunctive(binding, d)
    results = []
    for layer, unit in ((spiking, 1.0), (oracle, 1.0 / np.sqrt(d))):
        pairs = [(k * unit, c) for c in contexts for k in keys]
        for (k, c), v in zip(pairs, values, strict=True):
            layer.write(k, v, context=c)
        answers = np.array([layer.read(k, context=c).value for k, c in pairs])
        first = float(np.mean((answers @ values.T).argmax(axis=1) == np.arange(64)))
        results.append((first, float(np.mean(np.sign(answers) == values))))
    return results
