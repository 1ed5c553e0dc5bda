"""Protocols and answers: order, spacing, what is read, and what it took."""

import numpy as np
import pytest

import spikemem
from spikemem import Answer
from spikemem.backend import Cost
from spikemem.errors import OperationError
from spikemem.language import Call, Window, call, window
from spikemem.language.answer import read
from spikemem.language.protocol import all_events, schedule
from spikemem.models import CA3CAM
from tests.engine.support import as_spikes, events
from tests.language.relay import Relay
from tests.models.protocols import dense

MODEL = Relay(size=6)


def test_calls_are_done_in_the_order_of_time() -> None:
    calls = [call(20.0, "choose", one=3), call(0.0, "store", bits=[1]), call(8.0, "choose", some=[0, 2])]
    planned = schedule(MODEL, calls, 1.0)
    assert [(s.start, s.free, s.operation.name) for s in planned] == [
        (0, 4, "store"), (8, 11, "choose"), (20, 23, "choose")
    ]  # fmt: skip
    assert as_spikes(all_events(planned)["given"]) == [(0, 1), (1, 1), (8, 0), (8, 2), (20, 3)]
    made = spikemem.run(MODEL, protocol=calls)
    assert [a.at_ms for a in made.answers] == [0.0, 8.0, 20.0]
    assert [set(a.near) for a in made.answers[1:]] == [{0, 2}, {3}]
    assert made.duration_ms == 23.0


@pytest.mark.parametrize("dt", [1.0, 0.5, 0.1])
def test_times_are_in_ms_whatever_the_step(dt: float) -> None:
    calls = [call(0.5 if dt < 1 else 1.0, "choose", one=3), call(4.0, "choose", some=[0, 2])]
    made = spikemem.run(MODEL, protocol=calls, dt=dt)
    assert [set(a.near) for a in made.answers] == [{3}, {0, 2}]
    assert [set(a.far) for a in made.answers] == [{3}, {0, 2}]
    assert [a.latency_ms for a in made.answers] == [1.0, 1.0]
    assert made.duration_ms == pytest.approx(7.0, rel=1e-12)


def test_calls_too_close_together_are_refused() -> None:
    calls = [call(0.0, "store", bits=[1]), call(3.0, "choose", one=0)]
    sentence = r"^Relay\.choose at 3 ms: 4 ms must pass after store at 0 ms; earliest: 4 ms$"
    with pytest.raises(OperationError, match=sentence):
        spikemem.run(MODEL, protocol=calls)
    assert spikemem.run(MODEL, protocol=calls, check_spacing=False).answers[1].near == {0}
    assert spikemem.run(MODEL, protocol=[calls[0], call(4.0, "choose", one=0)]).answers[1].near == {0}
    memory = spikemem.open(MODEL)
    memory.store(bits=[1])
    with pytest.raises(OperationError, match=sentence):
        memory.choose(one=0, at=3.0)
    assert memory.choose(one=0, at=4.0).at_ms == 4.0


WRONG: list[tuple[list[Call], str]] = [
    ([call(0.25, "store", bits=[1])], r"^Relay\.store: at: 0\.25 ms is not a multiple of dt = 1 ms"),
    ([call(-1.0, "store", bits=[1])], r"^Relay\.store: at must be a time "),
    ([call(0.0, "ask", echo=[1], expect={"fond": [1]})], r"expect\.fond is unknown; this operation answers: found$"),
    ([call(0.0, "ask", echo=[1], expect={"found": [6]})], r"expect\.found 6 is out of range 0\.\.5$"),
    ([call(0.0, "store", bits=[1], expect={"found": [1]})], r"this operation answers: \(none\)$"),
]


@pytest.mark.parametrize(("calls", "message"), WRONG)
def test_a_wrong_call_is_refused_before_anything_runs(calls: list[Call], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        spikemem.run(MODEL, protocol=calls)


def asked(**bits: list[int]) -> Answer:
    return spikemem.open(MODEL).ask(**bits)


@pytest.mark.parametrize(
    ("bits", "found", "latency", "confidence"),
    [
        ({"soon": [1, 4]}, {1, 4}, 4.0, 1.0),
        ({"echo": [0, 1, 2], "soon": [1]}, {1}, 4.0, 1.0),  # an echo is expected
        ({"later": [3]}, {3}, 6.0, 1.0),
        ({"soon": [1], "later": [1, 2]}, {1, 2}, 4.0, 1.0),
        ({"soon": [1], "stray": [2]}, {1}, 4.0, 1 / 2),
        ({"soon": [1, 2], "later": [5], "stray": [0]}, {1, 2, 5}, 4.0, 3 / 4),
        ({"stray": [0, 1, 2]}, set(), None, 0.0),
        ({"echo": [5]}, set(), None, 0.0),
        ({}, set(), None, 0.0),
    ],
)
def test_answer_latency_and_confidence(
    bits: dict[str, list[int]], found: set[int], latency: float | None, confidence: float
) -> None:
    answer = asked(**bits)
    assert answer.found == found
    assert answer.latency_ms == latency
    assert answer.confidence == pytest.approx(confidence, rel=1e-15)
    assert answer.correct is None


def test_an_answer_is_right_only_if_it_is_exact() -> None:
    expectations: tuple[list[int], ...] = ([1, 2], [1], [1, 2, 3], [])
    answers = [
        spikemem.run(MODEL, protocol=[call(0.0, "ask", soon=[1, 2], expect={"found": wanted})]).answers[0]
        for wanted in expectations
    ]
    assert [a.correct for a in answers] == [True, False, False, False]
    assert spikemem.run(MODEL, protocol=[call(0.0, "ask", echo=[0], expect={"found": []})]).answers[0].correct is True


def test_an_answer_names_what_it_does_not_have() -> None:
    with pytest.raises(AttributeError, match=r"^ask gives no answer 'fund'; did you mean 'found'\? valid: found$"):
        _ = asked(soon=[1]).fund


def test_a_window_is_read_to_its_ends() -> None:
    out = events([(10, 0), (13, 1), (14, 2), (14, 3), (16, 2), (17, 4), (19, 5)])
    reading = read(window("out", at=4.0, until=6.0, echo_at=(3.0,)), {"out": out}, 10, 20, 1.0)
    assert (reading.neurons, reading.first_step) == (frozenset({2, 3}), 14)
    assert (reading.counted, reading.stray) == (3, 2)
    assert read(window("out", at=8.0), {"out": out}, 5, 20, 0.5).neurons == frozenset()
    assert window("out", at=4.0) == Window("out", 4.0, 4.0)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_costs_of_the_answers_add_up_to_the_cost_of_the_run(seed: int) -> None:
    calls = dense(seed, 5, 10, count=25)
    made = spikemem.run(CA3CAM(), protocol=calls, duration_ms=500.0)
    columns = np.array([(a.cost.spikes, a.cost.synaptic_events, a.cost.weight_updates) for a in made.answers])
    total = made.cost
    assert columns.sum(axis=0).tolist() == [total.spikes, total.synaptic_events, total.weight_updates]
    assert total.spikes == sum(times.size for times, _ in made.spikes.values())
    assert (columns[:, :2] > 0).all()
    sizes = made.sizes
    fan_out = dict.fromkeys(sizes, 0)
    for p in CA3CAM().network().projections:
        one = type(p.connector).__name__ == "OneToOne"
        selfless = getattr(p.connector, "allow_self_connections", True) is False
        fan_out[p.pre] += 1 if one else sizes[p.post] - selfless
    assert total.synaptic_events == sum(made.spikes[name][0].size * fan_out[name] for name in sizes)
    plastic = {"cue_from_cue": 10, "content_from_content": 5}
    assert total.weight_updates == sum(made.spikes[name][0].size * count for name, count in plastic.items())


def test_the_costs_of_a_live_memory_add_up() -> None:
    memory = spikemem.open(CA3CAM())
    for cue in range(3):
        memory.learn(cue=cue, content=[cue, 7])
        memory.recall(content=[7])
    spent = [a.cost for a in memory.answers]
    assert memory.cost == Cost(
        sum(c.spikes for c in spent), sum(c.synaptic_events for c in spent), sum(c.weight_updates for c in spent)
    )


def test_what_happens_before_an_operation_is_not_in_its_cost() -> None:
    costs = []
    for wait in (0.0, 23.0):
        memory = spikemem.open(CA3CAM())
        memory.learn(cue=0, content=[1, 2])
        memory.wait(wait)
        costs.append(memory.recall(cue=0, at=30.0).cost)
    assert costs[0] == costs[1]
    alone = spikemem.run(CA3CAM(), protocol=[call(0.0, "learn", cue=0, content=[1, 2]), call(30.0, "recall", cue=0)])
    assert costs[0] == alone.answers[1].cost


def test_an_answer_holds_the_spikes_of_its_own_time() -> None:
    made = spikemem.run(MODEL, protocol=[call(0.0, "store", bits=[1]), call(5.0, "ask", soon=[2], stray=[3])])
    first, second = (a.spikes["out"] for a in made.answers)
    assert (first[0].tolist(), first[1].tolist()) == ([1.0, 2.0], [1, 1])
    assert (second[0].tolist(), second[1].tolist()) == ([9.0, 12.0], [2, 3])
