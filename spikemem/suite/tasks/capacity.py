"""How many items a memory holds."""

from __future__ import annotations

import numpy as np

from spikemem.errors import InvalidInput
from spikemem.language import parameter
from spikemem.suite.stream import Stream
from spikemem.suite.task import Task


class Capacity(Task):
    """``load`` items are stored, then each is asked for by its address, after that by its whole pattern.

    ``place`` is the number of the item, in the order of storing. A load beyond the addresses of the memory is refused: they are
    its bound.
    """

    load: int = parameter(16, ge=1, doc="items stored")

    def fill(self, stream: Stream, rng: np.random.Generator) -> None:
        """Store, then ask."""
        known = stream.association
        if self.load > known.addresses:
            raise InvalidInput(f"load: must be at most {known.addresses}, the addresses of the memory, got {self.load}")
        for address in range(self.load):
            stream.store(address, known.pattern(rng, self.active))
        match = "best" if "best" in known.acts else "any"
        order = rng.permutation(self.load).tolist()
        for address in order if "address" in known.acts else ():
            stream.ask("address", address, place=float(address))
        for address in order if match in known.acts else ():
            stream.ask(match, known.stored[address], kind="fragment", place=float(address))
