"""The trained tier: gradients, that laws are the layers', and what training is for, on streams that it has not seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spikemem.experiment.study import StudyRun
from spikemem.experiments.memories import trained as protocol
from spikemem.experiments.memories.codes import Pairs
from spikemem.experiments.memories.entrants import Fitted, Order
from spikemem.experiments.memories.items import Array
from spikemem.experiments.memories.mqar import embedded, sequence
from spikemem.experiments.memories.outer import (
    Law,
    Numbers,
    Streams,
    Written,
    drawn,
    gates,
    loss,
    matrix,
    sigmoid,
    slots,
    units,
)
from spikemem.experiments.memories.study import MemoriesStudy
from spikemem.experiments.memories.suite import Suite
from spikemem.experiments.memories.sweep import Sweep
from spikemem.experiments.memories.training import adam, streams, trained
from spikemem.layers import GatedDelta, GatedDeltaParameters, HebbianLinear, HebbianLinearParameters
from tests.layers.support import Layer

D, LENGTH, TOKENS = 32, 40, 96
VALUES = embedded(D)[:TOKENS]
LAWS = {"linear": matrix(0.0), "delta": matrix(1.0), "slots": slots}
SUITE: Suite = MemoriesStudy(short=True).suite(StudyRun())


def some(seed: int) -> tuple[dict[str, Array], Streams]:
    """Outer parameters whose gates and decay matter, and three streams."""
    rng = np.random.default_rng(seed)
    outer = drawn(seed, TOKENS, D)
    outer |= {"first": rng.normal(size=TOKENS), "second": rng.normal(size=TOKENS), "decay": np.array(3.0)}
    return outer, streams(rng, 3, LENGTH, TOKENS, (3, 6))


@pytest.mark.parametrize("law", LAWS.values(), ids=list(LAWS))
def test_gradients_are_those_of_finite_differences(law: Law) -> None:
    outer, given = some(1)
    gradient, step, key = loss(law, outer, given, VALUES)[1], 1e-5, given.tokens[0]
    tried: list[tuple[str, tuple[int, ...]]] = [
        ("keys", (int(key[0]), 2)), ("keys", (int(key[9]), 0)), ("first", (int(key[2]),)), ("second", (int(key[1]),)),
        ("bias", ()), ("decay", ()), ("sharpness", ()), ("decoding", ()),
    ]  # fmt: skip
    for name, place in tried:
        around = []
        for sign in (1.0, -1.0):
            moved = {n: np.array(value) for n, value in outer.items()}
            moved[name][place] += sign * step
            around.append(loss(law, moved, given, VALUES)[0])
        assert gradient[name][place] == pytest.approx((around[0] - around[1]) / (2 * step), abs=1e-8), (name, place)
    changed = {"decay"} if law is not slots else {"sharpness"}
    assert all(np.any(gradient[name]) for name in {"keys", "first", "second", "bias", "decoding"} | changed)


def answered(law: Law, outer: Numbers, given: Streams) -> Array:
    keys, before, after = units(outer["keys"]), given.tokens[:, :-1], given.tokens[:, 1:]
    asked = keys[given.tokens[given.stream, given.place]]
    written = Written(keys[before], VALUES[after], gates(outer, before, after), asked, given.stream, given.place)
    return law(written, outer)[0]


def test_the_laws_of_a_matrix_are_the_layers() -> None:
    """What is trained is what is read: the answers of a stream, from the law and from the oracle that reads it."""
    outer, _ = some(2)
    made, alpha = sequence(np.random.default_rng(2), 6, LENGTH, TOKENS), float(sigmoid(outer["decay"]))
    layers: dict[str, Layer] = {
        "linear": HebbianLinear(HebbianLinearParameters(d_k=D, d_v=D, decay=alpha)),
        "delta": GatedDelta(GatedDeltaParameters(d_k=D, d_v=D, alpha=alpha)),
    }
    for name, layer in layers.items():
        found = protocol.read_through(Fitted(layer, Pairs(D, D)), made, outer)
        np.testing.assert_allclose(found, answered(LAWS[name], outer, Streams.of([made])), rtol=0, atol=1e-10)


def test_slots_answer_as_softmax_does_beside_an_empty_slot() -> None:
    outer, _ = some(3)
    made = sequence(np.random.default_rng(3), 4, LENGTH, TOKENS)
    keys, beta = units(outer["keys"]), float(np.exp(outer["sharpness"]))
    place = int(made.queries[2])
    x = made.tokens[: place + 1]
    grown = gates(outer, x[:-1], x[1:]) * np.exp(beta * (keys[x[:-1]] @ keys[x[-1]] - 1.0))
    wanted = grown @ VALUES[x[1:]] / (1.0 + grown.sum())
    np.testing.assert_allclose(answered(slots, outer, Streams.of([made]))[2], wanted, rtol=0, atol=1e-12)


def test_adam_finds_the_bottom_of_a_bowl() -> None:
    at = adam({"x": np.array([3.0, -2.0])}, lambda own, step: {"x": 2.0 * (own["x"] - 1.0)}, 400)
    np.testing.assert_allclose(at["x"], 1.0, atol=1e-2)


def test_training_is_reproducible_and_its_streams_are_those_of_its_seed() -> None:
    trained.cache_clear()
    first = trained(LAWS["linear"], 1, 3, D, 128, TOKENS)
    trained.cache_clear()
    again, other = (trained(LAWS["linear"], seed, 3, D, 128, TOKENS) for seed in (1, 2))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["keys"], other["keys"])


def test_untrained_gates_are_open_and_what_is_told_are_the_pairs() -> None:
    made, outer = sequence(np.random.default_rng(4), 3, LENGTH, TOKENS), protocol.untrained(SUITE, 1)
    assert (protocol.written(made, outer, told=False) == 1.0).all()
    told = protocol.written(made, outer, told=True)
    assert np.flatnonzero(told).tolist() == [0, 2, 4]
    assert told.max() == 1.0


def test_what_was_trained_finds_more_in_streams_that_it_has_not_seen() -> None:
    findings = MemoriesStudy(short=True, entrants=("Hebbian",), protocols=("training",)).run(StudyRun())
    assert [(c.name, c.found) for c in findings.failed] == []
    assert len(findings.criteria) == 5
    table = findings.tables["P4 training: found"]
    tiers = dict(zip(table["entrant"], table["tier"], strict=True))
    assert findings.tables["entrants"]["tier"].count("trained") == 3
    assert tiers["gated delta, trained"] == "trained"
    assert tiers["gated delta, told the pairs"] == tiers["gated delta"] == "one-pass"
    most = dict(zip(table["entrant"], table["32"], strict=True))
    assert most["linear attention, trained"] > most["linear attention"] + 0.2
    assert most["softmax attention, told the pairs"] == 0.5  # of 32 pairs, 16 slots
    assert findings.draw().axes


def test_what_was_trained_for_other_tokens_finds_less_than_what_was_not_trained() -> None:
    """The criterion can fail: keys and gates of tokens that are shuffled are no use."""
    suite, entrants = replace(SUITE, steps=40), protocol.ENTRANTS
    outer = dict(protocol.learned(suite, "linear attention"))
    shuffled = np.random.default_rng(1).permutation(protocol.TOKENS)
    wrong = outer | {"first": outer["first"][shuffled], "second": outer["second"][shuffled]}
    plain = protocol.found({}, suite, entrants["linear attention"], {"decay": 1.0}, 0)
    own, bad = (
        protocol.found({"linear attention": o}, suite, entrants["linear attention, trained"], {}, 0)
        for o in (outer, wrong)
    )
    assert np.mean(own) > np.mean(plain) > np.mean(bad)
    rows = {name + how: np.array([plain]) for name in protocol.KINDS for how in (protocol.ALL, protocol.TRAINED)}
    sweep = Sweep("tokens", "pairs", protocol.PAIRS, rows | {"linear attention, trained": np.array([bad])})
    failed = [c.name for c in protocol.criteria(sweep) if not c.passed]
    assert failed[0] == "linear attention: trained > untrained, on streams not trained on"
    assert len(failed) == 5


@pytest.mark.parametrize("name", protocol.ENTRANTS)
def test_states_fit_the_budget(name: str) -> None:
    entrant, order = protocol.ENTRANTS[name], Order(protocol.D, 4, 1)
    kind = protocol.KINDS[entrant.family]
    choice = next(entrant.choices()) if entrant.grid else kind.learned(drawn(1, protocol.TOKENS, protocol.D))
    fitted = entrant.make(order, choice)
    for key in np.eye(protocol.D):
        fitted.layer.write(key, key)
    if fitted.slots is not None:
        fitted.layer.forget("prune", fitted.slots)
    assert fitted.state_bits == order.bits
