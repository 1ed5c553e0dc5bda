"""The study compare-memories: its rules hold for every entrant, its short form meets its criteria, and these can fail."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from spikemem.errors import InvalidInput
from spikemem.experiment.study import StudyRun
from spikemem.experiments.memories import capacity, cues, energy, fidelity, fidelity_pairs
from spikemem.experiments.memories.entrants import Entrant, Order
from spikemem.experiments.memories.items import Damage, Items
from spikemem.experiments.memories.registry import ENTRANTS
from spikemem.experiments.memories.spiking import DAMAGED
from spikemem.experiments.memories.study import MemoriesStudy
from spikemem.experiments.memories.suite import Suite
from spikemem.experiments.memories.trial import Filled

D = 64
everyone = pytest.mark.parametrize("entrant", ENTRANTS.values(), ids=list(ENTRANTS))


def suite(*names: str, **others: Entrant) -> Suite:
    entrants = {name: ENTRANTS[name] for name in names} | others
    return replace(MemoriesStudy(short=True).suite(StudyRun()), entrants=entrants)


@everyone
def test_a_full_memory_fits_the_budget_and_uses_it(entrant: Entrant) -> None:
    """For every choice, 95 % of the budget at least; what grows is filled first."""
    for choice in entrant.choices():
        order = Order(D, D, seed=1)
        fitted = entrant.make(order, choice)
        count = (fitted.slots or D) if fitted.layer.traits.growing else 1
        filled = Filled(entrant, replace(order, count=max(count, D)), choice).hold(count)
        assert 0.95 * order.bits <= filled.fitted.state_bits <= order.bits, choice


@everyone
def test_few_items_come_back_by_whole_keys(entrant: Entrant) -> None:
    recall = Filled(entrant, Order(D, 4, seed=3), next(entrant.choices())).hold(4).recall(4)
    if entrant.answers == "known":
        assert recall.known == 1.0
    else:
        assert recall.first == 1.0
        assert recall.bits > 0.97


@everyone
def test_a_key_that_is_wholly_unknown_brings_up_no_item(entrant: Entrant) -> None:
    """Whatever a memory answers without a cue, it does not find all items; the cue of CA3 is never a key of signs."""
    if DAMAGED in entrant.cannot:
        pytest.skip(entrant.cannot[DAMAGED])
    recall = Filled(entrant, Order(D, 8, seed=3), next(entrant.choices())).hold(8).recall(8, Damage("erased", 1.0))
    if entrant.answers == "known":
        assert recall.known == 0.5
    else:
        assert recall.first <= 0.25


def test_damage_is_the_same_for_all_lengths_and_grows_with_its_part() -> None:
    items = Items(seed=2, d=D)
    key = items.key(5, 100)
    for kind in ("erased", "flipped"):
        less, more = (items.damaged(5, 100, Damage(kind, part)) for part in (0.2, 0.4))
        assert (items.damaged(5, 40, Damage(kind, 0.2)) == less[:40]).all()
        hurt = less != key
        assert (less[hurt] == more[hurt]).all()
        assert 10 < hurt.sum() < (more != key).sum() < 60
        assert set(less[hurt]) <= ({0.0} if kind == "erased" else {-1.0, 1.0})


def test_the_short_form_meets_its_criteria() -> None:
    findings = MemoriesStudy(short=True, protocols=("fidelity", "capacity", "cues", "cost")).run(StudyRun())
    assert [(c.name, c.found) for c in findings.failed] == []
    assert len(findings.criteria) >= 14
    table = findings.tables["P1 capacity: d = 64, 2 seeds"]
    assert table["entrant"] == [name for name, entrant in ENTRANTS.items() if not entrant.named]
    a_bit = dict(zip(table["entrant"], table["bits a state bit"], strict=True))
    assert a_bit["Hebbian"] == pytest.approx(0.185 * 0.92 / 32, rel=0.25)
    assert np.isnan(a_bit["SDR neuron"])
    assert dict(zip(table["entrant"], table["N* 99 %"], strict=True))["SDR neuron"] > 100
    refused = findings.tables["cannot be asked"]
    assert set(refused["entrant"]) == {"memory neurons, exp", "memory neurons, winner", "CA3", "SDR neuron"}
    assert "CA3" not in findings.tables["P2 cues: 8 items"]["entrant"]
    for draw in (findings.draw, *findings.pages.values()):
        assert draw().axes


@pytest.mark.slow
def test_all_protocols_meet_their_criteria_in_short_form_with_all_memories() -> None:
    findings = MemoriesStudy(short=True).run(StudyRun())
    assert [(c.name, c.found) for c in findings.failed] == []
    assert len(findings.criteria) == 62


def test_criteria_of_capacity_can_fail() -> None:
    wrong = suite("Hebbian", ridge=replace(ENTRANTS["Titans"], name="ridge"))
    failed = [c for c in capacity.measure(wrong).criteria if not c.passed]
    assert [c.name.partition(":")[0] for c in failed] == ["ridge > Hebbian"]
    assert re.fullmatch(r"[\d.]+, [\d.]+", failed[0].found)


def test_criteria_of_cues_can_fail() -> None:
    wrong = suite(holographic=replace(ENTRANTS["Willshaw"], name="holographic"), Hebbian=ENTRANTS["Hebbian"])
    assert [c.name.partition(": w")[0] for c in cues.measure(wrong).criteria if not c.passed] == [
        "basin, flipped: holographic > Hebbian"
    ]


def test_criteria_of_cost_can_fail() -> None:
    wrong = suite(Hebbian=replace(ENTRANTS["Titans"], name="Hebbian"))
    assert [c.passed for c in energy.measure(wrong).criteria] == [False, True]


def test_joules_are_made_of_the_coefficients_that_are_given_alone() -> None:
    study = MemoriesStudy(short=True, joules_per_sop=2.0, protocols=("cost",), entrants=("Hebbian",))
    table = study.run(StudyRun()).tables["P7 cost: joules of a right answer, by what is counted"]
    assert table["J of synaptic operations"] == [8190.0]  # 2 x 64 x 64, three digits
    assert all(np.isnan(table[f"J of {what}"][0]) for what in ("spikes", "multiply-accumulates", "updates", "bytes"))
    plain = MemoriesStudy(short=True, protocols=("cost",), entrants=("Hebbian",)).run(StudyRun())
    assert not [name for name in plain.tables if "joules" in name]


def test_fewer_races_than_the_oracle_is_compared_at_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The criterion of votes can fail: 8 races are told from 64."""
    few = replace(fidelity_pairs.PAIRS[1], votes=fidelity_pairs.MANY)
    monkeypatch.setattr(fidelity, "PAIRS", (few,))
    failed = [c.name for c in fidelity.measure(replace(suite(), seeds=8)).criteria if not c.passed]
    assert any("as many bits are equal" in name for name in failed)


def test_wrong_parameters_are_told() -> None:
    for given, sentence in (
        ({"entrants": ("Hebian",)}, "MemoriesStudy.entrants: 'Hebian' is unknown; did you mean 'Hebbian'? valid: "),
        ({"protocols": ("p1",)}, "MemoriesStudy.protocols: 'p1' is unknown; valid: "),
        ({"d": 100, "sizes": (100,)}, "MemoriesStudy.d: must be multiples of 32, got 100"),
        ({"d": 96}, "MemoriesStudy.sizes: must name d = 96, got [64, 128]"),
    ):
        with pytest.raises(InvalidInput, match=f"^{re.escape(sentence)}"):
            MemoriesStudy(**given)


def test_a_protocol_may_be_asked_of_a_memory_that_has_no_rows_in_some_of_its_tables() -> None:
    found = MemoriesStudy(short=True, entrants=("Willshaw",), protocols=("resilience",)).run(StudyRun())
    assert not found.details["P6 precision, points"]
    assert found.draw().axes


def test_a_protocol_that_nobody_can_be_asked_says_so() -> None:
    with pytest.raises(InvalidInput, match=r"no memory that takes part can be asked .*: CA3: its cue is one line"):
        MemoriesStudy(short=True, entrants=("CA3",), protocols=("cues",)).run(StudyRun())
