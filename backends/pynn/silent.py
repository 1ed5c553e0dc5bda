"""Plastic synapses that do nothing on SpiNNaker: which they are, and what helps, in words.

A core keeps its inputs in a ring of ``R = min(2^ceil(log2 d_longest), R_most)`` steps (2 for d_longest = 1), with d_longest
the longest delay onto the population and R_most what its memory allows; what is delayed longer waits in an extension until R
steps or fewer are left. A plastic synapse holds its delay modulo R. With sPyNNaker 7.4.1's binaries those that hold 0 add
nothing to their target's input, and learn as if their delay were 0. Seen for d = R = 2, 4, ... 128 and for d = 2 R with an
extension, on a board in software; not compared with hardware. Static synapses with the same delays work.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_silent(delay: int, ring: int) -> bool:
    """Return whether plastic synapses of ``delay`` steps do nothing on cores with a ring of ``ring`` steps.

    >>> [d for d in range(1, 10) if is_silent(d, 4)]
    [4, 8]
    """
    return delay % ring == 0


def in_words(row: Mapping[str, Any]) -> str:
    """Return the sentence for one of a placement's ``silent`` rows. A longer delay helps only where the ring can grow."""
    ring, target = row["ring_steps"], row["target"]
    longer = (
        f"give another synapse onto {target} a delay of more than {ring} steps, or " if row["ring_can_grow"] else ""
    )
    return (
        f"projection {row['projection']}: plastic synapses with a delay of {row['delay_ms']:g} ms ({row['delay_steps']} steps) "
        f"do nothing to {target}, whose cores hold inputs for {ring} steps (seen on the board in software, sPyNNaker 7.4.1; "
        f"not compared with hardware); {longer}give these a delay that is no multiple of {ring} steps"
    )
