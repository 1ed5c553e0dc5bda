"""What models declare to be right, and patterns and fragments of them."""

from __future__ import annotations

import pytest

from spikemem.errors import InvalidInput, Unsupported
from spikemem.language import Association, Memory
from spikemem.models import (
    CA3CAM,
    MODELS,
    HebbianAssociator,
    HeteroAssociative,
    NearestNeighbour,
    ReliableCAM,
    SDRClassifier,
)
from spikemem.rng import generator

SUITABLE = ("ca3-cam", "hebbian-associator", "hetero-associative", "memory-neurons", "nearest-neighbour", "reliable-cam",
            "sdr-classifier")  # fmt: skip


@pytest.mark.parametrize("name", SUITABLE)
def test_a_model_is_made_to_size_and_starts_empty(name: str) -> None:
    model = MODELS[name].sized(6, 32)
    known = model.association()
    assert known.bits == 32
    assert known.addresses >= 6
    assert not known.stored
    assert "store" in known.acts


@pytest.mark.parametrize("name", sorted(set(MODELS) - set(SUITABLE)))
def test_a_model_that_declares_nothing_says_so(name: str) -> None:
    with pytest.raises(Unsupported, match="declares no association"):
        MODELS[name].sized(6, 32)


@pytest.mark.parametrize("name", SUITABLE)
def test_every_operation_that_it_asks_for_is_one_of_the_model(name: str) -> None:
    model = MODELS[name].sized(4, 32)
    known, rng = model.association(), generator(1, "test")
    asked = [known.store(a, known.pattern(rng, 14)) for a in range(4)]
    asked += [
        known.ask(act, 2 if act == "address" else known.stored[2])
        for act in ("address", "any", "best")
        if act in known.acts
    ]
    asked += [known.forget(1)] if "forget" in known.acts else []
    for made in asked:
        stimulus = model.operation(made.do).stimulus(model, made.arguments)
        assert stimulus.spikes
        assert set(made.expect) <= set(model.operation(made.do).windows(model))


def cam() -> Association:
    """Return the items of a ReliableCAM with three contents."""
    known = ReliableCAM(cues=4, bits=8).association()
    for address, pattern in enumerate(({0, 1, 2}, {2, 3}, {4, 5, 6})):
        known.store(address, pattern)
    return known


def test_any_answers_with_all_that_share_a_line_and_best_with_what_shares_most() -> None:
    known = cam()
    assert known.ask("any", frozenset({2, 4})).expect == {"cues": {0, 1, 2}}
    assert known.ask("best", frozenset({1, 2, 4})).expect == {"cues": {0}, "content": {0, 1, 2}}
    assert known.ask("best", frozenset({2})).expect == {"cues": {0, 1}, "content": {0, 1, 2, 3}}
    assert known.ask("best", frozenset({7})).expect == {"cues": frozenset(), "content": frozenset()}
    assert known.ask("address", 3).expect == {"content": frozenset()}


def test_what_is_stored_anew_or_forgotten_is_gone() -> None:
    known = cam()
    known.store(0, {7})
    known.forget(2)
    assert known.ask("address", 0).expect == {"content": {7}}
    assert known.ask("any", frozenset({0, 5})).expect == {"cues": frozenset()}


def test_fragments_have_so_many_lines_and_so_many_wrong_ones() -> None:
    known, rng = CA3CAM(cues=2, bits=20).association(), generator(1, "test")
    pattern = known.pattern(rng, 8)
    for kept, wrong in ((1, 0), (5, 2), (8, 8)):
        fragment = known.fragment(rng, pattern, kept, wrong)
        assert len(fragment) == kept
        assert len(fragment - pattern) == wrong
    near = known.near(rng, pattern, 6)
    assert len(near) == 8
    assert len(near & pattern) == 6


def test_a_wrong_sign_is_the_opposite_one() -> None:
    known, rng = NearestNeighbour(slots=2, key=16, value=4).association(), generator(1, "test")
    pattern = known.pattern(rng, 3)
    assert len({line % 16 for line in pattern}) == len(pattern) == 16
    fragment = known.fragment(rng, pattern, 10, 4)
    assert len({line % 16 for line in fragment}) == 10
    assert len(fragment - pattern) == 4


def test_a_tie_between_values_has_no_right_answer() -> None:
    known = NearestNeighbour(slots=2, key=4, value=16).association()
    known.store(0, {0, 1, 2, 3})
    known.store(1, {0, 1, 6, 7})
    assert known.ask("best", frozenset({0, 1})).expect == {}
    assert known.ask("best", frozenset({0, 6})).expect == {
        "value": known.ask("best", frozenset({6, 7})).expect["value"]
    }


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: CA3CAM(cues=2, bits=4).association().pattern(generator(1, "t"), 5), "active: must be 1 to 4"),
        (
            lambda: CA3CAM(cues=2, bits=4).association().others(generator(1, "t"), frozenset({0, 1}), 3),
            "has no 3 wrong ones",
        ),
        (lambda: CA3CAM(cues=2, bits=4).association().ask("nearest", 1), "act 'nearest': cannot ask by 1"),
        (lambda: NearestNeighbour.sized(2, 5), "bits must be an even number of lines"),
    ],
)
def test_what_cannot_be_is_said(wrong: object, said: str) -> None:
    assert callable(wrong)
    with pytest.raises(InvalidInput, match=said):
        wrong()


def test_acts_that_a_model_has_not_are_refused() -> None:
    with pytest.raises(Unsupported, match="cannot recall by fragments"):
        HeteroAssociative(cues=2, bits=4).association().ask("any", frozenset({1}))
    with pytest.raises(Unsupported, match="cannot forget"):
        CA3CAM(cues=2, bits=4).association().forget(0)
    with pytest.raises(Unsupported, match="cannot recall by address"):
        SDRClassifier().association().ask("address", 0)
    with pytest.raises(Unsupported, match="code='sign' only"):
        HebbianAssociator(key=8, value=8, code="binary").association()


def test_the_base_of_models_declares_nothing() -> None:
    with pytest.raises(Unsupported, match="declares no association"):
        Memory.sized(2, 2)
