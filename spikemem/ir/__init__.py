"""The network: frozen, typed primitives with their equations and units, and the operations on it that need no backend."""

from spikemem.ir.alpha_dendrite import AlphaDendrite
from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.connectors import (
    AllToAll,
    Connector,
    FixedNumberPre,
    FixedProbability,
    FromList,
    FromMatrix,
    Grouped,
    OneToOne,
    Unconnected,
)
from spikemem.ir.dendrite import Branch, Dendrite, Segment, Zone
from spikemem.ir.fading_one_shot import FadingOneShot
from spikemem.ir.if_cond_exp import IF_cond_exp
from spikemem.ir.if_curr_delta import IF_curr_delta
from spikemem.ir.if_curr_exp import IF_curr_exp
from spikemem.ir.mac import Mac
from spikemem.ir.mini_column import MiniColumn
from spikemem.ir.network import Network, Population, Projection, Steps
from spikemem.ir.numerics import NUMERICS, Numerics
from spikemem.ir.one_shot import OneShot
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.ir.permanence import HebbianPermanence
from spikemem.ir.permanence_stdp import PermanenceSTDP
from spikemem.ir.printer import format_network, format_node
from spikemem.ir.race import Race
from spikemem.ir.receptive_fields import ReceptiveFields
from spikemem.ir.resonate_and_fire import ResonateAndFire
from spikemem.ir.serialize import from_data, to_data
from spikemem.ir.spike_source import SpikeSource, SpikeSourcePoisson
from spikemem.ir.subsamples import Patterns, Subsamples
from spikemem.ir.synapse import Static, Synapse
from spikemem.ir.tag_and_capture import TagAndCapture
from spikemem.ir.values import Explicit, Normal, Numbers, Threshold, Uniform, Value, Weight

__all__ = [
    "NUMERICS",
    "AllToAll",
    "AlphaDendrite",
    "Branch",
    "Cell",
    "Connector",
    "Dendrite",
    "Explicit",
    "FadingOneShot",
    "FixedNumberPre",
    "FixedProbability",
    "FromList",
    "FromMatrix",
    "Grouped",
    "HebbianPermanence",
    "IF_cond_exp",
    "IF_curr_delta",
    "IF_curr_exp",
    "Mac",
    "MiniColumn",
    "Network",
    "Normal",
    "Numbers",
    "Numerics",
    "OneShot",
    "OneToOne",
    "PairSTDP",
    "Patterns",
    "PermanenceSTDP",
    "Population",
    "Projection",
    "Race",
    "ReceptiveFields",
    "Receptor",
    "ResonateAndFire",
    "Segment",
    "SpikeSource",
    "SpikeSourcePoisson",
    "Static",
    "Steps",
    "Subsamples",
    "Synapse",
    "TagAndCapture",
    "Threshold",
    "Unconnected",
    "Uniform",
    "Value",
    "Weight",
    "Zone",
    "format_network",
    "format_node",
    "from_data",
    "to_data",
]
