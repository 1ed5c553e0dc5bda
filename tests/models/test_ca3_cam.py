"""CA3CAM against the spikes recorded on SpiNNaker hardware, and against the memory written out by hand."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest

import spikemem
from spikemem import Recording
from spikemem.experiment import Choices, load_experiment, prepare
from spikemem.ir import IF_curr_exp, Numerics, PairSTDP, SpikeSource
from spikemem.ir.lowered import synapses
from spikemem.language import Call, call
from spikemem.models import CA3CAM
from spikemem.passes import lower
from tests.models.protocols import dense
from tests.reference.ca3_network import INPUTS, Spikes, ca3_network, difference, learn, recorded, stress_stimulus
from tests.reference.interpreter import ABILITIES, interpret

POPULATIONS = (
    "cue_from_cue", "content_from_cue", "condition", "condition_gate", "cue_from_content", "content_from_content",
    "merge_cue", "merge_content", "out_cue", "out_content",
)  # fmt: skip
RECORDED = {"ca3-functional": ("functional", CA3CAM(cues=5, bits=10), 90.0, 262, 5),
            "ca3-state-map": ("state_map", CA3CAM(cues=16, bits=6), 140.0, 402, 4)}  # fmt: skip


@cache
def experiment(name: str) -> Recording:
    return prepare(load_experiment(name), Choices()).run(None)


def spikes(recording: Recording) -> Spikes:
    found: Spikes = {}
    for name, (times, neurons) in recording.spikes.items():
        steps = np.rint(times / recording.dt).astype(int)
        found[name] = list(zip(steps.tolist(), neurons.tolist(), strict=True))
    return found


def in_ms(stimulus: Mapping[str, list[tuple[int, int]]]) -> dict[str, tuple[list[float], list[int]]]:
    return {name: ([float(t) for t, _ in own], [n for _, n in own]) for name, own in stimulus.items()}


def inputs(found: Spikes) -> Spikes:
    return {name: sorted(found[name]) for name in INPUTS}


@pytest.mark.parametrize("name", RECORDED)
def test_the_experiment_gives_every_recorded_spike_and_no_other(name: str) -> None:
    wanted, found = recorded(RECORDED[name][0]), spikes(experiment(name))
    assert set(found) == {*INPUTS, *POPULATIONS}
    for population in (*INPUTS, *POPULATIONS):
        assert found[population] == wanted.get(population, []), population
    assert sum(len(found[population]) for population in POPULATIONS) == RECORDED[name][3]


@pytest.mark.parametrize("name", RECORDED)
def test_the_recorded_inputs_alone_give_the_recorded_spikes(name: str) -> None:
    file, model, duration, count, _ = RECORDED[name]
    wanted = recorded(file)
    made = spikemem.run(model, stimulus=in_ms(inputs(wanted)), duration_ms=duration)
    assert difference(wanted, spikes(made), POPULATIONS) == (0, 0)
    assert sum(len(wanted.get(population, ())) for population in POPULATIONS) == count
    assert made.answers == ()


@pytest.mark.parametrize("name", RECORDED)
def test_every_answer_of_the_recorded_experiments_is_right(name: str) -> None:
    made = experiment(name)
    assert (made.right, made.wrong) == (RECORDED[name][4], 0)
    asked = [a for a in made.answers if a.operation == "recall"]
    assert {a.latency_ms for a in asked} == {6.0}
    assert {a.confidence for a in asked} == {1.0}


def test_the_relearned_cue_echoes_its_old_bits_once() -> None:
    times, neurons = experiment("ca3-functional").spikes["out_content"]
    assert sorted(neurons[times == 66.0].tolist()) == [5, 6]


def test_the_stress_experiment_answers_all_and_gives_the_published_number_of_spikes() -> None:
    made = experiment("ca3-stress")
    assert [a.operation for a in made.answers].count("learn") == 15
    assert [a.at_ms for a in made.answers] == [1.0 + 14.0 * k for k in range(60)]
    assert (made.right, made.wrong, made.duration_ms) == (45, 0, 851.0)
    found = spikes(made)
    assert inputs(found) == {name: sorted(own) for name, own in stress_stimulus().items()}
    assert sum(len(found[population]) for population in POPULATIONS) == 1567


@pytest.mark.parametrize(("cues", "bits"), [(1, 1), (1, 6), (5, 10), (16, 6), (3, 64)])
def test_the_sizes_follow_the_formulas(cues: int, bits: int) -> None:
    network = lower(CA3CAM(cues=cues, bits=bits).network(), ABILITIES, "spinnaker", seed=1)
    sizes = {p.name: p.size for p in network.populations}
    outside = {"in_cue": cues, "in_content": bits, "out_cue": cues, "out_content": bits}
    assert {name: size for name, size in sizes.items() if name.startswith(("in_", "out_"))} == outside
    assert sum(sizes.values()) - sum(outside.values()) == 3 * cues + 4 * bits + 1
    inner = [p for p in network.projections if p.pre not in outside and p.post not in outside]
    counts = {p.name: sum(synapses(b, sizes[p.pre], sizes[p.post]) for b in p.buckets) for p in inner}
    assert sum(counts.values()) == 3 * cues * bits + 2 * cues * (cues - 1) + 3 * cues + 6 * bits
    plastic = [p.name for p in inner if isinstance(p.synapse, PairSTDP)]
    assert sum(counts[name] for name in plastic) == 2 * cues * bits


def test_the_parameters_are_the_published_ones() -> None:
    network = CA3CAM().network()
    cells = {p.name: p.cell for p in network.populations if not isinstance(p.cell, SpikeSource)}
    kinds = {"slow": (0.27, 3.0, -57.0), "fast": (0.14, 0.5, -57.0), "out": (0.27, 3.0, -57.5)}
    fast = ("condition", "condition_gate", "cue_from_content")
    for name, cell in cells.items():
        assert isinstance(cell, IF_curr_exp)
        kind = "fast" if name in fast else "out" if name.startswith("out_") else "slow"
        assert (cell.cm, cell.tau_m, cell.v_thresh) == kinds[kind], name
        assert (cell.tau_syn_E, cell.tau_syn_I, cell.tau_refrac) == (0.3, 0.3, 1.0)
        assert (cell.v_rest, cell.v_reset, cell.i_offset) == (-60.0, -60.0, 0.0)
    assert network.dt == 1.0
    by_hand = ca3_network(5, 10)
    assert [(p.name, p.size) for p in network.populations] == [(p.name, p.size) for p in by_hand.populations]
    ours = [(p.pre, p.post, p.connector, p.weight, p.delay, p.receptor, p.synapse) for p in network.projections]
    theirs = [(p.pre, p.post, p.connector, p.weight, p.delay, p.receptor, p.synapse) for p in by_hand.projections]
    assert ours == theirs


def by_interpreter(cues: int, bits: int, calls: list[Call], recording: Recording, numerics: Numerics) -> None:
    """Compare ``recording`` with the network by hand and the interpreter, inputs, spikes and weights."""
    found = spikes(recording)
    stimulus: Spikes = {name: [] for name in INPUTS}
    for made in calls:
        at, arguments = int(made.at), made.arguments
        if made.do == "learn":
            learn(stimulus, at, arguments["cue"], arguments["content"])
        elif "cue" in arguments:
            stimulus["in_cue"].append((at, arguments["cue"]))
        else:
            stimulus["in_content"] += [(at, bit) for bit in arguments["content"]]
    assert inputs(found) == inputs(stimulus)
    network = lower(ca3_network(cues, bits), ABILITIES, numerics, seed=1)
    outcome = interpret(network, stimulus, round(recording.duration_ms))
    assert found == outcome.spikes
    for number, name in ((3, "cue_from_cue->content_from_cue"), (11, "content_from_content->cue_from_content")):
        for form in ("stored", "effective"):
            got = recording.weights(name, form)
            wanted = outcome.weights(f"{number}:{name}", "stored" if form == "stored" else "effective")
            assert list(zip(got.pre.tolist(), got.post.tolist(), strict=True)) == [w[:2] for w in wanted]
            assert got.weight.tolist() == pytest.approx([w[3] for w in wanted], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("cues", "bits", "seed"), [(5, 10, 1), (5, 10, 2), (5, 10, 3), (16, 32, 1)])
def test_random_protocols_agree_with_the_network_by_hand(cues: int, bits: int, seed: int) -> None:
    calls = dense(seed, cues, bits)
    recording = spikemem.run(CA3CAM(cues=cues, bits=bits), protocol=calls)
    assert len(recording.answers) == 60
    by_interpreter(cues, bits, calls, recording, "spinnaker")


def test_a_random_protocol_agrees_under_exact_numerics() -> None:
    calls = dense(4, 5, 10, count=20)
    recording = spikemem.run(CA3CAM(), protocol=calls, numerics="exact")
    by_interpreter(5, 10, calls, recording, "exact")


def test_the_published_weights_do_not_forget_under_exact_numerics() -> None:
    first, second = call(0.0, "learn", cue=3, content=[4, 5]), call(20.0, "learn", cue=3, content=[7])
    asked = call(40.0, "recall", content=[4])
    old = {
        numerics: spikemem.run(CA3CAM(), protocol=[first, second, asked], numerics=numerics).answers[-1].cues
        for numerics in ("spinnaker", "exact")
    }
    assert old == {"spinnaker": frozenset(), "exact": frozenset({3})}
