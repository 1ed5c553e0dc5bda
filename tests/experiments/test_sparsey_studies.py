"""The studies of Sparsey in short form."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spikemem.errors import InvalidInput
from spikemem.experiment.study import StudyRun
from spikemem.experiments.letters import letters
from spikemem.experiments.sparsey_alphabet import AlphabetStudy
from spikemem.experiments.sparsey_fixed_time import FixedTimeStudy, rise
from spikemem.experiments.sparsey_mnist import DigitsStudy
from spikemem.experiments.sparsey_one_store import OneStoreStudy, structure
from spikemem.experiments.sparsey_race import RaceStudy
from spikemem.experiments.sparsey_sequences import CLASSES, SIDE, SequenceStudy, edges, make_episode
from spikemem.experiments.sparsey_similarity import SimilarityStudy
from spikemem.experiments.sparsey_stream import SparseyStream, overlap
from spikemem.ir import Mac, Network
from spikemem.ir.mac import Sigmoid
from spikemem.models.sparsey import Level, Sparsey

SAMPLE = str(Path(__file__).parents[1] / "data" / "digits.npz")


def test_the_alphabet_is_learned() -> None:
    findings = AlphabetStudy(seeds=1).run(StudyRun())
    assert [c.name for c in findings.failed] == []
    letters = findings.tables["letters"]
    assert letters["distinct codes"] == [26, 26]
    assert letters["exact codes"][0] == 26
    assert letters["G learned, least"] == [1.0, 1.0]


def test_similar_inputs_have_similar_codes_as_the_closed_form_says() -> None:
    findings = SimilarityStudy(macs=50, modules=20).run(StudyRun())
    assert [c.name for c in findings.failed] == []
    table = findings.tables["overlap"]
    rows = zip(table["form"], table["shared inputs"], table["closed form"], table["G"], strict=True)
    wanted = {(form, share): round(chance, 3) for form, share, chance, _ in rows}
    assert [wanted["A", f] for f in (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)] == [
        0.125,
        0.125,
        0.134,
        0.954,
        0.984,
        0.989,
        0.991,
    ]
    assert [wanted["B", f] for f in (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)] == [
        0.125,
        0.125,
        0.244,
        0.375,
        0.467,
        0.499,
        0.514,
    ]
    assert table["G"] == pytest.approx(table["shared inputs"])


def test_another_psi_does_not_fit_the_closed_form() -> None:
    """The criterion can fail: macs of another G_minus than that of the closed form are told from it."""

    class Off(SimilarityStudy):
        def network(self, form: Sigmoid) -> Network:
            network = super().network(form)
            inputs, macs = network.populations
            other = replace(macs, cell=Mac(modules=self.modules, cells=self.cells, form=form, G_minus=0.2))
            return replace(network, populations=(inputs, other))

    assert "within 3 standard errors of the closed form" in [
        c.name for c in Off(macs=50, modules=20).run(StudyRun()).failed
    ]


def test_digits_are_classified_after_one_pass() -> None:
    study = DigitsStudy(digits=SAMPLE, train=12, test=8, seeds=1, rows=5, cells=64)
    findings = study.run(StudyRun())
    table = findings.tables["seeds"]
    assert table["accuracy"][0] > 0.6  # 12 of each class instead of 200
    assert table["accuracy"][0] > table["1-NN, overlap of on pixels"][0] - 0.1
    assert table["overlap within classes"][0] > table["overlap between classes"][0]
    again = study.run(StudyRun())
    assert again.tables["seeds"]["accuracy"] == table["accuracy"]


def test_labels_change_no_code() -> None:
    images = letters()
    model = Sparsey(height=7, width=5, levels=(Level(modules=8, cells=8),))
    codes = [
        SparseyStream(model, StudyRun()).show(images, learn=True, labels=labels).codes[0]
        for labels in (None, np.arange(26), np.zeros(26, dtype=np.int64))
    ]
    assert (codes[0] == codes[1]).all()
    assert (codes[0] == codes[2]).all()


def test_episodes_are_replayed_and_their_order_is_known() -> None:
    findings = SequenceStudy(stored=9, frames=6, train=2, test=1).run(StudyRun())
    assert [c.name for c in findings.failed if not c.name.startswith("classes")] == []
    episodes = findings.tables["episodes"]
    assert min(episodes["G forwards"]) > 2 * max(episodes["G backwards"])


def test_an_episode_is_a_shape_in_motion() -> None:
    rng = np.random.default_rng(1)
    for label, name in enumerate(CLASSES):
        frames = make_episode(rng, label, 6).frames.reshape(6, SIDE, SIDE)
        centres = np.array([np.argwhere(frame).mean(axis=0) for frame in frames])
        down, right = {"right": (0, 1), "down": (1, 0), "both": (1, 1)}[name.split()[1]]
        inside = [
            k for k in range(5) if not frames[k : k + 2, [0, -1]].any() and not frames[k : k + 2, :, [0, -1]].any()
        ]
        assert inside
        assert np.diff(centres, axis=0)[inside] == pytest.approx(np.tile([down, right], (len(inside), 1)))
    assert edges(np.ones((3, 3), dtype=bool)).sum() == 8


def test_the_course_of_the_time_is_measured() -> None:
    findings = FixedTimeStudy(items=400, block=40, asked=20).run(StudyRun())
    assert [len(column) for column in findings.tables["times"].values()] == [10, 10, 10]
    assert findings.tables["times"]["stored"] == list(range(40, 401, 40))
    assert min(findings.tables["times"]["learning, us"]) > 0.0


def test_a_time_that_grows_is_found() -> None:
    stored = np.arange(1.0, 41.0)
    share, error = rise(stored, 100.0 + stored + np.random.default_rng(1).normal(0.0, 1.0, 40))
    assert share == pytest.approx(39 / 120.5, abs=3 * error + 0.01)
    assert 0.0 < error < 0.02


def test_the_number_of_changed_weights_has_a_bound_that_does_not_grow() -> None:
    """What learning does for an input: at most one weight for each active line and winner, stored inputs or not."""
    model = FixedTimeStudy().model()
    stream = SparseyStream(model, StudyRun())
    images = np.random.default_rng(1).random((300, model.inputs)) < 0.2
    events = []
    for part in (images[:100], images[100:200], images[200:]):
        before = stream._program.cost
        stream.show(part, learn=True)
        events.append((stream._program.cost - before).synaptic_events / part.sum())
    assert max(events) <= 1.05 * min(events)


def test_overlap() -> None:
    assert overlap(np.array([[1, 2, -1], [0, 0, 0]]), np.array([1, 3, -1])).tolist() == [1 / 3, 0.0]


def test_wrong_parameters_are_told() -> None:
    with pytest.raises(InvalidInput, match=r"^SimilarityStudy\.active: must be a multiple of 20, got 30$"):
        SimilarityStudy(active=30)
    with pytest.raises(InvalidInput, match=r"^AlphabetStudy\.wrong: must be <= 35, got 36$"):
        AlphabetStudy(wrong=36)
    with pytest.raises(InvalidInput, match=r"^digits: 200 \+ 200 of each class are asked for, there are 20 of 0$"):
        DigitsStudy(digits=SAMPLE).run(StudyRun())


def test_items_and_their_classes_are_read_from_one_store() -> None:
    findings = OneStoreStudy(seeds=1).run(StudyRun())
    assert [c.name for c in findings.failed] == []
    table = findings.tables["seeds"]
    assert table["items identified"] == [100]
    assert table["overlap within letters"][0] > 1.4 * table["overlap between letters"][0]
    assert table["new: pixels off the letter, recalled"][0] < 0.6 * table["new: pixels off the letter, shown"][0]


def test_overlaps_that_have_nothing_to_do_with_classes_are_no_structure() -> None:
    rng = np.random.default_rng(1)
    shared, labels = rng.random((60, 60)), np.repeat(np.arange(6), 10)
    within, between, p = structure(rng, shared, labels)
    assert within == pytest.approx(between, abs=0.05)
    assert p > 0.05
    assert structure(rng, shared + (labels[:, None] == labels[None]), labels)[2] == 0.001


def test_races_recall_and_choose_as_the_mac_does() -> None:
    findings = RaceStudy(choices=200, wrong=(8,)).run(StudyRun())
    assert [c.name for c in findings.failed] == []
    assert findings.tables["recall"]["right winners"] == [7, 7, 7]
    assert findings.tables["choice"]["races"] == [1400]
    assert findings.tables["choice"]["least expected"][0] >= 5.0


@pytest.mark.parametrize("wrong", [(), (4, 4), (17,), (-1,)])
def test_wrong_pixels_that_cannot_be_are_refused(wrong: tuple[int, ...]) -> None:
    sentence = f"RaceStudy.wrong: must be different numbers of 0..16 pixels, got {list(wrong)}"
    with pytest.raises(InvalidInput, match=f"^{re.escape(sentence)}$"):
        RaceStudy(wrong=wrong)
