"""The study compare-memories, protocol by protocol: what it takes, and whether its criteria are met."""

from __future__ import annotations

from benchmarks.process import Outcome
from benchmarks.report import Column, Plan, Report
from spikemem.experiments.memories.study import PROTOCOLS
from spikemem.processes import cores

COLUMNS = (
    Column("run (s)", lambda o: o.values["run_s"], ".1f"),
    Column("criteria met", lambda o: o.values["met"], ".0f"),
    Column("rows of tables", lambda o: o.values["rows"], ",.0f"),
    Column("whole process (s)", lambda o: o.process_s, ".1f"),
    Column("peak memory (MB)", lambda o: o.peak_mb, ".0f"),
)


def verdict(outcome: Outcome) -> tuple[str, bool]:
    """Return which criteria are not met."""
    failed = outcome.values["failed"]
    return f"not met: {'; '.join(failed)}" if failed else "all criteria are met", bool(failed)


def measure(quick: bool) -> Report:
    """Return the table; quick: the study's short form."""
    report = Report(
        f"Memories at equal bits{', short form, one process' if quick else ''}: each protocol alone"
        f"{'' if quick else f', on {cores()} processes'}",
        COLUMNS,
        {},
        ["What they find: spikemem run compare-memories, and docs/compare_memories.md."],
    )
    report.measure([
        Plan(f"spikemem, {name}", "spikemem_memories", "spikemem", (name, int(quick)), 1, verdict) for name in PROTOCOLS
    ])  # fmt: skip
    return report
