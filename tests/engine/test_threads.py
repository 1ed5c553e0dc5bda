"""Independent trials: the number of threads changes no bit. Poisson sources: the seed decides, and the rate is right."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

import spikemem
from spikemem import Trial
from spikemem.backend import RunOptions
from spikemem.ir import (
    AllToAll,
    FixedProbability,
    IF_curr_exp,
    Network,
    PairSTDP,
    Population,
    Projection,
    SpikeSource,
    SpikeSourcePoisson,
    Static,
    Uniform,
)
from spikemem.models import CA3CAM
from tests.engine.support import as_events, assert_same_bits, engine, fired, lowered, outcome, started
from tests.models.protocols import dense
from tests.reference.interpreter import Spike

CELL = IF_curr_exp(tau_m=8.0, tau_syn_E=2.0, tau_syn_I=4.0)


def noisy(rate: float = 30.0, start: float = 0.0, dt: float = 1.0) -> Network:
    """Return excitable cells with noise, loops and plasticity whose post history grows."""
    populations = (
        Population("in", 4, SpikeSource()),
        Population("noise", 25, SpikeSourcePoisson(rate=rate, start=start)),
        Population("cells", 30, CELL),
    )
    rule = PairSTDP(w_max=6.0, A_plus=0.2, A_minus=0.1, update="deferred")
    projections = (
        Projection("drive", "in", "cells", AllToAll(), 20.0, 2.0, "excitatory", Static()),
        Projection("noise", "noise", "cells", FixedProbability(0.6), Uniform(1.0, 5.0), 2.0, "excitatory", Static()),
        Projection("loop", "cells", "cells", FixedProbability(0.3), 3.0, Uniform(1.0, 5.0), "excitatory", rule),
    )
    return Network("noisy", dt, populations, projections)


def trials(count: int) -> list[dict[str, list[Spike]]]:
    made = []
    for k in range(count):
        fires = np.argwhere(np.random.default_rng(k).random((400, 4)) < 0.1)
        made.append({"in": [(int(t), int(n)) for t, n in fires]})
    return made


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_one_two_and_three_threads_give_the_bits_of_single_runs(precision: str) -> None:
    network, stimuli = noisy(), trials(7)
    single = RunOptions("float32" if precision == "float32" else "float64")
    alone = [started(network, stimulus, options=single) for stimulus in stimuli]
    for program in alone:
        program.run(400)
    assert len({str(fired(program)) for program in alone}) == 7
    for threads in (1, 2, 3):
        batch = engine().run_batch(
            lowered(network), replace(single, threads=threads), [as_events(s) for s in stimuli], 400
        )
        for program, wanted in zip(batch, alone, strict=True):
            assert fired(program) == fired(wanted)
            assert_same_bits(outcome(program), outcome(wanted))
            assert program.cost == wanted.cost


def test_a_batch_of_protocols_gives_the_recordings_of_single_runs() -> None:
    model = CA3CAM()
    protocols = [dense(seed, 5, 10, count=10) for seed in range(5)]
    for threads in (1, 2, 3):
        batch = spikemem.run_batch(model, [Trial(protocol=calls) for calls in protocols], threads=threads)
        for made, calls in zip(batch, protocols, strict=True):
            alone = spikemem.run(model, protocol=calls)
            for name, (times, neurons) in alone.spikes.items():
                assert_same_bits(
                    {"times": made.spikes[name][0], "neurons": made.spikes[name][1]},
                    {"times": times, "neurons": neurons},
                )
            assert [(a.answered, a.cost) for a in made.answers] == [(a.answered, a.cost) for a in alone.answers]
            for name, weights in alone.effective_weights.items():
                assert made.effective_weights[name].weight.tobytes() == weights.weight.tobytes()


def test_trials_do_not_share_state() -> None:
    stimuli = [as_events(trials(1)[0]), {}]
    busy, quiet = engine().run_batch(lowered(noisy(rate=0.0)), RunOptions(threads=2), stimuli, 400)
    assert fired(busy)["cells"]
    assert fired(quiet)["cells"] == []
    assert quiet.cost == engine().run_batch(lowered(noisy(rate=0.0)), RunOptions(), [{}], 400)[0].cost


def noise(network: Network, seed: int, steps: int = 2500, stretch: int | None = None) -> list[Spike]:
    program = started(network, seed=seed)
    for begin in range(0, steps, stretch or steps):
        program.run(min(stretch or steps, steps - begin))
    return fired(program)["noise"]


def test_the_seed_decides_the_poisson_spikes() -> None:
    one = noise(noisy(), 1)
    assert one == noise(noisy(), 1)
    assert one == noise(noisy(), 1, stretch=333)
    assert one != noise(noisy(), 2)
    first, second = set(one), set(noise(noisy(), 2))
    assert len(first & second) < 0.1 * len(first)


def test_other_populations_leave_the_poisson_spikes_as_they_are() -> None:
    network = noisy()
    more = replace(network, populations=(Population("more", 50, SpikeSourcePoisson(rate=5.0)), *network.populations))
    assert noise(more, 1) == noise(network, 1)
    twin = Population("twin", 25, SpikeSourcePoisson(rate=30.0))
    program = started(replace(network, populations=(*network.populations, twin)))
    program.run(500)
    assert fired(program)["twin"] != fired(program)["noise"]


@pytest.mark.parametrize(("rate", "dt"), [(3.0, 1.0), (30.0, 0.1), (400.0, 1.0), (2000.0, 0.5)])
def test_the_rate_is_right_in_each_block_and_for_each_neuron(rate: float, dt: float) -> None:
    steps = np.array(noise(noisy(rate=rate, dt=dt), 1, steps=4000))
    probability = 1.0 - np.exp(-rate * dt / 1000.0)
    low, high = binom.interval(0.9999, 4000 * 25, probability)
    assert low <= len(steps) <= high
    for block in range(4):
        low, high = binom.interval(0.9999, 1000 * 25, probability)
        assert low <= np.count_nonzero(steps[:, 0] // 1000 == block) <= high
    for neuron in range(25):
        low, high = binom.interval(0.9999, 4000, probability)
        assert low <= np.count_nonzero(steps[:, 1] == neuron) <= high
    assert len(np.unique(steps, axis=0)) == len(steps)


@pytest.mark.parametrize("start", [0.0, 7.5, 999.5, 1000.0, 1500.5])
def test_no_poisson_spike_comes_before_the_start(start: float) -> None:
    steps = np.array(noise(noisy(rate=1e6, start=start, dt=0.5), 1, steps=3200))[:, 0]
    assert np.array_equal(np.unique(steps), np.arange(round(start / 0.5), 3200))


def test_no_rate_no_spikes() -> None:
    assert noise(noisy(rate=0.0), 1) == []
