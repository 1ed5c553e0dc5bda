"""When ReliableCAM's spikes are seen by its synapses: what writes, and what does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import spikemem
from spikemem.experiment.study import Criterion, Findings, Study, StudyRun
from spikemem.language import call
from spikemem.models import ReliableCAM

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spikemem import Recording

MATRICES = (("cue", "recalled"), ("bit", "found"))
SEEN_MS = 2.0
"""After it fired, a post neuron's spike is seen by its synapses."""
FAR_MS = 8
PROTOCOL = (
    call(0.0, "learn", cue=0, content=[0, 1, 2]),
    call(10.0, "learn", cue=1, content=[2, 3]),
    call(20.0, "recall", cue=0),
    call(30.0, "recall", content=[0, 3, 5]),
    call(40.0, "complete", content=[1, 2, 5]),
    call(68.0, "forget", cue=0),
    call(78.0, "recall", content=[0, 2]),
)


class CamTiming(Study):
    """Pre and post spikes of both matrices of ReliableCAM, as the synapses see them, in one operation of each kind."""

    def run(self, how: StudyRun) -> Findings:
        """Run the operations, and count pairs of spikes by their distance."""
        made = spikemem.run(
            ReliableCAM(cues=3, bits=6), protocol=PROTOCOL, duration_ms=90.0, backend=how.backend, hardware=how.hardware
        )
        distances = list(range(-FAR_MS, FAR_MS + 1))
        table: dict[str, list[int]] = {"post - pre, ms": distances}
        writing, other = set[int](), set[int]()
        for pre, post in MATRICES:
            before, after = made.spikes[pre][0], made.spikes[post][0] + SEEN_MS
            apart = np.rint(after[None, :] - before[:, None]).astype(int)
            written = np.array([_writes(t) for t in before])[:, None] & np.ones_like(apart, dtype=bool)
            table[f"{pre}->{post}, pairs in learn and forget"] = [int((apart[written] == d).sum()) for d in distances]
            table[f"{pre}->{post}, other pairs"] = [int((apart[~written] == d).sum()) for d in distances]
            writing |= {*np.abs(apart[written]).tolist()}
            other |= {*np.abs(apart[~written]).tolist()}
        close = sorted(d for d in writing if d < 4)
        criteria = (
            Criterion(
                "learning and forgetting pair spikes 1 ms apart, or 4 ms and more", close == [1], f"below 4 ms: {close}"
            ),
            Criterion("recalls pair no spikes less than 4 ms apart", min(other) >= 4, f"at least {min(other)} ms"),
        )
        return Findings({"pairs": table}, criteria, lambda: _figure(made))


def _writes(time: float) -> bool:
    """Return whether a pre spike at ``time`` belongs to an operation that writes: its last comes 10 ms after its start."""
    return any(made.do in ("learn", "forget") and made.at + 1.0 < time <= made.at + 10.0 for made in PROTOCOL)


def _figure(made: Recording) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 5.4), layout="constrained")
    axes = figure.subplots(2, 1, sharex=True)
    for axis, (pre, post) in zip(axes, MATRICES, strict=True):
        _panel(axis, made, pre, post)
    for asked in PROTOCOL:
        what = "\n".join(f"{name} {value}" for name, value in asked.arguments.items())
        axes[0].text(asked.at + 0.3, 1.04, f"{asked.do}\n{what}", transform=axes[0].get_xaxis_transform(), fontsize=7.5)
    axes[1].set_xlabel("time, ms")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=8)
    return figure


def _panel(axis: Axes, made: Recording, pre: str, post: str) -> None:
    sizes = made.sizes[pre], made.sizes[post]
    labels = [f"{pre} {k}" for k in range(sizes[0])] + [f"{post} {k}" for k in range(sizes[1])]
    axis.plot(*made.spikes[pre], "|", color="#0072B2", markersize=9, markeredgewidth=2, label="pre spike")
    times, neurons = made.spikes[post]
    axis.plot(times, neurons + sizes[0], ".", color="0.6", markersize=5, label="post spike")
    axis.plot(
        times + SEEN_MS,
        neurons + sizes[0],
        "D",
        color="#D55E00",
        markersize=4,
        label="post spike as the synapses see it",
    )
    axis.axhline(sizes[0] - 0.5, color="0.8", linewidth=1)
    for asked in PROTOCOL:
        axis.axvline(asked.at, color="0.5", linewidth=0.8, linestyle=":")
    axis.set_yticks(range(len(labels)), labels, fontsize=7.5)
    axis.set(ylim=(len(labels) - 0.5, -0.5), xlim=(-0.5, 90.0))
    axis.set_xticks(range(0, 91, 10))
    axis.set_xticks(range(91), minor=True)
    axis.grid(axis="x", which="both", alpha=0.15)
