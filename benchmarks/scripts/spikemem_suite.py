"""A suite's conditions on one backend, one thread: ``spikemem_suite SUITE BACKEND SEEDS EVERY`` (each EVERY-th condition)."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace

from spikemem.suite.load import load_suite
from spikemem.suite.trials import run_condition


def main(name: str, backend: str, seeds: int, every: int) -> None:
    """Run and print; the first condition is run once before, so that nothing is compiled in what is timed."""
    conditions = load_suite(name, backend=backend, seeds=seeds).conditions
    run_condition(replace(conditions[0], seeds=1), threads=1)
    begin = time.perf_counter()
    asked = right = 0
    chosen = conditions[::every]
    for condition in chosen:
        exact = run_condition(condition, threads=1).queries["exact"]
        asked, right = asked + exact.size, right + int(exact.sum())
    took = time.perf_counter() - begin
    print(
        json.dumps({
            "run_s": took, "condition_s": took / len(chosen), "conditions": len(chosen), "all": len(conditions),
            "asked": asked, "right": right,
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
