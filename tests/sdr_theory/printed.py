"""Numbers as papers print them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction


def agrees(value: float | Fraction, text: str) -> bool:
    """Whether ``value``, rounded to the last digit of ``text``, is ``text``; zeros at its end count as digits."""
    exponent = Decimal(text).as_tuple().exponent
    assert isinstance(exponent, int), text
    return abs(Fraction(value) - Fraction(Decimal(text))) <= Fraction(10) ** exponent / 2


def assert_printed(values: dict[str, float]) -> None:
    """Assert that every number, by the text it is printed as, agrees with it to the last digit."""
    assert [(text, value) for text, value in values.items() if not agrees(value, text)] == []
