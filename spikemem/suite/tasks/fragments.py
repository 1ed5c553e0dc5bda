"""Recall by fragments."""

from __future__ import annotations

from typing import Literal

import numpy as np

from spikemem.language import parameter
from spikemem.suite.stream import Stream
from spikemem.suite.task import Task


class Fragments(Task):
    """Every address is stored once; then each pattern is asked for by a fragment, ``rounds`` times, in random order.

    A fragment has ``kept`` lines of the pattern (0: all), of which the share ``wrong``, rounded, is replaced by lines that the
    pattern has not. What is right is declared by the model: with ``match`` "any" all items that share a line with the
    fragment, wrong ones included, with "best" what has most in common with it; "own" takes the best match where the
    model can find it, else any.
    """

    kept: int = parameter(0, ge=0, doc="lines of the pattern in a fragment (0: all)")
    wrong: float = parameter(0.0, ge=0, le=1, doc="share of these that is replaced by wrong ones")
    match: Literal["own", "any", "best"] = parameter("own", doc="what is asked for: all that share a line, or the best")
    rounds: int = parameter(1, ge=1, doc="fragments of each pattern")

    @property
    def needs(self) -> tuple[str, ...]:
        """What is asked for."""
        return ("store", "any or best" if self.match == "own" else self.match)

    def fill(self, stream: Stream, rng: np.random.Generator) -> None:
        """Store all, then ask by fragments."""
        known = stream.association
        match = self.match if self.match != "own" else "best" if "best" in known.acts else "any"
        for address in range(known.addresses):
            stream.store(address, known.pattern(rng, self.active))
        for _ in range(self.rounds):
            for address in rng.permutation(known.addresses).tolist():
                pattern = known.stored[address]
                kept = min(self.kept or len(pattern), len(pattern))
                fragment = known.fragment(rng, pattern, kept, round(self.wrong * kept))
                stream.ask(match, fragment, place=float(len(fragment)))
