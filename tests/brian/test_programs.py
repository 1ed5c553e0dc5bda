"""What the Brian2 backends do beside computing: refuse, tidy up, keep Brian2's own settings, live on."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import spikemem
from spikemem.backend import RunOptions, StepEvents, backend
from spikemem.errors import InvalidInput, MissingDependency, NetworkError, Unsupported
from spikemem.ir import (
    AllToAll,
    IF_curr_delta,
    Network,
    PairSTDP,
    Population,
    Projection,
    SpikeSource,
    SpikeSourcePoisson,
    Static,
)
from spikemem.language import call
from spikemem.models import CA3CAM
from spikemem.simulate import Trial
from tests.brian.support import assert_same_recording, assert_same_spikes, assert_same_state, made, needs, ran

PROTOCOL = [
    call(0.0, "learn", cue=1, content=[0, 2]),
    call(10.0, "recall", cue=1, expect={"content": [0, 2]}),
    call(20.0, "recall", content=[2], expect={"cues": [1]}),
]
STIMULUS: dict[str, StepEvents] = {"in": (np.array([1, 4, 4], dtype=np.int64), np.array([0, 0, 1], dtype=np.int32))}


def tiny(delay: float = 2.0) -> Network:
    """Return two sources onto a neuron that one spike fires."""
    populations = (Population("in", 2, SpikeSource()), Population("out", 1, IF_curr_delta(tau_refrac=0.0)))
    drive = Projection("drive", "in", "out", AllToAll(), 20.0, delay, "excitatory", Static())
    return Network("tiny", 1.0, populations, (drive,))


def noisy() -> Network:
    populations = (Population("noise", 4, SpikeSourcePoisson(rate=40.0)), Population("out", 2, IF_curr_delta()))
    drive = Projection("drive", "noise", "out", AllToAll(), 7.13, 3.0, "excitatory", Static())
    return Network("noisy", 1.0, populations, (drive,))


@pytest.fixture(params=["brian2", "brian2-cpp"])
def name(request: pytest.FixtureRequest) -> str:
    needs(request.param)
    return str(request.param)


@pytest.fixture
def runtime() -> str:
    needs("brian2")
    return "brian2"


@pytest.fixture
def compiled() -> str:
    needs("brian2-cpp")
    return "brian2-cpp"


def test_a_run_leaves_no_file_and_no_setting(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import brian2

    monkeypatch.chdir(tmp_path)
    before = (str(brian2.prefs), brian2.get_device(), dict(os.environ), float(brian2.defaultclock.dt))
    temporary = tmp_path.parent / f"{tmp_path.name}-temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    program = ran(name, tiny(), STIMULUS, 8)
    assert program.spikes()["out"][0].tolist() == [3, 6]
    assert program.cost.synaptic_events == 3
    assert list(tmp_path.iterdir()) == []
    assert list(temporary.glob("spikemem-*")) == []  # Brian2's own log may be there
    assert (str(brian2.prefs), brian2.get_device(), dict(os.environ), float(brian2.defaultclock.dt)) == before


def test_a_users_own_brian2_network_goes_on_beside_ours(runtime: str) -> None:
    import brian2

    group = brian2.NeuronGroup(1, "x : 1", threshold="x > 2", reset="x = 0")
    group.run_regularly("x += 1", dt=brian2.defaultclock.dt)
    monitor, own = brian2.SpikeMonitor(group), brian2.Network(group)
    own.add(monitor)
    own.run(1 * brian2.ms)
    count = monitor.num_spikes
    ran(runtime, tiny(), STIMULUS, 8)
    own.run(1 * brian2.ms)
    assert monitor.num_spikes > count > 0


def test_a_compiled_run_cannot_be_continued(compiled: str) -> None:
    program = ran(compiled, tiny(), STIMULUS, 8)
    sentence = "backend brian2-cpp: a compiled run cannot be continued, so its operations must be given as one protocol"
    with pytest.raises(Unsupported, match=sentence):
        program.run(1)
    with pytest.raises(Unsupported, match=sentence):
        program.stimulate({"in": (np.array([9]), np.array([0], dtype=np.int32))})
    for checkpoint in (program.save_state, lambda: program.load_state({})):
        with pytest.raises(Unsupported, match="backend brian2-cpp: a compiled run has no checkpoint; instead: backend"):
            checkpoint()


def test_before_its_run_a_compiled_program_is_in_the_initial_state(compiled: str) -> None:
    found, wanted = made(compiled, tiny()), made("numba", tiny())
    assert_same_state(found, wanted)
    assert_same_spikes(found.spikes(), wanted.spikes())


def test_wrong_names_and_stimuli_are_told(runtime: str) -> None:
    program = made(runtime, tiny())
    with pytest.raises(NetworkError, match="tiny: projection 'driv' is unknown; did you mean 'drive'"):
        program.weights("driv")
    with pytest.raises(InvalidInput, match="population out: state variable 'w' is unknown; valid: v"):
        program.variable("out", "w")
    with pytest.raises(InvalidInput, match="stimulus: 'out' is no spike source of tiny"):
        program.stimulate({"out": STIMULUS["in"]})
    program.stimulate(STIMULUS)
    with pytest.raises(InvalidInput, match="stimulus of in: neuron 0 fires twice at 1 ms"):
        program.stimulate(STIMULUS)
    program.run(3)
    with pytest.raises(InvalidInput, match="stimulus of in: 1 ms has passed; the run is at 3 ms"):
        program.stimulate(STIMULUS)
    with pytest.raises(InvalidInput, match="record: population 'nowhere' is unknown; valid: in, out"):
        made(runtime, tiny(), options=RunOptions(record=("nowhere",)))


def test_only_what_is_asked_for_is_recorded_and_it_can_be_forgotten(runtime: str) -> None:
    program = ran(runtime, tiny(), STIMULUS, 5, options=RunOptions(record=("out",)))
    assert {n: s.tolist() for n, (s, _) in program.spikes().items()} == {"in": [], "out": [3]}
    program.forget_spikes()
    program.run(3)
    assert {n: s.tolist() for n, (s, _) in program.spikes().items()} == {"in": [], "out": [6]}
    assert program.cost.spikes == 5


def test_a_live_memory(runtime: str, tmp_path: Path) -> None:
    found, wanted = (spikemem.open(CA3CAM(cues=5, bits=10), backend=b) for b in (runtime, "numba"))
    for memory in (found, wanted):
        memory.learn(cue=3, content=[4, 5, 6])
        assert memory.recall(cue=3).content == {4, 5, 6}
    found.save(tmp_path / "cam.h5")
    again = spikemem.load(tmp_path / "cam.h5")
    answers = [memory.recall(content=[6]) for memory in (again, wanted)]
    assert answers[0].cues == {3}
    assert answers[0].cost == answers[1].cost


@pytest.mark.parametrize("names", [("numba", "brian2"), ("brian2", "numba")], ids=" to ".join)
def test_a_live_memory_moves_to_another_backend(names: tuple[str, str], runtime: str, tmp_path: Path) -> None:
    memory = spikemem.open(CA3CAM(cues=5, bits=10), backend=names[0])
    memory.learn(cue=3, content=[4, 5, 6])
    memory.save(tmp_path / "cam.h5")
    moved = spikemem.load(tmp_path / "cam.h5", backend=names[1])
    assert moved.setup.backend == names[1]
    for one in (memory, moved):
        one.learn(cue=1, content=[2, 6])
    found, wanted = (made.recall(content=[5]) for made in (moved, memory))
    assert (found.cues, found.cost, found.latency_ms) == (frozenset({3}), wanted.cost, wanted.latency_ms)
    for projection in (p.name for p in memory.model.network().projections):
        assert moved.weights(projection).weight == pytest.approx(memory.weights(projection).weight, abs=1e-9)


def test_a_live_memory_cannot_move_where_there_are_none(compiled: str, tmp_path: Path) -> None:
    spikemem.open(CA3CAM(cues=2, bits=3)).save(tmp_path / "cam.h5")
    with pytest.raises(Unsupported, match="backend brian2-cpp runs whole protocols only"):
        spikemem.load(tmp_path / "cam.h5", backend=compiled)
    with pytest.raises(InvalidInput, match=r"^backend 'brain2' is unknown; did you mean 'brian2'"):
        spikemem.load(tmp_path / "cam.h5", backend="brain2")


def test_poisson_spikes_are_those_of_the_host(name: str) -> None:
    """Over more than one block of draws."""
    found, wanted = (ran(b, noisy(), {}, 2100, numerics="exact", seed=4) for b in (name, "numba"))
    assert_same_spikes(found.spikes(), wanted.spikes())
    assert_same_state(found, wanted)


@pytest.mark.parametrize("at", [0, 999, 1000, 1003])
def test_poisson_spikes_go_on_from_a_checkpoint(runtime: str, at: int) -> None:
    wanted = ran("numba", noisy(), {}, 1020, numerics="exact")
    for first, second in (("numba", runtime), (runtime, "numba")):
        end = made(second, noisy(), numerics="exact")
        end.load_state(ran(first, noisy(), {}, at, numerics="exact").save_state())
        end.run(1020 - at)
        assert_same_spikes(end.spikes(), wanted.spikes(since=at))
        assert_same_state(end, wanted)


def test_trials_of_a_batch_on_threads(runtime: str) -> None:
    trials = [Trial(protocol=PROTOCOL), Trial(protocol=PROTOCOL[:2]), Trial(protocol=PROTOCOL)]
    found, wanted = (
        spikemem.run_batch(CA3CAM(cues=2, bits=3), trials, duration_ms=40.0, backend=b, threads=2)
        for b in (runtime, "numba")
    )
    for ours, theirs in zip(found, wanted, strict=True):
        assert_same_recording(ours, theirs)


def test_cython_is_used_if_brian2_is_told_so(runtime: str) -> None:
    import brian2

    from spikemem.backends.brian import settings

    for chosen, used in (("auto", "numpy"), ("numpy", "numpy"), ("cython", "cython")):
        kept = brian2.prefs["codegen.target"]
        try:
            brian2.prefs["codegen.target"] = chosen
            with settings.runtime():
                assert brian2.prefs["codegen.target"] == used
            assert brian2.prefs["codegen.target"] == chosen
        finally:
            brian2.prefs["codegen.target"] = kept


def test_without_a_compiler_the_backend_says_how_to_get_one(runtime: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    message = "backend brian2-cpp: the C.. compiler no-such-compiler is not installed: apt-get install g.."
    with pytest.raises(MissingDependency, match=message):
        backend("brian2-cpp")


def test_importing_spikemem_does_not_import_brian2() -> None:
    code = "import sys, spikemem, spikemem.backend; print('brian2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_live_memory_on_a_compiled_backend_is_refused_at_once(compiled: str) -> None:
    with pytest.raises(Unsupported, match="backend brian2-cpp runs whole protocols only; give the operations to"):
        spikemem.open(CA3CAM(cues=2, bits=3), backend=compiled)


@pytest.mark.parametrize("at", [0, 3, 5])
def test_weight_updates_are_those_of_synapses_that_exist_also_after_a_checkpoint(runtime: str, at: int) -> None:
    """Two sources onto two neurons, not onto those of their own number: every event updates one weight."""
    populations = (Population("in", 2, SpikeSource()), Population("out", 2, IF_curr_delta(tau_refrac=0.0)))
    rule = PairSTDP(w_max=40.0)
    drive = Projection("drive", "in", "out", AllToAll(allow_self_connections=False), 20.0, 2.0, "excitatory", rule)
    network = Network("crossed", 1.0, populations, (drive,))
    wanted = ran("numba", network, STIMULUS, 9)
    assert (wanted.cost.spikes, wanted.cost.weight_updates) == (6, 6)
    moved = made(runtime, network)
    moved.load_state(ran(runtime, network, STIMULUS, at).save_state())
    moved.run(9 - at)
    assert_same_state(moved, wanted)
