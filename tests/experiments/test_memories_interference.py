"""Interference between the items of memories at equal bits, in short form."""

from __future__ import annotations

from spikemem.experiment.study import StudyRun
from spikemem.experiments.memories.study import MemoriesStudy

SOME = ("Hebbian", "ridge", "delta", "holographic", "modern Hopfield", "CA3")


def test_theory_holds_and_who_cannot_says_why() -> None:
    findings = MemoriesStudy(short=True, entrants=SOME, protocols=("interference",)).run(StudyRun())
    assert [c.name for c in findings.failed] == []
    assert len(findings.criteria) == 7
    cannot = findings.tables["P3 interference, cannot"]
    reasons = dict(zip(cannot["entrant"], cannot["why"], strict=True))
    assert reasons["CA3"] == "it runs as spikes, which takes too long here"
    assert reasons["holographic"] == (
        "Holographic.forget: has no mode 'key': what the key brings up is all that is stored, turned"
    )
    assert findings.draw().axes
