"""What calls are counted to take, worked out by hand."""

from __future__ import annotations

import numpy as np

from spikemem.layers import (
    Cost,
    DenseHebbian,
    DenseHebbianParameters,
    GatedDelta,
    GatedDeltaParameters,
    HebbianLinear,
    HebbianLinearParameters,
    PhaseAssociative,
    PhaseAssociativeParameters,
    SoftmaxAttention,
    SoftmaxAttentionParameters,
    Willshaw,
    WillshawParameters,
)


def test_hebbian() -> None:
    """3 outputs, 4 inputs: a key with two active inputs reaches 6 synapses; 8 bytes a number, read and written."""
    layer = HebbianLinear(HebbianLinearParameters(d_k=4, d_v=3))
    assert layer.cost == Cost(bytes_moved=12 * 8)
    key, value = [1.0, 0.0, 2.0, 0.0], [1.0, 1.0, 0.0]
    assert layer.write(key, value) == Cost(macs=12, weight_updates=4, bytes_moved=4 * 16, steps=1)
    assert layer.read(key).cost == Cost(sops=6, macs=12, bytes_moved=12 * 8, steps=1)
    assert layer.forget("decay", 0.5) == Cost(macs=12, weight_updates=12, bytes_moved=12 * 16)


def test_delta_reads_before_it_writes() -> None:
    layer = GatedDelta(GatedDeltaParameters(d_k=4, d_v=3))
    wanted = Cost(sops=3, macs=24, weight_updates=3, bytes_moved=12 * 8 + 3 * 16, steps=1)
    assert layer.write([1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0]) == wanted
    again = layer.write([1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0])
    assert again == Cost(sops=3, macs=24, weight_updates=0, bytes_moved=12 * 8, steps=1)  # there is no error left


def test_a_complex_number_is_two_real_ones() -> None:
    layer = PhaseAssociative(PhaseAssociativeParameters(d_k=4, d_v=3))
    written = layer.write([1j, 0, 0, 0], [1, 1, 1])
    assert (written.macs, written.weight_updates, written.bytes_moved) == (48, 6, 3 * 32)
    read = layer.read([1j, 0, 0, 0]).cost
    assert (read.sops, read.macs, read.bytes_moved) == (6, 48, 12 * 16)


def test_slots_cost_more_the_more_they_are() -> None:
    layer = SoftmaxAttention(SoftmaxAttentionParameters(d_k=4, d_v=3))
    assert layer.write(np.ones(4), np.ones(3)) == Cost(weight_updates=7, bytes_moved=56, steps=1)
    one = layer.read(np.ones(4)).cost
    layer.write(np.ones(4), np.ones(3))
    two = layer.read(np.ones(4)).cost
    assert (one.sops, one.macs, two.sops, two.macs) == (7, 7, 14, 14)


def test_an_attractor_counts_every_step() -> None:
    layer = DenseHebbian(DenseHebbianParameters(N=2, P=2))
    layer.write([1, -1])
    one, three = (layer.read([1, 1], max_steps=steps).cost for steps in (1, 3))
    assert one + one + one == three
    assert three.steps == 3


def test_willshaw_reaches_the_synapses_of_active_inputs() -> None:
    layer = Willshaw(WillshawParameters(d_k=10, d_v=5))
    layer.write([1] * 2 + [0] * 8, [1, 0, 0, 0, 1])
    found = layer.read([1] * 2 + [0] * 8).cost
    assert (found.sops, found.macs, found.bytes_moved) == (10, 50, 10)
    assert layer.footprint().state_bits == 50
