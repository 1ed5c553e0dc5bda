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
SHARES = (0.005, 0.02, 0.1, 0.2, 0.3, 0.4, 0.6)
WAYS = (("chosen", "as chosen"), ("rows", "following rows"), ("bits", "gathering bits"))


def measure(quick: bool) -> Report:
    """Return the table."""
    report = Report(
        f"Segments: {SEGMENTS:,} of {SYNAPSES} synapses over {CELLS:,} cells, one thread",
        COLUMNS,
        {STEP: False},
        [
            "The ratio is to the first row. The engine keeps each synapse twice, by cell and by segment, and follows rows",
            "while few cells are active. NumPy: a table of flags gathered and summed, or rows counted by bincount.",
        ],
    )  # fmt: skip
    repeats, steps = (2, 20) if quick else (5, 60)
    shares = (USUAL,) if quick else (USUAL, *(s for s in SHARES if s != USUAL))
    plans: list[Plan] = []
    for share in shares:
        percent, base = f"{share:.1%} active", len(plans)
        plans += [
            Plan(
                f"spikemem, {percent}, {name}", "spikemem_segments", "spikemem", (way, share, steps), repeats,
                same(report, base),
            )
            for way, name in (WAYS if not quick else WAYS[:1])
        ]  # fmt: skip
        if share == USUAL:
            plans += [
                Plan(f"NumPy, {percent}, {way}", "numpy_segments", "numpy", (way, share, 10), 2, same(report, base))
                for way in ("rows", "gather")
            ]
    report.measure(plans)
    return report


def same(report: Report, row: int) -> Note:
    """Return the remark that says whether as many segments spike a step as in the row of this number."""

    def note(outcome: Outcome) -> tuple[str, bool]:
        if row >= len(report.rows):
            return "", False
        base = report.rows[row]
        if not base.outcomes or base.outcomes[0].values["steps"] != outcome.values["steps"]:
            return "", False
        agrees = base.outcomes[0].values["spikes"] == outcome.values["spikes"]
        return "" if agrees else f"NOT as many spikes as {base.name}", not agrees

    return note
