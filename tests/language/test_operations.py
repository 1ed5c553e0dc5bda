"""Operations: their schema, their arguments, and the stimuli that they make."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem.errors import OperationError
from spikemem.language import Memory, NetworkBuilder, Stimulus, Window, call, hold, operation, pulse
from spikemem.language.arguments import Bits, Index
from spikemem.models import CA3CAM
from tests.language.relay import Relay


def test_the_schema_of_the_ca3_memory() -> None:
    operations = CA3CAM.operations()
    assert list(operations) == ["learn", "recall"]
    learn, recall = operations.values()
    assert (learn.spacing, recall.spacing) == (7.0, 6.0)
    assert {n: (p.kind, p.optional) for n, p in learn.parameters.items()} == {
        "cue": (Index("cues"), False),
        "content": (Bits("bits"), False),
    }
    assert {n: (p.kind, p.optional) for n, p in recall.parameters.items()} == {
        "cue": (Index("cues"), True),
        "content": (Bits("bits"), True),
    }
    assert (learn.answers, learn.one_of, recall.one_of) == ({}, (), ("cue", "content"))
    assert recall.answers == {
        "cues": Window("out_cue", 6.0, 6.0, (5.0,)),
        "content": Window("out_content", 6.0, 6.0, (5.0,)),
    }


def test_an_operation_is_summed_up_by_the_first_line_of_its_text() -> None:
    assert Relay.operation("store").summary == "Hold some bits."


def test_operations_make_these_stimuli() -> None:
    model = CA3CAM()
    made = model.operation("learn").stimulus(model, {"cue": 3, "content": [8, 1]})
    assert made.spikes == {
        "in_cue": ((0, 3), (1, 3), (2, 3)),
        "in_content": ((0, 1), (0, 8), (1, 1), (1, 8), (2, 1), (2, 8)),
    }
    assert model.operation("recall").stimulus(model, {"cue": 4}).spikes == {"in_cue": ((0, 4),)}
    asked = model.operation("recall").stimulus(model, {"content": {7, 2}, "cue": None})
    assert asked.spikes == {"in_content": ((0, 2), (0, 7))}


def test_hold_and_pulse() -> None:
    assert pulse(a=(3, 1)).spikes == {"a": ((0, 1), (0, 3))}
    assert hold(2, a=[4], b=None).spikes == {"a": ((0, 4), (1, 4))}
    assert pulse(a=[1]).later(5).spikes == {"a": ((5, 1),)}
    both = hold(2, a=[1]) + pulse(a=[0], b=[2]).later(1)
    assert both.spikes == {"a": ((0, 1), (1, 0), (1, 1)), "b": ((1, 2),)}
    with pytest.raises(OperationError, match=r"^stimulus: a neuron of a would fire twice in one step$"):
        _ = hold(2, a=[1]) + pulse(a=[1]).later(1)


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("learn", {"cue": 0, "content": [3, 12]}, "CA3CAM.learn: content bit 12 is out of range 0..9 (bits=10)"),
    ("learn", {"cue": 5, "content": [3]}, "CA3CAM.learn: cue 5 is out of range 0..4 (cues=5)"),
    ("learn", {"cue": -1, "content": [3]}, "CA3CAM.learn: cue -1 is out of range 0..4 (cues=5)"),
    ("learn", {"cue": 1.0, "content": [3]}, "CA3CAM.learn: cue must be a whole number 0..4 (cues=5), got 1.0"),
    ("learn", {"cue": True, "content": [3]}, "CA3CAM.learn: cue must be a whole number 0..4 (cues=5), got True"),
    ("learn", {"cue": 0, "content": []}, "CA3CAM.learn: content is empty; give at least one of the bits 0..9 (bits=10)"),
    ("learn", {"cue": 0, "content": [3, 3]}, "CA3CAM.learn: content bit 3 is given twice"),
    ("learn", {"cue": 0, "content": 3}, "CA3CAM.learn: content must be a list of bits 0..9 (bits=10), got 3"),
    ("learn", {"cue": 0, "content": "34"}, "CA3CAM.learn: content must be a list of bits 0..9 (bits=10), got '34'"),
    ("learn", {"content": [3]}, "CA3CAM.learn: cue is required: one of 0..4"),
    ("learn", {"cue": 0}, "CA3CAM.learn: content is required: some of 0..9"),
    ("recall", {}, "CA3CAM.recall: give exactly one of cue and content, got none"),
    ("recall", {"cue": 1, "content": [1]}, "CA3CAM.recall: give exactly one of cue and content, got cue, content"),
    (
        "recall",
        {"cues": 1},
        "CA3CAM.recall: argument 'cues' is unknown; did you mean 'cue'? valid: content, cue",
    ),
    (
        "forget",
        {"cue": 1},
        "CA3CAM has no operation 'forget': it forgets only by relearning; "
        "call learn(cue=..., content=...) with the new content of the same cue",
    ),
    ("lern", {}, "CA3CAM has no operation 'lern'; did you mean 'learn'? valid: learn, recall"),
]  # fmt: skip


@pytest.mark.parametrize(("do", "arguments", "message"), WRONG, ids=[message for *_, message in WRONG])
def test_a_wrong_operation_is_refused_alike_in_a_protocol_and_live(
    do: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(OperationError) as raised:
        spikemem.run(CA3CAM(), protocol=[call(0.0, do, **arguments)])
    assert str(raised.value) == message
    memory = spikemem.open(CA3CAM())
    with pytest.raises(OperationError) as raised:
        memory.operate(do, **arguments)
    assert str(raised.value) == message
    assert (memory.now_ms, memory.answers) == (0.0, ())


@pytest.mark.parametrize("collect", [list, tuple, set, np.array, iter, lambda bits: (np.int64(bit) for bit in bits)])
def test_content_may_come_as_any_collection(collect: Callable[[list[int]], Any]) -> None:
    memory = spikemem.open(CA3CAM())
    learned = memory.learn(cue=np.int64(3), content=collect([5, 4]))
    assert learned.arguments == {"cue": (3,), "content": (4, 5)}
    assert memory.recall(cue=3).content == {4, 5}


def test_an_iterator_is_read_once_in_a_protocol() -> None:
    made = spikemem.run(
        CA3CAM(), protocol=[call(0.0, "learn", cue=3, content=iter([4, 5])), call(9.0, "recall", cue=3)]
    )
    assert made.answers[0].arguments == {"cue": (3,), "content": (4, 5)}
    assert made.answers[1].content == {4, 5}


def test_one_of_counts_what_is_given() -> None:
    memory = spikemem.open(Relay())
    assert memory.choose(one=2).near == {2}
    assert memory.choose(some=[0, 5], one=None).far == {0, 5}
    with pytest.raises(OperationError, match=r"^Relay\.choose: give exactly one of one and some, got none$"):
        memory.choose()


def test_an_argument_must_say_its_kind() -> None:
    with pytest.raises(OperationError, match=r"^operation learn: argument 'bit' must say its kind, such as Annotated"):

        class Wrong(Memory):
            def build(self, net: NetworkBuilder) -> None: ...

            @operation(spacing=1.0)
            def learn(self, bit: int) -> Stimulus:
                return pulse(a=[bit])


def test_a_model_is_a_value() -> None:
    assert CA3CAM(cues=3) == CA3CAM(cues=3, bits=10)
    assert CA3CAM(cues=3) != CA3CAM(cues=4)
    assert hash(CA3CAM(cues=3)) == hash(CA3CAM(cues=3))
    assert CA3CAM(cues=3).network() == CA3CAM(cues=3).network()
    assert CA3CAM.model_name() == "ca3-cam"
