"""Conditions are run as told: the batch, the faults, the failures."""

from __future__ import annotations

import numpy as np
import pytest

import spikemem
from spikemem.errors import Unsupported
from spikemem.rng import generator
from spikemem.suite.condition import Condition
from spikemem.suite.load import load_suite
from spikemem.suite.outcome import Outcome
from spikemem.suite.tasks.fragments import Fragments
from spikemem.suite.tasks.stress import Stress
from spikemem.suite.trials import run_condition

STRESS = "spikemem.suite.tasks.stress:Stress"
PLANS = ("random", "relearn", "repeat", "disjoint", "overlapping", "rounds", "queries", "mixed", "once")


def stress(model: str = "reliable-cam", seeds: int = 2, **keys: object) -> Condition:
    chosen = Stress(**{"items": 5, "bits": 12, "active": 4, "operations": 60, **keys})  # type: ignore[arg-type]  # keys vary
    return Condition(STRESS, chosen.model_dump(), model, seeds=seeds)


def assert_same(one: Outcome, other: Outcome) -> None:
    for part in ("queries", "trials"):
        for name, values in getattr(one, part).items():
            np.testing.assert_array_equal(values, getattr(other, part)[name], err_msg=f"{part}.{name}")


@pytest.mark.parametrize("plan", PLANS)
def test_the_reliable_memory_answers_every_plan_right(plan: str) -> None:
    found = run_condition(stress(plan=plan))
    assert found.queries["exact"].size > 4
    assert found.queries["exact"].all()
    assert not found.failures


def test_the_number_of_threads_changes_no_bit() -> None:
    made = stress(loss=0.1, noise_hz=2.0, jitter_ms=0.2, late=0.05, seeds=3)
    one, two = run_condition(made, threads=1), run_condition(made, threads=2)
    assert_same(one, two)
    assert not one.queries["exact"].all()
    assert [f.answered for f in one.failures] == [f.answered for f in two.failures]


def test_a_failure_is_the_answer_that_was_counted_wrong_with_its_spikes() -> None:
    found = run_condition(stress("ca3-cam", plan="queries", spacing_ms=10.0))
    wrong = np.flatnonzero(~found.queries["exact"])
    assert len(found.failures) == 3
    for k, failure in zip(wrong, found.failures, strict=False):
        assert (failure.seed, failure.call) == (found.queries["seed"][k], found.queries["call"][k])
        assert failure.expected["cues"] != failure.answered["cues"]
        times, neurons = failure.spikes["out_cue"]
        assert set(neurons[times == failure.at_ms + 6.0]) == set(failure.answered["cues"])
        assert (times >= failure.at_ms - 40.0).all()


def test_without_faults_it_is_what_a_plain_run_gives() -> None:
    made = stress("ca3-cam", plan="mixed", seeds=1)
    stream = made.made_task().stream(made.made_model(), generator(1, "suite", "Stress", 0))
    plain = spikemem.run(made.made_model(), protocol=stream.calls)
    found = run_condition(made)
    assert found.queries["exact"].tolist() == [a.correct for a in plain.answers if a.correct is not None]
    assert found.trials["spikes"].tolist() == [plain.cost.spikes]
    assert found.queries["spikes"].sum() == sum(a.cost.spikes for a in plain.answers if a.correct is not None)


def test_operations_come_as_fast_as_the_model_allows_or_as_told() -> None:
    model = stress().made_model()
    stated = Stress(items=5, bits=12, active=4, plan="once").stream(model, generator(1, "t"))
    told = Stress(items=5, bits=12, active=4, plan="once", spacing_ms=25.0).stream(model, generator(1, "t"))
    assert {b.at - a.at for a, b in zip(stated.calls, stated.calls[1:], strict=False)} == {10.0}
    assert {b.at - a.at for a, b in zip(told.calls, told.calls[1:], strict=False)} == {25.0}


def test_a_model_is_asked_only_for_what_it_can() -> None:
    suite = load_suite("stress", model="hetero-associative")
    with pytest.raises(Unsupported, match="cannot any"):
        Stress(plan="repeat").check(suite.first.made_model())
    kept = suite.within_reach()
    assert set(kept.grids) == {"sizes", "adversarial streams"}
    assert any(
        reason.startswith("adversarial streams (plan=repeat): hetero-associative: cannot any")
        for reason in kept.left_out
    )
    with pytest.raises(Unsupported, match="nothing of it can be run"):
        load_suite("fragment-recall", model="hetero-associative").within_reach()


def test_fragments_are_of_the_length_and_the_share_of_wrong_lines_asked_for() -> None:
    model = stress().made_model()
    stream = Fragments(items=5, bits=12, active=4, kept=3, wrong=0.34, rounds=2).stream(model, generator(1, "t"))
    asked = [c for c in stream.calls if c.do == "complete"]
    assert len(asked) == 10
    for made in asked:
        fragment = set(made.arguments["content"])
        assert len(fragment) == 3
        assert max(len(fragment & pattern) for pattern in stream.association.stored.values()) >= 2
