"""Supervised dense memory in spikes: the mean of examples, and how well archetypes come back, beside the oracle."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from spikemem.errors import InvalidInput
from spikemem.layers import SupervisedDense, SupervisedDenseParameters
from spikemem.layers.spiking import SpikingSupervisedDense, SpikingSupervisedDenseParameters
from tests.layers.support import Array, flipped, signs

N, EXAMPLES = 100, 5


def both(classes: int, rho: float, races: int = 200) -> tuple[SupervisedDense, SpikingSupervisedDense, Array]:
    """The oracle and the spiking form after the same examples, and the archetypes. The quality r is that of M rho."""
    r = 1.0 / sqrt(1.0 + EXAMPLES * rho)
    oracle = SupervisedDense(SupervisedDenseParameters(N=N, P=4, classes=classes))
    spiking = SpikingSupervisedDense(
        SpikingSupervisedDenseParameters(N=N, P=4, classes=classes, examples=EXAMPLES, races=races)
    )
    archetypes = signs(0, "archetypes", classes, N)
    for label, archetype in enumerate(archetypes):
        for k in range(EXAMPLES):
            example = flipped(archetype, (1.0 - r) / 2.0, 0, f"example {label}", k)
            oracle.write(example, label=label)
            spiking.write(example, label=label)
    return oracle, spiking, archetypes


def overlap(layer: SupervisedDense | SpikingSupervisedDense, archetypes: Array) -> float:
    return float(np.mean([layer.read(a).value @ a / N for a in archetypes]))


def test_synapses_are_the_means_of_the_examples() -> None:
    oracle, spiking, _ = both(6, 0.3, races=10)
    mean = oracle.state()["mean"]
    keys = spiking.state()["in_key->memory"].reshape(2 * N, 12)
    np.testing.assert_allclose(keys[:N, :6] - keys[N:, :6], mean.T, atol=1e-12)
    np.testing.assert_allclose(keys[:N, 6:] - keys[N:, 6:], -mean.T, atol=1e-12)
    told = spiking.state()["memory->bit"].reshape(12, 2 * N)
    np.testing.assert_allclose(told, np.block([[mean, -mean], [-mean, mean]]), atol=1e-12)


@pytest.mark.parametrize("rho", [0.07, 0.3])
def test_archetypes_come_back_as_from_the_oracle(rho: float) -> None:
    oracle, spiking, archetypes = both(40, rho)
    assert overlap(spiking, archetypes[:6]) == pytest.approx(overlap(oracle, archetypes[:6]), abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize(("rho", "lost"), [(0.07, 0.02), (0.3, 0.02), (1.2, 0.08), (12.0, 0.2)])
def test_200_archetypes_by_rho(rho: float, lost: float) -> None:
    """What is lost grows with rho: a bit's effect on itself, which the oracle leaves out, holds the archetype up."""
    oracle, spiking, archetypes = both(200, rho)
    assert overlap(spiking, archetypes[:10]) == pytest.approx(overlap(oracle, archetypes[:10]), abs=lost)


def test_what_is_refused() -> None:
    layer = SpikingSupervisedDense(SpikingSupervisedDenseParameters(N=8, classes=2, examples=1, races=5))
    layer.write(np.ones(8), label=1)
    for label, message in [
        (1, "SpikingSupervisedDense.write: class 1 has all its examples (examples=1)"),
        (2, "SpikingSupervisedDense.write: label 2 is out of range 0..1 (classes=2)"),
        (None, "SpikingSupervisedDense.write: label is required"),
    ]:
        with pytest.raises(InvalidInput) as refused:
            layer.write(np.ones(8), label=label)
        assert str(refused.value) == message
