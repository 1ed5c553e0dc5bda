"""Lines: the neurons of some populations side by side, as the numbers of one Nengo signal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spikemem.errors import InvalidInput, choices, shown
from spikemem.ir.network import Network
from spikemem.ir.spike_source import SpikeSource
from spikemem.language.memory import Memory


@dataclass(frozen=True)
class Lines:
    """``slices[population]`` is where its neurons stand among ``size`` numbers."""

    slices: dict[str, slice]

    @classmethod
    def of(cls, network: Network, names: Sequence[str]) -> Lines:
        """Return the lines of the populations ``names``, in that order."""
        sizes = {p.name: p.size for p in network.populations}
        slices, begin = {}, 0
        for name in names:
            slices[name] = slice(begin, begin + sizes[name])
            begin += sizes[name]
        return cls(slices)

    @property
    def size(self) -> int:
        """How many lines there are."""
        return max((s.stop for s in self.slices.values()), default=0)


def sources(network: Network) -> list[str]:
    """Return the names of the populations that fire as they are told."""
    return [p.name for p in network.populations if isinstance(p.cell, SpikeSource)]


def answering(model: Memory, network: Network) -> list[str]:
    """Return the populations that the model's operations read their answers from; of a model without any, all neurons."""
    read = {w.population for made in model.operations().values() for w in made.windows(model).values()}
    told = sources(network)
    return [p.name for p in network.populations if (p.name in read if read else p.name not in told)]


def chosen(where: str, names: object, valid: Sequence[str], default: Sequence[str]) -> tuple[str, ...]:
    """Return ``names``, or ``default`` for None; raise :class:`InvalidInput` unless they are different ones of ``valid``."""
    if names is None:
        return tuple(default)
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise InvalidInput(f"{where}: must be a list of populations, got {shown(names)}")
    for name in names:
        if name not in valid:
            raise InvalidInput(f"{where}: {name!r} is unknown; {choices(str(name), valid)}")
    if not names or len(set(names)) < len(names):
        raise InvalidInput(f"{where}: must name at least one population, and none twice, got {shown(list(names))}")
    return tuple(names)
