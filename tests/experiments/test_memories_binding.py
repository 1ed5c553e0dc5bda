"""Queries of tokens, joint recall and hops of memories at equal bits, in short form."""

from __future__ import annotations

import numpy as np

from spikemem.experiment.study import StudyRun
from spikemem.experiments.memories.mqar import sequence
from spikemem.experiments.memories.study import MemoriesStudy


def test_theory_holds_and_the_context_is_needed() -> None:
    some = ("Hebbian", "delta", "modern Hopfield", "CA3", "SDR neuron")
    findings = MemoriesStudy(short=True, entrants=some, protocols=("binding",)).run(StudyRun())
    assert [c.name for c in findings.failed] == []
    assert len(findings.criteria) == 7
    joint = findings.tables["P4 binding: joint recall"]
    eight = dict(zip(joint["entrant"], joint["8"], strict=True))
    assert eight["key x context"] == 1.0
    assert eight["Hebbian"] == eight["delta"] == 0.125
    assert findings.tables["P4 binding, cannot"]["entrant"] == ["SDR neuron"]
    small = findings.tables["P4 binding: queries, d = 32, of all tokens"]
    apart = dict(zip(small["entrant"], small["64"], strict=True))
    assert apart["modern Hopfield"] > apart["delta"] > apart["CA3"] == 0.125  # 8 lines of 64 keys
    assert findings.draw().axes


def test_a_sequence_asks_each_pair_once_where_no_pair_stands() -> None:
    made = sequence(np.random.default_rng(2), pairs=16, length=128, vocabulary=256)
    values = dict(zip(made.keys.tolist(), made.values.tolist(), strict=True))
    assert len(values) == len(set(values.values())) == 16
    assert set(made.keys.tolist()) <= set(range(1, 128))
    assert set(values.values()) <= set(range(128, 256))
    assert set(made.queries.tolist()) <= set(range(32, 128, 2))
    assert len(set(made.queries.tolist())) == 16
    assert [values[k] for k in made.tokens[made.queries].tolist()] == made.answers.tolist()


def test_queries_crowd_behind_the_pairs() -> None:
    rng = np.random.default_rng(3)
    places = np.concatenate([sequence(rng, pairs=4).queries - 8 for _ in range(200)])
    assert np.median(places) < 0.25 * (512 - 8)
