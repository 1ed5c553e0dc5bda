"""A suite of four conditions, run too fast for the published memory, so that it has wrong answers of several kinds."""

from __future__ import annotations

from pathlib import Path

from spikemem.suite.executor import InProcess
from spikemem.suite.load import load_suite
from spikemem.suite.store import Store
from spikemem.suite.sweep import Results, sweep

SMALL = """
title = "Small & <script>alert(1)</script>"
source = "ours"
task = "spikemem.suite.tasks.fragments:Fragments"
model = "ca3-cam"
seeds = 3
[fixed]
items = 3
bits = 8
active = 3
spacing_ms = 3.0
[[grids]]
name = "lengths & <wrong lines>"
[grids.over]
kept = [1, 3]
wrong = [0.0, 0.4]
[[criteria]]
name = "whole patterns"
where = { kept = 3 }
at_least = 0.9
[[criteria]]
name = "hardly any spurious line"
measure = "spurious"
where = { kept = 1 }
at_most = 3.0
"""


def write_small(folder: Path) -> Path:
    """Write the suite's file into ``folder``."""
    path = folder / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def run_small(folder: Path, model: str = "ca3-cam", changes: tuple[str, ...] = ()) -> Results:
    """Return the results of the suite."""
    suite = load_suite(str(write_small(folder)), changes, model=model).within_reach()
    return sweep(suite, Store(folder / f"{model}.conditions"), InProcess())
