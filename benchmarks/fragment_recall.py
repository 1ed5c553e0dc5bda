"""The fragment-recall suite, ten seeds a condition: the time of a condition on each backend."""

from __future__ import annotations

from benchmarks.process import Outcome
from benchmarks.report import Column, Plan, Report

COLUMNS = (
    Column("a condition (s)", lambda o: o.values["condition_s"], ".3f"),
    Column("conditions run", lambda o: o.values["conditions"], ".0f"),
    Column("whole suite, at that rate (s)", lambda o: o.values["condition_s"] * o.values["all"], ".0f"),
    Column("whole process (s)", lambda o: o.process_s, ".1f"),
    Column("peak memory (MB)", lambda o: o.peak_mb, ".0f"),
)
SUITE = "fragment-recall"


def share(outcome: Outcome) -> tuple[str, bool]:
    """Return how many answers were right: the same on all backends for the same conditions."""
    return f"{outcome.values['right']:.0f} of {outcome.values['asked']:.0f} answers right", False


def measure(quick: bool) -> Report:
    """Return the table; quick: fewer seeds, and fewer conditions on the simulators."""
    seeds, every = (2, 22) if quick else (10, 11)
    report = Report(
        f"Suite {SUITE}: 16 items of 64 bits, {seeds} seeds a condition, one thread",
        COLUMNS,
        {"a condition (s)": False},
        ["ReliableCAM; each 11th condition (quick: each 22nd) but where every one is run."],
    )
    report.measure([
        Plan("spikemem", "spikemem_suite", "spikemem", (SUITE, "numba", seeds, every), 1, share),
        Plan("spikemem, every condition", "spikemem_suite", "spikemem", (SUITE, "numba", seeds, 1), 1, share),
        Plan("NEST", "spikemem_suite", "nest", (SUITE, "nest", seeds, every), 1, share),
        Plan("Brian2 (numpy)", "spikemem_suite", "brian2", (SUITE, "brian2", seeds, every), 1, share),
    ])  # fmt: skip
    return report
