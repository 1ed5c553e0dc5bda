"""NEST against the engine: random networks spike for spike, recorded stimuli from files, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

import spikemem
from spikemem.backend import RunOptions, StepEvents, backend
from spikemem.errors import MissingDependency, Unsupported
from spikemem.ir import (
    AllToAll,
    FixedProbability,
    IF_curr_delta,
    IF_curr_exp,
    Network,
    Population,
    Projection,
    SpikeSource,
    SpikeSourcePoisson,
    Static,
    Uniform,
)
from spikemem.language import call
from spikemem.models import CA3CAM, HeteroAssociative
from spikemem.passes import lower


@pytest.fixture(autouse=True)
def nest() -> None:
    try:
        backend("nest")
    except MissingDependency as error:
        pytest.skip(str(error))


def recurrent(dt: float, seed: int) -> Network:
    """Return two populations that excite and inhibit each other, under a stimulus and noise; delays of 2 to 6 steps."""
    rng = np.random.default_rng(seed)
    kinds = (IF_curr_exp, IF_curr_delta)
    cells = [
        kinds[int(rng.integers(2))](
            cm=0.27, tau_m=float(rng.uniform(3, 12)) * dt, tau_refrac=dt * int(rng.integers(4)), i_offset=Uniform(0.0, 0.21)
        )
        for _ in range(2)
    ]  # fmt: skip
    populations = (
        Population("in", 6, SpikeSource()),
        Population("noise", 8, SpikeSourcePoisson(rate=60.0 / dt)),
        Population("e", 20, cells[0]),
        Population("i", 7, cells[1]),
    )
    delays = Uniform(1.6 * dt, 6.4 * dt)
    projections = []
    for pre, post, connector, part, receptor in (
        ("in", "e", AllToAll(), 0.41, "excitatory"),
        ("noise", "e", FixedProbability(0.6), 0.33, "excitatory"),
        ("noise", "i", FixedProbability(0.5), 0.37, "excitatory"),
        ("e", "e", FixedProbability(0.2, allow_self_connections=False), 0.29, "excitatory"),
        ("e", "i", FixedProbability(0.4), 0.31, "excitatory"),
        ("i", "e", FixedProbability(0.5), 0.53, "inhibitory"),
    ):
        cell = next(p.cell for p in populations if p.name == post)
        unit = cell.threshold_weight("excitatory", dt, "exact")
        weight = Uniform(0.5 * part * unit, 1.5 * part * unit)
        projections.append(Projection(f"{pre}-{post}", pre, post, connector, weight, delays, receptor, Static()))  # type: ignore[arg-type]  # of the tuple's str
    return Network("recurrent", dt, populations, tuple(projections))


@pytest.mark.parametrize("dt", [2.0, 1.0, 0.5, 0.1])
@pytest.mark.parametrize("seed", range(4))
def test_random_networks_agree_spike_for_spike(seed: int, dt: float) -> None:
    """Over 300 steps: drawn weights and delays, offsets, noise, recurrent excitation and inhibition."""
    rng = np.random.default_rng(100 + seed)
    steps, neurons = np.divmod(np.flatnonzero(rng.random(300 * 6) < 0.05), 6)
    stimulus: dict[str, StepEvents] = {"in": (steps.astype(np.int64), neurons.astype(np.int32))}
    programs = []
    for name in ("nest", "numba"):
        target = backend(name)
        program = target.compile(lower(recurrent(dt, seed), target.abilities, "exact", seed), RunOptions())
        program.stimulate(stimulus)
        program.run(300)
        programs.append(program)
    found, wanted = (p.spikes() for p in programs)
    for name, (at, fired) in wanted.items():
        assert np.array_equal(found[name][0], at), name
        assert np.array_equal(found[name][1], fired), name
    assert wanted["e"][0].size > 10
    assert programs[0].cost == programs[1].cost
    for name in ("e", "i"):
        assert programs[0].variable(name, "v") == pytest.approx(programs[1].variable(name, "v"), abs=1e-6)


def test_the_published_memory_is_refused_with_the_reasons() -> None:
    with pytest.raises(Unsupported) as refused:
        spikemem.run(CA3CAM(), protocol=[call(0.0, "learn", cue=0, content=[1])], backend="nest", numerics="exact")
    said = str(refused.value)
    assert (
        "cue_from_cue->content_from_cue: PairSTDP coincidence='depress': NEST lets a pair with dt = 0 change nothing"
        in said
    )
    assert "content_from_content->cue_from_content: PairSTDP history=15" in said
    assert "merge_cue->out_cue: delay of 1 ms" in said
    with pytest.raises(Unsupported, match="numerics 'spinnaker': not offered; instead: exact"):
        spikemem.run(CA3CAM(), protocol=[call(0.0, "learn", cue=0, content=[1])], backend="nest")


@pytest.mark.parametrize("name", ["nest", "spinnaker"])
@pytest.mark.parametrize(("tau_refrac", "instead"), [(0.1, 0), (1.4, 1), (2.6, 3)])
def test_a_refractory_time_that_would_be_rounded_otherwise_is_refused(
    name: str, tau_refrac: float, instead: int
) -> None:
    try:
        target = backend(name)
    except MissingDependency as error:
        pytest.skip(str(error))
    network = Network("one", 1.0, (Population("x", 1, IF_curr_exp(tau_refrac=tau_refrac)),), ())
    sentence = (
        f"tau_refrac={tau_refrac:g} ms: the target rounds up to whole steps of 1 ms; instead: tau_refrac={instead}"
    )
    with pytest.raises(Unsupported, match=sentence):
        lower(network, target.abilities, target.abilities.numerics[0], 1)


@pytest.mark.parametrize("ending", ["csv", "npz"])
@pytest.mark.parametrize("name", ["nest", "brian2", "numba"])
def test_recorded_patterns_run_everywhere(name: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"spikes.{ending}"
    if ending == "csv":
        path.write_text("time_ms,population,neuron\n0,in_cue,1\n4,in_content,2\n5,in_cue,1\n16,in_cue,1\n60,in_cue,1\n")
    else:
        cue, content = np.array([0.0, 5.0, 16.0, 60.0]), np.array([4.0])
        neurons = {"in_cue_neurons": np.array([1, 1, 1, 1]), "in_content_neurons": np.array([2])}
        np.savez(path, in_cue_times_ms=cue, in_content_times_ms=content, **neurons)  # type: ignore[arg-type]  # its stub
    from spikemem.stimuli import read_stimuli

    try:
        stimulus = read_stimuli(path)
        recording = spikemem.run(HeteroAssociative(), stimulus=stimulus, duration_ms=70.0, backend=name)
    except MissingDependency as error:
        pytest.skip(str(error))
    assert recording.spikes["out"][0].tolist() == [7.0, 18.0, 62.0]
    assert recording.spikes["out"][1].tolist() == [2, 2, 2]


@pytest.mark.parametrize("dt", [0.1, 0.3, 1.0])
def test_no_length_of_a_run_loses_the_spikes_of_its_last_step(dt: float) -> None:
    populations = (Population("in", 1, SpikeSource()), Population("out", 1, IF_curr_delta(tau_refrac=0.0)))
    drive = Projection("drive", "in", "out", AllToAll(), 40.0, 2 * dt, "excitatory", Static())
    target = backend("nest")
    lowered = lower(Network("late", dt, populations, (drive,)), target.abilities, "exact", seed=1)
    for steps in range(5, 45):
        program = target.compile(lowered, RunOptions())
        program.stimulate({"in": (np.array([steps - 3]), np.array([0], dtype=np.int32))})
        program.run(steps)
        assert program.spikes()["out"][0].tolist() == [steps - 1]


def test_batches_follow_each_other_in_one_process() -> None:
    """NEST crashes if its kernel is reset on another thread than before: batches must not bring threads of their own."""
    for threads in (1, 2):
        trials = [spikemem.Trial(protocol=[call(0.0, "learn", cue=0, content=[1])]) for _ in range(2)]
        made = spikemem.run_batch(HeteroAssociative(cues=2, bits=3), trials, backend="nest", threads=threads)
        assert [recording.cost.spikes for recording in made] == [made[0].cost.spikes] * 2
