"""The memories: one file each, written in the models language only."""

if __name__ != "spikemem.models":
    raise ImportError(f"import spikemem.models, not {__name__}: a second copy of the package would be made")

from collections.abc import Mapping

from spikemem.language import Memory
from spikemem.models.ca3_cam import CA3CAM
from spikemem.models.hebbian_associator import HebbianAssociator
from spikemem.models.hetero_associative import HeteroAssociative
from spikemem.models.memory_neurons import MemoryNeurons
from spikemem.models.nearest_neighbour import NearestNeighbour
from spikemem.models.phase_memory import PhaseMemory
from spikemem.models.pointer_memory import PointerMemory
from spikemem.models.reliable_cam import ReliableCAM
from spikemem.models.routed_memory import RoutedMemory
from spikemem.models.sdr_classifier import SDRClassifier
from spikemem.models.sdr_neuron import SDRNeuron
from spikemem.models.sparsey import Sparsey
from spikemem.models.sparsey_race import SparseyRace
from spikemem.models.spiking_temporal_memory import SpikingTemporalMemory
from spikemem.models.temporal_memory import TemporalMemory
from spikemem.models.three_factor_memory import ThreeFactorMemory

_ALL = (
    CA3CAM,
    HebbianAssociator,
    HeteroAssociative,
    MemoryNeurons,
    NearestNeighbour,
    PhaseMemory,
    PointerMemory,
    ReliableCAM,
    RoutedMemory,
    SDRClassifier,
    SDRNeuron,
    Sparsey,
    SparseyRace,
    SpikingTemporalMemory,
    TemporalMemory,
    ThreeFactorMemory,
)
MODELS: Mapping[str, type[Memory]] = {model.model_name(): model for model in _ALL}
"""The models that come with spikemem, by their name on the command line."""

__all__ = [
    "CA3CAM",
    "MODELS",
    "HebbianAssociator",
    "HeteroAssociative",
    "MemoryNeurons",
    "NearestNeighbour",
    "PhaseMemory",
    "PointerMemory",
    "ReliableCAM",
    "RoutedMemory",
    "SDRClassifier",
    "SDRNeuron",
    "Sparsey",
    "SparseyRace",
    "SpikingTemporalMemory",
    "TemporalMemory",
    "ThreeFactorMemory",
]
