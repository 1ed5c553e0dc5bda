"""Numbers as papers print them."""

from __future__ import annotations

from spikemem.experiments.sdr.points import agrees


def assert_printed(values: dict[str, float]) -> None:
    """Assert that every number, by the text it is printed as, agrees with it to the last digit."""
    assert [(text, value) for text, value in values.items() if not agrees(value, text)] == []
