"""A spikemem memory inside a Nengo model: the same spikes as alone, at Nengo's times; reset, pickled, refused."""

from __future__ import annotations

import pickle
import re
from typing import Any

import numpy as np
import pytest

nengo = pytest.importorskip("nengo", reason="nengo is not installed: pip install 'spikemem[nengo]'")

import spikemem  # noqa: E402
from spikemem.backend import StepEvents  # noqa: E402
from spikemem.errors import InvalidInput, MissingDependency, Unsupported  # noqa: E402
from spikemem.language import AllToAll, IF_curr_delta, NetworkBuilder, OneToOne, SpikeSourcePoisson, call  # noqa: E402
from spikemem.language import Memory as Model  # noqa: E402
from spikemem.language.protocol import all_events  # noqa: E402
from spikemem.models import CA3CAM, HeteroAssociative, TemporalMemory  # noqa: E402
from spikemem.nengo import Memory, Operations  # noqa: E402
from spikemem.simulate import plan_protocol  # noqa: E402
from tests.bad_input.support import Wrong, assert_refused  # noqa: E402

PAIRS = HeteroAssociative(cues=2, bits=4)
CALLS = [
    call(0.0, "learn", cue=0, content=[0, 2]),
    call(40.0, "learn", cue=1, content=[1, 2]),
    call(80.0, "recall", cue=0),
    call(110.0, "recall", cue=1),
]
CA3_CALLS = [
    call(0.0, "learn", cue=0, content=[0, 1, 8, 9]),
    call(10.0, "learn", cue=4, content=[1, 5, 6]),
    call(20.0, "recall", cue=0),
    call(30.0, "recall", content=[1]),
]


def built(memory: Memory, calls: list[Any]) -> Any:
    """A network in which ``calls`` are done on ``memory``, whose lines are probed."""
    with nengo.Network() as net:
        node, told = nengo.Node(memory), nengo.Node(Operations(memory, calls))
        nengo.Connection(told, node, synapse=None)
        nengo.Probe(node)
    return net


def ran(memory: Memory, calls: list[Any], seconds: float, dt: float = 0.001) -> Any:
    with nengo.Simulator(built(memory, calls), dt=dt, progress_bar=False) as sim:
        sim.run(seconds)
        return sim.data[sim.model.probes[0]]


def spikes(lines: Any, dt_ms: float = 1.0) -> list[tuple[float, int]]:
    """The spikes of probed lines: ms of the memory, and line."""
    return [(float(step) * dt_ms, int(line)) for step, line in zip(*np.nonzero(lines), strict=True)]


def alone(model: Any, calls: list[Any], population: str, **choices: Any) -> list[tuple[float, int]]:
    times, neurons = spikemem.run(model, protocol=calls, **choices).spikes[population]
    return list(zip(times.tolist(), neurons.tolist(), strict=True))


def test_a_memory_in_nengo_fires_as_it_does_alone() -> None:
    lines = ran(Memory(PAIRS), CALLS, 0.13)
    assert spikes(lines) == alone(PAIRS, CALLS, "out")
    assert spikes(lines)[-4:] == [(82.0, 0), (82.0, 2), (112.0, 1), (112.0, 2)]
    assert set(np.unique(lines)) == {0.0, 1000.0}


def test_the_outputs_are_the_populations_that_are_named_in_their_order() -> None:
    memory = Memory(CA3CAM(), outputs=["out_content", "out_cue"])
    lines = ran(memory, CA3_CALLS, 0.037)
    assert list(memory.output_lines.slices) == ["out_content", "out_cue"]
    for name, where in memory.output_lines.slices.items():
        assert spikes(lines[:, where]) == alone(CA3CAM(), CA3_CALLS, name)


def test_the_outputs_are_what_answers_are_read_from_by_default() -> None:
    assert Memory(CA3CAM()).outputs == ("out_cue", "out_content")
    assert Memory(CA3CAM()).inputs == ("in_cue", "in_content")


def test_brian2_runs_the_same_memory_in_nengo() -> None:
    try:
        lines = ran(Memory(PAIRS, backend="brian2"), CALLS, 0.13)
    except MissingDependency as error:
        pytest.skip(str(error))
    assert spikes(lines) == alone(PAIRS, CALLS, "out")


@pytest.mark.parametrize(("level", "fires"), [(1.0, True), (0.5, True), (0.499, False), (-1.0, False)])
def test_a_line_fires_at_half_the_height_of_a_spike(level: float, fires: bool) -> None:
    memory = Memory(PAIRS, inputs=["in_content"], outputs=["in_content"])
    with nengo.Network() as net:
        node = nengo.Node(memory)
        shown = nengo.Node(lambda t: [level / 0.001 if 0.0045 < t < 0.0055 else 0.0, 0.0, 0.0, 0.0])
        nengo.Connection(shown, node, synapse=None)
        probe = nengo.Probe(node)
    with nengo.Simulator(net, progress_bar=False) as sim:
        sim.run(0.01)
    assert spikes(sim.data[probe]) == ([(4.0, 0)] if fires else [])  # the step that ends at 5 ms


def test_a_step_of_nengo_may_be_several_of_the_memory() -> None:
    model = CA3CAM()
    memory = Memory(model, dt=0.5, outputs=["in_cue", "out_cue", "out_content"])
    told: dict[str, StepEvents] = all_events(plan_protocol(model, CA3_CALLS, 1.0))
    stimulus = {name: (steps.astype(float), neurons) for name, (steps, neurons) in told.items()}
    expected = spikemem.run(model, stimulus=stimulus, duration_ms=40.0, dt=0.5)
    with nengo.Network() as net:
        node = nengo.Node(memory)
        nengo.Connection(nengo.Node(Operations(Memory(model), CA3_CALLS)), node, synapse=None)
        probe = nengo.Probe(node)
    with nengo.Simulator(net, progress_bar=False) as sim:
        sim.run(0.04)
    for name, lines in memory.output_lines.slices.items():
        times, neurons = expected.spikes[name]
        counted = np.zeros((40, lines.stop - lines.start))
        np.add.at(counted, (times.astype(int), neurons), 1000.0)
        assert counted.any()
        np.testing.assert_array_equal(sim.data[probe][:, lines], counted)


def test_a_reset_begins_anew_and_gives_the_same_run() -> None:
    with nengo.Simulator(built(Memory(PAIRS), CALLS), progress_bar=False) as sim:
        probe = sim.model.probes[0]
        sim.run(0.13)
        first = np.array(sim.data[probe])
        sim.reset()
        sim.run(0.13)
        assert first.any()
        np.testing.assert_array_equal(sim.data[probe], first)


@pytest.mark.parametrize("cut", [0.006, 0.081])
def test_a_pickled_simulator_goes_on_spikes_in_flight_included(cut: float) -> None:
    whole = ran(Memory(PAIRS), CALLS, 0.13)
    with nengo.Simulator(built(Memory(PAIRS), CALLS), progress_bar=False) as sim:
        sim.run(cut)
        kept = pickle.dumps(sim)
    with pickle.loads(kept) as again:
        again.run(0.13 - cut)
        np.testing.assert_array_equal(again.data[again.model.probes[0]], whole)


def test_two_memories_in_one_model_do_not_meet() -> None:
    memory = Memory(PAIRS)
    with nengo.Network() as net:
        nodes = [nengo.Node(memory) for _ in range(2)]
        nengo.Connection(nengo.Node(Operations(memory, CALLS)), nodes[0], synapse=None)
        nengo.Connection(nengo.Node(Operations(memory, CALLS[2:])), nodes[1], synapse=None)
        probes = [nengo.Probe(node) for node in nodes]
    with nengo.Simulator(net, progress_bar=False) as sim:
        sim.run(0.13)
    assert spikes(sim.data[probes[0]]) == alone(PAIRS, CALLS, "out")
    assert not sim.data[probes[1]].any()  # it learned nothing


def asked_often(room: int) -> Memory:
    """A memory whose synapses remember ever more spikes of ``out``, as cue 1 never fires."""
    return Memory(PAIRS, room=room)


OFTEN = [*CALLS[:1], *(call(40.0 + 20.0 * k, "recall", cue=0) for k in range(40))]


def test_a_state_that_grows_is_pickled_too() -> None:
    whole = ran(asked_often(16), OFTEN, 0.84)
    with nengo.Simulator(built(asked_often(16), OFTEN), progress_bar=False) as sim:
        sim.run(0.83)
        kept = pickle.dumps(sim)
    with pickle.loads(kept) as again:
        again.run(0.01)
        np.testing.assert_array_equal(again.data[again.model.probes[0]], whole)
    assert np.count_nonzero(whole) == 2 * (2 + 40)


def test_a_memory_that_grows_synapses_fires_as_it_does_alone() -> None:
    model = TemporalMemory(
        symbols=3, columns=32, cells=4, active=4, theta=3, theta_match=2, new_synapses=4, most_synapses=6, initial=0.6
    )
    calls = [call(200.0 * k, "learn", sequence=[0, 1, 2]) for k in range(3)]
    calls.append(call(600.0, "predict", sequence=[0, 1]))
    memory = Memory(model, room=64)
    lines = ran(memory, calls, 0.8)
    for name, where in memory.output_lines.slices.items():
        assert spikes(lines[:, where]) == alone(model, calls, name, duration_ms=800.0)
    assert lines.any()


class Noise(Model):
    """Neurons driven by a Poisson source."""

    def build(self, net: NetworkBuilder) -> None:
        net.connect(net.input("told", 1), net.population("idle", 1, IF_curr_delta()), AllToAll(), weight=0.1, delay=1.0)
        noise = net.population("noise", 20, SpikeSourcePoisson(rate=50.0))
        net.connect(noise, net.population("out", 20, IF_curr_delta()), OneToOne(), weight=30.0, delay=1.0)


def test_poisson_sources_fire_as_they_do_alone_and_are_pickled() -> None:
    whole = ran(Memory(Noise(), outputs=["out"], seed=3), [], 0.6)
    expected = spikemem.run(Noise(), stimulus={}, duration_ms=600.0, seed=3).spikes["out"]
    assert spikes(whole) == list(zip(expected[0].tolist(), expected[1].tolist(), strict=True))
    assert expected[0].size > 100
    with nengo.Simulator(built(Memory(Noise(), outputs=["out"], seed=3), []), progress_bar=False) as sim:
        sim.run(0.3)
        kept = pickle.dumps(sim)
    with pickle.loads(kept) as again:
        again.run(0.3)
        np.testing.assert_array_equal(again.data[again.model.probes[0]], whole)


def test_a_state_that_outgrows_its_room_is_refused() -> None:
    with pytest.raises(Unsupported) as raised:
        ran(asked_often(1), OFTEN, 0.84)
    assert re.fullmatch(
        r"nengo\.Memory: the state grew to \d+ bytes, and Nengo's signals hold \d+; give it more room",
        str(raised.value),
    )


def test_a_step_of_nengo_that_is_not_whole_steps_of_the_memory_is_refused() -> None:
    with pytest.raises(InvalidInput) as raised:
        nengo.builder.Model(dt=0.0015).build(built(Memory(PAIRS), []))
    assert str(raised.value) == (
        "nengo.Memory: Nengo's step: 1.5 ms is not a multiple of dt = 1 ms; nearest: 1 or 2 ms"
    )


def test_operations_are_refused_at_another_step_than_the_models() -> None:
    with pytest.raises(InvalidInput) as raised:
        nengo.builder.Model(dt=0.002).build(built(Memory(PAIRS), CALLS))
    assert str(raised.value) == "nengo.Operations: Nengo's step must be the model's, 1 ms, got 2 ms"


def test_a_node_of_another_size_is_refused() -> None:
    with nengo.Network() as net:
        nengo.Node(Memory(PAIRS), size_in=3)
    with pytest.raises(InvalidInput) as raised:
        nengo.builder.Model(dt=0.001).build(net)
    assert str(raised.value) == "nengo.Memory: size_in must be 6 (in_cue, in_content), got 3"


WRONG: dict[str, Wrong] = {
    "model": (lambda: Memory("ca3"), "nengo.Memory: model must be a memory model, got str"),  # type: ignore[arg-type]
    "input": (
        lambda: Memory(PAIRS, inputs=["out"]),
        "nengo.Memory: inputs: 'out' is unknown; valid: in_content, in_cue",
    ),
    "outputs": (
        lambda: Memory(PAIRS, outputs="out"),
        "nengo.Memory: outputs: must be a list of populations, got 'out'",
    ),
    "twice": (
        lambda: Memory(PAIRS, outputs=["out", "out"]),
        "nengo.Memory: outputs: must name at least one population, and none twice, got ['out', 'out']",
    ),
    "none": (
        lambda: Memory(PAIRS, inputs=[]),
        "nengo.Memory: inputs: must name at least one population, and none twice, got []",
    ),
    "threshold": (lambda: Memory(PAIRS, threshold=0.0), "nengo.Memory: threshold must be a number > 0, got 0.0"),
    "room": (lambda: Memory(PAIRS, room=0), "nengo.Memory: room: must be a whole number >= 1, got 0"),
    "dt": (lambda: Memory(PAIRS, dt=0.0), "dt: must be a finite number of ms > 0, got 0.0"),
    "operations": (
        lambda: Operations(PAIRS, CALLS),  # type: ignore[arg-type]
        "nengo.Operations: memory must be a spikemem.nengo.Memory, got HeteroAssociative",
    ),
    "not an input": (
        lambda: Operations(Memory(PAIRS, inputs=["in_cue"]), CALLS),
        "nengo.Operations: fires in_content, which is not one of the memory's inputs",
    ),
    "operation": (
        lambda: Operations(Memory(PAIRS), [call(0.0, "lern")]),
        "HeteroAssociative has no operation 'lern'; did you mean 'learn'? valid: learn, recall",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_when_it_is_made(case: str) -> None:
    assert_refused(WRONG[case])
