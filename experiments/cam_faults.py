"""The published content-addressable memory and ReliableCAM when spikes of their input are lost, late, displaced or too many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spikemem.experiment.study import Criterion, Findings, Study, StudyRun, columns
from spikemem.language import parameter
from spikemem.suite.condition import Condition
from spikemem.suite.load import load_suite
from spikemem.suite.summary import Interval, summed_up
from spikemem.suite.trials import run_condition

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABELS = {
    "noise_hz": "noise on each input line (Hz)",
    "loss": "share of input spikes lost",
    "late": "share of input spikes 1 ms late",
    "jitter_ms": "displacement of input spikes (SD, ms)",
}
"""Faults: the keys of the suite's grids."""
MODELS = {"ca3-cam": "CA3CAM", "reliable-cam": "ReliableCAM"}
BOUNDS = {"": "mean", ", low": "low", ", high": "high"}


class CamFaults(Study):
    """Right answers of CA3CAM (Casanueva-Morato et al. 2024) and of ReliableCAM under the faults of the suite ``noise`` (ours).

    Every item is stored anew, then recalled by its cue, and every bit is asked for, in rounds, 14 ms apart. Faults concern all
    input lines of a model, also those that gate. Both get the same streams, and faults of the same strength. Without
    faults CA3CAM is not always right, since it does not forget all that was replaced. Intervals are Wilson's, 95 %.
    """

    seeds: int = parameter(10, ge=1, doc="streams of each condition")
    operations: int = parameter(128, ge=1, doc="operations of a stream, whole rounds")

    def run(self, how: StudyRun) -> Findings:
        """Run both models in every condition."""
        points = [(fault, pair) for fault in LABELS for pair in self._pairs(how, fault)]
        rows = [self._row(how, *point) for point in how.each(points, lambda point: point[0])]
        table = columns(rows)
        whole = [row["ReliableCAM"] for row in rows if row["level"] == 0.0]
        worse = {f: [f"{row['level']:g}" for row in rows if row["fault"] == f and _below(row)] for f in LABELS}
        found = "; ".join(f"{fault} {', '.join(levels)}" for fault, levels in worse.items() if levels) or "no fault"
        criteria = (
            Criterion("without faults ReliableCAM is always right", min(whole) == 1.0, f"at least {min(whole):.4g}"),
            Criterion(
                "under noise it is nowhere right less often (95 % intervals)",
                not worse["noise_hz"],
                f"worse at: {found}",
            ),
        )
        return Findings({"faults": table}, criteria, lambda: _figure(table))

    def _pairs(self, how: StudyRun, fault: str) -> list[tuple[Condition, Condition]]:
        """Return the conditions of the grid over a fault, for both models."""
        changes = (f"fixed.operations={self.operations}",)
        grids = []
        for model in MODELS:
            suite = load_suite("noise", changes, model=model, backend=how.backend, seed=how.seed, seeds=self.seeds)
            (name,) = [grid.name for grid in suite.file.grids if fault in grid.over]
            grids.append([replace(condition, hardware=how.hardware) for condition in suite.grids[name]])
        return list(zip(*grids, strict=True))

    def _row(self, how: StudyRun, fault: str, pair: tuple[Condition, Condition]) -> dict[str, Any]:
        row: dict[str, Any] = {"fault": fault, "level": pair[0].keys[fault]}
        for condition in pair:
            right: Interval = summed_up(condition, fault, run_condition(condition, how.threads))[0].measures["exact"]
            row |= {f"{MODELS[condition.model]}{what}": getattr(right, bound) for what, bound in BOUNDS.items()}
        return row


def _below(row: Mapping[str, Any]) -> bool:
    """Return whether ReliableCAM's interval lies below CA3CAM's."""
    return bool(row["ReliableCAM, high"] < row["CA3CAM, low"])


def _figure(table: Mapping[str, Sequence[Any]]) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13.0, 3.8), layout="constrained")
    for axis, (fault, label) in zip(figure.subplots(1, len(LABELS)), LABELS.items(), strict=True):
        rows = [k for k, name in enumerate(table["fault"]) if name == fault]
        levels = [table["level"][k] for k in rows]
        for model, marker, colour in zip(MODELS.values(), "so", ("#D55E00", "#0072B2"), strict=True):
            mean, low, high = ([table[f"{model}{what}"][k] for k in rows] for what in BOUNDS)
            axis.fill_between(levels, low, high, color=colour, alpha=0.2, linewidth=0)
            axis.plot(levels, mean, marker=marker, markersize=4, color=colour, label=model)
        axis.set_xscale("symlog", linthresh=levels[1])
        axis.set(xlabel=label, ylim=(0.0, 1.05))
        axis.set_xticks(levels, [f"{level:g}" for level in levels], rotation=45)
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    figure.axes[0].set_ylabel("share of right answers")
    figure.axes[0].legend(fontsize=9)
    return figure
