"""Operations of tm-contexts: two sequences with the same middle are learned in turn, then asked for, replayed and forgotten."""

from __future__ import annotations

from spikemem.language import Call, Memory, call

ADBE, FDBC = (0, 3, 1, 4), (5, 3, 1, 2)
ROUNDS = 40
LEARN_MS, ASK_MS, FORGET_MS = 16.0, 40.0, 560.0
"""Time given to each operation."""


def operations(model: Memory) -> list[Call]:
    """Return the calls: A, D, B, E and F, D, B, C as symbols 0 to 5, each learned ``ROUNDS`` times."""
    calls: list[Call] = []
    now = 0.0

    def add(lasting: float, do: str, expect: dict[str, list[int]] | None = None, **arguments: object) -> None:
        nonlocal now
        calls.append(call(now, do, expect=expect, **arguments))
        now += lasting

    for _ in range(ROUNDS):
        for sequence in (ADBE, FDBC):
            add(LEARN_MS, "learn", sequence=sequence)
    for asked, answer in ((ADBE[:3], [4]), (FDBC[:3], [2]), (ADBE[:1], [3]), ((1,), [2, 4])):
        add(ASK_MS, "predict", {"symbols": answer}, sequence=asked)
    add(ASK_MS, "replay", {"symbols": sorted(FDBC[1:])}, symbol=FDBC[0])
    add(FORGET_MS, "forget", sequence=ADBE[:3])
    for asked, answer in ((ADBE[:3], []), (FDBC[:3], [2])):
        add(ASK_MS, "predict", {"symbols": answer}, sequence=asked)
    return calls
