"""What a study is: its parameters, its generator, its threads, what it may return."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from pydantic import Field

from spikemem.errors import InvalidInput
from spikemem.experiment import Choices, load_experiment, load_study
from spikemem.experiment.study import Criterion, Findings, Study, StudyRun
from tests.experiment.a_study import write_study


class Empty(Study):
    """A study of nothing."""

    def run(self, how: StudyRun) -> Findings:
        return Findings({}, (), Figure)


def test_a_study_takes_only_its_parameters() -> None:
    with pytest.raises(InvalidInput, match=r"^Empty: unknown parameter 'samples'; valid: \(none\)$"):
        Empty(samples=3)  # type: ignore[call-arg]


class Listed(Study):
    """A study of lists."""

    numbers: tuple[int, ...] = (1, 2)
    pairs: Annotated[tuple[tuple[int, int], ...], Field(min_length=1)] = ((1, 2),)

    def run(self, how: StudyRun) -> Findings:
        return Findings({"numbers": {"number": self.numbers}}, (), Figure)


def test_lists_of_a_file_become_tuples() -> None:
    given: dict[str, Any] = {"numbers": [3], "pairs": [[4, 5], [6, 7]]}
    study = Listed(**given)
    assert (study.numbers, study.pairs) == ((3,), ((4, 5), (6, 7)))
    for wrong, told in (
        ({"numbers": 3}, r"^Listed\.numbers: must be a list, got 3$"),
        ({"numbers": ["3"]}, r"^Listed\.numbers\[0\]: must be a whole number, got '3'$"),
        ({"pairs": []}, r"^Listed\.pairs: must have at least 1 item, got \(\)$"),
    ):
        with pytest.raises(InvalidInput, match=told):
            Listed(**wrong)


def test_numbers_are_drawn_by_seed_and_name() -> None:
    def draw(seed: int, *name: str) -> float:
        return float(StudyRun(seed=seed).generator(*name).random())

    assert draw(1, "a", "b") == draw(1, "a", "b")
    assert len({draw(1, "a"), draw(2, "a"), draw(1, "b"), draw(1, "a", "b")}) == 4


def test_progress_is_told_before_each_item_and_at_the_end() -> None:
    told: list[tuple[int, int, str]] = []
    how = StudyRun(progress=lambda done, total, what: told.append((done, total, what)))
    assert list(how.each([4, 5], lambda item: f"item {item}")) == [4, 5]
    assert told == [(0, 2, "item 4"), (1, 2, "item 5"), (2, 2, "")]


def test_threads_are_those_of_the_hardware(tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_text('backend = "numba"\nthreads = 2\n')
    assert StudyRun().threads == 1
    assert StudyRun(hardware=str(path)).threads == 2
    with pytest.raises(InvalidInput, match=r"two\.toml: is for backend 'numba', got backend 'nest'$"):
        _ = StudyRun(backend="nest", hardware=str(path)).threads


def test_columns_are_of_one_length() -> None:
    with pytest.raises(InvalidInput, match=r"^table t: columns must be of one length, got \{'a': 2, 'b': 1\}$"):
        Findings({"t": {"a": [1, 2], "b": [1]}}, (), Figure)


def test_failed_criteria() -> None:
    met, unmet = Criterion("one", True, ""), Criterion("two", False, "")
    assert Findings({}, (met, unmet), Figure).failed == (unmet,)


def test_a_file_is_loaded_and_changed(tmp_path: Path) -> None:
    path = write_study(tmp_path, more="[parameters]\nmost = 4\n[run]\nseed = 5\n")
    loaded = load_study(str(path), ["parameters.small=2"])
    assert loaded.name == "my-squares"
    assert loaded.study.model_dump() == {"most": 4, "small": 2}
    assert (loaded.how(Choices()).backend, loaded.how(Choices()).seed) == ("numba", 5)
    assert loaded.how(Choices(seed=7)).seed == 7
    source = loaded.provenance(loaded.how(Choices(seed=7)))
    assert source["study"]["parameters"] == {"most": 4, "small": 2}
    assert (source["study"]["name"], source["study"]["title"]) == ("my-squares", "Squares")
    assert (source["seed"], source["backend"], source["hardware"]) == (7, "numba", None)


def test_the_same_seed_gives_the_same_findings(tmp_path: Path) -> None:
    loaded = load_study(str(write_study(tmp_path)))

    def drawn(seed: int) -> list[int]:
        return list(loaded.run(StudyRun(seed=seed)).tables["drawn"]["number"])

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert np.all(np.array(drawn(1)) < 1000)


def test_what_is_no_study_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"is a study, made of many runs; only spikemem run takes it$"):
        load_experiment(str(write_study(tmp_path)))
    with pytest.raises(InvalidInput, match=r"ca3_functional\.toml: is no study: it has no key 'study'$"):
        load_study("ca3-functional")
