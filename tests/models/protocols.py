"""Random protocols for the CA3 memory, with the ideal answers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spikemem.language import Call, call

Generator = Callable[[int, int, int, int, float], list[Call]]
"""(seed, cues, bits, bits of a content, gap in ms) -> operations from 1 ms on."""


class Script:
    """Operations ``gap`` ms apart from 1 ms on, and what an ideal memory has stored by then."""

    def __init__(self, bits: int, gap: float) -> None:
        self.bits, self.gap = bits, gap
        self.calls: list[Call] = []
        self.stored: dict[int, list[int]] = {}

    @property
    def at(self) -> float:
        return 1.0 + self.gap * len(self.calls)

    def learn(self, cue: int, content: list[int]) -> None:
        self.stored[cue] = content
        self.calls.append(call(self.at, "learn", cue=cue, content=content))

    def recall_cue(self, cue: int) -> None:
        self.calls.append(call(self.at, "recall", cue=cue, expect={"content": self.stored.get(cue, [])}))

    def recall_content(self, bits: list[int]) -> None:
        cues = [cue for cue, content in self.stored.items() if set(bits) & set(content)]
        self.calls.append(call(self.at, "recall", content=bits, expect={"cues": cues}))


def some(rng: np.random.Generator, of: int, count: int) -> list[int]:
    return [int(bit) for bit in rng.choice(of, count, replace=False)]


def learn_then_query(seed: int, cues: int, bits: int, size: int, gap: float) -> list[Call]:
    """Learn each cue once, in order; then recall by 3 random bits, 60 times."""
    rng, script = np.random.default_rng(seed), Script(bits, gap)
    for cue in range(cues):
        script.learn(cue, some(rng, bits, size))
    for _ in range(60):
        script.recall_content(some(rng, bits, 3))
    return script.calls


def mixed(seed: int, cues: int, bits: int, size: int, gap: float) -> list[Call]:
    """300 operations: learn (0.4), recall by cue (0.3), recall by one bit (0.3)."""
    rng, script = np.random.default_rng(seed), Script(bits, gap)
    for _ in range(300):
        u = rng.random()
        if u < 0.4:
            cue = int(rng.integers(cues))
            script.learn(cue, some(rng, bits, size))
        elif u < 0.7:
            script.recall_cue(int(rng.integers(cues)))
        else:
            script.recall_content([int(rng.integers(bits))])
    return script.calls


def learn_then_recall(seed: int, cues: int, bits: int, size: int, gap: float) -> list[Call]:
    """Learn each cue once, then recall each cue once."""
    rng, script = np.random.default_rng(seed), Script(bits, gap)
    for cue in range(cues):
        script.learn(cue, some(rng, bits, size))
    for cue in range(cues):
        script.recall_cue(cue)
    return script.calls


def dense(seed: int, cues: int, bits: int, count: int = 60) -> list[Call]:
    """``count`` operations of every kind, each as soon as the spacing allows or up to 8 ms later."""
    rng = np.random.default_rng(seed)
    calls: list[Call] = []
    at = float(rng.integers(3))
    for _ in range(count):
        kind = rng.random()
        if kind < 0.4:
            content = some(rng, bits, int(rng.integers(1, bits // 2 + 1)))
            calls.append(call(at, "learn", cue=int(rng.integers(cues)), content=content))
        elif kind < 0.65:
            calls.append(call(at, "recall", cue=int(rng.integers(cues))))
        else:
            calls.append(call(at, "recall", content=some(rng, bits, int(rng.integers(1, 4)))))
        at += int(rng.integers(7 if kind < 0.4 else 6, 15))
    return calls
