"""SDRNeuron and SDRClassifier: recognition under noise, by part of a pattern, of several patterns; one-trial learning."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem.errors import InvalidInput, OperationError
from spikemem.models import SDRClassifier, SDRNeuron

PATTERNS = tuple(tuple(range(100 * k, 100 * k + 40)) for k in range(5))


def test_a_segment_recognises_its_pattern_and_the_neuron_any_of_them() -> None:
    memory = spikemem.open(SDRNeuron(inputs=1000, patterns=PATTERNS))
    for k, pattern in enumerate(PATTERNS):
        answer = memory.recognise(pattern=pattern)
        assert (set(answer.segments), set(answer.neuron), answer.latency_ms) == ({k}, {0}, 2.0)
    assert memory.recognise(pattern=list(range(700, 740))).neuron == set()


def test_a_segment_matches_from_theta_of_its_synapses_on() -> None:
    memory = spikemem.open(SDRNeuron(inputs=1000, patterns=PATTERNS, synapses=20, theta=12))
    own = memory.weights("in_pattern->segments")
    synapses = own.pre[own.post == 2].tolist()
    assert len(synapses) == 20
    assert set(synapses) <= set(PATTERNS[2])
    silent = [cell for cell in PATTERNS[2] if cell not in synapses]
    assert memory.recognise(pattern=synapses[:12]).segments == {2}
    assert memory.recognise(pattern=[*synapses[:11], *silent]).segments == set()


def test_a_union_of_patterns_is_recognised_by_all_their_segments() -> None:
    memory = spikemem.open(SDRNeuron(inputs=1000, patterns=PATTERNS))
    assert memory.recognise(pattern=[*PATTERNS[1], *PATTERNS[4]]).segments == {1, 4}


def test_the_seed_draws_the_subsamples() -> None:
    def drawn(seed: int) -> list[int]:
        made = spikemem.open(SDRNeuron(inputs=1000, patterns=PATTERNS), seed=seed)
        return [int(cell) for cell in made.weights("in_pattern->segments").pre]

    assert drawn(1) == drawn(1) != drawn(2)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"patterns": [list(range(20)), 3]}, "SDRNeuron.patterns[1]: must be a list, got 3"),
        ({"theta": 21}, "SDRNeuron.theta: must be <= synapses = 20, got 21"),
        ({"theta": 256}, "SDRNeuron.theta: must be <= 255, got 256"),
        ({"synapses": 41}, "SDRNeuron.patterns[0]: must hold at least synapses = 41 cells, holds 40"),
        ({"patterns": []}, "SDRNeuron.patterns: must hold at least one pattern, is empty"),
        ({"patterns": [[]]}, "SDRNeuron.patterns[0]: must hold at least synapses = 20 cells, holds 0"),
        ({"patterns": [[7] * 20]}, "SDRNeuron.patterns[0]: cell 7 is given 20 times; give each once"),
        (
            {"patterns": [list(range(990, 1010))]},
            "SDRNeuron.patterns[0]: cell 1000 is out of range 0..999 (inputs=1000)",
        ),
        ({"patterns": [[1.5]]}, "SDRNeuron.patterns[0][0]: must be a whole number, got 1.5"),
    ],
)  # fmt: skip
def test_wrong_patterns_are_told(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        spikemem.open(SDRNeuron(**{"inputs": 1000, "patterns": PATTERNS, **changed}))
    assert str(caught.value) == message


def test_learn_is_refused_with_what_learns() -> None:
    memory = spikemem.open(SDRNeuron())
    with pytest.raises(OperationError, match="SDRClassifier learns"):
        memory.learn(pattern=[1])


def test_a_classifier_learns_in_one_trial_and_recalls_under_noise() -> None:
    rng = np.random.default_rng(3)
    memory = spikemem.open(SDRClassifier(inputs=1024, classes=4))
    stored = [np.sort(rng.choice(1024, 40, replace=False)) for _ in range(40)]
    for k, pattern in enumerate(stored):
        memory.learn(pattern=pattern, label=k % 4)
    for k, pattern in enumerate(stored):
        assert memory.classify(pattern=pattern).classes == {k % 4}
        outside = np.setdiff1d(np.arange(1024), pattern)
        noisy = np.concatenate([rng.permutation(pattern)[:34], rng.choice(outside, 6, replace=False)])
        assert memory.classify(pattern=noisy).classes == {k % 4}
    assert all(not memory.classify(pattern=rng.choice(1024, 40, replace=False)).classes for _ in range(40))
    assert memory.weights("in_pattern->segments").pre.size == 40 * 20


def test_a_pattern_that_is_known_grows_no_second_segment() -> None:
    memory = spikemem.open(SDRClassifier())
    for _ in range(3):
        memory.learn(pattern=PATTERNS[0], label=2)
    assert memory.weights("in_pattern->segments").pre.size == 20


def test_a_full_classifier_replaces_the_oldest_pattern() -> None:
    memory = spikemem.open(SDRClassifier(room=2))
    for label, pattern in enumerate(PATTERNS[:3]):
        memory.learn(pattern=pattern, label=label)
    assert [sorted(memory.classify(pattern=p).classes) for p in PATTERNS[:3]] == [[], [1], [2]]
