"""Means, intervals, criteria."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from spikemem.errors import InvalidInput
from spikemem.rng import generator
from spikemem.suite.condition import Condition
from spikemem.suite.criteria import judged
from spikemem.suite.outcome import QUERY, TRIAL, Outcome, columns_of
from spikemem.suite.schema import CriterionSection
from spikemem.suite.summary import over_seeds, summed_up, wilson
from spikemem.suite.tasks.fragments import Fragments


def condition(**keys: Any) -> Condition:
    return Condition(
        "spikemem.suite.tasks.fragments:Fragments", Fragments(**keys).model_dump(), "reliable-cam", seeds=2
    )


def outcome(right: list[tuple[int, str, bool]]) -> Outcome:
    """Return an outcome of questions (seed, kind, right)."""
    rows = [
        {
            "seed": seed, "call": k, "at_ms": 0.0, "kind": kind, "place": math.nan, "exact": exact, "jaccard": float(exact),
            "precision": math.nan, "recall": 0.5, "spurious": 1, "latency_ms": 3.0, "spikes": 10, "synaptic_events": 20,
            "weight_updates": 0,
        }
        for k, (seed, kind, exact) in enumerate(right)
    ]  # fmt: skip
    return Outcome(columns_of(rows, QUERY), columns_of([], TRIAL))


@pytest.mark.parametrize(
    ("right", "asked", "low", "high"), [(10, 10, 0.7225, 1.0), (1, 2, 0.0945, 0.9055), (0, 4, 0.0, 0.4899)]
)
def test_wilsons_interval_is_that_of_his_formula(right: int, asked: int, low: float, high: float) -> None:
    z, p = 1.959964, right / asked
    centre = (p + z * z / (2 * asked)) / (1 + z * z / asked)
    half = z / (1 + z * z / asked) * math.sqrt(p * (1 - p) / asked + z * z / (4 * asked * asked))
    found = wilson(right, asked)
    assert (found.low, found.high) == pytest.approx((centre - half, centre + half), abs=1e-6)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_means_are_over_seeds_and_skip_what_is_not_there() -> None:
    values, seeds = np.array([1.0, 0.0, math.nan, 1.0, 1.0]), np.array([0, 0, 1, 2, 2])
    found = over_seeds(values, seeds, generator(1, "t"))
    assert found.mean == pytest.approx(0.75)
    assert 0.5 <= found.low < 0.75 < found.high <= 1.0
    assert math.isnan(over_seeds(np.full(2, math.nan), np.zeros(2), generator(1, "t")).mean)


def test_each_kind_has_a_row_and_costs_are_by_right_answers() -> None:
    rows = summed_up(condition(), "g", outcome([(0, "a", True), (0, "b", False), (1, "a", True), (1, "b", True)]))
    assert [(row.kind, row.asked, row.measures["exact"].mean) for row in rows] == [
        ("all", 4, 0.75),
        ("a", 2, 1.0),
        ("b", 2, 0.5),
    ]
    assert rows[0].per_correct["spikes"] == pytest.approx(40 / 3)
    assert rows[2].per_correct["synaptic_events"] == pytest.approx(40.0)
    assert math.isnan(rows[0].measures["precision"].mean)
    assert not rows[1].trusted


def test_many_right_answers_are_trusted() -> None:
    assert summed_up(condition(), "g", outcome([(k % 2, "a", True) for k in range(400)]))[0].trusted


def test_a_criterion_holds_in_every_condition_that_it_names() -> None:
    good, bad = condition(wrong=0.0), condition(wrong=0.5)
    rows = [
        *summed_up(good, "g", outcome([(0, "a", True), (1, "b", True)])),
        *summed_up(bad, "g", outcome([(0, "a", True), (1, "b", False)])),
    ]
    made = judged(
        [
            CriterionSection(name="all", at_least=1.0),
            CriterionSection(name="clean", where={"wrong": 0.0}, at_least=1.0),
            CriterionSection(name="either", where={"wrong": [0.0, 0.5]}, kind="a", at_least=1.0),
            CriterionSection(name="near", where={"wrong": 0.5}, near=0.52, tolerance=0.05),
            CriterionSection(name="far", where={"wrong": 0.5}, near=0.6, tolerance=0.05),
            CriterionSection(name="most", where={"wrong": 0.5}, measure="spurious", at_most=0.5),
            CriterionSection(name="others", models=["ca3-cam"], at_least=1.0),
            CriterionSection(name="nothing answered", measure="precision", at_least=0.0),
        ],
        rows,
    )
    assert {c.name: c.passed for c in made} == {
        "all": False, "clean": True, "either": True, "near": True, "far": False, "most": False, "nothing answered": False,
    }  # fmt: skip
    assert bad.digest in made[0].found
    assert "1 of 2 fail" in made[0].found


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"measure": "exakt", "at_least": 1.0}, "measure 'exakt' is unknown; did you mean 'exact'"),
        ({"where": {"wrnog": 0.0}, "at_least": 1.0}, "where.wrnog is unknown; did you mean 'wrong'"),
        ({}, "give at_least, at_most or near"),
    ],
)
def test_a_criterion_that_means_nothing_is_refused(wrong: dict[str, object], said: str) -> None:
    rows = summed_up(condition(), "g", outcome([(0, "a", True)]))
    with pytest.raises(InvalidInput, match=said):
        judged([CriterionSection.model_validate({"name": "c", **wrong})], rows)


def test_a_conditions_name_is_that_of_its_content() -> None:
    assert condition(wrong=0.1).digest == condition(wrong=0.1).digest
    assert condition(wrong=0.1).digest != condition(wrong=0.2).digest
    made = condition()
    assert replace(made, folder="elsewhere").digest == made.digest
    changes: list[dict[str, Any]] = [
        {"seed": 2},
        {"seeds": 3},
        {"backend": "nest"},
        {"model": "ca3-cam"},
        {"spikemem": "0"},
    ]
    for change in changes:
        assert replace(made, **change).digest != made.digest
