"""The network: frozen, typed primitives with their equations and units, and the operations on it that need no backend."""

from spikemem.ir.cell import Cell, Receptor
from spikemem.ir.connectors import (
    AllToAll,
    Connector,
    FixedNumberPre,
    FixedProbability,
    FromList,
    FromMatrix,
    OneToOne,
)
from spikemem.ir.if_cond_exp import IF_cond_exp
from spikemem.ir.if_curr_delta import IF_curr_delta
from spikemem.ir.if_curr_exp import IF_curr_exp
from spikemem.ir.network import Network, Population, Projection, Steps
from spikemem.ir.numerics import NUMERICS, Numerics
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.ir.printer import format_network, format_node
from spikemem.ir.serialize import from_data, to_data
from spikemem.ir.spike_source import SpikeSource, SpikeSourcePoisson
from spikemem.ir.synapse import Static, Synapse
from spikemem.ir.values import Explicit, Normal, Numbers, Threshold, Uniform, Value, Weight

__all__ = [
    "NUMERICS",
    "AllToAll",
    "Cell",
    "Connector",
    "Explicit",
    "FixedNumberPre",
    "FixedProbability",
    "FromList",
    "FromMatrix",
    "IF_cond_exp",
    "IF_curr_delta",
    "IF_curr_exp",
    "Network",
    "Normal",
    "Numbers",
    "Numerics",
    "OneToOne",
    "PairSTDP",
    "Population",
    "Projection",
    "Receptor",
    "SpikeSource",
    "SpikeSourcePoisson",
    "Static",
    "Steps",
    "Synapse",
    "Threshold",
    "Uniform",
    "Value",
    "Weight",
    "format_network",
    "format_node",
    "from_data",
    "to_data",
]
