"""What is forgotten: with time, by overwriting, by interference, and on purpose."""

from __future__ import annotations

from typing import Literal

import numpy as np

from spikemem.language import parameter
from spikemem.suite.stream import Stream
from spikemem.suite.task import Task


class Forgetting(Task):
    """What is left of items, and what is left of what was to go.

    ``how`` "serial": each item is stored once; "overwrites": each is then stored anew ``times`` times, with new patterns;
    "similar": all patterns share ``shared`` of their lines with the first; "forget": ``times`` items are forgotten. Then every
    address is asked for once, in random order, and after all of them each stored pattern, so that a memory in which some
    questions write is first asked by those that do not. ``place`` is the number of items stored after an item (serial), else
    its address. Kinds of questions: ``address`` and ``fragment``; after forgetting, ``residue`` is what was forgotten (right:
    nothing), ``collateral`` what was not; after overwriting, ``old`` asks by the lines that only the replaced pattern had.
    """

    how: Literal["serial", "overwrites", "similar", "forget"] = parameter("serial", doc="what happens after storing")
    times: int = parameter(1, ge=0, doc="patterns stored anew at each address, or addresses forgotten")
    shared: int = parameter(0, ge=0, doc="lines that patterns share (similar)")

    @property
    def needs(self) -> tuple[str, ...]:
        """An operation that forgets, if that is what happens."""
        return (*super().needs, *(("forget",) if self.how == "forget" else ()))

    def fill(self, stream: Stream, rng: np.random.Generator) -> None:
        """Store, let forget, ask."""
        known = stream.association
        for address in range(known.addresses):
            first = known.stored.get(0)
            alike = self.how == "similar" and first is not None
            stream.store(
                address, known.near(rng, first, self.shared) if alike and first else known.pattern(rng, self.active)
            )
        before = dict(known.stored)
        if self.how == "overwrites":
            self._overwrite(stream, rng)
        if self.how == "forget":
            self._forget(stream, rng)
        gone = set(before) - set(known.stored)
        match = "best" if "best" in known.acts else "any"
        order = rng.permutation(known.addresses).tolist()
        kinds = {a: "residue" if a in gone else "collateral" if gone else "" for a in order}
        places = {a: float(known.addresses - 1 - a if self.how == "serial" else a) for a in order}
        for address in order if "address" in known.acts else ():
            stream.ask("address", address, kind=kinds[address], place=places[address])
        for address in order if match in known.acts else ():
            if address in known.stored:
                kind = f"{kinds[address]} fragment".strip()
                stream.ask(match, known.stored[address], kind=kind, place=places[address])
        for address in order if "any" in known.acts else ():
            old = before[address] - known.joined(known.stored)
            if old and (address in gone or self.how == "overwrites"):
                kind = "residue fragment" if address in gone else "old fragment"
                stream.ask("any", old, kind=kind, place=places[address])

    def _overwrite(self, stream: Stream, rng: np.random.Generator) -> None:
        for _ in range(self.times):
            for address in rng.permutation(stream.association.addresses).tolist():
                stream.store(address, stream.association.pattern(rng, self.active))

    def _forget(self, stream: Stream, rng: np.random.Generator) -> None:
        count = min(self.times, stream.association.addresses)
        for address in rng.choice(stream.association.addresses, count, replace=False).tolist():
            stream.forget(address)
