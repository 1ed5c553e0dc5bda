"""Encoders: pictures, numbers, symbols and events of event cameras as content bits of a memory, and back.

An encoder is a frozen value made of parameters. ``encode(value)`` gives the active neurons that an operation takes as
content, ``decode(neurons)`` the value that they stand for, so what a memory answers can be looked at; docs/encoders.md
begins with an example. What an encoder loses its docstring says.
"""

from spikemem.encoders.encoder import Encoder
from spikemem.encoders.event_code import EventCode
from spikemem.encoders.events import AddressEvents
from spikemem.encoders.intensity import IntensityCode
from spikemem.encoders.projection import ProjectionCode
from spikemem.encoders.scalar import ScalarCode
from spikemem.encoders.symbols import SymbolCode
from spikemem.encoders.threshold import ThresholdCode

__all__ = [
    "AddressEvents",
    "Encoder",
    "EventCode",
    "IntensityCode",
    "ProjectionCode",
    "ScalarCode",
    "SymbolCode",
    "ThresholdCode",
]
