"""What encoders refuse: who, what, the rule and what was given, in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spikemem.encoders import (
    AddressEvents,
    EventCode,
    IntensityCode,
    ProjectionCode,
    ScalarCode,
    SymbolCode,
    ThresholdCode,
)
from spikemem.errors import InvalidInput

PICTURE = ThresholdCode(shape=(2, 3))
GREY = IntensityCode(shape=(2, 3))
VECTOR = ProjectionCode(shape=(3,), cells=20, active=4, share=0.5)
SYMBOLS = SymbolCode(symbols=3, cells=20, density=0.3)
EVENTS = EventCode(height=2, width=3, duration_ms=10.0)
OF = "must be finite numbers of the shape (2, 3), got"


def events(**changed: Any) -> AddressEvents:
    return AddressEvents(**{"t": [1.0], "x": [0], "y": [0], "p": [1], **changed})


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: PICTURE.encode(np.zeros((3, 2))), f"ThresholdCode.encode: picture {OF} the shape (3, 2)"),
    (lambda: PICTURE.encode([]), f"ThresholdCode.encode: picture {OF} the shape (0,)"),
    (lambda: PICTURE.encode([[1], [2, 3]]), f"ThresholdCode.encode: picture {OF} [[1], [2, 3]]"),
    (lambda: PICTURE.encode("digit"), f"ThresholdCode.encode: picture {OF} 'digit'"),
    (lambda: PICTURE.encode(None), f"ThresholdCode.encode: picture {OF} None"),
    (lambda: PICTURE.pattern([[0, 1, np.nan], [0, 0, 0]]), f"ThresholdCode.pattern: picture {OF} nan at (0, 2)"),
    (lambda: PICTURE.encode([[0, 1, 0], [-np.inf, 0, 0]]), f"ThresholdCode.encode: picture {OF} -inf at (1, 0)"),
    (lambda: PICTURE.decode([1, 6]), "ThresholdCode.decode: content bit 6 is out of range 0..5 (bits=6)"),
    (lambda: PICTURE.decode([-1]), "ThresholdCode.decode: content bit -1 is out of range 0..5 (bits=6)"),
    (lambda: PICTURE.decode([1, 1]), "ThresholdCode.decode: content bit 1 is given twice"),
    (lambda: PICTURE.decode([0.5]), "ThresholdCode.decode: content bit must be a whole number 0..5 (bits=6), got 0.5"),  # type: ignore[list-item]
    (lambda: PICTURE.decode(4), "ThresholdCode.decode: content must be a list of bits 0..5 (bits=6), got 4"),  # type: ignore[arg-type]
    (
        lambda: PICTURE.decode(np.zeros(5, dtype=bool)),
        "ThresholdCode.decode: content bit must be a whole number 0..5 (bits=6), got False",
    ),
    (lambda: ThresholdCode(shape=()), "ThresholdCode.shape: must have at least 1 item, got ()"),
    (lambda: ThresholdCode(shape=(2, 0)), "ThresholdCode.shape[1]: must be >= 1, got 0"),
    (lambda: ThresholdCode(shape=(2,), level=np.nan), "ThresholdCode.level: must be a finite number, got nan"),
    (
        lambda: GREY.encode([[0, 255, 0], [0, 0, 0]]),
        "IntensityCode.encode: picture must be finite numbers 0..1 of the shape (2, 3), got 255 at (0, 1)",
    ),
    (
        lambda: GREY.encode([[0, 0, 0], [0, 0, -0.1]]),
        "IntensityCode.encode: picture must be finite numbers 0..1 of the shape (2, 3), got -0.1 at (1, 2)",
    ),
    (lambda: IntensityCode(shape=(2,), draws=0), "IntensityCode.draws: must be >= 1, got 0"),
    (
        lambda: ScalarCode(low=-1.0).encode(1.5),
        "ScalarCode.encode: number must be a finite number -1..1, got 1.5",
    ),
    (lambda: ScalarCode().encode(np.nan), "ScalarCode.encode: number must be a finite number 0..1, got nan"),
    (lambda: ScalarCode().encode([0.5]), "ScalarCode.encode: number must be a finite number 0..1, got the shape (1,)"),
    (
        lambda: ScalarCode().decode([]),
        "ScalarCode.decode: content is empty, and no number has no bits; give at least one of 0..99",
    ),
    (lambda: ScalarCode(low=2.0), "ScalarCode.high: must be > low = 2, got 1"),
    (lambda: ScalarCode(cells=20), "ScalarCode.active: must be < cells = 20, got 21"),
    (
        lambda: VECTOR.encode([2.0, 2.0, 2.0]),
        "ProjectionCode.encode: value must not be the same number everywhere, since only differences are told, got 2",
    ),
    (
        lambda: VECTOR.encode([2.0, np.inf, 2.0]),
        "ProjectionCode.encode: value must be finite numbers of the shape (3,), got inf at 1",
    ),
    (lambda: ProjectionCode(shape=(3,), cells=9, active=9), "ProjectionCode.active: must be < cells = 9, got 9"),
    (lambda: ProjectionCode(shape=(3,), share=1.5), "ProjectionCode.share: must be <= 1, got 1.5"),
    (lambda: SYMBOLS.encode(3), "SymbolCode.encode: symbol 3 is out of range 0..2 (symbols=3)"),
    (lambda: SYMBOLS.encode("a"), "SymbolCode.encode: symbol must be a whole number 0..2 (symbols=3), got 'a'"),
    (
        lambda: SYMBOLS.decode([]),
        "SymbolCode.decode: content shares no bit with the code of any of the 3 symbols",
    ),
    (
        lambda: SymbolCode(symbols=9, cells=3),
        "SymbolCode: 3 cells at density 0.1 give 9 symbols codes of which two are equal or one is empty; give more cells, "
        "another density or another seed",
    ),
    (lambda: SymbolCode(density=1.0), "SymbolCode.density: must be < 1, got 1.0"),
    (
        lambda: EVENTS.encode(np.zeros((2, 3))),
        "EventCode.encode: events must be AddressEvents, got ndarray",
    ),
    (lambda: EVENTS.encode(events(t=[10.0])), "EventCode.encode: times must be >= 0 and < 10, got 10"),
    (lambda: EVENTS.encode(events(t=[-1.0])), "EventCode.encode: times must be >= 0 and < 10, got -1"),
    (lambda: EVENTS.encode(events(x=[3])), "EventCode.encode: columns x must be >= 0 and < 3, got 3"),
    (lambda: EVENTS.encode(events(y=[2])), "EventCode.encode: rows y must be >= 0 and < 2, got 2"),
    (lambda: EventCode(height=2, width=3, duration_ms=0.0), "EventCode.duration_ms: must be > 0, got 0.0"),
    (lambda: events(t=3.0), "AddressEvents.t: must be a list of times (ms), got 3.0"),
    (lambda: events(t=[np.nan]), "AddressEvents.t: entries must be finite numbers of the shape (1,), got nan at 0"),
    (lambda: events(x=[1, 2]), "AddressEvents.x: entries must be finite numbers of the shape (1,), got the shape (2,)"),
    (lambda: events(x=[0.5]), "AddressEvents.x: must be whole numbers >= 0, got 0.5"),
    (lambda: events(y=[-1]), "AddressEvents.y: must be whole numbers >= 0, got -1"),
    (lambda: events(p=[2]), "AddressEvents.p: must be 0 or 1, or -1 or 1, got 2"),
    (
        lambda: AddressEvents.from_records(np.zeros(3)),
        "AddressEvents.from_records: records must be a structured array with the fields t, x, y, p, got None",
    ),
    (
        lambda: AddressEvents.from_records(np.zeros(3, dtype=[("t", "i8"), ("x", "i2")])),
        "AddressEvents.from_records: records must be a structured array with the fields t, x, y, p, got ('t', 'x')",
    ),
    (
        lambda: events().window(0.0, 0.0),
        "AddressEvents.window: duration_ms: must be a finite number of ms > 0, got 0.0",
    ),
]


@pytest.mark.parametrize(("bad", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_bad_input_is_told(bad: Callable[[], object], message: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        bad()
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


def test_nothing_on_is_no_error_where_it_means_something() -> None:
    assert PICTURE.encode(np.zeros((2, 3))) == ()
    assert not PICTURE.decode(()).any()
    assert not PICTURE.decode(frozenset()).any()
    assert not GREY.decode(np.zeros(GREY.bits, dtype=bool)).any()
    assert EVENTS.encode(events(t=[], x=[], y=[], p=[])) == ()
    assert EVENTS.decode([]).t.size == 0
