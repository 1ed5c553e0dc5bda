"""The models language: everything that a model file imports."""

from spikemem.ir import (
    AllToAll,
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
    Patterns,
    Segment,
    SpikeSource,
    SpikeSourcePoisson,
    Static,
    Subsamples,
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
    "Patterns",
    "Segment",
    "SpikeSource",
    "SpikeSourcePoisson",
    "Static",
    "Stimulus",
    "Subsamples",
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
