"""Random streams of operations for a content-addressable memory, as fast as the spacings allow, and the answers right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

import spikemem
from spikemem.experiment.study import Criterion, Findings, Study, StudyRun, columns
from spikemem.language import Call, call, parameter
from spikemem.models import ReliableCAM
from spikemem.models.counting_neurons import UNIT
from spikemem.models.reliable_cam import PROBE_MS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from spikemem import Recording

SPACING = {name: made.spacing for name, made in ReliableCAM.operations().items()}
"""Of each operation, ms."""
MATRICES = ("cue->recalled", "bit->found")
ALLOWED = 1e-3
"""How far a weight may lie from 0 or 1 unit after a stream (ours; half a unit is what changes an answer)."""


@dataclass
class Stream:
    """Operations of a ReliableCAM, each as soon as the spacing allows or ``late`` ms later, and what is stored by then."""

    at: float = 0.0
    late: float = 0.0
    calls: list[Call] = field(default_factory=list)
    stored: dict[int, frozenset[int]] = field(default_factory=dict)

    def learn(self, cue: int, content: Sequence[int]) -> None:
        """Store ``content`` under ``cue``."""
        self.stored[cue] = frozenset(content)
        self._add("learn", {}, cue=cue, content=content)

    def forget(self, cue: int) -> None:
        """Erase what is stored under ``cue``."""
        self.stored.pop(cue, None)
        self._add("forget", {}, cue=cue)

    def recall_cue(self, cue: int) -> None:
        """Ask for the content of ``cue``."""
        self._add("recall", {"content": self.stored.get(cue, frozenset()), "cues": frozenset()}, cue=cue)

    def recall_content(self, bits: Sequence[int]) -> None:
        """Ask for the cues that share one of ``bits``."""
        cues = frozenset(cue for cue, content in self.stored.items() if content & set(bits))
        self._add("recall", {"cues": cues, "content": frozenset()}, content=bits)

    def complete(self, bits: Sequence[int]) -> None:
        """Ask for the cues that share most of ``bits``, and their contents."""
        shared = {cue: len(content & set(bits)) for cue, content in self.stored.items()}
        best = max(shared.values(), default=0)
        cues = frozenset(cue for cue, n in shared.items() if n == best > 0)
        content = frozenset[int]().union(*(self.stored[cue] for cue in cues))
        self._add("complete", {"cues": cues, "content": content}, content=bits)
        self.at += PROBE_MS * (len(bits) - 1).bit_length()

    def _add(self, do: str, expect: dict[str, frozenset[int]], **arguments: object) -> None:
        self.calls.append(call(self.at, do, expect=expect, **arguments))
        self.at += SPACING[do] + self.late


def random_stream(rng: np.random.Generator, cues: int, bits: int, count: int) -> Stream:
    """Learn (0.35; 1 to K bits), forget (0.05), recall by cue (0.25), by 1 to K bits (0.2), complete (0.15).

    Half of the operations are followed at once, the others 0 to 3 ms later.
    """
    stream = Stream()

    def some(most: int) -> list[int]:
        return sorted(rng.choice(bits, int(rng.integers(1, most + 1)), replace=False).tolist())

    for _ in range(count):
        u, wide, stream.late = rng.random(), rng.random() < 0.2, float(rng.integers(4) if rng.random() < 0.5 else 0)
        if u < 0.35:
            stream.learn(int(rng.integers(cues)), some(bits if wide else max(1, bits // 4)))
        elif u < 0.4:
            stream.forget(int(rng.integers(cues)))
        elif u < 0.65:
            stream.recall_cue(int(rng.integers(cues)))
        elif u < 0.85:
            stream.recall_content(some(bits if wide else min(bits, 4)))
        else:
            known = sorted(stream.stored)
            content = sorted(stream.stored[known[int(rng.integers(len(known)))]]) if known else []
            kept = {bit for bit in content if rng.random() < 0.6}
            stream.complete(sorted(kept | set(some(max(1, bits // 4)))))
    return stream


def ideal(model: ReliableCAM, stream: Stream) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the weights, cues by bits, in units, that belong to what is stored."""
    made = np.zeros((model.cues, model.bits))
    for cue, content in stream.stored.items():
        made[cue, sorted(content)] = 1.0
    return made


def off(model: ReliableCAM, recording: Recording, stream: Stream) -> float:
    """Return how far (units) the weight that is furthest off lies from what is stored."""
    wanted = ideal(model, stream)
    forward, back = (recording.weights(name, "effective") for name in MATRICES)
    found = (forward.matrix(model.cues, model.bits), back.matrix(model.bits, model.cues).T)
    return max(float(np.abs(matrix / UNIT - wanted).max()) for matrix in found)


class CamStreams(Study):
    """ReliableCAM in random streams of all its operations: every answer is right, and every weight is what it should be."""

    sizes: tuple[tuple[int, int], ...] = parameter(((5, 10), (16, 32), (64, 128)), doc="cues and bits of each memory")
    operations: int = parameter(10_000, ge=1, doc="operations of a stream")
    seeds: int = parameter(10, ge=1, doc="streams of each memory")

    def run(self, how: StudyRun) -> Findings:
        """Run them all."""
        each = [(cues, bits, seed) for cues, bits in self.sizes for seed in range(self.seeds)]
        rows = [self._row(how, *one) for one in how.each(each, lambda one: f"{one[0]} x {one[1]}, stream {one[2]}")]
        table = columns(rows)
        wrong, asked, furthest = sum(table["wrong"]), sum(table["asked"]), max(table["furthest weight, units"])
        criteria = (
            Criterion("every answer is right", wrong == 0 < asked, f"{asked - wrong} of {asked}"),
            Criterion(
                f"weights are 0 or 1 unit, within {ALLOWED:g} (ours)",
                furthest <= ALLOWED,
                f"at most {furthest:.2g} off",
            ),
        )
        return Findings({"streams": table}, criteria, lambda: self._figure(table))

    def _row(self, how: StudyRun, cues: int, bits: int, seed: int) -> dict[str, Any]:
        model = ReliableCAM(cues=cues, bits=bits)
        stream = random_stream(how.generator("stream", f"{cues}x{bits}", str(seed)), cues, bits, self.operations)
        made = spikemem.run(
            model, protocol=stream.calls, backend=how.backend, hardware=how.hardware, record=("found", "recalled")
        )
        asked = sum(bool(made.expect) for made in stream.calls)
        return {
            "cues": cues, "bits": bits, "stream": seed, "operations": len(stream.calls), "asked": asked,
            "wrong": asked - made.right, "duration, ms": made.duration_ms,
            "spikes an operation": made.cost.spikes / len(stream.calls),
            "furthest weight, units": off(model, made, stream),
        }  # fmt: skip

    def _figure(self, table: dict[str, list[Any]]) -> Figure:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(7.0, 4.0), layout="constrained")
        axis = figure.subplots()
        for cues, bits in self.sizes:
            chosen = [
                k for k, size in enumerate(zip(table["cues"], table["bits"], strict=True)) if size == (cues, bits)
            ]
            share = [1.0 - table["wrong"][k] / table["asked"][k] for k in chosen]
            axis.plot([table["stream"][k] for k in chosen], share, "o", label=f"{cues} cues, {bits} bits")
        axis.set(
            xlabel="stream",
            ylabel="share of right answers",
            title=f"Streams of {self.operations} operations",
            ylim=(0, 1.05),
        )
        axis.grid(alpha=0.3)
        axis.legend(fontsize=9)
        return figure
