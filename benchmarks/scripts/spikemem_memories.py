"""A protocol of the study compare-memories: ``spikemem_memories PROTOCOL SHORT``."""

from __future__ import annotations

import json
import sys
import time

from spikemem.experiment.study import StudyRun
from spikemem.experiments.memories.study import MemoriesStudy


def main(protocol: str, short: bool) -> None:
    """Run and print."""
    begin = time.perf_counter()
    findings = MemoriesStudy(protocols=(protocol,), short=short).run(StudyRun())
    tables = {**findings.tables, **findings.details}
    print(
        json.dumps({
            "run_s": time.perf_counter() - begin, "met": len(findings.criteria) - len(findings.failed),
            "failed": [f"{c.name} ({c.found})" for c in findings.failed],
            "rows": sum(len(next(iter(table.values()), ())) for table in tables.values()),
        })
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] == "1")
