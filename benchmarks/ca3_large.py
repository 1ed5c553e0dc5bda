"""A large CA3 memory at work: operations and synaptic events a second, and what a plastic synapse takes."""

from __future__ import annotations

from benchmarks.ca3_stress import same_out_spikes
from benchmarks.process import Outcome
from benchmarks.report import Column, Plan, Report

OPERATIONS = "operations/s"
COLUMNS = (
    Column(OPERATIONS, lambda o: o.values["operations"] / o.values["run_s"], ",.0f"),
    Column("run alone (s)", lambda o: o.values["run_s"], ".3f"),
    Column(
        "synaptic events\n(M/s)",
        lambda o: o.values["events"] / o.values["run_s"] / 1e6 if "events" in o.values else None,
    ),
    Column("bytes a plastic\nsynapse", lambda o: o.values.get("bytes_per_synapse"), ".2f"),
    Column("whole process (s)", lambda o: o.process_s, ".2f"),
    Column("peak memory (MB)", lambda o: o.peak_mb, ".0f"),
)


def answers(outcome: Outcome) -> tuple[str, bool]:
    """Return how many recalls were right; the rule itself forgets a few, but not one in twenty."""
    right = outcome.values["right"]
    return f"{right:.1%} of the recalls right", right < 0.95


def measure(quick: bool) -> Report:
    """Return the table."""
    count = 100 if quick else 500
    report = Report(
        f"CA3 memory, 256 cues x 1024 bits, {count} random operations 14 ms apart (learn 16 bits, recall by cue, by one bit)",
        COLUMNS,
        {OPERATIONS: True, "whole process (s)": False},
        [
            "Bytes: weights, traces and spike histories of both plastic projections. Brian2 runs the rule's online form, which",
            "differs from the recordings' deferred one where a neuron fires more often than its history (15 spikes) is long.",
        ],
    )
    repeats, task = 3 if quick else 7, ("large", count)
    report.measure([
        Plan("spikemem, float32", "spikemem_ca3", "spikemem", (*task, "float32", "deferred"), repeats, answers),
        Plan("spikemem, float64", "spikemem_ca3", "spikemem", (*task, "float64", "deferred"), repeats, answers),
        Plan("spikemem, float64, online rule", "spikemem_ca3", "spikemem", (*task, "float64", "online"), repeats, answers),
        Plan("Brian2 C++ standalone", "brian2_ca3", "brian2", task, 1 if quick else 2, same_out_spikes(report, 2)),
        Plan("NEST", "nest_ca3", "nest", task, repeats, lambda _: ("other rule, same size", False)),
    ])  # fmt: skip
    return report
