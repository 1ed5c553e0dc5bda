"""The published stress test of the CA3 memory: start-up, and the run itself, of a small network."""

from __future__ import annotations

import tempfile

from benchmarks.process import Outcome
from benchmarks.report import Column, Note, Plan, Report

COLUMNS = (
    Column("whole process (s)", lambda o: o.process_s, ".2f"),
    Column("build (s)", lambda o: o.values["build_s"], ".2f"),
    Column("run alone (ms)", lambda o: 1000.0 * o.values["run_s"], ".2f"),
    Column("spikes", lambda o: o.values["spikes"], ".0f"),
)


def measure(quick: bool) -> Report:
    """Return the table."""
    report = Report(
        "CA3 memory, published stress test: 5 cues x 10 bits, 60 operations, 851 ms, dt 1 ms",
        COLUMNS,
        {"whole process (s)": False, "run alone (ms)": False},
        ["First start: no kernel is compiled yet. Build of Brian2: code generation and the C++ compiler."],
    )
    repeats = 3 if quick else 7
    task = ("stress", 60)
    with tempfile.TemporaryDirectory() as cache:
        env = {"NUMBA_CACHE_DIR": cache}
        first = Report(report.title, COLUMNS, {})
        first.measure(
            [Plan("spikemem, first start", "spikemem_ca3", "spikemem", (*task, "float64", "deferred"), 1, answers, env)]
        )
        report.measure([
            Plan("spikemem, second start", "spikemem_ca3", "spikemem", (*task, "float64", "deferred"), repeats, answers, env),
            Plan("Brian2 C++ standalone", "brian2_ca3", "brian2", task, 1 if quick else 2, same_out_spikes(report, 0)),
            Plan("NEST", "nest_ca3", "nest", task, repeats, lambda _: ("other rule, same size", False)),
        ])  # fmt: skip
    report.rows[1:1] = first.rows
    return report


def answers(outcome: Outcome) -> tuple[str, bool]:
    """Return how many recalls were right: all must be."""
    right = outcome.values["right"]
    return f"{right:.1%} of the recalls right", right < 1.0


def same_out_spikes(report: Report, row: int) -> Note:
    """Return the remark that says whether a row's out spikes are those of the row of this number."""

    def note(outcome: Outcome) -> tuple[str, bool]:
        own = report.rows[row]
        same = bool(own.outcomes) and own.outcomes[0].values["digest"] == outcome.values["digest"]
        right = f"{outcome.values['right']:.1%} of the recalls right"
        return f"out spikes {'the same as' if same else 'NOT those of'} {own.name}; {right}", False

    return note
