"""Random streams of operations for content-addressable memories, as fast as the spacings allow, with the ideal answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from spikemem.language import Call, call
from tests.models.protocols import some

LEARN_MS, RECALL_MS, PROBE_MS, COMPLETE_MS = 10.0, 10.0, 8.0, 12.0


@dataclass
class Stream:
    """Operations of a ReliableCAM, each as soon as the spacing allows or ``late`` ms later, and what is stored by then."""

    at: float = 0.0
    late: float = 0.0
    calls: list[Call] = field(default_factory=list)
    stored: dict[int, frozenset[int]] = field(default_factory=dict)

    def _add(self, spacing: float, made: Call) -> None:
        self.calls.append(made)
        self.at += spacing + self.late

    def learn(self, cue: int, content: Sequence[int]) -> None:
        self.stored[cue] = frozenset(content)
        self._add(LEARN_MS, call(self.at, "learn", cue=cue, content=content))

    def forget(self, cue: int) -> None:
        self.stored.pop(cue, None)
        self._add(LEARN_MS, call(self.at, "forget", cue=cue))

    def recall_cue(self, cue: int) -> None:
        expect = {"content": self.stored.get(cue, frozenset()), "cues": frozenset()}
        self._add(RECALL_MS, call(self.at, "recall", cue=cue, expect=expect))

    def recall_content(self, bits: Sequence[int]) -> None:
        cues = frozenset(cue for cue, content in self.stored.items() if content & set(bits))
        self._add(RECALL_MS, call(self.at, "recall", content=bits, expect={"cues": cues, "content": frozenset()}))

    def complete(self, bits: Sequence[int]) -> None:
        shared = {cue: len(content & set(bits)) for cue, content in self.stored.items()}
        best = max(shared.values(), default=0)
        cues = frozenset(cue for cue, n in shared.items() if n == best > 0)
        content = frozenset[int]().union(*(self.stored[cue] for cue in cues))
        spacing = COMPLETE_MS + PROBE_MS * (len(bits) - 1).bit_length()
        self._add(spacing, call(self.at, "complete", content=bits, expect={"cues": cues, "content": content}))


def random_stream(seed: int, cues: int, bits: int, count: int) -> Stream:
    """Learn (0.35; 1 to K bits), forget (0.05), recall by cue (0.25), by 1 to K bits (0.2), complete (0.15)."""
    rng, stream = np.random.default_rng(seed), Stream()
    for _ in range(count):
        u, stream.late = rng.random(), float(rng.integers(4) if rng.random() < 0.5 else 0)
        if u < 0.35:
            largest = bits if rng.random() < 0.2 else max(1, bits // 4)
            stream.learn(int(rng.integers(cues)), some(rng, bits, int(rng.integers(1, largest + 1))))
        elif u < 0.4:
            stream.forget(int(rng.integers(cues)))
        elif u < 0.65:
            stream.recall_cue(int(rng.integers(cues)))
        elif u < 0.85:
            stream.recall_content(
                some(rng, bits, int(rng.integers(1, (bits if rng.random() < 0.2 else min(bits, 4)) + 1)))
            )
        else:
            known = sorted(stream.stored)
            content = sorted(stream.stored[known[int(rng.integers(len(known)))]]) if known else [0]
            kept = [b for b in content if rng.random() < 0.6]
            wrong = some(rng, bits, int(rng.integers(1, max(2, bits // 4))))
            stream.complete(sorted({*kept, *wrong}))
    return stream
