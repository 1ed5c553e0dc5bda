"""The published content-addressable memory and ReliableCAM when spikes of their input are lost, late or too many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

import spikemem
from spikemem.backend import StepEvents
from spikemem.experiment.study import Criterion, Findings, Study, StudyRun, columns
from spikemem.language import Call, Memory, call, parameter
from spikemem.language.answer import read
from spikemem.language.protocol import all_events, schedule
from spikemem.models import CA3CAM, ReliableCAM

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Fault = Callable[[np.random.Generator, StepEvents, int, int, float], StepEvents]
"""(generator, spikes of a source, its size, steps of the run, how much) -> the spikes that arrive."""
GAP_MS = 14.0
"""That of the published stress experiment."""


def lose(rng: np.random.Generator, spikes: StepEvents, size: int, steps: int, share: float) -> StepEvents:
    """Leave out each spike with this chance."""
    kept = rng.random(spikes[0].size) >= share
    return spikes[0][kept], spikes[1][kept]


def shift(rng: np.random.Generator, spikes: StepEvents, size: int, steps: int, share: float) -> StepEvents:
    """Let each spike be a step late with this chance."""
    return _once(spikes[0] + (rng.random(spikes[0].size) < share), spikes[1])


def add(rng: np.random.Generator, spikes: StepEvents, size: int, steps: int, rate: float) -> StepEvents:
    """Add spikes of this rate (Hz) to each line."""
    more, lines = np.nonzero(rng.random((steps, size)) < rate / 1000.0)
    return _once(np.concatenate((spikes[0], more)), np.concatenate((spikes[1], lines)))


def _once(steps: Any, neurons: Any) -> StepEvents:
    """Return the spikes in order, none twice."""
    found = np.unique(np.stack((steps, neurons)), axis=1)
    return found[0].astype(np.int64), found[1].astype(np.int32)


FAULTS: Mapping[str, tuple[Fault, str, tuple[float, ...]]] = {
    "noise": (add, "noise on each input line, Hz", (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)),
    "loss": (lose, "share of input spikes lost", (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)),
    "delay": (shift, "share of input spikes 1 ms late", (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)),
}
MODELS: tuple[type[CA3CAM] | type[ReliableCAM], ...] = (CA3CAM, ReliableCAM)


def protocol(rng: np.random.Generator, cues: int, bits: int, size: int, rounds: int) -> list[Call]:
    """Return ``rounds`` times: learn every cue anew, then recall by every cue and by every single bit."""
    made: list[Call] = []

    def then(do: str, expect: dict[str, list[int]] | None = None, **arguments: object) -> None:
        made.append(call(GAP_MS * len(made), do, expect=expect, **arguments))

    for _ in range(rounds):
        contents = [sorted(rng.choice(bits, size, replace=False).tolist()) for _ in range(cues)]
        for cue, content in enumerate(contents):
            then("learn", cue=cue, content=content)
        for cue, content in enumerate(contents):
            then("recall", {"content": content}, cue=cue)
        for bit in range(bits):
            then("recall", {"cues": [cue for cue, content in enumerate(contents) if bit in content]}, content=[bit])
    return made


def right(model: Memory, calls: list[Call], fault: Callable[[str, StepEvents, int, int], StepEvents]) -> float:
    """Return the share of right answers if the input passes through ``fault`` (source, spikes, size, steps)."""
    network, planned = model.network(), schedule(model, calls, model.dt)
    steps = max(max(s.free, s.last_answer(model.dt) + 1) for s in planned)
    given, none = all_events(planned), (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32))
    sources = {p.name: p.size for p in network.populations if p.name.startswith("in_")}
    stimulus = {name: fault(name, given.get(name, none), size, steps) for name, size in sources.items()}
    arrived = {name: (when[when < steps] * model.dt, who[when < steps]) for name, (when, who) in stimulus.items()}
    made = spikemem.run(network, stimulus=arrived, duration_ms=steps * model.dt, numerics="spinnaker")
    spikes = {name: (np.rint(when / model.dt).astype(np.int64), who) for name, (when, who) in made.spikes.items()}
    asked = [
        read(s.windows[name], spikes, s.start, s.free, model.dt).neurons == wanted
        for s in planned
        for name, wanted in s.call.expect.items()
    ]
    return float(np.mean(asked))


class CamFaults(Study):
    """Right answers of CA3CAM (Casanueva-Morato et al. 2024) and of ReliableCAM under faults of their input (ours).

    Every cue is learned anew, then recalled by itself and by every bit, in rounds, 14 ms apart. Faults concern all input lines
    of a model, also those that gate. Shares are means over seeds, with their standard error. Without faults CA3CAM is
    not always right, since it does not forget all that was replaced.
    """

    cues: int = parameter(16, ge=1, doc="one-hot cue lines C")
    bits: int = parameter(32, ge=1, doc="content bits K")
    size: int = parameter(8, ge=1, doc="bits of a content")
    rounds: int = parameter(2, ge=1, doc="how often every cue is learned")
    seeds: int = parameter(10, ge=2, doc="protocols, and faults, at each point")

    def run(self, how: StudyRun) -> Findings:
        """Run both models at every point."""
        points = [(name, level) for name, (_, _, levels) in FAULTS.items() for level in levels]
        rows = [self._row(how, *point) for point in how.each(points, lambda point: f"{point[0]} {point[1]:g}")]
        table = columns(rows)
        whole = [row["ReliableCAM"] for row in rows if row["level"] == 0.0]
        worse = [f"{row['level']:g} Hz" for row in rows if row["fault"] == "noise" and _worse(row)]
        criteria = (
            Criterion("without faults ReliableCAM is always right", min(whole) == 1.0, f"at least {min(whole):.4g}"),
            Criterion(
                "under noise it is right as often or more (2 standard errors)",
                not worse,
                f"worse at: {', '.join(worse) or 'none'}",
            ),
        )
        return Findings({"faults": table}, criteria, lambda: _figure(table))

    def _row(self, how: StudyRun, name: str, level: float) -> dict[str, Any]:
        row: dict[str, Any] = {"fault": name, "level": level}
        for model in MODELS:
            shares = [
                self._share(how, model(cues=self.cues, bits=self.bits), name, level, k) for k in range(self.seeds)
            ]
            row[model.__name__] = float(np.mean(shares))
            row[f"{model.__name__}, standard error"] = float(np.std(shares, ddof=1) / np.sqrt(self.seeds))
        return row

    def _share(self, how: StudyRun, model: Memory, name: str, level: float, seed: int) -> float:
        calls = protocol(how.generator("protocol", str(seed)), self.cues, self.bits, self.size, self.rounds)

        def fault(source: str, spikes: StepEvents, size: int, steps: int) -> StepEvents:
            return FAULTS[name][0](how.generator(name, str(seed), source), spikes, size, steps, level)

        return right(model, calls, fault)


def _worse(row: Mapping[str, Any]) -> bool:
    """Return whether ReliableCAM is right less often, by more than 2 standard errors of the difference."""
    error = np.hypot(row["CA3CAM, standard error"], row["ReliableCAM, standard error"])
    return bool(row["ReliableCAM"] < row["CA3CAM"] - 2.0 * error)


def _figure(table: Mapping[str, list[Any]]) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 3.8), layout="constrained")
    for axis, (name, (_, label, levels)) in zip(figure.subplots(1, len(FAULTS)), FAULTS.items(), strict=True):
        rows = [k for k, fault in enumerate(table["fault"]) if fault == name]
        for model, marker, colour in zip(MODELS, "so", ("#D55E00", "#0072B2"), strict=True):
            shares, errors = ([table[f"{model.__name__}{what}"][k] for k in rows] for what in ("", ", standard error"))
            axis.errorbar(levels, shares, errors, marker=marker, markersize=4, color=colour, label=model.__name__)
        axis.set_xscale("symlog", linthresh=levels[1])
        axis.set(xlabel=label, ylim=(0.0, 1.05))
        axis.set_xticks(levels, [f"{level:g}" for level in levels])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    figure.axes[0].set_ylabel("share of right answers")
    figure.axes[0].legend(fontsize=9)
    return figure
