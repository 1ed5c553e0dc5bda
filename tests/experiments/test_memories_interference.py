"""Interference between the items of memories at equal bits, in short form."""

from __future__ import annotations

from spikemem.experiment.study import StudyRun
from spikemem.experiments.memories.study import MemoriesStudy

SOME = ("Hebbian", "ridge", "delta", "holographic", "modern Hopfield", "memory neurons, winner", "CA3")


def test_theory_holds_and_who_cannot_says_why() -> None:
    findings = MemoriesStudy(short=True, entrants=SOME, protocols=("interference",)).run(StudyRun())
    assert [c.name for c in findings.failed] == []
    assert len(findings.criteria) == 8
    cannot = findings.tables["P3 interference, cannot"]
    reasons = {(e, w): why for e, w, why in zip(cannot["entrant"], cannot["what"], cannot["why"], strict=True)}
    assert reasons["CA3", "close keys"] == "its cue is one line, which is there or not, and not the signs of a key"
    assert reasons["memory neurons, winner", "replay"].startswith("a pair that is written again takes another slot")
    assert reasons["holographic", "residue"] == (
        "Holographic.forget: has no mode 'key': what the key brings up is all that is stored, turned"
    )
    serial = findings.tables["P3 interference: serial position"]
    first, last = (dict(zip(serial["entrant"], serial[quarter], strict=True)) for quarter in list(serial)[1:5:3])
    assert first["memory neurons, winner"] == last["memory neurons, winner"] == 1.0
    assert first["CA3"] == 0.5  # its 16 lines are taken by the first half of the first quarter of 128 keys
    assert last["CA3"] == 0.0
    assert findings.draw().axes
