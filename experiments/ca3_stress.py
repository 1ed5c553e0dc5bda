"""The operations of the published stress test, for any number of cues and bits.

Three rounds, operations 14 ms apart from 1 ms: learn every cue, recall every cue, recall every single bit. In round 1 the
content of cue i is the binary representation of i + 1; rounds 2 and 3 learn the bitwise complement of the round before.
"""

from __future__ import annotations

from spikemem.errors import InvalidInput
from spikemem.language import Call, Memory, call
from spikemem.models import CA3CAM

GAP_MS, FIRST_MS, ROUNDS = 14.0, 1.0, 3


def operations(model: Memory) -> list[Call]:
    """Return the 60 operations at 5 cues and 10 bits; the answers expected are the ideal ones."""
    if not isinstance(model, CA3CAM):
        raise InvalidInput(f"ca3-stress: is for CA3CAM, got {type(model).__name__}")
    bits = frozenset(range(model.bits))
    if model.cues + 1 >= 2**model.bits:
        raise InvalidInput(
            f"ca3-stress: {model.cues} cues need more than {model.bits} bits, so that no content is empty"
        )
    contents = [frozenset(b for b in bits if (cue + 1) >> b & 1) for cue in range(model.cues)]
    calls: list[Call] = []

    def add(do: str, expect: dict[str, frozenset[int]] | None = None, **arguments: object) -> None:
        calls.append(call(FIRST_MS + GAP_MS * len(calls), do, expect=expect, **arguments))

    for _ in range(ROUNDS):
        for cue, content in enumerate(contents):
            add("learn", cue=cue, content=sorted(content))
        for cue, content in enumerate(contents):
            add("recall", {"content": content}, cue=cue)
        for bit in sorted(bits):
            add("recall", {"cues": frozenset(c for c, content in enumerate(contents) if bit in content)}, content=[bit])
        contents = [bits - content for content in contents]
    return calls
