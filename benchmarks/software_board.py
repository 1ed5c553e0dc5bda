"""The SpiNNaker board in software: how fast against real time, by the cores that are in use."""

from __future__ import annotations

from benchmarks.process import Outcome
from benchmarks.report import Column, Plan, Report

FACTOR = "times real time"


def _factor(outcome: Outcome) -> float:
    return float(outcome.values["ms"] / 1000.0 / outcome.values["run_s"])


COLUMNS = (
    Column(FACTOR, _factor, ".3g"),
    Column("run alone (s)", lambda o: o.values["run_s"], ".3g"),
    Column("spikes (1/s of the board)", lambda o: o.values["spikes"] / o.values["ms"] * 1000.0, ",.0f"),
    Column("with mapping and loading (s)", lambda o: o.process_s, ".1f"),
)
RUNS = ((2, 500), (8, 500), (52, 300))
"""Cores, and ms."""


def measure(quick: bool) -> Report:
    """Return the table."""
    report = Report(
        "SpiNNaker board in software: the binaries of sPyNNaker, half of the cores spike sources of 2500 spikes a second",
        COLUMNS,
        {},
        ["Times real time: 1 is as fast as a board. Seconds of processor time of the board, which is one thread."],
    )
    repeats = 1 if quick else 3
    report.measure(
        [Plan(f"{cores} cores, {ms} ms", "software_board", "unicorn", (cores, ms), repeats) for cores, ms in RUNS]
    )
    return report
