"""The study of the spiking temporal memory: short, and as it stands."""

from __future__ import annotations

import numpy as np
import pytest

from spikemem.errors import InvalidInput
from spikemem.experiment import load_study
from spikemem.experiment.study import StudyRun
from spikemem.experiments.stm_sequences import SequenceStudy

SET_I = {"I": ["ADBE", "FDBC"]}


def test_set_one_is_learned() -> None:
    study = SequenceStudy(sets=SET_I, episodes=100, seeds=2, letters=6)
    findings = study.run(StudyRun(seed=2))
    assert [c.name for c in findings.failed] == []
    seeds, course = findings.tables["seeds"], findings.tables["curve I"]
    assert seeds["seed"] == [2, 3]
    assert all(20 <= n <= 70 for n in seeds["learned in episode"])
    assert course["error"][0] == 1.0
    assert course["active cells"][0] == 150.0
    for low, mean, high in zip(course["error, low"], course["error"], course["error, high"], strict=True):
        assert low <= mean <= high
    figure = findings.draw()
    drawn = figure.axes[0].lines[0].get_ydata()
    assert np.asarray(drawn).tolist() == course["error"]


def test_too_few_episodes_meet_no_criterion_of_learning() -> None:
    findings = SequenceStudy(sets=SET_I, episodes=20, seeds=1, letters=6).run(StudyRun())
    assert [c.passed for c in findings.criteria] == [False, False, False, False, True]
    assert np.isnan(findings.tables["seeds"]["learned in episode"][0])


@pytest.mark.slow
def test_both_sets_are_learned() -> None:
    study = SequenceStudy(sets=load_study("stm-sequences").study.sets, seeds=2)  # type: ignore[attr-defined]
    findings = study.run(StudyRun())
    assert [c.name for c in findings.failed] == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "SequenceStudy.sets.I: must hold at least one word, is empty"),
        (["A"], "SequenceStudy.sets.I: must hold words of two or more of the letters A..N, got 'A'"),
        (["AbC"], "SequenceStudy.sets.I: must hold words of two or more of the letters A..N, got 'AbC'"),
        (["AZ"], "SequenceStudy.sets.I: must hold words of two or more of the letters A..N, got 'AZ'"),
    ],
)
def test_words_must_be_of_the_alphabet(words: list[str], sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        SequenceStudy(sets={"I": words})
    assert str(caught.value) == sentence


def test_tau_h_is_the_length_of_an_episode() -> None:
    study = load_study("stm-sequences").study
    assert isinstance(study, SequenceStudy)
    assert [study.model(name).tau_h for name in ("I", "II")] == [440.0, 1560.0]  # the publication's
