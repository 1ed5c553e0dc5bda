"""Digits are stored and recalled from fragments, in short form, from the command line and in parts."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import h5py
import numpy as np
import pytest

from spikemem.cli.main import main
from spikemem.encoders import ThresholdCode
from spikemem.errors import FileError
from spikemem.experiment.study import StudyRun
from spikemem.experiments.picture_fragments import KINDS, fragments
from spikemem.experiments.picture_recall import PictureRecall

SAMPLE = Path(__file__).parents[1] / "data" / "digits.npz"
SETTINGS = (
    f"parameters.digits={json.dumps(str(SAMPLE))}",
    "parameters.per_class=2",
    "parameters.shares=[0.01,0.2,1.0]",
)


def test_digits_come_back_from_fragments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [part for setting in SETTINGS for part in ("--set", setting)]
    assert main(["run", "picture-recall", *arguments, "--out", str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [c["passed"] for c in found["criteria"]] == [True, True]
    table = found["tables"]["recall"]
    assert len(table["code"]) == 2 * 2 * 3
    assert table["best matches"] == table["asked"] == [20] * 12
    right, error = np.array(table["right"]).reshape(2, 2, 3), np.array(table["pixel error"]).reshape(2, 2, 3)
    assert (np.diff(right, axis=2) >= 0).all()
    assert (right[:, :, 0] < 20).all()  # some pictures look alike at 8 pixels
    assert (right[:, :, 2] == 20).all()
    assert (right[1, :, 0] > right[0, :, 0]).all()  # pixels that are off tell something too
    assert (error[:, :, 2] == 0.0).all()
    assert (error[:, :, 0] > 0.01).all()
    assert all(a <= b <= c for a, b, c in zip(table["low"], table["share right"], table["high"], strict=True))
    assert all(
        a <= b <= c for a, b, c in zip(table["error, low"], table["pixel error"], table["error, high"], strict=True)
    )
    memories = found["tables"]["memories"]
    assert memories["memory"] == ["ReliableCAM", "CA3CAM"]
    assert (memories["right by cue"][0], memories["right by cue, afterwards"][0]) == (20, 20)
    assert memories["right by fragment"][0] > memories["right by fragment"][1] == 0
    assert memories["cues answered, mean"][1] > memories["cues answered, mean"][0]
    kept = dict(zip(found["tables"]["codes"]["code"], found["tables"]["codes"]["correlation, mean"], strict=True))
    assert 0.9 < kept["Bernoulli, 1 draw"] + 0.05 < kept["Bernoulli, 8 draws"] + 0.01 < kept["Bernoulli, 32 draws"]
    assert 0.3 < kept["projection, 25 of 500"] < kept["projection, 100 of 2000"] < kept["projection, 400 of 8000"] < 0.9
    names = {f"picture-recall{page}.png" for page in ("", "-curves", "-codes")}
    assert {f.name for f in tmp_path.iterdir()} == names | {"picture-recall.h5"}
    with h5py.File(tmp_path / "picture-recall.h5") as file:
        assert file["tables/recall/right"][()].tolist() == table["right"]


def test_a_missing_file_of_digits_is_told() -> None:
    with pytest.raises(FileError, match=r"^digits none\.npz: No such file or directory$"):
        PictureRecall(digits="none.npz").run(StudyRun())


@pytest.mark.parametrize("kind", KINDS)
def test_fragments_grow_and_hold_a_pixel_that_is_on(kind: str) -> None:
    image = np.zeros((6, 8), dtype=np.uint8)
    image[2, 3] = image[5, 7] = 255
    code = ThresholdCode(shape=(6, 8), level=127)
    for seed in range(20):
        made = fragments(np.random.default_rng(seed), 4, image > 127, kind, (0.01, 0.25, 1.0))
        assert [int(f.known.sum()) for f in made] == [1, 12, 48]
        assert all((small.known <= large.known).all() for small, large in pairwise(made))
        assert made[0].neurons(code, image) in ([19], [47])
        both = ThresholdCode(shape=(6, 8), level=127, opposites=True)
        assert len(made[1].neurons(both, image)) == 12
        assert made[2].neurons(both, image) == list(both.encode(image))


def test_a_patch_is_a_square() -> None:
    first = 4 * 9 + 4
    known = np.zeros(81, dtype=bool)
    known[KINDS["patch"](np.random.default_rng(1), (9, 9), first)[:25]] = True
    assert np.argwhere(known.reshape(9, 9)).tolist() == [[r, c] for r in range(2, 7) for c in range(2, 7)]
    scattered = KINDS["scattered"](np.random.default_rng(1), (9, 9), first)
    assert (scattered[0], sorted(scattered)) == (first, list(range(81)))
