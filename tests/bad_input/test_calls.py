"""Wrong calls of the Python interface: the type of the exception, and its sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem.errors import InvalidInput, NetworkError, OperationError, SpikememError
from spikemem.language import call
from spikemem.models import CA3CAM
from tests.bad_input.support import VALID_BACKENDS, VALID_HARDWARE

MODEL = CA3CAM(cues=3, bits=4)
ASK = call(0.0, "recall", cue=1)

Case = tuple[Callable[[], object], type[SpikememError], str]


def run(**choices: Any) -> Callable[[], object]:
    return lambda: spikemem.run(MODEL, **({"protocol": [ASK]} | choices))


def model(**values: Any) -> Callable[[], object]:
    return lambda: CA3CAM(**values)


def protocol(*calls: Any) -> Callable[[], object]:
    return lambda: spikemem.run(MODEL, protocol=[make() for make in calls])


def made(*arguments: Any, **named: Any) -> Callable[[], object]:
    return lambda: call(*arguments, **named)


CASES: dict[str, Case] = {
    "model": (
        model(cue=3),
        InvalidInput,
        "CA3CAM: unknown parameter 'cue'; did you mean 'cues'? valid: bits, cues",
    ),
    "model nan": (model(bits=float("nan")), InvalidInput, "CA3CAM.bits: must be a whole number, got nan"),
    "model negative": (model(bits=-1), InvalidInput, "CA3CAM.bits: must be >= 1, got -1"),
    "a class": (
        lambda: spikemem.run(CA3CAM, protocol=[ASK]),  # type: ignore[arg-type]
        InvalidInput,
        "model: must be a memory model or a network, got ModelMetaclass",
    ),
    "a network": (
        lambda: spikemem.run(MODEL.network(), protocol=[ASK]),
        InvalidInput,
        "protocol: ca3-cam is a network and has no operations; give a stimulus, or a memory model",
    ),
    "backend": (run(backend="zzz"), InvalidInput, f"backend 'zzz' is unknown; {VALID_BACKENDS}"),
    "numerics": (
        run(numerics="exakt"),
        InvalidInput,
        "numerics 'exakt' is unknown; did you mean 'exact'? valid: exact, spinnaker",
    ),
    "hardware": (
        run(hardware="x"),
        InvalidInput,
        f"hardware 'x' is unknown; {VALID_HARDWARE}, or the path of a .toml file",
    ),
    "seed negative": (run(seed=-1), InvalidInput, "seed: must be a whole number >= 0, got -1"),
    "seed fraction": (run(seed=1.5), InvalidInput, "seed: must be a whole number >= 0, got 1.5"),
    "seed truth": (run(seed=True), InvalidInput, "seed: must be a whole number >= 0, got True"),
    "seed none": (run(seed=None), InvalidInput, "seed: must be a whole number >= 0, got None"),
    "threads zero": (run(threads=0), InvalidInput, "threads: must be a whole number >= 1, got 0"),
    "threads text": (run(threads="2"), InvalidInput, "threads: must be a whole number >= 1, got '2'"),
    "dt zero": (run(dt=0.0), InvalidInput, "dt: must be a finite number of ms > 0, got 0.0"),
    "dt nan": (run(dt=float("nan")), InvalidInput, "dt: must be a finite number of ms > 0, got nan"),
    "dt text": (run(dt="1"), InvalidInput, "dt: must be a finite number of ms > 0, got '1'"),
    "dt of no spacing": (
        run(dt=0.4),
        NetworkError,
        "CA3CAM.recall: answer 'cues': 5 ms is not a multiple of dt = 0.4 ms; nearest: 4.8 or 5.2 ms",
    ),
    "duration short": (run(duration_ms=3.0), InvalidInput, "duration_ms: the last answer is read until 7 ms, got 3"),
    "duration text": (run(duration_ms="9"), InvalidInput, "duration_ms: must be a finite number of ms > 0, got '9'"),
    "duration negative": (
        run(duration_ms=-9.0),
        InvalidInput,
        "duration_ms: must be a finite number of ms > 0, got -9.0",
    ),
    "nothing to do": (
        run(protocol=[]),
        InvalidInput,
        "duration_ms: is required unless a protocol alone says how long the run is",
    ),
    "record": (
        run(record=("out",)),
        InvalidInput,
        "record: population 'out' is unknown; did you mean 'out_cue'? valid: condition, condition_gate, "
        "content_from_content, content_from_cue, cue_from_content, cue_from_cue, in_content, in_cue, merge_content, "
        "merge_cue, out_content, out_cue",
    ),
    "record without an answering population": (
        run(record=("in_cue", "out_cue"), protocol=[call(0.0, "recall", cue=0)]),
        InvalidInput,
        "record: 'out_content' must be recorded, since recall reads content from it; got in_cue, out_cue",
    ),
    "record as text": (
        run(record="out_cue"),
        InvalidInput,
        "record: must be a list of populations, got the text 'out_cue'",
    ),
    "protocol of tuples": (
        run(protocol=[(0.0, "learn")]),
        InvalidInput,
        "protocol[0]: must be a call (spikemem.language.call), got (0.0, 'learn')",
    ),
    "hardware as number": (
        run(hardware=3),
        InvalidInput,
        "hardware: must be the name or path of a hardware file, got 3",
    ),
    "operation": (
        protocol(made(0.0, "lern")),
        OperationError,
        "CA3CAM has no operation 'lern'; did you mean 'learn'? valid: learn, recall",
    ),
    "operation a number": (protocol(made(0.0, 3)), OperationError, "CA3CAM has no operation 3; valid: learn, recall"),
    "time text": (made("x", "learn"), OperationError, "call of 'learn': at must be a time in ms, got 'x'"),
    "time none": (made(None, "learn"), OperationError, "call of 'learn': at must be a time in ms, got None"),
    "time truth": (made(True, "learn"), OperationError, "call of 'learn': at must be a time in ms, got True"),
    "time nan": (
        protocol(made(float("nan"), "recall", cue=1)),
        OperationError,
        "CA3CAM.recall: at must be a time of 0 to 9.0072e+15 ms, got nan",
    ),
    "time negative": (
        protocol(made(-1.0, "recall", cue=1)),
        OperationError,
        "CA3CAM.recall: at must be a time of 0 to 9.0072e+15 ms, got -1",
    ),
    "too early": (
        protocol(made(0.0, "recall", cue=1), made(5.0, "recall", cue=1)),
        OperationError,
        "CA3CAM.recall at 5 ms: 6 ms must pass after recall at 0 ms; earliest: 6 ms",
    ),
    "bits of an array": (
        protocol(made(0.0, "learn", cue=0, content=np.array([0.0, 2.0]))),
        OperationError,
        "CA3CAM.learn: content bit must be a whole number 0..3 (bits=4), got 0.0",
    ),
    "bits of a mask": (
        protocol(made(0.0, "learn", cue=0, content=np.array([True, False]))),
        OperationError,
        "CA3CAM.learn: content bit must be a whole number 0..3 (bits=4), got True",
    ),
    "bits of one number": (
        protocol(made(0.0, "learn", cue=0, content=np.array(2))),
        OperationError,
        "CA3CAM.learn: content must be a list of bits 0..3 (bits=4), got 2",
    ),
    "bits of a matrix": (
        protocol(made(0.0, "learn", cue=0, content=np.array([[0, 2]]))),
        OperationError,
        "CA3CAM.learn: content bit must be a whole number 0..3 (bits=4), got [0, 2]",
    ),
    "expected number": (
        made(0.0, "recall", cue=1, expect={"content": 3}),
        OperationError,
        "call of 'recall' at 0 ms: expect.content must be a list of neurons, got 3",
    ),
    "expected list": (
        made(0.0, "recall", cue=1, expect=[3]),
        OperationError,
        "call of 'recall' at 0 ms: expect must map answers to lists of neurons, got [3]",
    ),
    "expected fraction": (
        made(0.0, "recall", cue=1, expect={"content": [1.5]}),
        OperationError,
        "call of 'recall' at 0 ms: expect.content must be whole numbers, got 1.5",
    ),
    "expected truth": (
        made(0.0, "recall", cue=1, expect={"content": [True]}),
        OperationError,
        "call of 'recall' at 0 ms: expect.content must be whole numbers, got True",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_call_raises_one_sentence(case: str) -> None:
    wrong, kind, sentence = CASES[case]
    with pytest.raises(kind) as raised:
        wrong()
    assert str(raised.value) == sentence
    assert isinstance(raised.value, ValueError)
