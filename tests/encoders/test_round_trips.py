"""What comes back of a value that was encoded, and what is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spikemem.encoders import (
    AddressEvents,
    Encoder,
    EventCode,
    IntensityCode,
    ProjectionCode,
    ScalarCode,
    SymbolCode,
    ThresholdCode,
)

SHAPE = (4, 5)
PICTURES = hnp.arrays(np.float64, SHAPE, elements=st.floats(-2.0, 2.0, width=32))
GREY = hnp.arrays(np.float64, SHAPE, elements=st.floats(0.0, 1.0))
PROJECTION = ProjectionCode(shape=SHAPE, cells=200, active=20, share=0.3)
EVENTS = EventCode(height=4, width=5, duration_ms=30.0, bins=3)


def events(t: Any, x: Any, y: Any, p: Any) -> AddressEvents:
    return AddressEvents(t, x, y, p)


CODES: list[tuple[Encoder[Any], Any]] = [
    (ThresholdCode(shape=SHAPE), np.eye(4, 5)),
    (ThresholdCode(shape=SHAPE, opposites=True), np.eye(4, 5)),
    (ScalarCode(), 0.3),
    (PROJECTION, np.eye(4, 5)),
    (SymbolCode(), 3),
    (IntensityCode(shape=SHAPE), np.eye(4, 5)),
    (EVENTS, events([3.0, 20.0], [1, 4], [2, 0], [1, 0])),
]  # fmt: skip


@st.composite
def some_events(draw: st.DrawFn) -> AddressEvents:
    size = draw(st.integers(0, 30))

    def entries(least: float, end: float) -> list[Any]:
        if isinstance(least, int):
            return draw(st.lists(st.integers(least, int(end) - 1), min_size=size, max_size=size))
        return draw(st.lists(st.floats(least, end, exclude_max=True), min_size=size, max_size=size))

    return events(entries(0.0, 30.0), entries(0, 5), entries(0, 4), entries(0, 2))


@pytest.mark.parametrize(("code", "value"), CODES, ids=lambda v: type(v).__name__)
def test_both_forms_are_the_same_bits_and_equal_encoders_agree(code: Encoder[Any], value: Any) -> None:
    neurons, pattern = code.encode(value), code.pattern(value)
    assert pattern.dtype == np.bool_
    assert pattern.shape == (code.bits,)
    assert list(neurons) == np.flatnonzero(pattern).tolist()
    assert all(type(neuron) is int for neuron in neurons)
    again = type(code)(**code.model_dump())
    assert again == code
    assert hash(again) == hash(code)
    assert again.encode(value) == neurons
    for form in (neurons, set(neurons), frozenset(neurons), list(reversed(neurons)), np.array(neurons), pattern):
        assert code.encode(code.decode(form)) == code.encode(code.decode(neurons))
    before = pattern.copy()
    pattern[:] = ~pattern  # what was given out is the caller's
    assert np.array_equal(code.pattern(value), before)


@given(picture=PICTURES, level=st.floats(-2.0, 2.0))
def test_a_threshold_keeps_the_side_of_the_level_and_nothing_else(
    picture: npt.NDArray[np.float64], level: float
) -> None:
    code = ThresholdCode(shape=SHAPE, level=level)
    assert np.array_equal(code.decode(code.encode(picture)), picture > level)
    assert np.array_equal(ThresholdCode(shape=SHAPE).decode(code.encode(picture)), picture > level)


@given(one=PICTURES, other=PICTURES)
def test_with_opposites_the_overlap_counts_equal_pixels(
    one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]
) -> None:
    code = ThresholdCode(shape=SHAPE, opposites=True)
    assert np.array_equal(code.decode(code.encode(one)), one > 0.5)
    assert len(code.encode(one)) == one.size
    assert len({*code.encode(one)} & {*code.encode(other)}) == np.sum((one > 0.5) == (other > 0.5))


@given(number=st.floats(-3.0, 5.0), other=st.floats(-3.0, 5.0), active=st.integers(1, 39))
def test_a_number_comes_back_within_half_a_place(number: float, other: float, active: int) -> None:
    code = ScalarCode(low=-3.0, high=5.0, cells=40, active=active)
    bits = code.encode(number)
    assert len(bits) == active
    assert abs(code.decode(bits) - number) <= code.resolution / 2 * (1 + 1e-9)
    assert code.encode(code.decode(bits)) == bits
    places = abs(code.encode(other)[0] - bits[0])
    assert len({*bits} & {*code.encode(other)}) == max(0, active - places)


@given(number=st.floats(0.0, 1.0), lost=st.integers(0, 9), wrong=st.integers(0, 99))
def test_a_lost_and_a_wrong_bit_move_a_number_by_a_place_at_most(number: float, lost: int, wrong: int) -> None:
    code = ScalarCode(cells=100, active=10)
    bits = code.encode(number)
    damaged = {*bits} - {bits[lost]} | {wrong}
    assert abs(code.decode(damaged) - code.decode(bits)) <= code.resolution * (1 + 1e-9)


@given(
    value=hnp.arrays(np.int64, SHAPE, elements=st.integers(-100, 100)).filter(lambda v: v.max() > v.min()),
    scale=st.integers(1, 9),
    more=st.integers(-50, 50),
)
def test_a_projection_has_as_many_bits_whatever_the_mean_and_the_scale(
    value: npt.NDArray[np.int64], scale: int, more: int
) -> None:
    bits = PROJECTION.encode(value)
    assert len(bits) == PROJECTION.active
    assert PROJECTION.encode(scale * value + more) == bits
    sums = value.ravel()[PROJECTION.inputs].sum(axis=1)
    losers = sorted(set(range(200)) - {*bits})
    assert sums[list(bits)].min() >= sums[losers].max()


def test_a_projection_is_near_for_what_is_near_and_comes_back_blurred() -> None:
    rng = np.random.default_rng(1)
    code = ProjectionCode(shape=(100,), cells=2000, active=100)
    value, noise = rng.normal(size=(2, 100))
    shared = [len({*code.encode(value)} & {*code.encode(value + s * noise)}) for s in (0.0, 0.1, 0.5, 2.0)]
    assert shared[0] == 100
    assert shared == sorted(shared, reverse=True)
    assert shared[3] < 50
    back = code.decode(code.encode(value))
    assert (back.mean(), back.std()) == pytest.approx((0.0, 1.0), abs=1e-12)
    assert 0.6 < np.corrcoef(back, value)[0, 1] < 0.95
    assert not code.decode([]).any()


def test_each_cell_of_a_projection_sees_its_share_of_inputs_once() -> None:
    code = ProjectionCode(shape=(10, 8), cells=50, active=5, share=0.25)
    assert code.inputs.shape == (50, 20)
    assert all(np.unique(row).size == 20 for row in code.inputs)
    assert np.bincount(code.inputs.ravel(), minlength=80).min() > 0
    assert ProjectionCode(shape=(10,), share=0.0).inputs.shape == (2000, 1)
    other = ProjectionCode(shape=(10, 8), cells=50, active=5, share=0.25, seed=2)
    assert not np.array_equal(other.inputs, code.inputs)


def test_symbols_come_back_whole_and_from_half_of_their_bits() -> None:
    code, rng = SymbolCode(symbols=100, cells=1000, density=0.05), np.random.default_rng(1)
    assert code.codes.mean() == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 1e5))
    for symbol in range(100):
        bits = code.encode(symbol)
        assert code.decode(bits) == symbol
        assert code.decode(rng.choice(bits, len(bits) // 2, replace=False)) == symbol
    assert SymbolCode(seed=2).encode(0) != SymbolCode(seed=1).encode(0)
    assert SymbolCode(seed=2) != SymbolCode(seed=1)


@given(one=GREY, other=GREY)
def test_brighter_pictures_have_more_bits_and_black_and_white_ones_come_back(
    one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]
) -> None:
    code = IntensityCode(shape=SHAPE, draws=4)
    assert {*code.encode(np.minimum(one, other))} == {*code.encode(one)} & {*code.encode(other)}
    assert np.array_equal(code.decode(code.encode(one > 0.5)), one > 0.5)


def test_grey_comes_back_with_the_error_that_is_stated() -> None:
    grey = np.repeat([0.1, 0.5, 0.8], 4000).reshape(3, 4000)
    for draws in (1, 4, 16):
        code = IntensityCode(shape=grey.shape, draws=draws)
        error = code.decode(code.encode(grey)) - grey
        assert error.mean(axis=1) == pytest.approx([0.0] * 3, abs=4 * 0.5 / np.sqrt(4000 * draws))
        assert error.std(axis=1) == pytest.approx(np.sqrt(grey[:, 0] * (1 - grey[:, 0]) / draws), rel=0.1)


@settings(deadline=None)
@given(given_events=some_events(), polarities=st.booleans())
def test_events_come_back_once_a_bit_within_half_a_bin(given_events: AddressEvents, polarities: bool) -> None:
    code = EventCode(height=4, width=5, duration_ms=30.0, bins=3, polarities=polarities)
    bits = code.encode(given_events)
    back = code.decode(bits)
    assert code.encode(back) == bits
    assert back.t.size == len(bits)

    def places(made: AddressEvents) -> set[tuple[Any, ...]]:
        kept = made.p if polarities else np.ones(made.p.size, dtype=bool)
        return {*zip((made.t // 10.0).tolist(), kept.tolist(), made.y.tolist(), made.x.tolist(), strict=True)}

    assert places(back) == places(given_events)
    frames = code.frames(bits)
    assert frames.shape == (3, 2 if polarities else 1, 4, 5)
    assert np.array_equal(frames.ravel(), code.pattern(given_events))


def test_a_bit_may_need_several_events() -> None:
    made = events([1.0, 2.0, 3.0, 25.0], [1, 1, 2, 1], [3, 3, 3, 3], [1, 1, 1, 1])
    assert EVENTS.encode(made) == (36, 37, 116)
    assert EventCode(height=4, width=5, duration_ms=30.0, bins=3, least=2).encode(made) == (36,)
    assert EventCode(height=4, width=5, duration_ms=30.0, least=3).encode(made) == (36,)


def test_recordings_are_cut_into_windows() -> None:
    records = np.zeros(5, dtype=[("x", "i2"), ("y", "i2"), ("p", "i1"), ("t", "i8")])
    records["t"], records["x"], records["p"] = [0, 9_999, 10_000, 15_000, 20_000], [0, 1, 2, 3, 4], [-1, 1, 1, -1, 1]
    made = AddressEvents.from_records(records)
    part = made.window(10.0, 10.0)
    assert (part.t.tolist(), part.x.tolist(), part.p.tolist()) == ([0.0, 5.0], [2, 3], [True, False])
    assert sum(made.window(at, 10.0).t.size for at in (0.0, 10.0, 20.0)) == 5
    seconds = records.astype([("x", "i2"), ("y", "i2"), ("p", "i1"), ("t", "f8")])
    seconds["t"] /= 1e6
    assert AddressEvents.from_records(seconds, unit_ms=1000.0).t == pytest.approx(made.t)
