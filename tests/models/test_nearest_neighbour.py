"""Memory neurons with a hard winner, by portable STDP: the best match answers, ties together; only what is novel is written."""

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
from spikemem.models import NearestNeighbour
from spikemem.models.hebbian_associator import UNIT
from spikemem.models.line_pairs import lines, signs
from spikemem.rng import generator
from tests.models.portable import (
    CONVENTIONS,
    assert_a_board_holds_it_exactly,
    assert_conventions_are_open,
    assert_same_on,
)

Array = npt.NDArray[np.float64]
SLOTS, D, BITS = 8, 12, 5
MODEL = NearestNeighbour(slots=SLOTS, key=D, value=BITS)


def drawn(name: str, count: int, d: int) -> Array:
    made: Array = generator(6, name).choice(np.array([-1.0, 1.0]), (count, d))
    return made


KEYS, VALUES = drawn("keys", SLOTS - 2, D), drawn("values", SLOTS - 2, BITS)


def agreements(q: Array, keys: Array) -> Array:
    """The bits of the query that each key agrees with."""
    found: Array = ((keys == q) & (q != 0.0)).sum(axis=1)
    return found


def written(model: NearestNeighbour = MODEL) -> LiveMemory:
    memory = spikemem.open(model)
    for slot, (k, v) in enumerate(zip(KEYS, VALUES, strict=True)):
        memory.write(slot=slot, key=lines(k), value=lines(v))
    return memory


def weights(memory: LiveMemory) -> tuple[Array, Array]:
    """Weights in units, with what is pending: (key lines, slots) and (slots, value lines)."""
    onto, off = (memory.weights(name, "effective").weight / UNIT for name in ("in_key->match", "memory->bit"))
    return onto.reshape(2 * D, SLOTS), off.reshape(SLOTS, 2 * BITS)


def cues(count: int = 40) -> Array:
    """Queries of which a part of the bits is unknown, some near a key, some near none."""
    rng = generator(7, "cues")
    near = KEYS[rng.integers(len(KEYS), size=count)] * rng.choice(np.array([1.0, 1.0, 1.0, -1.0]), (count, D))
    made: Array = near * (rng.random((count, D)) < 0.9)
    return made


def test_synapses_are_the_keys_and_the_values() -> None:
    onto, off = weights(written())
    wanted = np.zeros((2 * D, SLOTS))
    wanted[:D, : len(KEYS)], wanted[D:, : len(KEYS)] = KEYS.T > 0, KEYS.T < 0
    np.testing.assert_allclose(onto, wanted, rtol=0, atol=1e-6)
    values = np.vstack([VALUES, np.zeros((SLOTS - len(VALUES), BITS))])
    np.testing.assert_allclose(off, np.hstack([1 + values, 1 - values]), rtol=0, atol=1e-6)


def test_all_that_match_best_answer_with_their_majority_and_their_latency_tells_how_well() -> None:
    memory, ties = written(), 0
    for q in cues():
        answer, a = memory.recall(key=lines(q)), agreements(q, KEYS)
        best = np.flatnonzero(a == a.max())
        assert answer.memory == frozenset(best.tolist())
        np.testing.assert_array_equal(signs(answer.value, BITS), np.sign(VALUES[best].sum(axis=0)))
        assert answer.novel == frozenset()
        times, _ = answer.spikes["memory"]
        assert {MODEL.agreement(after) for after in (times - answer.at_ms).tolist()} == {a.max()}
        ties += int(best.size > 1)
    assert 5 < ties < 35


def test_what_no_key_matches_is_novel_and_has_no_answer() -> None:
    memory, novel = written(NearestNeighbour(slots=SLOTS, key=D, value=BITS, least=10)), 0
    for q in cues():
        answer, best = memory.recall(key=lines(q)), agreements(q, KEYS).max()
        assert answer.novel == (frozenset([0]) if best < 10 else frozenset())
        assert bool(answer.memory) == bool(answer.value) == (best >= 10)
        novel += int(best < 10)
    assert 5 < novel < 35


def test_only_what_is_novel_is_written() -> None:
    model = NearestNeighbour(slots=SLOTS, key=D, value=BITS, least=10)
    memory, keys, values = spikemem.open(model), np.zeros((0, D)), np.zeros((0, BITS))
    stored = 0
    for n, q in enumerate(np.where(cues() == 0.0, 1.0, cues())):
        if stored == SLOTS:
            break
        before, v = weights(memory), drawn(f"v{n}", 1, BITS)[0]
        known = agreements(q, keys) >= 10
        answer = memory.store(slot=stored, key=lines(q), value=lines(v))
        if known.any():
            assert answer.novel == frozenset()
            assert answer.memory <= frozenset(np.flatnonzero(known).tolist())
            for now, then in zip(weights(memory), before, strict=True):
                assert np.abs(now - then).max() < 1e-6
        else:
            assert (answer.novel, answer.memory) == (frozenset([0]), frozenset())
            keys, values, stored = np.vstack([keys, q]), np.vstack([values, v]), stored + 1
    assert 2 < stored < n
    for slot, (k, v) in enumerate(zip(keys, values, strict=True)):
        answer = memory.recall(key=lines(k))
        assert answer.memory == frozenset([slot])
        np.testing.assert_array_equal(signs(answer.value, BITS), v)


def test_a_slot_that_is_written_again_keeps_its_key_and_changes_its_value() -> None:
    memory = written()
    onto, _ = weights(memory)
    memory.write(slot=2, value=lines(-VALUES[2]))
    assert np.abs(weights(memory)[0] - onto).max() < 1e-6
    for slot, sign in ((2, -1.0), (3, 1.0)):
        np.testing.assert_array_equal(signs(memory.recall(key=lines(KEYS[slot])).value, BITS), sign * VALUES[slot])


def test_reads_write_nothing() -> None:
    memory = written()
    before = weights(memory)
    for q in np.vstack([cues(), cues()]):
        memory.recall(key=lines(q))
    for now, then in zip(weights(memory), before, strict=True):
        assert np.abs(now - then).max() < 1e-6


def protocol() -> list[Call]:
    """Write three pairs, store three that are new and one that is known, and recall."""
    calls = [call(30.0 * n, "write", slot=n, key=lines(KEYS[n]), value=lines(VALUES[n])) for n in range(3)]
    at = 90.0
    for slot, item in ((3, 3), (4, 0), (4, 4), (5, 5)):
        known = agreements(KEYS[item], KEYS[:slot]).max() >= 11
        assert known == (item == 0)
        expect = {"novel": [], "memory": [0]} if known else {"novel": [0], "memory": []}
        calls.append(call(at, "store", slot=slot, key=lines(KEYS[item]), value=lines(VALUES[slot]), expect=expect))
        at += 50.0
    for q in cues(12):
        a = agreements(q, KEYS)
        best = np.flatnonzero((a == a.max()) & (a >= 11))
        value = lines(np.sign(VALUES[best].sum(axis=0)))
        expect = {"memory": best.tolist(), "value": value, "novel": [] if best.size else [0]}
        calls.append(call(at, "recall", key=lines(q), expect=expect))
        at += 40.0
    return calls


KNOWING = NearestNeighbour(slots=SLOTS, key=D, value=BITS, least=11)


@pytest.mark.parametrize("name", ["brian2", "nest", pytest.param("brian2-cpp", marks=pytest.mark.slow)])
def test_simulators_give_the_same_spikes(name: str) -> None:
    assert_same_on(name, KNOWING, protocol())


@pytest.mark.parametrize("own", CONVENTIONS, ids=str)
def test_what_it_declares_open_does_not_matter(own: dict[str, Any]) -> None:
    assert_conventions_are_open(KNOWING, protocol(), own)


def test_a_board_holds_every_weight_as_it_is(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert_a_board_holds_it_exactly(KNOWING, protocol(), cores=17)


def test_the_letters_are_found_or_new() -> None:
    experiment = load_experiment("nearest-letters")
    found = spikemem.run(experiment.model, protocol=experiment.calls)
    assert (found.right, found.wrong) == (10, 0)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"key": 4, "least": 5}, r"^NearestNeighbour.least: must be <= key = 4, got 5$"),
        ({"key": 2000}, r"^NearestNeighbour.least: key - least \+ 1 must be <= 1000, .* leak away, got 2000 - 1 \+ 1$"),
        ({"slots": 4001}, r"^NearestNeighbour.slots: must be <= 4000, got 4001$"),
    ],
)
def test_a_memory_that_cannot_be_is_refused(parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        NearestNeighbour(**parameters)


@pytest.mark.parametrize(
    ("do", "arguments", "sentence"),
    [
        ("recall", {"key": [0, D]}, r"^NearestNeighbour.recall: key says that bit 0 is \+1 and -1; give line 0 or"),
        ("store", {"slot": 0, "key": [0], "value": [1, 6]}, r"^NearestNeighbour.store: value says that bit 1 is \+1 and -1; "),
        ("write", {"slot": 0, "key": [2, 14], "value": [1]}, r"^NearestNeighbour.write: key says that bit 2 is \+1 and -1; "),
        ("write", {"slot": 8, "key": [2], "value": [1]}, r"^NearestNeighbour.write: slot 8 is out of range 0..7 \(slots=8\)$"),
        ("forget", {}, r"^NearestNeighbour has no operation 'forget': synapses of keys only grow; write what is to stay"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(do: str, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OperationError, match=sentence):
        spikemem.open(MODEL).operate(do, **arguments)
