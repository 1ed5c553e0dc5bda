"""Wrong use of a live memory: a sentence, and the memory goes on as if nothing had been said."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import spikemem
from spikemem.errors import FileError, InvalidInput, OperationError
from spikemem.models import CA3CAM


@pytest.fixture(scope="module")
def memory() -> spikemem.LiveMemory:
    """A memory at 14 ms whose last operation, a recall, began at 7 ms."""
    live = spikemem.open(CA3CAM(cues=3, bits=4))
    live.learn(cue=1, content=[0, 2])
    live.recall(cue=1)
    return live


SPACING = "6 ms must pass after recall at 7 ms; earliest: 14 ms"

LIVE: dict[str, tuple[Callable[[spikemem.LiveMemory], object], type[Exception], str]] = {
    "operation": (
        lambda m: m.lern(cue=1),
        AttributeError,
        "CA3CAM has no operation 'lern'; did you mean 'learn'? valid: learn, recall",
    ),
    "forget": (
        lambda m: m.forget(cue=1),
        OperationError,
        "CA3CAM has no operation 'forget': it forgets only by relearning; call learn(cue=..., content=...) with the new "
        "content of the same cue",
    ),
    "both": (
        lambda m: m.recall(cue=1, content=[0]),
        OperationError,
        "CA3CAM.recall: give exactly one of cue and content, got cue, content",
    ),
    "nothing": (lambda m: m.recall(), OperationError, "CA3CAM.recall: give exactly one of cue and content, got none"),
    "bit": (
        lambda m: m.recall(content=[4]),
        OperationError,
        "CA3CAM.recall: content bit 4 is out of range 0..3 (bits=4)",
    ),
    "argument": (
        lambda m: m.recall(cues=1),
        OperationError,
        "CA3CAM.recall: argument 'cues' is unknown; did you mean 'cue'? valid: content, cue",
    ),
    "required": (lambda m: m.learn(cue=1), OperationError, "CA3CAM.learn: content is required: some of 0..3"),
    "too early": (lambda m: m.recall(cue=1, at=12.0), OperationError, f"CA3CAM.recall at 12 ms: {SPACING}"),
    "past": (lambda m: m.recall(cue=1, at=0.0), OperationError, f"CA3CAM.recall at 0 ms: {SPACING}"),
    "just past": (
        lambda m: m.recall(cue=1, at=13.0),
        OperationError,
        "CA3CAM.recall at 13 ms: that time has passed; the memory is at 14 ms",
    ),
    "unnamed arguments": (
        lambda m: m.learn(1, [2]),
        OperationError,
        "CA3CAM.learn: give each argument by its name: cue=..., content=...",
    ),
    "negative": (
        lambda m: m.recall(cue=1, at=-1.0),
        InvalidInput,
        "CA3CAM.recall: at: must be a finite number of ms >= 0, got -1.0",
    ),
    "nan": (
        lambda m: m.recall(cue=1, at=float("nan")),
        InvalidInput,
        "CA3CAM.recall: at: must be a finite number of ms >= 0, got nan",
    ),
    "off the grid": (
        lambda m: m.recall(cue=1, at=20.5),
        InvalidInput,
        "CA3CAM.recall: at: 20.5 ms is not a multiple of dt = 1 ms; nearest: 20 or 21 ms",
    ),
    "wait negative": (lambda m: m.wait(-1.0), InvalidInput, "wait: must be a finite number of ms >= 0, got -1.0"),
    "wait off the grid": (
        lambda m: m.wait(0.5),
        InvalidInput,
        "wait: 0.5 ms is not a multiple of dt = 1 ms; nearest: 0 or 1 ms",
    ),
    "stimulate past": (
        lambda m: m.stimulate({"in_cue": ([13.0], [1])}, 1.0),
        InvalidInput,
        "stimulus of in_cue: 13 ms has passed; the run is at 14 ms",
    ),
    "stimulate what is no source": (
        lambda m: m.stimulate({"out_cue": ([14.0], [1])}, 1.0),
        InvalidInput,
        "stimulus: 'out_cue' is no spike source of ca3-cam; did you mean 'in_cue'? valid: in_content, in_cue",
    ),
    "stimulate off the grid": (
        lambda m: m.stimulate({"in_cue": ([14.5], [1])}, 1.0),
        InvalidInput,
        "stimulus of in_cue: 14.5 ms is not a multiple of dt = 1 ms",
    ),
    "stimulate for no time": (
        lambda m: m.stimulate({"in_cue": ([14.0], [1])}, 0.5),
        InvalidInput,
        "stimulate: duration_ms: 0.5 ms is not a multiple of dt = 1 ms; nearest: 0 or 1 ms",
    ),
    "restore": (
        lambda m: m.restore(spikemem.open(CA3CAM(cues=3, bits=4), seed=2).state()),
        FileError,
        "state: is of another network, or of the same under other numerics, weights or seed",
    ),
    "weights form": (
        lambda m: m.weights("cue_from_cue->content_from_cue", "true"),  # type: ignore[arg-type]
        InvalidInput,
        "weights: form 'true' is unknown; did you mean 'stored'? valid: effective, stored",
    ),
    "answer": (
        lambda m: m.answers[-1].contents,
        AttributeError,
        "recall gives no answer 'contents'; did you mean 'content'? valid: content, cues",
    ),
}


@pytest.mark.parametrize("case", LIVE)
def test_a_live_memory_refuses_and_stays_as_it_is(case: str, memory: spikemem.LiveMemory) -> None:
    wrong, kind, sentence = LIVE[case]
    with pytest.raises(kind) as raised:
        wrong(memory)
    assert str(raised.value) == sentence
    assert (memory.now_ms, len(memory.answers)) == (14.0, 2)
