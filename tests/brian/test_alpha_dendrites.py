"""Alpha dendrites and their permanence rule: Brian2 and the Numba engine agree, stopped, saved or not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spikemem.backend import RunOptions, StepEvents
from spikemem.ir import (
    AlphaDendrite,
    FixedProbability,
    IF_curr_exp,
    Network,
    OneToOne,
    PermanenceSTDP,
    Uniform,
)
from spikemem.language.builder import NetworkBuilder
from tests.brian.support import assert_same_spikes, assert_same_state, made, needs, ran

STEPS = 1500
CELL = IF_curr_exp(
    cm=0.25, tau_m=10.0, tau_syn_E=2.0, tau_syn_I=1.0, tau_refrac=2.0, v_rest=0.0, v_reset=0.0, v_thresh=20.0
)
RULE = PermanenceSTDP(
    w_mature=0.0137,
    P_theta=10.0,
    lambda_plus=0.31,
    lambda_minus=0.0123,
    lambda_h=0.0517,
    z_target=1.3,
    dt_min=1.0,
    dt_max=40.0,
)


def network() -> Network:
    """Twelve neurons, each driven by a source of its own, that learn onto each other's dendrites over 1.7 ms."""
    net = NetworkBuilder("alpha", 0.1)
    drive = net.input("drive", 12)
    cells = net.population("cells", 12, CELL)
    inhibitory = net.population("inhibitory", 12, CELL)
    dendrites = net.dendrites("dendrites", cells, AlphaDendrite(plateau=15.0), per_neuron=1)
    net.connect(drive, cells, OneToOne(), weight=4.113, delay=0.1)
    net.connect(cells, inhibitory, OneToOne(), weight=3.917, delay=0.2)
    net.inhibit(inhibitory, cells, OneToOne(), weight=6.1, delay=0.1)
    net.connect(
        cells, dendrites, FixedProbability(0.8, allow_self_connections=False), weight=Uniform(5.0, 12.0), delay=1.7,
        synapse=RULE,
    )  # fmt: skip
    other = replace(RULE, tau_h=37.0, lambda_plus=0.17)
    net.connect(drive, dendrites, FixedProbability(0.5), weight=Uniform(5.0, 12.0), delay=0.4, synapse=other)
    return net.network()


def drive(seed: int) -> dict[str, StepEvents]:
    """Waves of the sources, in an order with jitter."""
    rng = np.random.default_rng(seed)
    spikes = sorted(
        (int(begin + 45 * k + rng.integers(25)), 3 * k + i)
        for begin in range(10, STEPS - 300, 260)
        for k in range(4)
        for i in range(3)
    )
    steps, neurons = zip(*spikes, strict=True)
    return {"drive": (np.array(steps, dtype=np.int64), np.array(neurons, dtype=np.int32))}


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_runtime_agrees(seed: int, precision: str) -> None:
    needs("brian2")
    options = RunOptions(weight_precision=precision)  # type: ignore[arg-type]  # one of the two
    wanted = ran("numba", network(), drive(seed), STEPS, numerics="exact", seed=seed, options=options)
    found = ran("brian2", network(), drive(seed), STEPS, numerics="exact", seed=seed, options=options)
    assert wanted.spikes()["dendrites"][0].size > 10
    learned = wanted.weights("cells->dendrites").weight
    assert (learned > RULE.P_theta).any()
    assert (learned < RULE.P_theta).any()
    assert_same_spikes(found.spikes(), wanted.spikes())
    assert_same_state(found, wanted)


@pytest.mark.parametrize(("first", "second"), [("numba", "brian2"), ("brian2", "numba"), ("brian2", "brian2")])
@pytest.mark.parametrize("pause", [333, 700])
def test_a_checkpoint_moves(first: str, second: str, pause: int) -> None:
    needs("brian2")
    wanted = ran("numba", network(), drive(1), STEPS, numerics="exact")
    before = ran(first, network(), drive(1), pause, numerics="exact")
    after = made(second, network(), numerics="exact")
    after.load_state(before.save_state())
    after.run(STEPS - pause)
    late = {
        name: (steps[steps >= pause], neurons[steps >= pause]) for name, (steps, neurons) in wanted.spikes().items()
    }
    assert_same_spikes(after.spikes(), late)
    assert_same_state(after, wanted)


@pytest.mark.slow
def test_the_compiled_program_agrees() -> None:
    needs("brian2-cpp")
    wanted = ran("numba", network(), drive(1), STEPS, numerics="exact")
    found = ran("brian2-cpp", network(), drive(1), STEPS, numerics="exact")
    assert_same_spikes(found.spikes(), wanted.spikes())
    assert_same_state(found, wanted)
