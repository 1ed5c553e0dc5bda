"""What users write: open, learn, recall, save, load, run."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem import Answer, LiveMemory, Recording
from spikemem.errors import FileError, InvalidInput, OperationError
from spikemem.language import Call, call
from spikemem.models import CA3CAM
from tests.engine.support import assert_same_bits
from tests.language.relay import Relay
from tests.models.protocols import dense

PLASTIC = ("cue_from_cue->content_from_cue", "content_from_content->cue_from_content")


def test_a_memory_is_opened_taught_asked_saved_and_loaded(tmp_path: Path) -> None:
    memory = spikemem.open(CA3CAM(cues=5, bits=10), backend="numba", numerics="spinnaker", seed=1)
    memory.learn(cue=3, content=[4, 5, 6])
    assert memory.recall(cue=3).content == {4, 5, 6}
    answer = memory.recall(content=[6])
    assert answer.cues == {3}
    assert (answer.latency_ms, answer.confidence, answer.correct) == (6.0, 1.0, None)
    assert answer.cost.spikes > 0
    assert answer.cost.spikes == sum(times.size for times, _ in answer.spikes.values())
    memory.save(tmp_path / "cam.h5")
    loaded = spikemem.load(tmp_path / "cam.h5")
    assert loaded.model == memory.model
    assert loaded.setup == memory.setup
    assert loaded.recall(cue=3).content == {4, 5, 6}
    with pytest.raises(OperationError, match=r"^CA3CAM has no operation 'forget': it forgets only by relearning; "):
        memory.forget(cue=3)


def test_a_stimulus_gives_a_recording() -> None:
    times, cues = [0.0, 1.0, 2.0, 30.0], [3, 3, 3, 3]
    bits = [(t, b) for t in (0.0, 1.0, 2.0) for b in (4, 5, 6)]
    stimulus = {"in_cue": (times, cues), "in_content": ([t for t, _ in bits], [b for _, b in bits])}
    recording = spikemem.run(
        CA3CAM(cues=5, bits=10), stimulus=stimulus, duration_ms=90, backend="numba", numerics="spinnaker",
        hardware=None, seed=1,
    )  # fmt: skip
    when, who = recording.spikes["out_content"]
    assert (str(when.dtype), str(who.dtype)) == ("float64", "int32")
    assert sorted(who[when == 36.0].tolist()) == [4, 5, 6]
    for spike_times, neurons in recording.spikes.values():
        order = np.lexsort((neurons, spike_times))
        assert np.array_equal(order, np.arange(order.size))
    assert recording.duration_ms == 90.0


def test_a_stimulus_and_a_protocol_add_up() -> None:
    learned = [call(0.0, "learn", cue=3, content=[4, 5])]
    asked = {"in_cue": ([40.0], [3])}
    both = spikemem.run(CA3CAM(), protocol=learned, stimulus=asked, duration_ms=60.0)
    alone = spikemem.run(CA3CAM(), protocol=[*learned, call(40.0, "recall", cue=3)], duration_ms=60.0)
    assert spikes(both) == spikes(alone)
    with pytest.raises(InvalidInput, match=r"^duration_ms: is required unless a protocol alone"):
        spikemem.run(CA3CAM(), protocol=learned, stimulus=asked)


def test_only_what_is_asked_for_is_recorded() -> None:
    calls = dense(1, 5, 10, count=8)
    full = spikemem.run(CA3CAM(), protocol=calls)
    some = spikemem.run(CA3CAM(), protocol=calls, record=("out_cue", "out_content"))
    assert [a.answered for a in some.answers] == [a.answered for a in full.answers]
    assert some.cost == full.cost
    for name, (times, _) in some.spikes.items():
        assert times.size == (full.spikes[name][0].size if name.startswith("out_") else 0)


def test_single_precision_weights_give_the_same_spikes_here() -> None:
    calls = dense(1, 5, 10, count=20)
    double = spikemem.run(CA3CAM(), protocol=calls)
    single = spikemem.run(CA3CAM(), protocol=calls, weight_precision="float32")
    assert spikes(single) == spikes(double)
    for name in PLASTIC:
        weights, rounded = double.weights(name).weight, single.weights(name).weight
        assert np.array_equal(rounded, rounded.astype(np.float32))
        assert not np.array_equal(rounded, weights)
        np.testing.assert_allclose(rounded, weights, rtol=1e-4, atol=1e-5)


def spikes(recording: Recording) -> dict[str, list[tuple[float, int]]]:
    return {
        name: list(zip(times.tolist(), neurons.tolist(), strict=True))
        for name, (times, neurons) in recording.spikes.items()
    }


def done(memory: LiveMemory, made: Call) -> Answer:
    return memory.operate(made.do, at=made.at, **made.arguments)


def everything(memory: LiveMemory) -> dict[str, Any]:
    """Return the bits of all that a live memory shows."""
    shown: dict[str, Any] = {"now": memory.now_ms, "cost": str(memory.cost)}
    for name in PLASTIC:
        shown[f"{name} stored"] = memory.weights(name).weight
        shown[f"{name} effective"] = memory.weights(name, "effective").weight
    return shown


def assert_same_answer(one: Answer, other: Answer) -> None:
    for field in ("operation", "at_ms", "arguments", "answered", "latency_ms", "confidence", "cost"):
        assert getattr(one, field) == getattr(other, field)
    for name, (times, neurons) in one.spikes.items():
        assert_same_bits({"t": other.spikes[name][0], "n": other.spikes[name][1]}, {"t": times, "n": neurons})


@pytest.mark.parametrize("choices", [{}, {"numerics": "exact"}, {"weight_precision": "float32", "seed": 5}])
def test_a_loaded_memory_goes_on_as_the_saved_one(choices: dict[str, Any], tmp_path: Path) -> None:
    calls = [call(made.at * 1.5 // 1 + 2 * k, made.do, **made.arguments) for k, made in enumerate(dense(3, 4, 8, 12))]
    memory = spikemem.open(CA3CAM(cues=4, bits=8), **choices)
    paths = [tmp_path / f"{k}.h5" for k in range(len(calls) + 1)]
    memory.save(paths[0])
    answers, times = [], [0.0]
    for made, path in zip(calls, paths[1:], strict=True):
        answers.append(done(memory, made))
        memory.save(path)
        times.append(memory.now_ms)
    for k in (0, 1, 5, 11, 12):
        loaded = spikemem.load(paths[k])
        assert loaded.now_ms == times[k]
        for made, wanted in zip(calls[k:], answers[k:], strict=True):
            assert_same_answer(done(loaded, made), wanted)
        assert_same_bits(everything(loaded), everything(memory))


def test_a_loaded_memory_knows_when_the_next_operation_may_begin(tmp_path: Path) -> None:
    memory = spikemem.open(Relay(size=4))
    memory.ask(soon=[1])
    memory.save(tmp_path / "relay.h5")
    loaded = spikemem.load(tmp_path / "relay.h5")
    sentence = r"^Relay\.store at 7 ms: 8 ms must pass after ask at 0 ms; earliest: 8 ms$"
    for own in (memory, loaded):
        with pytest.raises(OperationError, match=sentence):
            own.store(bits=[0], at=7.0)
        assert own.store(bits=[0]).at_ms == 8.0


def test_a_file_does_not_fit_another_model(tmp_path: Path) -> None:
    memory = spikemem.open(Relay(size=4))
    memory.save(tmp_path / "relay.h5")
    with pytest.raises(FileError, match=r"relay\.h5: does not fit CA3CAM: "):
        spikemem.load(tmp_path / "relay.h5", model=CA3CAM)


def test_operations_begin_as_soon_as_they_may_or_when_told() -> None:
    memory = spikemem.open(CA3CAM())
    starts = [memory.learn(cue=0, content=[1]).at_ms, memory.recall(cue=0).at_ms, memory.recall(cue=0).at_ms]
    assert starts == [0.0, 7.0, 14.0]  # the answer of a recall is complete after 7 steps
    assert memory.recall(cue=0, at=40.0).at_ms == 40.0
    memory.wait(3.0)
    assert (memory.now_ms, memory.recall(cue=0).at_ms) == (50.0, 50.0)
    with pytest.raises(
        OperationError, match=r"^CA3CAM\.recall at 56 ms: that time has passed; the memory is at 57 ms$"
    ):
        memory.recall(cue=0, at=56.0)
    assert [a.at_ms for a in memory.answers] == [*starts, 40.0, 50.0]


def test_a_live_memory_answers_as_a_run_does() -> None:
    calls = [call(15.0 * k, made.do, **made.arguments) for k, made in enumerate(dense(6, 5, 10, count=30))]
    memory = spikemem.open(CA3CAM())
    live = [done(memory, made) for made in calls]
    made = spikemem.run(CA3CAM(), protocol=calls, duration_ms=memory.now_ms)
    assert [a.answered for a in made.answers] == [a.answered for a in live]
    for name in PLASTIC:
        assert made.weights(name).weight.tobytes() == memory.weights(name).weight.tobytes()
