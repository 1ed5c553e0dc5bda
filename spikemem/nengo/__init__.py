"""Nengo: our memories inside its models, and its memories behind our interface of memory layers.

Needs the extra ``nengo``; it is imported when this package is. docs/nengo.md begins with an example.
"""

from importlib.util import find_spec

from spikemem.errors import MissingDependency

if find_spec("nengo") is None:
    raise MissingDependency("spikemem.nengo: nengo is not installed: pip install 'spikemem[nengo]'")

from spikemem.nengo.associative_memory import AssociativeMemory, AssociativeMemoryParameters
from spikemem.nengo.memory import Memory
from spikemem.nengo.operations import Operations
from spikemem.nengo.pes_voja import PESVoja, PESVojaParameters

__all__ = [
    "AssociativeMemory",
    "AssociativeMemoryParameters",
    "Memory",
    "Operations",
    "PESVoja",
    "PESVojaParameters",
]
