"""A live memory under spikes from outside, and its state taken from it and given back."""

from __future__ import annotations

import numpy as np

import spikemem
from spikemem.models import CA3CAM, HeteroAssociative


def test_stimuli_given_piece_by_piece_fire_what_they_fire_in_one_run() -> None:
    stimulus = {"in_cue": ([0.0, 1.0, 2.0, 9.0], [0, 0, 0, 0]), "in_content": ([0.0, 1.0, 2.0], [3, 3, 3])}
    whole = spikemem.run(CA3CAM(), stimulus=stimulus, duration_ms=20.0).spikes
    memory = spikemem.open(CA3CAM())
    pieces = [memory.stimulate(stimulus if k == 0 else {}, 1.0) for k in range(20)]
    assert memory.now_ms == 20.0
    for name, (times, neurons) in whole.items():
        assert np.concatenate([p[name][0] for p in pieces]).tolist() == times.tolist()
        assert np.concatenate([p[name][1] for p in pieces]).tolist() == neurons.tolist()
    assert sum(times.size for times, _ in whole.values()) > 20


def test_operations_go_on_after_stimuli() -> None:
    memory = spikemem.open(HeteroAssociative())
    memory.learn(cue=1, content=[0, 2])
    fired = memory.stimulate({"in_cue": ([32.0], [1])}, 10.0)["out"]
    assert (fired[0].tolist(), fired[1].tolist()) == ([34.0, 34.0], [0, 2])
    assert memory.recall(cue=1).content == {0, 2}


def test_a_state_is_gone_on_from_in_another_memory() -> None:
    first, second = spikemem.open(HeteroAssociative()), spikemem.open(HeteroAssociative())
    first.learn(cue=1, content=[0, 2])
    first.stimulate({"in_cue": ([33.0], [1])}, 2.0)  # the answer is on its way
    second.restore(first.state())
    times, neurons = second.stimulate({}, 5.0)["out"]
    assert (times.tolist(), neurons.tolist()) == ([35.0, 35.0], [0, 2])
    second.wait(20.0)
    assert second.recall(cue=1).content == {0, 2}
    assert first.now_ms == 34.0


def test_a_state_that_was_taken_stays_as_it_was() -> None:
    memory = spikemem.open(HeteroAssociative())
    state = memory.state()
    memory.learn(cue=1, content=[0, 2])
    memory.restore(state)
    assert memory.now_ms == 0.0
    assert memory.recall(cue=1).content == frozenset()
