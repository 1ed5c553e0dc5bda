"""Every layer, small, with items that it takes: what tests of the interface run over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from spikemem.layers import (
    Conjunctive,
    ConjunctiveParameters,
    DenseHebbian,
    DenseHebbianParameters,
    GatedDelta,
    GatedDeltaParameters,
    HebbianLinear,
    HebbianLinearParameters,
    Holographic,
    HolographicParameters,
    LocalLinear,
    LocalLinearParameters,
    MemoryCaching,
    MemoryCachingParameters,
    MixtureOfMemories,
    MixtureOfMemoriesParameters,
    ModernHopfield,
    ModernHopfieldParameters,
    MultitaskingHebbian,
    MultitaskingHebbianParameters,
    NormalisedHebbian,
    NormalisedHebbianParameters,
    NoveltyGated,
    NoveltyGatedParameters,
    PhaseAssociative,
    PhaseAssociativeParameters,
    Ridge,
    RidgeParameters,
    SoftmaxAttention,
    SoftmaxAttentionParameters,
    SparsePointer,
    SparsePointerParameters,
    SupervisedDense,
    SupervisedDenseParameters,
    Titans,
    TitansParameters,
    Willshaw,
    WillshawParameters,
)
from spikemem.rng import generator
from tests.layers.support import Array, Layer, directions, signs

ITEMS = 6


@dataclass(frozen=True)
class Case:
    """A layer, its items, and the options that each write and each read needs."""

    make: Callable[[], Layer]
    keys: npt.NDArray[Any]
    values: Array | None
    writing: Callable[[int], dict[str, Any]] = field(default=lambda k: {})
    reading: Callable[[int], dict[str, Any]] = field(default=lambda k: {})
    bound: Callable[[int], Array] | None = None
    """The key that is forgotten, where it is not the key that is written."""

    def write(self, layer: Layer, k: int) -> Any:
        """Write item k."""
        return layer.write(self.keys[k], None if self.values is None else self.values[k], **self.writing(k))

    def read(self, layer: Layer, k: int) -> Any:
        """Read by the key of item k."""
        return layer.read(self.keys[k], **self.reading(k))

    def forgotten(self, k: int) -> npt.NDArray[Any]:
        """The key by which item k is forgotten."""
        return self.keys[k] if self.bound is None else self.bound(k)

    def filled(self) -> Layer:
        """The layer with all items."""
        layer = self.make()
        for k in range(ITEMS):
            self.write(layer, k)
        return layer


KEYS, VALUES, PATTERNS = (
    directions(1, "keys", ITEMS, 16),
    signs(1, "values", ITEMS, 12),
    signs(1, "patterns", ITEMS, 40),
)
SPARSE = (generator(1, "sparse").random((ITEMS, 40)) < 0.2).astype(np.float64)
PHASES = np.exp(2j * np.pi * generator(1, "phases").random((ITEMS, 16))) / 4.0
CONTEXTS = signs(1, "contexts", ITEMS, 16)
BLANKS = PATTERNS * (generator(1, "blanks").random(PATTERNS.shape) < 0.6)

CASES: dict[str, Case] = {
    "hebbian": Case(lambda: HebbianLinear(HebbianLinearParameters(d_k=16, d_v=12, decay=0.9)), KEYS, VALUES),
    "normalised": Case(
        lambda: NormalisedHebbian(NormalisedHebbianParameters(d_k=16, d_v=12, decay=0.9)), SPARSE[:, :16], VALUES
    ),
    "delta": Case(lambda: GatedDelta(GatedDeltaParameters(d_k=16, d_v=12, alpha=0.95, beta=0.9)), KEYS, VALUES),
    "titans": Case(lambda: Titans(TitansParameters(d_k=16, d_v=12, eta=0.3, theta=0.5, alpha=0.02)), KEYS, VALUES),
    "ridge": Case(lambda: Ridge(RidgeParameters(d_k=16, d_v=12, decay=0.9)), KEYS, VALUES),
    "softmax": Case(lambda: SoftmaxAttention(SoftmaxAttentionParameters(d_k=16, d_v=12, beta=20.0)), KEYS, VALUES),
    "willshaw": Case(lambda: Willshaw(WillshawParameters(d_k=40, d_v=40)), SPARSE, SPARSE[::-1]),
    "dense": Case(lambda: DenseHebbian(DenseHebbianParameters(N=40, P=3)), PATTERNS, None),
    "hopfield": Case(lambda: DenseHebbian(DenseHebbianParameters(N=40, P=2)), PATTERNS, None),
    "modern hopfield": Case(lambda: ModernHopfield(ModernHopfieldParameters(N=40)), PATTERNS, None),
    "supervised": Case(
        lambda: SupervisedDense(SupervisedDenseParameters(N=40, P=4, classes=ITEMS)), PATTERNS, None,
        writing=lambda k: {"label": k},
    ),
    "multitasking": Case(lambda: MultitaskingHebbian(MultitaskingHebbianParameters(N=40)), BLANKS, None),
    "local linear": Case(lambda: LocalLinear(LocalLinearParameters(d_k=16, d_v=12, h=0.2)), KEYS, VALUES),
    "phase": Case(lambda: PhaseAssociative(PhaseAssociativeParameters(d_k=16, d_v=12, decay=0.9)), PHASES, VALUES),
    "holographic": Case(lambda: Holographic(HolographicParameters(d_k=40, d_v=40)), PATTERNS[::-1], PATTERNS),
    "mixture": Case(
        lambda: MixtureOfMemories(MixtureOfMemoriesParameters(d_k=16, d_v=12, blocks=3, active=2, shared=True)), KEYS, VALUES
    ),
    "caching": Case(lambda: MemoryCaching(MemoryCachingParameters(d_k=16, d_v=12, segment=2, beta=4.0)), KEYS, VALUES),
    "conjunctive": Case(
        lambda: Conjunctive(ConjunctiveParameters(d_k=16, d_v=12)), KEYS, VALUES,
        writing=lambda k: {"context": CONTEXTS[k]}, reading=lambda k: {"context": CONTEXTS[k]},
        bound=lambda k: KEYS[k] * CONTEXTS[k],
    ),
    "novelty": Case(lambda: NoveltyGated(NoveltyGatedParameters(d_k=16, d_v=12, slots=4, decay=0.9)), KEYS, VALUES),
    "random slots": Case(
        lambda: NoveltyGated(NoveltyGatedParameters(d_k=16, d_v=12, slots=4, policy="random")), KEYS, VALUES
    ),
    "pointer": Case(lambda: SparsePointer(SparsePointerParameters(d_k=16, d_v=12, slots=4, active=2)), KEYS, VALUES),
}  # fmt: skip
