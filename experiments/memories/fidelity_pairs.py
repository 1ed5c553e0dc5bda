"""The oracles and spiking forms that protocol P0 sets side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

from spikemem.layers import (
    DenseHebbian,
    DenseHebbianParameters,
    GatedDelta,
    GatedDeltaParameters,
    HebbianLinear,
    HebbianLinearParameters,
    MemoryLayer,
    ModernHopfield,
    ModernHopfieldParameters,
    SoftmaxAttention,
    SoftmaxAttentionParameters,
    Titans,
    TitansParameters,
)
from spikemem.layers.spiking import (
    MemoryNeuronPairs,
    MemoryNeuronPairsParameters,
    MemoryNeuronPatterns,
    MemoryNeuronPatternsParameters,
    ThreeFactorDelta,
    ThreeFactorDeltaParameters,
    ThreeFactorHebbian,
    ThreeFactorHebbianParameters,
    ThreeFactorTitans,
    ThreeFactorTitansParameters,
)

SIZE, HELD = 32, 6
"""Signs of a key and of a value, and items."""
BETA = 0.06
"""Of the exponential, per unit of overlap: so small that several items are heard, and the sum of votes is put to the test."""
MANY, FEW = 64, 8
"""Races held for an answer."""

Layer = MemoryLayer[Any]


@dataclass(frozen=True)
class Pair:
    """An oracle and its spiking form: how they are made, by seed, and of how many votes an answer is the mean, if it is one."""

    name: str
    oracle: Callable[[int], Layer]
    spiking: Callable[[int, str], Layer]
    votes: int | None = None
    scale: float = 1.0
    """What the oracle's keys are of the spiking form's."""


def _attention(races: int) -> Pair:
    return Pair(
        f"softmax attention, {races} races",
        lambda seed: SoftmaxAttention(SoftmaxAttentionParameters(d_k=SIZE, d_v=SIZE, beta=BETA), seed),
        lambda seed, on: MemoryNeuronPairs(
            MemoryNeuronPairsParameters(d_k=SIZE, d_v=SIZE, slots=HELD, beta=BETA, races=races), seed, on
        ),
        races,
    )


def _patterns(name: str, oracle: Callable[[int], Layer], **parameters: Any) -> Pair:
    return Pair(
        name, oracle,
        lambda seed, on: MemoryNeuronPatterns(
            MemoryNeuronPatternsParameters(N=2 * SIZE, slots=HELD, races=MANY, **parameters), seed, on
        ),
    )  # fmt: skip


def _matrix(name: str, oracle: Callable[[int], Layer], spiking: Callable[[int, str], Layer]) -> Pair:
    return Pair(name, oracle, spiking, scale=1.0 / sqrt(SIZE))


_SIZES: dict[str, Any] = {"d_k": SIZE, "d_v": SIZE}
_TITANS: dict[str, Any] = {"eta": 0.5, "theta": 0.5, "alpha": 0.01}
PAIRS = (
    _attention(MANY),
    _attention(FEW),
    _patterns(
        "dense, P = 3", lambda seed: DenseHebbian(DenseHebbianParameters(N=2 * SIZE, P=3), seed), transfer="power", exponent=2
    ),
    _patterns(
        "modern Hopfield",
        lambda seed: ModernHopfield(ModernHopfieldParameters(N=2 * SIZE, beta=16.0), seed),
        transfer="exponential", beta=16.0 / (2 * SIZE),
    ),
    _matrix(
        "Hebbian", lambda seed: HebbianLinear(HebbianLinearParameters(**_SIZES), seed),
        lambda seed, on: ThreeFactorHebbian(ThreeFactorHebbianParameters(**_SIZES), seed, on),
    ),
    _matrix(
        "delta", lambda seed: GatedDelta(GatedDeltaParameters(**_SIZES), seed),
        lambda seed, on: ThreeFactorDelta(ThreeFactorDeltaParameters(**_SIZES), seed, on),
    ),
    _matrix(
        "Titans", lambda seed: Titans(TitansParameters(**_SIZES, **_TITANS), seed),
        lambda seed, on: ThreeFactorTitans(ThreeFactorTitansParameters(**_SIZES, **_TITANS), seed, on),
    ),
)  # fmt: skip
