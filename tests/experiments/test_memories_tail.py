"""Frequent and rare keys of memories at equal bits, in short form."""

from __future__ import annotations

from spikemem.experiment.study import StudyRun
from spikemem.experiments.memories.study import MemoriesStudy

SOME = ("Hebbian", "delta", "holographic", "modern Hopfield", "CA3")


def test_theory_holds_and_who_cannot_says_why() -> None:
    findings = MemoriesStudy(short=True, entrants=SOME, protocols=("tail",)).run(StudyRun())
    assert [c.name for c in findings.failed] == []
    assert len(findings.criteria) == 7
    assert findings.tables["P5 tail: effective rank"]["entrant"] == ["Hebbian", "delta"]
    cannot = findings.tables["P5 tail, cannot"]
    reasons = dict(zip(cannot["entrant"], cannot["why"], strict=True))
    assert reasons["CA3"] == "its state is not one matrix from keys to values"
    assert reasons["holographic"] == "its state is not one matrix from keys to values"
    assert findings.draw().axes
