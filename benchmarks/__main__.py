"""Print the tables: ``python -m benchmarks [--quick] [--only NAME] [--json FILE]``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from benchmarks import (
    brunel,
    ca3_large,
    ca3_stress,
    compare_memories,
    fragment_recall,
    segments,
    software_board,
    temporal_memory,
)
from benchmarks.machine import describe_machine
from benchmarks.report import Report

BENCHMARKS: dict[str, Callable[[bool], Report]] = {
    "ca3-stress": ca3_stress.measure,
    "ca3-large": ca3_large.measure,
    "brunel": brunel.measure,
    "segments": segments.measure,
    "temporal-memory": temporal_memory.measure,
    "compare-memories": compare_memories.measure,
    "fragment-recall": fragment_recall.measure,
    "software-board": software_board.measure,
}


def main() -> int:
    """Run the benchmarks asked for; return 1 if a spikemem row failed or answered wrongly, else 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats and shorter runs")
    parser.add_argument("--only", choices=BENCHMARKS, action="append", help="this benchmark alone (may be repeated)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every sample to FILE")
    options = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 180)
    machine = describe_machine()
    console.print(", ".join(f"{name} {value}" for name, value in machine.items()), highlight=False)
    reports = {}
    for name in options.only or BENCHMARKS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        report = BENCHMARKS[name](options.quick)
        report.show(console)
        reports[name] = report
    if options.json:
        data = {"machine": machine, "benchmarks": {name: report.data() for name, report in reports.items()}}
        options.json.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return int(any(row.failed and row.own for report in reports.values() for row in report.rows))


if __name__ == "__main__":
    sys.exit(main())
