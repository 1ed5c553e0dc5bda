"""Threshold neurons in the place of segments: the same spikes on every target, only when asked for, and told."""

from __future__ import annotations

import json
import re
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

import spikemem
from spikemem.backend import RunOptions, StepEvents, backend
from spikemem.cli.main import main
from spikemem.errors import InvalidInput, MissingDependency, SpikememWarning, Unsupported
from spikemem.ir import (
    AllToAll,
    Branch,
    FromList,
    Grouped,
    HebbianPermanence,
    IF_curr_delta,
    Network,
    Numerics,
    Population,
    Projection,
    Segment,
    SpikeSource,
    Static,
    Unconnected,
)
from spikemem.passes import KINDS, Decompose, lower
from tests.engine.support import as_events
from tests.passes.static_memory import static_memories
from tests.reference.interpreter import Spike

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
FEW = settings(deadline=None, suppress_health_check=SLOW, phases=[Phase.explicit, Phase.generate])
Drawn = tuple[Network, dict[str, list[Spike]], int]


def spikes(
    name: str, network: Network, stimulus: dict[str, list[Spike]], steps: int, numerics: Numerics, decompose: bool
) -> dict[str, StepEvents]:
    try:
        target = backend(name)
    except MissingDependency as error:
        pytest.skip(str(error))
    kinds = KINDS if decompose else ()
    lowered = lower(network, target.abilities, numerics, seed=1, decompose=kinds)
    assert any(isinstance(p.cell, Segment) for p in lowered.populations) is not decompose
    program = target.compile(lowered, RunOptions())
    program.stimulate(as_events(stimulus))
    program.run(steps)
    return program.spikes()


def assert_same(found: dict[str, StepEvents], wanted: dict[str, StepEvents]) -> None:
    for name, events in wanted.items():
        for k in range(2):
            assert np.array_equal(found[name][k], events[k]), name


def agree(name: str, drawn: Drawn, numerics: Numerics) -> None:
    network, stimulus, steps = drawn
    wanted = spikes("numba", network, stimulus, steps, numerics, False)
    assert_same(spikes(name, network, stimulus, steps, numerics, True), wanted)
    event("segments spike" if wanted["basal"][0].size else "segments silent")
    event("somata spike" if wanted["soma"][0].size else "somata silent")


@settings(deadline=None, max_examples=200, suppress_health_check=SLOW)
@given(static_memories(), st.sampled_from(["spinnaker", "exact"]))
def test_decomposed_networks_fire_alike(drawn: Drawn, numerics: Numerics) -> None:
    agree("numba", drawn, numerics)


@settings(FEW, max_examples=8)
@given(static_memories(), st.sampled_from(["spinnaker", "exact"]))
def test_decomposed_networks_fire_alike_on_brian2(drawn: Drawn, numerics: Numerics) -> None:
    agree("brian2", drawn, numerics)


@settings(FEW, max_examples=40)
@given(static_memories(least=2))
def test_decomposed_networks_fire_alike_on_nest(drawn: Drawn) -> None:
    agree("nest", drawn, "exact")


def detector(theta: int, lines: int, **fields: Any) -> Network:
    """Return one segment with ``lines`` synapses, one an input."""
    fields = {"reset_by_soma": False, **fields}
    populations = (
        Population("in", lines, SpikeSource()),
        Population("soma", 1, IF_curr_delta(tau_refrac=0.0)),
        Population("segment", 1, Segment(theta=theta, **fields), (), Branch("soma", "basal", 1)),
    )
    onto = Projection("onto", "in", "segment", AllToAll(), 1.0, 1.0, "excitatory", Static())
    back = Projection("back", "segment", "soma", Grouped(1, 1), 20.0, 2.0, "excitatory", Static())
    return Network("detector", 1.0, populations, (onto, back))


@pytest.mark.parametrize("name", ["numba", "nest"])
@pytest.mark.parametrize("theta", [1, 2, 13, 100, 255])
def test_one_synapse_fewer_is_too_few_however_many_there_were_before(name: str, theta: int) -> None:
    """Steps with theta - 1 synapses, one after the other, then theta, then all 300, then theta - 1 and theta again."""
    counts = [theta - 1] * 6 + [theta, 300, 300, theta - 1, theta, theta - 1, theta - 1, theta]
    stimulus = {"in": [(t, i) for t, count in enumerate(counts) for i in range(count)]}
    found = spikes(name, detector(theta, 300), stimulus, 20, "exact", True)
    assert found["segment"][0].tolist() == [t + 1 for t, count in enumerate(counts) if count >= theta]


def test_the_margin_is_that_of_the_docstring() -> None:
    lowered = lower(detector(255, 300), backend("numba").abilities, "exact", seed=1, decompose=KINDS)
    program = backend("numba").compile(lowered, RunOptions())
    program.stimulate(as_events({"in": [(t, i) for t in range(5) for i in range(254)]}))
    program.run(6)
    assert program.variable("segment", "v")[0] == pytest.approx(254.0 + 254.0 * np.exp(-8), abs=1e-4)
    assert program.variable("segment", "v")[0] < 255 - 0.91


def test_a_segment_that_gets_two_spikes_of_one_neuron_counts_both() -> None:
    network = detector(2, 1)
    twice = replace(network.projection("onto"), connector=FromList(((0, 0), (0, 0))))
    found = spikes("numba", network.with_projections({"onto": twice}), {"in": [(0, 0)]}, 4, "exact", True)
    assert found["segment"][0].tolist() == [1]


def test_a_virtual_spinnaker_board_takes_a_decomposed_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from spikemem.backends.pynn.spinnaker import SpinnakerProgram
    from spikemem.hardware import find_hardware

    try:
        target = backend("spinnaker")
    except MissingDependency as error:
        pytest.skip(str(error))
    monkeypatch.setenv("HOME", str(tmp_path))
    network = detector(200, 300, plateau=4.0)
    lowered = lower(network, target.abilities, "spinnaker", seed=1, decompose=KINDS)
    program = target.compile(lowered, RunOptions(hardware=find_hardware("virtual5")))
    program.stimulate(as_events({"in": [(0, 0)]}))
    assert str(program.rehearse(20)).startswith("sPyNNaker placed it on ")
    assert isinstance(program, SpinnakerProgram)
    assert {core["population"] for core in program.placement["cores"]} == {"in", "soma", "segment"}
    (held,) = [w for w in program.placement["weights"] if w["target"] == "segment"]
    assert held["largest_error"] < 1e-9  # at a resolution of 1/64 nA


ALTERNATIVE = "backend numba, brian2 or brian2-cpp, or segments of which none of this holds, with --decompose segments"


@pytest.mark.parametrize(
    ("fields", "dt", "reason"),
    [
        ({"window": 2.0}, 1.0, "they count over 2 steps"),
        ({"window": 0.4}, 0.1, "they count over 4 steps"),
        ({"plateau": 5.0, "current": 0.1}, 1.0, "their plateaus pass a current on to the soma"),
        (
            {"reset_by_soma": True}, 1.0,
            "a spike of the soma keeps them from spiking in its step (reset_by_soma=True)",
        ),
        (
            {"window": 3.0, "plateau": 5.0, "current": 0.1}, 1.0,
            "they count over 3 steps, and their plateaus pass a current on to the soma",
        ),
    ],
)  # fmt: skip
def test_what_a_threshold_neuron_cannot_mean_is_left_and_refused(
    fields: dict[str, Any], dt: float, reason: str
) -> None:
    network = detector(2, 3, **fields)
    assert Decompose(dt, KINDS)(network) == network
    assert Decompose(dt, KINDS).substituted(network) == ()
    poor = replace(backend("numba").abilities, backend="poor", cells=(SpikeSource, IF_curr_delta))
    with pytest.raises(Unsupported) as raised:
        lower(network, poor, "exact", 1, dt, KINDS)
    wanted = "the backend has no rule for it, and no threshold neuron can take its place"
    assert f"  - population segment: Segment: {wanted}: {reason}; instead: {ALTERNATIVE}" in str(raised.value)
    assert raised.value.exit_code == 4


def test_branches_that_learning_grows_are_left_and_refused() -> None:
    network = detector(2, 3)
    grown = replace(network.populations[2], branch=Branch("soma", "basal", 0))
    rule = HebbianPermanence(theta_match=1)
    onto = replace(network.projection("onto"), connector=Unconnected(), weight=1.0, synapse=rule)
    network = replace(network, populations=(*network.populations[:2], grown), projections=(onto,)).verify()
    assert Decompose(1.0, KINDS)(network) == network
    poor = replace(backend("numba").abilities, backend="poor", cells=(SpikeSource, IF_curr_delta))
    wanted = "they are grown by learning, and the synapses of projection onto learn; instead: backend numba"
    with pytest.raises(Unsupported, match=re.escape(f"no threshold neuron can take its place: {wanted}")):
        lower(network, poor, "exact", seed=1, decompose=KINDS)


def test_without_being_asked_for_the_refusal_names_it() -> None:
    poor = replace(backend("numba").abilities, backend="poor", cells=(SpikeSource, IF_curr_delta))
    with pytest.raises(Unsupported, match=re.escape(
        "population segment: Segment: the backend has no rule for it; instead: --decompose segments, in Python "
        "decompose=['segments']: threshold neurons in its place"
    )):  # fmt: skip
        lower(detector(2, 3), poor, "exact", seed=1)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["segment"], "decompose: 'segment' is unknown; did you mean 'segments'"),
        ("segments", "decompose: must be a list, such as ['segments'], got the text 'segments'"),
    ],
)
def test_what_cannot_be_decomposed_is_told(given: Any, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=f"^{re.escape(sentence)}"):
        spikemem.run(detector(2, 3), stimulus={"in": ([0.0], [0])}, duration_ms=5.0, decompose=given)


SUBSTITUTED = "population segment: 1 segments are 1 threshold neurons (IF_curr_delta)"


def test_a_run_tells_what_was_substituted_and_its_provenance_keeps_it() -> None:
    stimulus = {"in": ([0.0, 0.0, 3.0], [0, 1, 0])}
    with pytest.warns(SpikememWarning, match=re.escape(f"decompose: {SUBSTITUTED}")):
        recording = spikemem.run(detector(2, 3), stimulus=stimulus, duration_ms=6.0, decompose=["segments"])
    assert recording.provenance["decompose"] == ["segments"]
    assert recording.provenance["substituted"] == [SUBSTITUTED]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plain = spikemem.run(detector(2, 3), stimulus=stimulus, duration_ms=6.0)
    assert "decompose" not in plain.provenance
    for name, found in recording.spikes.items():
        assert [part.tolist() for part in found] == [part.tolist() for part in plain.spikes[name]]
    assert recording.spikes["segment"][0].tolist() == [1.0]


MODEL = '''
"""A memory whose cells have one segment each, for one pattern of three lines."""

from typing import Annotated

from spikemem.language import *


class Pattern(Memory):
    """Knows lines 0, 1 and 2."""

    width: int = parameter(5, ge=3, doc="lines")

    def build(self, net):
        lines = net.input("lines", self.width)
        out = net.population("out", 1, IF_curr_delta(tau_refrac=0.0))
        segment = net.dendrites("segment", out, Segment(theta=3, reset_by_soma=False), per_neuron=1)
        net.connect(lines, segment, FromList(((0, 0), (1, 0), (2, 0))), weight=1.0, delay=2.0)
        net.connect(segment, out, Grouped(1, 1), weight=20.0, delay=2.0)

    @operation(spacing=10.0, answers={"known": window("out", at=4.0)})
    def recall(self, lines: Annotated[Neurons, Bits("width")]) -> Stimulus:
        """Ask whether the lines hold the pattern."""
        return pulse(lines=lines)
'''
EXPERIMENT = """
model = "patterns_in_segments:Pattern"
[run]
numerics = "exact"
[[operations]]
at = 0.0
do = "recall"
lines = [0, 1, 2]
expect.known = [0]
[[operations]]
at = 10.0
do = "recall"
lines = [0, 1, 4]
expect.known = []
"""


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    (tmp_path / "patterns_in_segments.py").write_text(MODEL)
    path = tmp_path / "patterns.toml"
    path.write_text(EXPERIMENT)
    return path


def test_the_command_line_asks_for_it(experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    backend_name = "nest"
    try:
        backend(backend_name)
    except MissingDependency as error:
        pytest.skip(str(error))
    out = ["--out", str(tmp_path / "out"), "--backend", backend_name]
    assert main(["run", str(experiment), *out]) == 4
    assert "instead: --decompose segments" in capsys.readouterr().err
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        assert main(["run", str(experiment), *out, "--decompose", "segments"]) == 0
        assert f"spikemem: warning: decompose: {SUBSTITUTED}" in capsys.readouterr().err
        assert main(["run", str(experiment), *out, "--set", 'run.decompose=["segments"]']) == 0
    with h5py.File(tmp_path / "out" / "patterns.h5") as file:
        assert json.loads(file["provenance"].attrs["json"])["substituted"] == [SUBSTITUTED]
    assert main(["run", str(experiment), *out, "--decompose", "segment"]) == 2
    assert "decompose: 'segment' is unknown; did you mean 'segments'" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore:decompose:spikemem.errors.SpikememWarning")
def test_a_script_and_a_comparison_take_it_too(
    experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("nest", "brian2"):
        try:
            backend(name)
        except MissingDependency as error:
            pytest.skip(str(error))
    out = ["--out", str(tmp_path / "out"), "--decompose", "segments"]
    assert main(["export", str(experiment), "--target", "nest", *out]) == 0
    assert "IF_curr_delta" in (tmp_path / "out" / "patterns_nest.py").read_text()
    assert main(["compare", str(experiment), "--backends", "numba,brian2,nest", *out, "--json"]) == 0
    told = capsys.readouterr().out
    found = json.loads(told[told.index("{") :])["backends"]
    assert {name: comparison["grade"] for name, comparison in found.items()} == {"brian2": "exact", "nest": "exact"}


@pytest.mark.filterwarnings("ignore:decompose:spikemem.errors.SpikememWarning")
def test_a_deployment_takes_it_too(experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        backend("spinnaker")
    except MissingDependency as error:
        pytest.skip(str(error))
    monkeypatch.setenv("HOME", str(tmp_path))
    board = ["--hardware", "virtual5", "--out", str(tmp_path / "out"), "--set", "run.numerics=spinnaker"]
    assert main(["deploy", str(experiment), *board]) == 4
    assert main(["deploy", str(experiment), *board, "--decompose", "segments"]) == 0
    placed = json.loads((tmp_path / "out" / "patterns-board.json").read_text())
    assert {core["population"] for core in placed["cores"]} == {"lines", "out", "segment"}
    assert placed["problems"] == []


def test_a_decomposed_memory_is_saved_and_loaded(experiment: Path, tmp_path: Path) -> None:
    from spikemem.experiment import load_experiment

    model = load_experiment(str(experiment)).model
    with pytest.warns(SpikememWarning, match="decompose"):
        memory = spikemem.open(model, decompose=["segments"])
    assert memory.recall(lines=[0, 1, 2, 3]).known == {0}
    memory.save(tmp_path / "pattern.h5")
    with pytest.warns(SpikememWarning, match="decompose"):
        loaded = spikemem.load(tmp_path / "pattern.h5", type(model))
    assert loaded.setup.decompose == ("segments",)
    assert (loaded.recall(lines=[1, 2]).known, loaded.recall(lines=[0, 1, 2]).known) == (frozenset(), frozenset({0}))
