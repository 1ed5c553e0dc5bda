"""ReliableCAM: the ideal answers in random streams, recalls that do not write, forgetting that erases, on every backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import spikemem
from spikemem.backend import RunOptions, backend
from spikemem.backends.pynn.spinnaker import SpinnakerProgram
from spikemem.errors import InvalidInput, MissingDependency, OperationError
from spikemem.experiment.study import StudyRun
from spikemem.experiments.cam_streams import MATRICES, CamStreams, ideal, off, random_stream
from spikemem.hardware import find_hardware
from spikemem.ir import Explicit, Network, PairSTDP, Threshold
from spikemem.ir.lowered import synapses
from spikemem.language import Call, call
from spikemem.memory import LiveMemory
from spikemem.models import ReliableCAM
from spikemem.models.counting_neurons import UNIT
from spikemem.models.reliable_cam import SWING, TAU
from spikemem.passes import Conventions, lower
from spikemem.report.placement import problems
from spikemem.simulate import plan_protocol, stimulate
from tests.models.test_hetero_associative import assert_same
from tests.reference.interpreter import ABILITIES

INPUTS = ("in_cue", "in_content", "in_encode", "in_retrieve", "in_test", "in_complete")
RESIDUE = SWING * exp(-4.0 / TAU)
"""What a pair 4 ms apart changes, in units: no two spikes of a recall are seen closer together."""

Matrices = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


def stream(seed: int, cues: int, bits: int, count: int) -> Any:
    return random_stream(np.random.default_rng(seed), cues, bits, count)


def weights(memory: LiveMemory, model: ReliableCAM) -> Matrices:
    """Return both matrices, cues by bits, in units."""
    forward, back = (memory.weights(name, "effective") for name in MATRICES)
    return forward.matrix(model.cues, model.bits) / UNIT, back.matrix(model.bits, model.cues).T / UNIT


def learned(contents: Sequence[Sequence[int]], **parameters: int) -> LiveMemory:
    memory = spikemem.open(ReliableCAM(**parameters))
    for cue, content in enumerate(contents):
        memory.learn(cue=cue, content=content)
    return memory


@pytest.mark.parametrize(
    ("cues", "bits", "count"), [(1, 1, 40), (5, 10, 500), (7, 2, 100), (16, 32, 200), (64, 128, 60)]
)
def test_every_answer_in_a_random_stream_is_right(cues: int, bits: int, count: int) -> None:
    model, asked = ReliableCAM(cues=cues, bits=bits), stream(1, cues, bits, count)
    made = spikemem.run(model, protocol=asked.calls)
    assert (made.right, made.wrong) == (sum(bool(c.expect) for c in asked.calls), 0)
    assert made.right > count / 3
    assert off(model, made, asked) < 4.0 * RESIDUE * count


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cues", "bits", "count"), [(5, 10, 10_000), (16, 32, 10_000), (64, 128, 10_000), (256, 1024, 2_000)]
)
def test_every_answer_in_a_long_stream_is_right(cues: int, bits: int, count: int) -> None:
    findings = CamStreams(sizes=((cues, bits),), operations=count, seeds=1).run(StudyRun())
    assert [c.name for c in findings.failed] == []
    assert findings.tables["streams"]["asked"][0] > count / 2


def test_what_is_off_is_seen() -> None:
    model, asked = ReliableCAM(), stream(1, 5, 10, 20)
    made = spikemem.run(model, protocol=asked.calls)
    assert sum(map(len, asked.stored.values())) == ideal(model, asked).sum() > 0
    asked.learn(0, [9] if asked.stored.get(0) != {9} else [8])
    assert off(model, made, asked) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_no_recall_writes(seed: int) -> None:
    """Neither what a recall itself leaves, nor what it leaves for the next spikes."""
    rng, model = np.random.default_rng(seed), ReliableCAM(cues=6, bits=9)
    memory = spikemem.open(model)
    for cue in (0, 1, 2, 4, 5):
        memory.learn(cue=cue, content=sorted(rng.choice(9, int(rng.integers(1, 9)), replace=False).tolist()))
    for _ in range(40):
        before, bits = weights(memory, model), sorted(rng.choice(9, int(rng.integers(1, 10)), replace=False).tolist())
        probes = 1
        match int(rng.integers(3)):
            case 0:
                memory.recall(cue=int(rng.integers(6)))
            case 1:
                memory.recall(content=bits)
            case _:
                memory.complete(content=bits)
                probes += (len(bits) - 1).bit_length()
        for was, now in zip(before, weights(memory, model), strict=True):
            assert np.abs(now - was).max() <= 1.01 * RESIDUE * probes


@pytest.mark.parametrize("asked", [{"cue": 0}, {"content": [0, 2]}, {"content": list(range(10))}], ids=str)
def test_a_recall_repeated_as_fast_as_can_be_changes_nothing_that_counts(asked: dict[str, Any]) -> None:
    calls = [call(0.0, "learn", cue=0, content=[0, 1]), call(10.0, "learn", cue=1, content=[2, 3])]
    calls += [call(20.0 + 10.0 * k, "recall", **asked) for k in range(2000)]
    made = spikemem.run(ReliableCAM(), protocol=calls)
    assert len({(frozenset(a.cues), frozenset(a.content)) for a in made.answers[2:]}) == 1
    for name in MATRICES:
        found = made.weights(name, "effective").weight / UNIT
        assert np.abs(found - found.round()).max() <= 2000 * 1.01 * RESIDUE
        assert found.round().sum() == 4


def test_forgetting_erases_to_0_and_nothing_else() -> None:
    model = ReliableCAM(cues=3, bits=8)
    memory = learned([[0, 1, 2], [2, 3, 4], [5, 6, 7]], cues=3, bits=8)
    before = weights(memory, model)
    memory.forget(cue=1)
    after = weights(memory, model)
    for was, now in zip(before, after, strict=True):
        assert not now[1].any()
        assert np.abs(now[[0, 2]] - was[[0, 2]]).max() < 3 * RESIDUE
        assert was[1].sum() == pytest.approx(3.0)
    assert memory.recall(cue=1).content == frozenset()
    assert memory.recall(content=[2, 3, 4]).cues == {0}
    memory.forget(cue=1)  # what is not there may be forgotten, too
    assert memory.recall(content=range(8)).cues == {0, 2}


def test_relearning_leaves_nothing_of_the_old_content() -> None:
    model = ReliableCAM(cues=2, bits=6)
    memory = learned([[0, 1, 2], [1, 5]], cues=2, bits=6)
    memory.learn(cue=0, content=[2, 3])
    for matrix in weights(memory, model):
        assert not matrix[0, [0, 1, 4, 5]].any()
        assert matrix[0, [2, 3]] == pytest.approx([1.0, 1.0], abs=1e-7)
    assert memory.recall(content=[0, 1]).cues == {1}


def test_any_number_of_bits_may_be_asked_for() -> None:
    memory = learned([[0, 1, 2], [2, 3, 4], [5]], cues=4, bits=8)
    contents = {0: {0, 1, 2}, 1: {2, 3, 4}, 2: {5}}
    for code in range(1, 256):
        bits = [b for b in range(8) if code >> b & 1]
        assert memory.recall(content=bits).cues == {c for c, content in contents.items() if content & set(bits)}


def test_completion_ranks_by_overlap() -> None:
    memory = learned([[0, 1, 2, 3], [2, 3, 4, 5], [5, 6, 7], [9]], cues=6, bits=12)
    for bits, cues, content in (
        ([0, 1, 2], {0}, {0, 1, 2, 3}),  # 3 shared bits before 1
        ([2, 3], {0, 1}, {0, 1, 2, 3, 4, 5}),  # equals: both
        ([2, 3, 4, 8, 10, 11], {1}, {2, 3, 4, 5}),  # wrong bits
        ([5], {1, 2}, {2, 3, 4, 5, 6, 7}),
        ([6, 9], {2, 3}, {5, 6, 7, 9}),
        ([8, 10, 11], set(), set()),  # unknown
        (range(12), {0, 1}, {0, 1, 2, 3, 4, 5}),
    ):
        answer = memory.complete(content=bits)
        assert answer.cues == cues
        assert answer.content == content


@pytest.mark.parametrize("wrong", range(1, 17))
def test_every_overlap_is_told_from_the_next(wrong: int) -> None:
    """Nested contents: the one that shares n bits wins over the one that shares n - 1."""
    memory = learned([list(range(wrong)), list(range(wrong - 1)) or [16]], cues=2, bits=17)
    assert memory.complete(content=range(16)).cues == {0}


@pytest.mark.parametrize("gap", [10.0, 11.0, 12.0, 13.0, 14.0, 17.0, 19.0, 23.0, 40.0])
def test_no_gap_is_bad(gap: float) -> None:
    asked = [c for c in stream(3, 5, 10, 400).calls if c.do != "complete"]
    calls = [call(gap * k, c.do, expect=c.expect, **c.arguments) for k, c in enumerate(asked)]
    made = spikemem.run(ReliableCAM(), protocol=calls)
    assert (made.right > 100, made.wrong) == (True, 0)


def with_conventions(network: Network, own: Mapping[str, Any]) -> Network:
    return Conventions(replace(backend("numba").abilities, conventions=own))(network)


def small_stream() -> list[Call]:
    calls: list[Call] = stream(5, 5, 10, 60).calls
    return calls


@pytest.mark.parametrize("name", ["brian2", "nest"])
def test_other_backends_give_the_same_spikes_and_weights(name: str) -> None:
    try:
        found = spikemem.run(ReliableCAM(), protocol=small_stream(), backend=name)
    except MissingDependency as error:
        pytest.skip(str(error))
    wanted = spikemem.run(ReliableCAM(), protocol=small_stream())
    assert (found.wrong, found.right) == (0, wanted.right)
    assert found.right >= 25
    assert_same(found.spikes, wanted.spikes)
    for projection in MATRICES:
        assert found.stored_weights[projection].weight / UNIT == pytest.approx(
            wanted.stored_weights[projection].weight / UNIT, abs=1e-7
        )


@pytest.mark.parametrize("numerics", ["spinnaker", "exact"])
def test_it_takes_any_numerics(numerics: str) -> None:
    wanted = spikemem.run(ReliableCAM(), protocol=small_stream())
    found = spikemem.run(ReliableCAM(), protocol=small_stream(), numerics=numerics)
    assert found.wrong == 0
    assert_same(found.spikes, wanted.spikes)


@pytest.mark.parametrize(
    "own",
    [
        {"coincidence": "potentiate", "history": None},
        {"coincidence": "both", "history": 15},
        {"coincidence": "neither", "history": 40},
        {"coincidence": "depress", "history": 4},
    ],
    ids=str,
)
def test_what_targets_do_differently_does_not_matter(own: dict[str, Any]) -> None:
    model = ReliableCAM(cues=16, bits=32)
    wanted = spikemem.run(model, protocol=stream(2, 16, 32, 300).calls)
    network = with_conventions(model.network(), own)
    given = {name: wanted.spikes[name] for name in INPUTS}
    found = spikemem.run(network, stimulus=given, duration_ms=wanted.duration_ms, numerics="spinnaker")
    assert wanted.wrong == 0
    assert_same(found.spikes, wanted.spikes)


def test_a_learned_content_outlasts_more_spikes_than_a_history_holds() -> None:
    """Neurons of both matrices fire far more than 15 times before the rows that they belong to are used again."""
    calls = [call(0.0, "learn", cue=0, content=[3, 4]), call(10.0, "learn", cue=1, content=[3, 5])]
    calls += [call(20.0 + 10.0 * k, "recall", **({"cue": 1} if k % 2 else {"content": [3]})) for k in range(80)]
    calls += [
        call(820.0, "recall", cue=0, expect={"content": [3, 4]}),
        call(830.0, "recall", content=[4], expect={"cues": [0]}),
    ]
    assert spikemem.run(ReliableCAM(), protocol=calls).wrong == 0


def largest(weight: Any) -> float:
    """Return the largest weight of a projection, in units of the threshold that it counts against."""
    assert isinstance(weight, Threshold)
    if isinstance(weight.value, Explicit):
        return float(weight.value.numbers.array.max())
    assert isinstance(weight.value, float)
    return weight.value


def test_inhibition_does_not_grow_with_the_bits() -> None:
    most = []
    for bits in (8, 64, 512, 4096):
        network = ReliableCAM(cues=2, bits=bits).network()
        most.append([largest(p.weight) for p in network.projections if p.receptor == "inhibitory"])
    assert np.shape(most) == (4, 5)
    assert np.max(most) == pytest.approx(4.0)
    assert np.ptp(most, axis=0).max() < 0.1


@pytest.mark.parametrize(("cues", "bits"), [(1, 1), (5, 10), (16, 6), (3, 64)])
def test_the_sizes_follow_the_formulas(cues: int, bits: int) -> None:
    network = lower(ReliableCAM(cues=cues, bits=bits).network(), ABILITIES, "exact", seed=1)
    sizes = {p.name: p.size for p in network.populations}
    latches = max(1, (bits - 1).bit_length())
    assert sum(n for name, n in sizes.items() if not name.startswith("in_")) == 2 * cues + 2 * bits + 1 + latches
    counts = {p.name: sum(synapses(b, sizes[p.pre], sizes[p.post]) for b in p.buckets) for p in network.projections}
    plastic = {p.name for p in network.projections if isinstance(p.synapse, PairSTDP)}
    assert plastic == set(MATRICES)
    assert {counts[name] for name in MATRICES} == {cues * bits}
    rest = sum(n for name, n in counts.items() if name not in plastic)
    assert rest == 12 * cues + 14 * bits + latches * (2 * cues + 4)


@pytest.mark.parametrize(
    ("cues", "bits", "told"),
    [(5, 10, []), (64, 128, []), (256, 1024, ["population in_content: fires 1015 spikes in one step"])],
)
def test_a_spinnaker_board_holds_every_weight_as_the_whole_number_it_is(
    cues: int, bits: int, told: list[str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        target = backend("spinnaker")
    except MissingDependency as error:
        pytest.skip(str(error))
    monkeypatch.setenv("HOME", str(tmp_path))
    model = ReliableCAM(cues=cues, bits=bits)
    lowered = lower(model.network(), target.abilities, "spinnaker", 1)
    program = target.compile(lowered, RunOptions(hardware=find_hardware("virtual5")))
    assert isinstance(program, SpinnakerProgram)
    stimulate(program, plan_protocol(model, stream(1, cues, bits, 40).calls, 1.0), {})
    program.rehearse(1000)
    assert [line.split(",")[0] for line in problems({**program.placement, "load": {"cores": []}})] == told
    rows = {row["projection"]: row for row in program.placement["weights"]}
    assert len(rows) == len(model.network().projections)
    for row in rows.values():
        assert 1.0 / row["resolution"] == round(1.0 / row["resolution"])
        assert (row["largest_error"] < 1e-9, row["saturating"]) == (True, 0)


@pytest.mark.parametrize(
    ("do", "arguments", "sentence"),
    [
        ("learn", {"cue": 5, "content": [1]}, r"ReliableCAM.learn: cue 5 is out of range 0..4 \(cues=5\)"),
        ("learn", {"cue": 1, "content": []}, r"ReliableCAM.learn: content is empty; give at least one of the bits 0..9"),
        ("learn", {"cue": 1}, r"ReliableCAM.learn: content is required: some of 0..9"),
        ("forget", {"content": [1]}, r"ReliableCAM.forget: argument 'content' is unknown; valid: cue"),
        ("recall", {"cue": 1, "content": [1]}, r"ReliableCAM.recall: give exactly one of cue and content, got cue, content"),
        ("recall", {}, r"ReliableCAM.recall: give exactly one of cue and content, got none"),
        ("complete", {"content": [3, 3]}, r"ReliableCAM.complete: content bit 3 is given twice"),
        ("complete", {"content": [10]}, r"ReliableCAM.complete: content bit 10 is out of range 0..9 \(bits=10\)"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(do: str, arguments: dict[str, Any], sentence: str) -> None:
    memory = spikemem.open(ReliableCAM())
    with pytest.raises(OperationError, match=f"^{sentence}"):
        memory.operate(do, **arguments)


@pytest.mark.parametrize(
    ("first", "least"), [(call(0.0, "learn", cue=0, content=[1]), 10.0), (call(0.0, "complete", content=[1, 2]), 20.0)]
)
def test_operations_too_close_together_are_refused(first: Call, least: float) -> None:
    sentence = rf"^ReliableCAM.recall at {least - 1:g} ms: .* must pass after .*; earliest: {least:g} ms$"
    with pytest.raises(OperationError, match=sentence):
        spikemem.run(ReliableCAM(), protocol=[first, call(least - 1, "recall", cue=0)])
    assert spikemem.run(ReliableCAM(), protocol=[first, call(least, "recall", cue=0)]).wrong == 0


@pytest.mark.parametrize("name", ["cues", "bits"])
def test_a_memory_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^ReliableCAM.{name}: must be >= 1, got 0$"):
        ReliableCAM(**{name: 0})
