"""A temporal memory that learns random high-order sequences: elements a second, against the same in NumPy."""

from __future__ import annotations

from benchmarks.process import Outcome
from benchmarks.report import Column, Note, Plan, Report
from benchmarks.temporal_task import ACTIVE, CELLS, COLUMNS, LENGTH, LETTERS, SEQUENCES, SYNAPSES

ELEMENTS = "elements/s"
COLUMNS_SHOWN = (
    Column(ELEMENTS, lambda o: o.values["elements"] / o.values["run_s"], ",.0f"),
    Column("warm-up (s)", lambda o: o.values["warm_up_s"], ".2f"),
    Column("not predicted\n(% of columns)", lambda o: 100.0 * o.values["bursting"], ".1f"),
    Column("segments", lambda o: o.values["segments"], ",.0f"),
    Column("synapses", lambda o: o.values["synapses"], ",.0f"),
    Column("peak memory (MB)", lambda o: o.peak_mb, ",.0f"),
)


def measure(quick: bool) -> Report:
    """Return the table."""
    warm_up, elements = (1000, 200) if quick else (3000, 1000)
    report = Report(
        f"Temporal memory: {COLUMNS:,} mini-columns x {CELLS} cells, {ACTIVE} active, segments of up to {SYNAPSES} synapses; "
        f"{elements} elements of {SEQUENCES} sequences x {LENGTH} of {LETTERS} letters, after {warm_up}, learning all the time",
        COLUMNS_SHOWN,
        {ELEMENTS: True},
        [
            "The float64 row and NumPy must fire the same cells in every element, warm-up included. An element is two steps",
            "of spikemem. NumPy: a row a segment, all looked at in every element; only segments that grow are gone through one",
            "by one. NEST 3.10 has no such neuron or synapse model.",
        ],
    )  # fmt: skip
    repeats, note, task = 2 if quick else 5, same_cells(report), (warm_up, elements)
    report.measure([
        Plan("spikemem, float64 permanences", "spikemem_temporal", "spikemem", ("float64", *task), repeats, note),
        Plan("spikemem, float32 permanences", "spikemem_temporal", "spikemem", ("float32", *task), repeats),
        Plan("NumPy", "numpy_temporal", "numpy", task, 1 if quick else 3, note),
    ])  # fmt: skip
    return report


def same_cells(report: Report) -> Note:
    """Return the remark that says whether a row fired the cells of the first, in all elements."""

    def note(outcome: Outcome) -> tuple[str, bool]:
        if not report.rows:
            return "", False
        base = report.rows[0]
        same = bool(base.outcomes) and base.outcomes[0].values["digest"] == outcome.values["digest"]
        return f"{'' if same else 'NOT '}the same cells in every element", not same

    return note
