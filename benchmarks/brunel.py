"""A static random network: how many synaptic events a second one thread delivers, and in how many bytes a synapse."""

from __future__ import annotations

from benchmarks.brunel_network import NEURONS, SYNAPSES
from benchmarks.report import Column, Plan, Report

EVENTS = "synaptic events\n(M/s)"
COLUMNS = (
    Column(EVENTS, lambda o: o.values["events"] / o.values["run_s"] / 1e6, ".0f"),
    Column("run alone (s)", lambda o: o.values["run_s"], ".2f"),
    Column("bytes a synapse", lambda o: o.values["bytes_per_synapse"], ".1f"),
    Column("rate (Hz)", lambda o: o.values["rate_hz"], ".1f"),
    Column("CV of intervals", lambda o: o.values["cv"], ".2f"),
    Column("build (s)", lambda o: o.values["build_s"], ".1f"),
    Column("peak memory (MB)", lambda o: o.peak_mb, ",.0f"),
)


def measure(quick: bool) -> Report:
    """Return the table."""
    duration = 1000 if quick else 2000
    report = Report(
        f"Static random network: {NEURONS:,} IF_curr_exp neurons, {SYNAPSES / 1e6:.1f} M synapses, dt 0.1 ms, "
        f"{duration / 1000:g} s, one thread",
        COLUMNS,
        {EVENTS: True, "bytes a synapse": False},
        [
            "Events: spikes x 1250, over the wall time of the run alone; all three record every spike. Bytes: spikemem and",
            "Brian2 by their arrays (what is kept of a synapse during a run), NEST by the growth of the process on connecting.",
        ],
    )
    repeats, few = (2, 1) if quick else (5, 3)
    own, cpp = "spikemem_brunel", "brian2_brunel"
    report.measure([
        Plan("spikemem, own float32 weights", own, "spikemem", ("own", "float32", duration), repeats),
        Plan("spikemem, own float64 weights", own, "spikemem", ("own", "float64", duration), repeats),
        Plan("spikemem, one weight", own, "spikemem", ("one", "float32", duration), repeats),
        Plan("Brian2 C++ standalone, own float32 weights", cpp, "brian2", ("float32", duration), few),
        Plan("Brian2 C++ standalone, own float64 weights", cpp, "brian2", ("float64", duration), few),
        Plan("Brian2 C++ standalone, one weight", cpp, "brian2", ("one", duration), few),
        Plan("NEST, own weights", "nest_brunel", "nest", (duration,), few),
    ])  # fmt: skip
    return report
