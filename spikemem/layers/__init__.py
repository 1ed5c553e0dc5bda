"""Memory layers: Hebbian, dense and transformer memories behind one interface, each by its equation.

A layer is made of parameters, and is written, read and made to forget; docs/memory_layers.md begins with an example.

The layers of this package are oracles: NumPy, their equation and no more.
"""

from spikemem.layers.caching import MemoryCaching, MemoryCachingParameters
from spikemem.layers.conjunctive import Conjunctive, ConjunctiveParameters
from spikemem.layers.cost import Cost
from spikemem.layers.delta import GatedDelta, GatedDeltaParameters
from spikemem.layers.dense import DenseHebbian, DenseHebbianParameters
from spikemem.layers.geometric import GeometricRecall, GeometricRecallParameters
from spikemem.layers.hebbian import HebbianLinear, HebbianLinearParameters
from spikemem.layers.holographic import Holographic, HolographicParameters
from spikemem.layers.layer import MemoryLayer
from spikemem.layers.local_linear import LocalLinear, LocalLinearParameters
from spikemem.layers.mixture import MixtureOfMemories, MixtureOfMemoriesParameters
from spikemem.layers.modern_hopfield import ModernHopfield, ModernHopfieldParameters
from spikemem.layers.multitasking import MultitaskingHebbian, MultitaskingHebbianParameters
from spikemem.layers.normalised import NormalisedHebbian, NormalisedHebbianParameters
from spikemem.layers.novelty import NoveltyGated, NoveltyGatedParameters
from spikemem.layers.page_rank import personalised_page_rank, transition
from spikemem.layers.phase import PhaseAssociative, PhaseAssociativeParameters
from spikemem.layers.pointer import SparsePointer, SparsePointerParameters
from spikemem.layers.records import (
    Footprint,
    Item,
    Mode,
    PairParameters,
    PatternParameters,
    Query,
    Reading,
    Recalled,
    Traits,
)
from spikemem.layers.ridge import Ridge, RidgeParameters
from spikemem.layers.softmax import SoftmaxAttention, SoftmaxAttentionParameters
from spikemem.layers.supervised import SupervisedDense, SupervisedDenseParameters
from spikemem.layers.titans import Titans, TitansParameters
from spikemem.layers.willshaw import Willshaw, WillshawParameters

__all__ = [
    "Conjunctive",
    "ConjunctiveParameters",
    "Cost",
    "DenseHebbian",
    "DenseHebbianParameters",
    "Footprint",
    "GatedDelta",
    "GatedDeltaParameters",
    "GeometricRecall",
    "GeometricRecallParameters",
    "HebbianLinear",
    "HebbianLinearParameters",
    "Holographic",
    "HolographicParameters",
    "Item",
    "LocalLinear",
    "LocalLinearParameters",
    "MemoryCaching",
    "MemoryCachingParameters",
    "MemoryLayer",
    "MixtureOfMemories",
    "MixtureOfMemoriesParameters",
    "Mode",
    "ModernHopfield",
    "ModernHopfieldParameters",
    "MultitaskingHebbian",
    "MultitaskingHebbianParameters",
    "NormalisedHebbian",
    "NormalisedHebbianParameters",
    "NoveltyGated",
    "NoveltyGatedParameters",
    "PairParameters",
    "PatternParameters",
    "PhaseAssociative",
    "PhaseAssociativeParameters",
    "Query",
    "Reading",
    "Recalled",
    "Ridge",
    "RidgeParameters",
    "SoftmaxAttention",
    "SoftmaxAttentionParameters",
    "SparsePointer",
    "SparsePointerParameters",
    "SupervisedDense",
    "SupervisedDenseParameters",
    "Titans",
    "TitansParameters",
    "Traits",
    "Willshaw",
    "WillshawParameters",
    "personalised_page_rank",
    "transition",
]
