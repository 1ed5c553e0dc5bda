"""The portable memory: the ideal answers on every backend, under every numerics, whatever a target's own conventions are."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import spikemem
from spikemem import Recording
from spikemem.backend import backend
from spikemem.errors import MissingDependency, OperationError
from spikemem.ir import Network
from spikemem.language import Call, call
from spikemem.models import HeteroAssociative
from spikemem.passes import Conventions, ThresholdUnits
from tests.models.protocols import some

MEMORY = HeteroAssociative(cues=8, bits=16)
BACKENDS = ("numba", "brian2", "nest")


def random_protocol(seed: int, count: int = 60) -> list[Call]:
    """Learn (0.4) and recall in random order, each as soon as the spacing allows or up to 9 ms later."""
    rng, at = np.random.default_rng(seed), 0.0
    stored: dict[int, list[int]] = {}
    calls: list[Call] = []
    for _ in range(count):
        cue = int(rng.integers(MEMORY.cues))
        if rng.random() < 0.4:
            stored[cue] = some(rng, MEMORY.bits, int(rng.integers(1, 9)))
            calls.append(call(at, "learn", cue=cue, content=stored[cue]))
            at += 32.0
        else:
            calls.append(call(at, "recall", cue=cue, expect={"content": stored.get(cue, [])}))
            at += 20.0
        at += float(rng.integers(10))
    return calls


def with_conventions(own: Mapping[str, Any]) -> Network:
    return Conventions(replace(backend("numba").abilities, conventions=own))(MEMORY.network())


def assert_same(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    assert found.keys() == wanted.keys()
    for name, (times, neurons) in wanted.items():
        assert np.array_equal(found[name][0], times), name
        assert np.array_equal(found[name][1], neurons), name


def stimulus_of(recording: Recording) -> dict[str, Any]:
    return {name: recording.spikes[name] for name in ("in_cue", "in_content")}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", BACKENDS)
def test_every_answer_is_right_on_every_backend(name: str, seed: int) -> None:
    try:
        found = spikemem.run(MEMORY, protocol=random_protocol(seed), backend=name)
    except MissingDependency as error:
        pytest.skip(str(error))
    wanted = spikemem.run(MEMORY, protocol=random_protocol(seed))
    assert (found.wrong, found.right) == (0, wanted.right)
    assert found.right >= 25
    assert_same(found.spikes, wanted.spikes)
    for projection in wanted.stored_weights:
        assert found.stored_weights[projection].weight == pytest.approx(
            wanted.stored_weights[projection].weight, abs=1e-6
        )


@pytest.mark.parametrize("numerics", ["spinnaker", "exact"])
def test_it_takes_any_numerics_and_by_itself_the_backends_first(numerics: str) -> None:
    assert spikemem.run(MEMORY, protocol=random_protocol(7), numerics=numerics).wrong == 0
    assert spikemem.run(MEMORY, protocol=random_protocol(7, 2)).provenance["numerics"] == "spinnaker"


@pytest.mark.parametrize(
    "own",
    [
        {"coincidence": "depress", "history": 15},
        {"coincidence": "potentiate", "history": None},
        {"coincidence": "both", "history": 15},
        {"coincidence": "neither", "history": 40},
    ],
    ids=str,
)
def test_what_it_declares_open_does_not_matter(own: dict[str, Any]) -> None:
    wanted = spikemem.run(MEMORY, protocol=random_protocol(1))
    network = with_conventions(own)
    rule = network.projection("in_cue->out").synapse
    assert [getattr(rule, name) for name in own] == list(own.values())
    found = spikemem.run(network, stimulus=stimulus_of(wanted), duration_ms=wanted.duration_ms, numerics="spinnaker")
    assert_same(found.spikes, wanted.spikes)


def test_outside_its_protocol_it_does_matter() -> None:
    """A cue that fires just when its synapses see the content: the test above could have failed."""
    stimulus = {"in_cue": ([0.0, 5.0], [0, 0]), "in_content": ([0.0], [3])}
    weights = []
    for coincidence in ("neither", "potentiate"):
        network = with_conventions({"coincidence": coincidence})
        found = spikemem.run(network, stimulus=stimulus, duration_ms=8.0, numerics="spinnaker")
        weights.append(found.stored_weights["in_cue->out"].weight[3])
    assert abs(weights[0] - weights[1]) > 10.0


def test_a_learned_content_outlasts_more_spikes_than_a_history_holds() -> None:
    protocol = [call(0.0, "learn", cue=0, content=[3]), call(32.0, "learn", cue=1, content=[3])]
    protocol += [call(64.0 + 20.0 * k, "recall", cue=1, expect={"content": [3]}) for k in range(30)]
    protocol.append(call(664.0, "recall", cue=0, expect={"content": [3]}))
    recording = spikemem.run(MEMORY, protocol=protocol)
    network = with_conventions({"coincidence": "depress", "history": 15})
    found = spikemem.run(network, stimulus=stimulus_of(recording), duration_ms=684.0, numerics="spinnaker")
    assert recording.wrong == 0
    assert_same(found.spikes, recording.spikes)


def test_threshold_units_give_the_same_function_at_its_own_step_only() -> None:
    weight = ThresholdUnits(1.0, "exact")(MEMORY.network()).projection("in_content->out").weight
    assert weight == pytest.approx(1.5 * 15.0 * np.exp(0.1))


def test_it_forgets_by_relearning_only() -> None:
    memory = spikemem.open(MEMORY)
    memory.learn(cue=2, content=[1, 5])
    memory.learn(cue=2, content=[5, 9])
    assert memory.recall(cue=2).content == {5, 9}
    assert memory.recall(cue=3).content == frozenset()
    with pytest.raises(
        OperationError, match="HeteroAssociative has no operation 'forget': it forgets only by relearning"
    ):
        memory.forget(cue=2)
