"""The models language: everything that a model file imports."""

from spikemem.ir import (
    AllToAll,
    AlphaDendrite,
    Explicit,
    FixedNumberPre,
    FixedProbability,
    FromList,
    FromMatrix,
    Grouped,
    IF_cond_exp,
    IF_curr_delta,
    IF_curr_exp,
    Normal,
    Numbers,
    OneToOne,
    PairSTDP,
    PermanenceSTDP,
    Segment,
    SpikeSource,
    SpikeSourcePoisson,
    Static,
    Threshold,
    Uniform,
)
from spikemem.language.answer import Window, window
from spikemem.language.arguments import Bits, Index
from spikemem.language.builder import NetworkBuilder
from spikemem.language.memory import Memory, parameter
from spikemem.language.operation import Operation, operation
from spikemem.language.protocol import Call, call
from spikemem.language.stimulus import Neurons, Stimulus, hold, pulse

__all__ = [
    "AllToAll",
    "AlphaDendrite",
    "Bits",
    "Call",
    "Explicit",
    "FixedNumberPre",
    "FixedProbability",
    "FromList",
    "FromMatrix",
    "Grouped",
    "IF_cond_exp",
    "IF_curr_delta",
    "IF_curr_exp",
    "Index",
    "Memory",
    "NetworkBuilder",
    "Neurons",
    "Normal",
    "Numbers",
    "OneToOne",
    "Operation",
    "PairSTDP",
    "PermanenceSTDP",
    "Segment",
    "SpikeSource",
    "SpikeSourcePoisson",
    "Static",
    "Stimulus",
    "Threshold",
    "Uniform",
    "Window",
    "call",
    "hold",
    "operation",
    "parameter",
    "pulse",
    "window",
]
