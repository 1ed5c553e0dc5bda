"""The studies of temporal memories, in short form; their baselines."""

from __future__ import annotations

import numpy as np
import pytest

from spikemem.errors import InvalidInput
from spikemem.experiment.study import StudyRun
from spikemem.experiments.column_stream import ColumnStream, jaccard, random_columns
from spikemem.experiments.markov import Markov
from spikemem.experiments.sdr_temporal import SequenceStudy
from spikemem.experiments.tm_stream import KINDS, StreamStudy, make_stream
from spikemem.models import TemporalMemory


def test_predictions_under_noise_and_of_unions_are_the_theorys() -> None:
    study = SequenceStudy(
        noise_trials=4, sequences=1, crowded=(), spacious=((64, 1500),), unions=(1, 5), union_trials=8
    )
    findings = study.run(StudyRun())
    assert [c.name for c in findings.failed] == []
    noise = findings.tables["noise"]
    at_half = {
        theta: j for theta, v, j in zip(noise["theta"], noise["noise"], noise["simulated"], strict=True) if v == 0.5
    }
    assert at_half[8] > 0.9 > 0.3 > at_half[12] > 0.1 > at_half[16]


def test_too_many_sequences_make_every_cell_predicted() -> None:
    study = SequenceStudy(noise_trials=1, sequences=30, crowded=((32, 100),), spacious=(), unions=(1,), union_trials=8)
    findings = study.run(StudyRun())
    assert [c.passed for c in findings.criteria if c.name.startswith("n = 100")] == [True]


def test_a_stream_is_learned_and_outlives_a_lesion() -> None:
    study = StreamStudy(pairs=2, noise=40, elements=3000, lesion_at=1800, window=400)
    seen: list[int] = []
    findings = study.run(StudyRun(progress=lambda done, total, what: seen.append(done)))
    accuracy = findings.tables["accuracy"]
    ends = dict(zip(zip(accuracy["predictor"], accuracy["when"], strict=True), accuracy["end"], strict=True))
    before = {name: end for (name, when), end in ends.items() if "before" in when}
    assert before["temporal memory"] > 0.9
    assert before["variable-order Markov"] == 1.0
    assert before["first-order Markov"] < 0.65
    assert [c.passed for c in findings.criteria] == [True, True]
    assert seen == sorted(seen)
    assert len(seen) > 2000


def test_the_stream_is_what_it_says() -> None:
    stream = make_stream(np.random.default_rng(1), pairs=2, length=5, noise=7, elements=600)
    kinds = np.array(KINDS)[stream.kinds].tolist()
    assert kinds[:6] == ["start", "inside", "inside", "inside", "end", "noise"]
    starts, ends = stream.symbols[stream.kinds == 0], stream.symbols[stream.kinds == 2]
    assert {(s, e) for s, e in zip(starts.tolist(), ends.tolist(), strict=True)} == {(k, 4 + k) for k in range(4)}
    middles = stream.symbols[stream.kinds == 1].reshape(-1, 3)
    assert all((middles[starts // 2 == pair] == 8 + 3 * pair + np.arange(3)).all() for pair in range(2))
    noise = stream.symbols[stream.kinds == 3]
    assert (noise.min(), noise.max()) == (14, 20)


def test_markov_predictors_know_what_their_order_allows() -> None:
    symbols = [0, 2, 3, 1, 2, 4] * 20
    rights = {}
    for order in (1, 2):
        predictor, right = Markov(order), 0
        for symbol in symbols:
            right += predictor.predicted() == {symbol}
            predictor.see(symbol)
        rights[order] = right
    assert rights[2] >= len(symbols) - 8
    assert rights[1] <= 0.75 * len(symbols)


def test_the_lesion_silences_its_share_of_the_cells() -> None:
    model = TemporalMemory(symbols=1, columns=256, cells=8, active=20, lesion=0.4, room=100)
    stream = ColumnStream(model, StudyRun())
    shown = stream.show(random_columns(np.random.default_rng(1), 20, 256, 20), learn=False, lesion_from=10)
    assert [element.fired for element in shown[:10]] == [160] * 10
    assert abs(np.mean([element.fired for element in shown[10:]]) / 160 - 0.6) < 0.05


def test_jaccard() -> None:
    assert jaccard(np.array([1, 2, 3]), np.array([2, 3, 4])) == 0.5
    assert jaccard(np.array([], dtype=np.int64), np.array([], dtype=np.int64)) == 1.0


def test_wrong_parameters_are_told() -> None:
    with pytest.raises(InvalidInput, match=r"SequenceStudy\.noise_trials: must be >= 1, got 0"):
        SequenceStudy(noise_trials=0)
    with pytest.raises(InvalidInput, match=r"StreamStudy\.lesion: must be <= 1, got 1.2"):
        StreamStudy(lesion=1.2)
