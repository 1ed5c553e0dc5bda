"""A million segments: milliseconds a step, by how the engine counts and by how many cells are active."""

from __future__ import annotations

from benchmarks.process import Outcome
from benchmarks.report import Column, Note, Plan, Report
from benchmarks.segments_network import CELLS, SEGMENTS, SYNAPSES

STEP = "ms a step"
COLUMNS = (
    Column(STEP, lambda o: 1e3 * o.values["run_s"] / o.values["steps"], ".2f"),
    Column(
        "synaptic events\n(M/s)",
        lambda o: o.values["events"] / o.values["run_s"] / 1e6 if "events" in o.values else None,
        ".0f",
    ),
    Column("bytes a synapse", lambda o: o.values["bytes_per_synapse"], ".2f"),
    Column("segments that spike", lambda o: o.values["spikes"] / o.values["steps"], ",.0f"),
    Column("peak memory (MB)", lambda o: o.peak_mb, ",.0f"),
)
USUAL = 0.02
SHARES = (0.005, 0.1, 0.3, 0.4, 0.5, 0.6)
WAYS = (("chosen", "as chosen"), ("rows", "following rows"), ("bits", "gathering bits"))


def measure(quick: bool) -> Report:
    """Return the table."""
    report = Report(
        f"Segments: {SEGMENTS:,} of {SYNAPSES} synapses over {CELLS:,} cells, one thread",
        COLUMNS,
        {STEP: False},
        [
            "Ratios are to the first row. The engine keeps each synapse twice, by cell and by segment, and follows rows while",
            "few cells are active. NumPy: flags gathered and summed, or rows of active cells counted by bincount. Threshold:",
            "the least that one segment in 1000 reaches by chance.",
        ],
    )  # fmt: skip
    steps = 20 if quick else 60
    shares = (USUAL,) if quick else (USUAL, *SHARES)
    plans: list[Plan] = []
    for share in shares:
        percent, note = f"{share:.1%} active", same(report, len(plans))
        for way, name in WAYS[:1] if quick else WAYS:
            task, repeats = (way, share, steps), 5 if share == USUAL and not quick else 2
            plans.append(Plan(f"spikemem, {percent}, {name}", "spikemem_segments", "spikemem", task, repeats, note))
        if share == USUAL:
            for way in ("rows", "gather"):
                plans.append(Plan(f"NumPy, {percent}, {way}", "numpy_segments", "numpy", (way, share, steps), 2, note))
    report.measure(plans)
    return report


def same(report: Report, row: int) -> Note:
    """Return the remark that says whether as many segments spike a step as in the row of this number."""

    def note(outcome: Outcome) -> tuple[str, bool]:
        if row >= len(report.rows):
            return "", False
        base = report.rows[row]
        if not base.outcomes:
            return "", False
        agrees = base.outcomes[0].values["spikes"] == outcome.values["spikes"]
        return f"{'' if agrees else 'NOT '}as many spikes as {base.name}", not agrees

    return note
