"""The studies of the content-addressable memories in short form."""

from __future__ import annotations

import numpy as np

from spikemem.experiment.study import StudyRun
from spikemem.experiments.cam_faults import LABELS, CamFaults
from spikemem.experiments.cam_streams import CamStreams
from spikemem.experiments.cam_timing import CamTiming


def test_streams_are_all_right() -> None:
    findings = CamStreams(sizes=((3, 5), (8, 12)), operations=60, seeds=2).run(StudyRun())
    assert [c.name for c in findings.failed] == []
    table = findings.tables["streams"]
    assert table["wrong"] == [0] * 4
    assert min(table["asked"]) > 20
    assert len({*zip(table["cues"], table["stream"], table["duration, ms"], strict=True)}) == 4
    assert findings.draw().axes[0].get_ylabel() == "share of right answers"


def test_faults_tell_the_memories_apart() -> None:
    findings = CamFaults(seeds=2, operations=64).run(StudyRun())
    assert [c.name for c in findings.failed] == []
    table = findings.tables["faults"]
    assert table["fault"] == [fault for fault in LABELS for _ in range(7)]
    for model in ("CA3CAM", "ReliableCAM"):
        shares = np.array(table[model]).reshape(4, 7)
        assert (shares[:, 0] == 1.0).all()
        assert (shares[:, -1] < 0.5).all()
        assert (np.array(table[f"{model}, low"]).reshape(4, 7) < 1.0).all()
    assert len(findings.draw().axes) == 4


def test_only_learning_pairs_spikes_closely() -> None:
    findings = CamTiming().run(StudyRun())
    assert [c.name for c in findings.failed] == []
    table = findings.tables["pairs"]
    row = dict(zip(table["post - pre, ms"], table["cue->recalled, pairs in learn and forget"], strict=True))
    assert (row[1], row[-1]) == (3 + 2, 3 + 4 + 6)  # contents, and all other bits, of two memories and of none
    assert len(findings.draw().axes) == 2
