"""What a board would compute otherwise than it was told, as far as a placement shows: in sentences, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spikemem.backends.pynn import membrane, silent


def in_words(placed: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a sentence for each plastic projection that does nothing, leak that is wrong and weight that wraps."""
    return (
        *map(silent.in_words, placed.get("silent", ())),
        *map(membrane.leak_in_words, placed.get("leaks", ())),
        *map(membrane.wrap_in_words, placed.get("wraps", ())),
    )
