"""The studies of the content-addressable memories in short form."""

from __future__ import annotations

import numpy as np
import pytest

from spikemem.experiment.study import StudyRun
from spikemem.experiments.cam_faults import FAULTS, CamFaults, add, lose, protocol, right, shift
from spikemem.experiments.cam_streams import CamStreams
from spikemem.experiments.cam_timing import CamTiming
from spikemem.models import CA3CAM, ReliableCAM

SPIKES = np.repeat(np.arange(0, 4000, 4), 3).astype(np.int64), np.tile(np.arange(3), 1000).astype(np.int32)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_streams_are_all_right() -> None:
    findings = CamStreams(sizes=((3, 5), (8, 12)), operations=60, seeds=2).run(StudyRun())
    assert [c.name for c in findings.failed] == []
    table = findings.tables["streams"]
    assert table["wrong"] == [0] * 4
    assert min(table["asked"]) > 20
    assert len({*zip(table["cues"], table["stream"], table["duration, ms"], strict=True)}) == 4
    assert findings.draw().axes[0].get_ylabel() == "share of right answers"


def test_a_fault_does_what_it_says() -> None:
    lost, late, more = (fault(rng(), SPIKES, 3, 4000, 0.3) for fault in (lose, shift, add))
    assert lost[0].size == pytest.approx(2100, abs=120)
    assert {*zip(*lost, strict=True)} < {*zip(*SPIKES, strict=True)}
    assert late[0].size == 3000
    assert np.unique(late[0] % 4, return_counts=True)[1] == pytest.approx([2100, 900], abs=120)
    assert {*zip(*more, strict=True)} > {*zip(*SPIKES, strict=True)}
    many = add(rng(), SPIKES, 3, 4000, 100.0)
    assert many[0].size - 3000 == pytest.approx(
        4000 * 3 * 0.1 * 0.75, abs=120
    )  # a quarter falls onto spikes that there are
    for fault, _, _ in FAULTS.values():
        same = fault(rng(), SPIKES, 3, 4000, 0.0)
        assert {*zip(*same, strict=True)} == {*zip(*SPIKES, strict=True)}


@pytest.mark.parametrize("model", [CA3CAM(), ReliableCAM()])
def test_without_faults_the_answers_are_those_of_a_run(model: CA3CAM | ReliableCAM) -> None:
    calls = protocol(rng(), 5, 10, 3, rounds=1)
    assert len(calls) == 5 + 5 + 10
    assert right(model, calls, lambda source, spikes, size, steps: spikes) == 1.0
    assert right(model, calls, lambda source, spikes, size, steps: (spikes[0][:0], spikes[1][:0])) < 0.5


def test_faults_tell_the_memories_apart() -> None:
    findings = CamFaults(cues=5, bits=10, size=3, rounds=1, seeds=6).run(StudyRun())
    assert [c.name for c in findings.failed] == []
    table = findings.tables["faults"]
    assert table["fault"] == [name for name, (_, _, levels) in FAULTS.items() for _ in levels]
    for model in ("CA3CAM", "ReliableCAM"):
        shares = np.array(table[model]).reshape(3, 7)
        assert (shares[:, 0] == 1.0).all()
        assert (shares[:, -1] < 0.5).all()
    assert len(findings.draw().axes) == 3


def test_only_learning_pairs_spikes_closely() -> None:
    findings = CamTiming().run(StudyRun())
    assert [c.name for c in findings.failed] == []
    table = findings.tables["pairs"]
    row = dict(zip(table["post - pre, ms"], table["cue->recalled, pairs in learn and forget"], strict=True))
    assert (row[1], row[-1]) == (3 + 2, 3 + 4 + 6)  # contents, and all other bits, of two memories and of none
    assert len(findings.draw().axes) == 2
