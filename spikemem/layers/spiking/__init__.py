"""Spiking forms of layers: models that run on a backend, behind the layers' interface, beside the oracles.

Apart from :mod:`spikemem.layers`, which imports no model.
"""

from spikemem.layers.spiking.associator import (
    SpikingHebbianLinear,
    SpikingHebbianLinearParameters,
    SpikingWillshaw,
    SpikingWillshawParameters,
)
from spikemem.layers.spiking.conjunctive import SpikingConjunctive, SpikingConjunctiveParameters
from spikemem.layers.spiking.fading_novelty import SpikingFadingNovelty, SpikingFadingNoveltyParameters
from spikemem.layers.spiking.memory_neurons import (
    MemoryNeuronPairs,
    MemoryNeuronPairsParameters,
    MemoryNeuronPatterns,
    MemoryNeuronPatternsParameters,
)
from spikemem.layers.spiking.multitasking import SpikingMultitasking, SpikingMultitaskingParameters
from spikemem.layers.spiking.nearest import (
    SpikingNearestNeighbour,
    SpikingNearestNeighbourParameters,
    SpikingNoveltyGated,
    SpikingNoveltyGatedParameters,
)
from spikemem.layers.spiking.phase import SpikingPhaseAssociative, SpikingPhaseAssociativeParameters
from spikemem.layers.spiking.pointer import SpikingSparsePointer, SpikingSparsePointerParameters
from spikemem.layers.spiking.routed import (
    SpikingMemoryCaching,
    SpikingMemoryCachingParameters,
    SpikingMixtureOfMemories,
    SpikingMixtureOfMemoriesParameters,
)
from spikemem.layers.spiking.supervised import SpikingSupervisedDense, SpikingSupervisedDenseParameters
from spikemem.layers.spiking.three_factor import (
    ThreeFactorDelta,
    ThreeFactorDeltaParameters,
    ThreeFactorHebbian,
    ThreeFactorHebbianParameters,
    ThreeFactorTitans,
    ThreeFactorTitansParameters,
)

__all__ = [
    "MemoryNeuronPairs",
    "MemoryNeuronPairsParameters",
    "MemoryNeuronPatterns",
    "MemoryNeuronPatternsParameters",
    "SpikingConjunctive",
    "SpikingConjunctiveParameters",
    "SpikingFadingNovelty",
    "SpikingFadingNoveltyParameters",
    "SpikingHebbianLinear",
    "SpikingHebbianLinearParameters",
    "SpikingMemoryCaching",
    "SpikingMemoryCachingParameters",
    "SpikingMixtureOfMemories",
    "SpikingMixtureOfMemoriesParameters",
    "SpikingMultitasking",
    "SpikingMultitaskingParameters",
    "SpikingNearestNeighbour",
    "SpikingNearestNeighbourParameters",
    "SpikingNoveltyGated",
    "SpikingNoveltyGatedParameters",
    "SpikingPhaseAssociative",
    "SpikingPhaseAssociativeParameters",
    "SpikingSparsePointer",
    "SpikingSparsePointerParameters",
    "SpikingSupervisedDense",
    "SpikingSupervisedDenseParameters",
    "SpikingWillshaw",
    "SpikingWillshawParameters",
    "ThreeFactorDelta",
    "ThreeFactorDeltaParameters",
    "ThreeFactorHebbian",
    "ThreeFactorHebbianParameters",
    "ThreeFactorTitans",
    "ThreeFactorTitansParameters",
]
