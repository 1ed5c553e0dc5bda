"""Spiking forms of layers: models that run on a backend, behind the layers' interface, beside the oracles.

Apart from :mod:`spikemem.layers`, which imports no model.
"""

from spikemem.layers.spiking.associator import (
    SpikingHebbianLinear,
    SpikingHebbianLinearParameters,
    SpikingWillshaw,
    SpikingWillshawParameters,
)
from spikemem.layers.spiking.memory_neurons import (
    MemoryNeuronPairs,
    MemoryNeuronPairsParameters,
    MemoryNeuronPatterns,
    MemoryNeuronPatternsParameters,
)
from spikemem.layers.spiking.nearest import (
    SpikingNearestNeighbour,
    SpikingNearestNeighbourParameters,
    SpikingNoveltyGated,
    SpikingNoveltyGatedParameters,
)
from spikemem.layers.spiking.supervised import SpikingSupervisedDense, SpikingSupervisedDenseParameters

__all__ = [
    "MemoryNeuronPairs",
    "MemoryNeuronPairsParameters",
    "MemoryNeuronPatterns",
    "MemoryNeuronPatternsParameters",
    "SpikingHebbianLinear",
    "SpikingHebbianLinearParameters",
    "SpikingNearestNeighbour",
    "SpikingNearestNeighbourParameters",
    "SpikingNoveltyGated",
    "SpikingNoveltyGatedParameters",
    "SpikingSupervisedDense",
    "SpikingSupervisedDenseParameters",
    "SpikingWillshaw",
    "SpikingWillshawParameters",
]
