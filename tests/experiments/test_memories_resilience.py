"""Overwriting, forgetting, lesions and precision of memories at equal bits, in short form."""

from __future__ import annotations

import numpy as np

from spikemem.experiment.study import StudyRun
from spikemem.experiments.memories.fillers import half_life
from spikemem.experiments.memories.registry import ENTRANTS
from spikemem.experiments.memories.stream import Stream
from spikemem.experiments.memories.study import MemoriesStudy

SOME = ("Hebbian", "Hebbian, decay", "delta", "softmax attention", "modern Hopfield", "novelty gate", "Willshaw", "CA3")
STUDY = MemoriesStudy(short=True, entrants=SOME, protocols=("resilience",))


def test_theory_holds_and_who_cannot_says_why() -> None:
    findings = STUDY.run(StudyRun())
    assert [c.name for c in findings.failed] == []
    assert len(findings.criteria) == 14
    cannot = findings.tables["P3 and P6, cannot"]
    reasons = {(e, w): why for e, w, why in zip(cannot["entrant"], cannot["what"], cannot["why"], strict=True)}
    assert (
        reasons["Willshaw", "precision"]
        == "Willshaw.forget: has no mode 'quantise': its synapses are of one bit already"
    )
    assert reasons["Hebbian", "lesion of routing"] == "HebbianLinear.lesion: part 'routing' is unknown"
    assert reasons["CA3", "lesion of routing"] == "Cam.lesion: part 'routing' is unknown"
    assert ("CA3", "lesion of memory") not in reasons
    assert ("CA3", "precision") not in reasons
    assert findings.draw().axes


def test_a_copy_is_damaged_alone() -> None:
    suite = STUDY.suite(StudyRun())
    stream = Stream(suite, ENTRANTS["Hebbian"], {}, 0, 4)
    for k in range(4):
        stream.write(k, stream.book[k])
    copy = stream.copy()
    copy.fitted.layer.lesion("memory", 1.0)
    assert not copy.scores([0]).any()
    assert stream.right([0, 1, 2, 3], [0, 1, 2, 3]) == 1.0


def test_a_strength_that_does_not_fall_has_no_half_life() -> None:
    assert half_life((0.0, 16.0), np.array([1.0, 1.0])) == float("inf")
    assert round(half_life((0.0, 16.0), np.array([1.0, 0.75])), 2) == 38.55
