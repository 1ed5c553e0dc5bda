"""The oracles and spiking forms that protocol P0 sets side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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
        partial(SoftmaxAttention, SoftmaxAttentionParameters(d_k=SIZE, d_v=SIZE, beta=BETA)),
        partial(MemoryNeuronPairs, MemoryNeuronPairsParameters(d_k=SIZE, d_v=SIZE, slots=HELD, beta=BETA, races=races)),
        races,
    )


def _patterns(name: str, oracle: Callable[[int], Layer], **parameters: Any) -> Pair:
    own = MemoryNeuronPatternsParameters(N=2 * SIZE, slots=HELD, races=MANY, **parameters)
    return Pair(name, oracle, partial(MemoryNeuronPatterns, own))


def _matrix(name: str, oracle: Callable[[int], Layer], spiking: Callable[[int, str], Layer]) -> Pair:
    return Pair(name, oracle, spiking, scale=1.0 / sqrt(SIZE))


_SIZES: dict[str, Any] = {"d_k": SIZE, "d_v": SIZE}
_TITANS: dict[str, Any] = {"eta": 0.5, "theta": 0.5, "alpha": 0.01}
PAIRS = (
    _attention(MANY),
    _attention(FEW),
    _patterns(
        "dense, P = 3", partial(DenseHebbian, DenseHebbianParameters(N=2 * SIZE, P=3)), transfer="power", exponent=2
    ),
    _patterns(
        "modern Hopfield",
        partial(ModernHopfield, ModernHopfieldParameters(N=2 * SIZE, beta=16.0)),
        transfer="exponential", beta=16.0 / (2 * SIZE),
    ),
    _matrix(
        "Hebbian", partial(HebbianLinear, HebbianLinearParameters(**_SIZES)),
        partial(ThreeFactorHebbian, ThreeFactorHebbianParameters(**_SIZES)),
    ),
    _matrix(
        "delta", partial(GatedDelta, GatedDeltaParameters(**_SIZES)),
        partial(ThreeFactorDelta, ThreeFactorDeltaParameters(**_SIZES)),
    ),
    _matrix(
        "Titans", partial(Titans, TitansParameters(**_SIZES, **_TITANS)),
        partial(ThreeFactorTitans, ThreeFactorTitansParameters(**_SIZES, **_TITANS)),
    ),
)  # fmt: skip
