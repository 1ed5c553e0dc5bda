"""The Hebbian sum and Willshaw's memory by portable STDP: exact sums, signs and classes, reads that write nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import spikemem
from spikemem.errors import InvalidInput, OperationError
from spikemem.experiment import load_experiment
from spikemem.language import Call, call
from spikemem.memory import LiveMemory
from spikemem.models import HebbianAssociator
from spikemem.models.hebbian_associator import PAUSE, UNIT, counting
from spikemem.models.line_pairs import lines, signs
from spikemem.report.placement import problems
from spikemem.rng import generator
from tests.models.portable import (
    CONVENTIONS,
    assert_a_board_holds_it_exactly,
    assert_conventions_are_open,
    assert_same_on,
    placed_on_a_board,
)

Array = npt.NDArray[np.float64]
D, BITS, PAIRS = 16, 6, 5
MODEL = HebbianAssociator(key=D, value=BITS, most=8, levels=100)


def ternary(name: str, count: int, d: int, known: float) -> Array:
    """Random signs, of which a part is unknown."""
    rng = generator(3, name)
    drawn: Array = rng.choice(np.array([-1.0, 1.0]), (count, d)) * (rng.random((count, d)) < known)
    return drawn


def written(model: HebbianAssociator, keys: Array, values: Array) -> LiveMemory:
    memory = spikemem.open(model)
    for k, v in zip(keys, values, strict=True):
        memory.write(key=lines(k), value=lines(v))
    return memory


def counts(memory: LiveMemory) -> Array:
    """Weights in units, with what is pending, as (key lines, neurons)."""
    model = memory.model
    assert isinstance(model, HebbianAssociator)
    weights = memory.weights("in_key->out", "effective").weight / UNIT
    return weights.reshape(model.key_lines, model.value_lines)


@pytest.mark.parametrize("known", [1.0, 0.7])
def test_weights_are_the_sum_of_outer_products_and_its_opposite(known: float) -> None:
    keys, values = ternary("keys", PAIRS, D, known), ternary("values", PAIRS, BITS, known)
    w, S = counts(written(MODEL, keys, values)), values.T @ keys
    for rows, sign in ((slice(0, D), 1), (slice(D, None), -1)):
        np.testing.assert_allclose(w[rows, :BITS], 8 + sign * S.T, rtol=0, atol=1e-6)
        np.testing.assert_allclose(w[rows, BITS:], 8 - sign * S.T, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("levels", "step"), [(100, 1), (5, 4), (3, 5), (1, 1)])
@pytest.mark.parametrize("known", [1.0, 0.7])
def test_every_sign_is_that_of_the_equation_and_every_latency_its_class(known: float, levels: int, step: int) -> None:
    keys, values = ternary("keys", PAIRS, D, known), ternary("values", PAIRS, BITS, known)
    model = HebbianAssociator(key=D, value=BITS, most=8, levels=levels, step=step)
    memory, S = written(model, keys, values), values.T @ keys
    seen = set()
    for q in (*keys, *ternary("cues", 12, D, 0.8)):
        answer, wanted = memory.recall(key=lines(q)), S @ q
        np.testing.assert_array_equal(signs(answer.value, BITS), np.sign(wanted))
        times, neurons = answer.spikes["out"]
        inside = times - answer.at_ms < PAUSE - 1 + levels
        for after, i in zip((times - answer.at_ms)[inside].tolist(), neurons[inside].tolist(), strict=True):
            n, found = model.level(after), abs(wanted[i % BITS])
            seen.add(n)
            assert step * n + 1 <= found
            assert found <= step * (n + 1) or n == levels - 1
    assert len(seen) >= min(levels, 10)


def test_zero_has_no_sign() -> None:
    memory = written(MODEL, np.array([np.ones(D)]), np.array([np.ones(BITS)]))
    half = np.repeat([1.0, -1.0], D // 2)
    assert memory.recall(key=lines(half)).value == frozenset()
    half[0] = -1.0
    assert memory.recall(key=lines(-half)).value == frozenset(range(BITS))


def test_reads_write_nothing() -> None:
    keys, values = ternary("keys", PAIRS, D, 1.0), ternary("values", PAIRS, BITS, 1.0)
    memory = written(MODEL, keys, values)
    before = counts(memory)
    answers = [memory.recall(key=lines(keys[k % PAIRS])).value for k in range(100)]
    assert np.abs(counts(memory) - before).max() < 1e-6
    assert answers[:PAIRS] == answers[-PAIRS:]


def test_a_synapse_holds_so_many_writes_at_most_and_the_opposite_value_takes_them_back() -> None:
    k, v = ternary("keys", 1, D, 1.0), ternary("values", 1, BITS, 1.0)
    model = HebbianAssociator(key=D, value=BITS, most=2, levels=33 - 1)
    memory = written(model, np.repeat(k, 4, axis=0), np.repeat(v, 4, axis=0))
    for written_since, sign in ((0, 1.0), (1, 1.0), (1, 0.0), (1, -1.0)):
        for _ in range(written_since):
            memory.write(key=lines(k[0]), value=lines(-v[0]))
        np.testing.assert_array_equal(signs(memory.recall(key=lines(k[0])).value, BITS), sign * v[0])
    assert counts(memory).max() <= 4 + 1e-9


@pytest.mark.parametrize("theta", [1.0, 0.6])
def test_binary_synapses_are_willshaws(theta: float) -> None:
    rng, n, active = generator(4, "sparse"), 40, 5
    pairs = [[sorted(rng.choice(n, active, replace=False).tolist()) for _ in range(2)] for _ in range(12)]
    model = HebbianAssociator(key=n, value=n, code="binary", most=1, theta=theta)
    memory, W = spikemem.open(model), np.zeros((n, n), dtype=bool)
    for k, v in pairs + pairs[:3]:
        memory.write(key=k, value=v)
        W[np.ix_(k, v)] = True
    np.testing.assert_allclose(counts(memory), W, rtol=0, atol=1e-6)
    fragments = [k[: 1 + len(k) * (j % 2) // 2] for j, (k, _) in enumerate(pairs)]
    for q in (*(k for k, _ in pairs), *fragments):
        wanted = np.flatnonzero(W[q].sum(axis=0) >= max(theta * len(q), 1.0))
        assert memory.recall(key=q).value == frozenset(wanted.tolist())


def protocol(seed: int = 5) -> list[Call]:
    """Write and read in turns, with unknown bits; answers by the equation."""
    rng, S, calls, at = generator(seed, "protocol"), np.zeros((BITS, D)), [], 0.0
    for n in range(24):
        k, v = ternary(f"k{n}", 1, D, 0.8)[0], ternary(f"v{n}", 1, BITS, 0.9)[0]
        if n % 4 == 0:
            S = S + np.outer(v, k)
            calls.append(call(at, "write", key=lines(k), value=lines(v)))
            at += 40.0
        else:
            calls.append(call(at, "recall", key=lines(k), expect={"value": lines(np.sign(S @ k))}))
            at += 125.0 + float(rng.integers(5))
    return calls


def sparse_protocol() -> list[Call]:
    pairs = [([0, 3, 7], [1, 2, 5]), ([1, 3, 9], [0, 2]), ([2, 4, 8], [5])]
    calls = [call(40.0 * n, "write", key=k, value=v) for n, (k, v) in enumerate(pairs)]
    asked = [*pairs, ([3], [0, 1, 2, 5]), ([0, 9], [2]), ([4, 8], [5]), ([1, 8], [])]
    return calls + [call(150.0 + 30.0 * n, "recall", key=k, expect={"value": v}) for n, (k, v) in enumerate(asked)]


SPARSE = HebbianAssociator(key=12, value=6, code="binary", most=1)
MEMORIES = pytest.mark.parametrize(
    ("model", "calls"), [(MODEL, protocol()), (SPARSE, sparse_protocol())], ids=["sign", "binary"]
)


@MEMORIES
@pytest.mark.parametrize("name", ["brian2", "nest", pytest.param("brian2-cpp", marks=pytest.mark.slow)])
def test_simulators_give_the_same_spikes(name: str, model: HebbianAssociator, calls: list[Call]) -> None:
    assert_same_on(name, model, calls)


@MEMORIES
@pytest.mark.parametrize("own", CONVENTIONS, ids=str)
def test_what_it_declares_open_does_not_matter(
    own: dict[str, Any], model: HebbianAssociator, calls: list[Call]
) -> None:
    assert_conventions_are_open(model, calls, own)


@MEMORIES
def test_a_board_holds_every_weight_as_it_is(
    model: HebbianAssociator, calls: list[Call], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert_a_board_holds_it_exactly(model, calls, cores=5)


@pytest.mark.parametrize("name", ["hebbian-letters", "nearest-letters"])
def test_boards_hold_the_experiments_exactly(name: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    experiment = load_experiment(name)
    assert_a_board_holds_it_exactly(experiment.model, list(experiment.calls), {"h": 5, "n": 17}[name[0]])


@pytest.mark.parametrize(
    ("bits", "most", "rounded"), [(32, 6, []), (64, 10, ["a weight of 0.0078125 becomes 0, for the steps"])]
)
def test_up_to_which_size_a_board_holds_quarters(
    bits: int, most: int, rounded: list[str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    told_by_deploy = problems(placed_on_a_board(HebbianAssociator(key=bits, value=bits, most=most), []))
    assert len(told_by_deploy) == len(rounded)
    assert all(
        f"projection in_ramp->out@1: {wanted}" in line for line, wanted in zip(told_by_deploy, rounded, strict=True)
    )


def test_a_pair_is_one_write_in_spynnakers_table_too() -> None:
    common = pytest.importorskip("spynnaker.pyNN.models.neuron.plasticity.stdp.common")
    rule = counting(1.0)
    header, first, *rest = common.get_exp_lut_array(1.0, rule.tau_plus).view(np.uint16)[1:].tolist()
    assert (first, rest[0]) == (2048, 64)
    assert rule.amplitudes[0] * 64 / 2048 == pytest.approx(UNIT)
    assert rule.amplitudes[0] * np.exp(-1.0 / rule.tau_plus) == pytest.approx(UNIT, rel=1e-9)
    assert rule.amplitudes[0] * np.exp(-PAUSE / rule.tau_plus) < 1e-8
    assert header == 0  # no step between the entries


def test_the_letters_are_answered_by_the_equation() -> None:
    experiment = load_experiment("hebbian-letters")
    model = experiment.model
    assert isinstance(model, HebbianAssociator)
    S, answers = np.zeros((model.value, model.key)), []
    for asked in experiment.calls:
        k = signs(frozenset(asked.arguments["key"]), model.key)
        if asked.do == "write":
            S += np.outer(signs(frozenset(asked.arguments["value"]), model.value), k)
        else:
            np.testing.assert_array_equal(signs(frozenset(asked.expect["value"]), model.value), np.sign(S @ k))
            answers.append(S @ k)
    assert len(answers) == 5
    assert spikemem.run(model, protocol=experiment.calls).wrong == 0


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"key": 64, "most": 64}, r"HebbianAssociator.most: key \* most must be <= 4094, .* 16 bits, got 64 \* 64$"),
        ({"key": 4, "most": 2}, r"HebbianAssociator.levels: step \* \(levels - 1\) must be < key \* most = 8, .* got 1 \* 63$"),
        ({"levels": 1001}, r"HebbianAssociator.levels: must be <= 1000, got 1001$"),
        ({"theta": 1.5}, r"HebbianAssociator.theta: must be <= 1, got 1.5$"),
        ({"code": "ternary"}, r"HebbianAssociator.code: .*'sign'"),
    ],
)  # fmt: skip
def test_a_memory_that_cannot_be_is_refused(parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        HebbianAssociator(**parameters)


@pytest.mark.parametrize(
    ("do", "arguments", "sentence"),
    [
        ("write", {"key": [2, 18], "value": [0]}, r"\.write: key says that bit 2 is \+1 and -1; .* line 18, not both$"),
        ("write", {"key": [2], "value": [1, 7]}, r"\.write: value says that bit 1 is \+1 and -1; give line 1 or"),
        ("recall", {"key": [0, D]}, r"^HebbianAssociator.recall: key says that bit 0 is \+1 and -1; give line 0 or"),
        ("recall", {"key": [2 * D]}, r"^HebbianAssociator.recall: key bit 32 is out of range 0..31 \(key_lines=32\)$"),
        ("forget", {"key": [0]}, r"^HebbianAssociator has no operation 'forget': pairs are a sum; write what is to stay"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(do: str, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OperationError, match=sentence):
        spikemem.open(MODEL).operate(do, **arguments)
