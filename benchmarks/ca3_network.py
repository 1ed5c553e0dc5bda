"""The published CA3 memory as a table, and stimuli and right answers for it: what scripts of other simulators build from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Spikes = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
"""Times (ms) and neurons, sorted by time, then neuron."""


@dataclass(frozen=True)
class Cell:
    """An IF_curr_exp neuron with tau_syn 0.3 ms, tau_refrac 1 ms, rest and reset at -60 mV."""

    cm: float
    tau_m: float
    v_thresh: float


SLOW, FAST, OUT = Cell(0.27, 3.0, -57.0), Cell(0.14, 0.5, -57.0), Cell(0.27, 3.0, -57.5)
CUE, CONTENT, ONE = "cue", "content", "one"
POPULATIONS: Mapping[str, tuple[str, Cell]] = {
    "cue_from_cue": (CUE, SLOW),
    "content_from_cue": (CONTENT, SLOW),
    "condition": (CONTENT, FAST),
    "condition_gate": (ONE, FAST),
    "cue_from_content": (CUE, FAST),
    "content_from_content": (CONTENT, SLOW),
    "merge_cue": (CUE, SLOW),
    "merge_content": (CONTENT, SLOW),
    "out_cue": (CUE, OUT),
    "out_content": (CONTENT, OUT),
}


@dataclass(frozen=True)
class Projection:
    """``pattern`` is one (to one), all or other (all but i = j); a plastic one begins at weight 0; delay in ms."""

    pre: str
    post: str
    pattern: str
    weight: float
    delay: int
    inhibitory: bool = False
    plastic: bool = False


def projections(bits: int) -> tuple[Projection, ...]:
    """Return the projections in the order of the publication; weights in nA."""
    return (
        Projection("in_cue", "cue_from_cue", "one", 6.0, 1),
        Projection("in_content", "content_from_cue", "one", 6.0, 1),
        Projection("cue_from_cue", "content_from_cue", "all", 0.0, 1, plastic=True),
        Projection("cue_from_cue", "cue_from_content", "one", 6.0, 2),
        Projection("cue_from_cue", "cue_from_content", "other", 6.0 * bits, 3, inhibitory=True),
        Projection("cue_from_cue", "condition", "all", 6.0, 2, inhibitory=True),
        Projection("content_from_cue", "condition", "one", 9.0, 1),
        Projection("content_from_cue", "condition_gate", "all", 6.0, 1),
        Projection("condition_gate", "condition", "all", 2.0, 1),
        Projection("condition", "content_from_content", "one", 6.0, 1),
        Projection("content_from_content", "cue_from_content", "all", 0.0, 1, plastic=True),
        Projection("cue_from_content", "cue_from_content", "other", 6.0 * bits, 2, inhibitory=True),
        Projection("cue_from_cue", "merge_cue", "one", 6.0, 3),
        Projection("cue_from_content", "merge_cue", "one", 6.0, 1),
        Projection("content_from_cue", "merge_content", "one", 6.0, 3),
        Projection("content_from_content", "merge_content", "one", 6.0, 1),
        Projection("merge_cue", "out_cue", "one", 6.0, 1),
        Projection("merge_content", "out_content", "one", 6.0, 1),
    )


@dataclass(frozen=True)
class Step:
    """An operation at ``at`` ms: learn (cue and bits), or recall by cue or by bits; ``right`` is the answer that is right."""

    at: int
    do: str
    cue: int | None
    bits: frozenset[int]
    right: frozenset[int] = field(default=frozenset())


@dataclass(frozen=True)
class Task:
    """A size of the memory and what is done to it."""

    cues: int
    bits: int
    steps: tuple[Step, ...]
    duration: int

    def stimulus(self) -> dict[str, Spikes]:
        """Return the input spikes: three steps for a learn, one for a recall."""
        found: dict[str, list[tuple[int, int]]] = {"in_cue": [], "in_content": []}
        for step in self.steps:
            for at in range(step.at, step.at + (3 if step.do == "learn" else 1)):
                found["in_cue"] += [] if step.cue is None else [(at, step.cue)]
                found["in_content"] += [(at, bit) for bit in sorted(step.bits)]
        return {name: (np.array([t for t, _ in s]), np.array([i for _, i in s])) for name, s in found.items()}

    def fraction_right(self, out: Mapping[str, Spikes]) -> float:
        """Return the fraction of the recalls whose answer, 6 ms after the question, is right."""
        recalls = [step for step in self.steps if step.do == "recall"]
        right = 0
        for step in recalls:
            times, neurons = out["out_cue" if step.cue is None else "out_content"]
            right += frozenset(neurons[times == step.at + 6].tolist()) == step.right
        return right / len(recalls)


def operations(cues: int, bits: int, plan: Iterator[tuple[str, int | None, frozenset[int]]], gap: int) -> Task:
    """Return the plan ``gap`` ms apart from t = 1, each recall with the answer that is right by then."""
    held: dict[int, frozenset[int]] = {}
    steps = []
    for number, (do, cue, some) in enumerate(plan):
        right = frozenset(c for c, content in held.items() if content & some)
        if do == "learn" and cue is not None:
            held[cue] = some
        elif cue is not None:
            right = held.get(cue, frozenset())
        steps.append(Step(1 + gap * number, do, cue, some, right))
    return Task(cues, bits, tuple(steps), steps[-1].at + gap + 10)


def stress_task() -> Task:
    """Return the published stress test: 5 cues, 10 bits, 60 operations, 851 ms."""

    def plan() -> Iterator[tuple[str, int | None, frozenset[int]]]:
        for turn in range(3):
            codes = [(c + 1) ^ (1023 if turn == 1 else 0) for c in range(5)]
            for cue, code in enumerate(codes):
                yield "learn", cue, frozenset(b for b in range(10) if code >> b & 1)
            yield from (("recall", cue, frozenset()) for cue in range(5))
            yield from (("recall", None, frozenset([b])) for b in range(10))

    return operations(5, 10, plan(), 14)


def random_task(cues: int, bits: int, active: int, count: int, seed: int) -> Task:
    """Return ``count`` operations: 4 in 10 learn ``active`` random bits, 3 recall by cue, 3 by one bit."""
    rng = np.random.default_rng(seed)

    def plan() -> Iterator[tuple[str, int | None, frozenset[int]]]:
        for u in rng.random(count):
            if u < 0.4:
                yield "learn", int(rng.integers(cues)), frozenset(rng.choice(bits, active, replace=False).tolist())
            elif u < 0.7:
                yield "recall", int(rng.integers(cues)), frozenset()
            else:
                yield "recall", None, frozenset([int(rng.integers(bits))])

    return operations(cues, bits, plan(), 14)


def task(name: str, count: int) -> Task:
    """Return the task of this name: ``stress``, or ``large`` with ``count`` operations."""
    return stress_task() if name == "stress" else random_task(256, 1024, 16, count, seed=1)


def digest(out: Mapping[str, Spikes]) -> str:
    """Return a short name for the spikes of the out populations, the same only if all times and neurons are."""
    made = blake2b(digest_size=8)
    for name in ("out_cue", "out_content"):
        times, neurons = out[name]
        order = np.lexsort((neurons, times))
        made.update(np.stack([times[order], neurons[order]]).astype(np.int64).tobytes())
    return made.hexdigest()
