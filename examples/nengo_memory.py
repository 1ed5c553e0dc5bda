"""A memory inside a Nengo model: it recalls, and a decoder learns by PES what its answers mean.

Four cues learn their contents in the first 0.2 s. Then a cue is asked again and again, another one every 0.3 s, and the spikes
of the answers are decoded onto a point of the plane that belongs to the cue. For four rounds PES shrinks the error, in the
second half of each turn; in the fifth it is off. ``python examples/nengo_memory.py out.png`` draws what happened.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import nengo
import numpy as np
from matplotlib.figure import Figure

from spikemem.language import call
from spikemem.models import HeteroAssociative
from spikemem.nengo import Memory, Operations

CONTENTS = ([0, 1, 4], [1, 2, 5], [2, 3, 6], [0, 3, 7])
POINTS = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
LEARNED, BLOCK, ROUNDS = 0.2, 0.3, 5  # s, s, of which PES learns in all but the last
END = LEARNED + ROUNDS * len(CONTENTS) * BLOCK
TAUGHT = END - len(CONTENTS) * BLOCK


def shown(t: float) -> int | None:
    """The cue that is asked at time t (s), None while the memory learns."""
    return int((t - LEARNED) / BLOCK) % len(CONTENTS) if t > LEARNED else None


def settled(t: float) -> bool:
    """Whether the answers of the cue before have faded at time t."""
    return t > LEARNED and (t - LEARNED) % BLOCK > BLOCK / 2


def point(t: float) -> Any:
    """What is to be decoded at time t."""
    cue = shown(t)
    return np.zeros(2) if cue is None else POINTS[cue]


@dataclass(frozen=True)
class Run:
    """What was probed, a row a step of 1 ms: the answers' spikes, what was decoded, what was to be."""

    spikes: Any
    decoded: Any
    wanted: Any

    def turns(self, round: int) -> list[slice]:
        """The steps of the second half of each cue's turn in a round."""
        begins = [LEARNED + (round * len(CONTENTS) + k + 0.5) * BLOCK for k in range(len(CONTENTS))]
        return [slice(round_ms(begin), round_ms(begin + BLOCK / 2)) for begin in begins]

    def error(self, round: int) -> float:
        """The root mean square distance in a round, second halves of turns."""
        away = np.concatenate([self.decoded[w] - self.wanted[w] for w in self.turns(round)])
        return float(np.sqrt((away**2).sum(axis=1).mean()))

    def nearest(self, round: int) -> list[int]:
        """For each cue the point that is nearest to the mean of what was decoded in its turn."""
        means = [self.decoded[w].mean(axis=0) for w in self.turns(round)]
        return [int(np.argmin(((POINTS - mean) ** 2).sum(axis=1))) for mean in means]


def round_ms(seconds: float) -> int:
    """Return whole ms."""
    return round(1000.0 * seconds)


def simulate() -> Run:
    """Build the model and run it."""
    model = HeteroAssociative(cues=len(CONTENTS), bits=8)
    calls = [call(40.0 * cue, "learn", cue=cue, content=content) for cue, content in enumerate(CONTENTS)]
    times = np.arange(1000.0 * LEARNED + 5.0, 1000.0 * END, 20.0)
    calls += [call(t, "recall", cue=shown(t / 1000.0)) for t in times]
    memory = Memory(model)
    with nengo.Network(seed=1) as net:
        told, node = nengo.Node(Operations(memory, calls)), nengo.Node(memory)
        nengo.Connection(told, node, synapse=None)
        # One neuron an output line, whose rate is that of the line's spikes: what PES decodes from.
        trace = nengo.Ensemble(
            8, 1, neuron_type=nengo.RectifiedLinear(), gain=np.ones(8), bias=np.zeros(8), encoders=np.ones((8, 1))
        )
        nengo.Connection(node, trace.neurons, synapse=nengo.Alpha(0.03))
        wanted, decoded = nengo.Node(point), nengo.Node(size_in=2)
        learned = nengo.Connection(
            trace.neurons, decoded, transform=np.zeros((2, 8)), synapse=None,
            learning_rule_type=nengo.PES(learning_rate=0.01),
        )  # fmt: skip
        error = nengo.Node(lambda t, x: x if settled(t) and t <= TAUGHT else np.zeros(2), size_in=2)
        nengo.Connection(decoded, error, synapse=None)
        nengo.Connection(wanted, error, transform=-1.0, synapse=None)
        nengo.Connection(error, learned.learning_rule, synapse=None)
        probes = [nengo.Probe(what) for what in (node, decoded, wanted)]
    with nengo.Simulator(net, progress_bar=False) as sim:
        sim.run(END)
        return Run(*(np.array(sim.data[probe]) for probe in probes))


def draw(run: Run) -> Figure:
    """Return the figure: answers' spikes above, the decoded point below."""
    figure = Figure(figsize=(9.0, 5.0), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    steps, lines = np.nonzero(run.spikes)
    above.plot(steps / 1000.0, lines, "|", color="black", markersize=4)
    above.set(ylabel="content line", title="Answers of a spikemem memory inside a Nengo model")
    seconds = np.arange(len(run.decoded)) / 1000.0
    for axis, colour in ((0, "tab:blue"), (1, "tab:orange")):
        below.plot(seconds, run.wanted[:, axis], "--", color=colour, linewidth=1)
        below.plot(seconds, run.decoded[:, axis], color=colour, label="xy"[axis])
    below.axvspan(TAUGHT, END, color="0.9", label="PES off")
    below.set(xlabel="time (s)", ylabel="decoded (wanted: dashed)", ylim=(-1.2, 1.7))
    below.legend(loc="upper left", ncols=3)
    return figure


if __name__ == "__main__":
    run = simulate()
    print("error of each round:", ", ".join(f"{run.error(k):.3f}" for k in range(ROUNDS)))
    print("nearest points in the last:", run.nearest(ROUNDS - 1))
    if len(sys.argv) > 1:
        draw(run).savefig(sys.argv[1], dpi=110)
