"""Delay extensions of sPyNNaker: one a source, which holds spikes back by stages of as many steps as a target keeps inputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from spikemem.backends.pynn.build import Built
from spikemem.backends.pynn.describe import Description


def rings(description: Description, built: Built) -> dict[str, int]:
    """Return for how many steps the cores of each target keep their inputs."""
    targets = {p.target for p in description.projections}
    return {t: int(built.populations[t]._vertex.splitter.max_support_delay()) for t in targets}


def shared_extension(description: Description, ring: Mapping[str, int]) -> str | None:
    """Return, in words, a source whose extension would need stages of two lengths, None if there is none."""
    extended: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for projection in description.projections:
        steps = ring[projection.target]
        if round(projection.delay / description.dt) > steps:
            extended[projection.source].setdefault(steps, projection.target)
    for source, targets in extended.items():
        if len(targets) > 1:
            (one, first), (other, second), *_ = targets.items()
            return (
                f"{source} has delays longer than the {one} steps for which {first}'s cores keep inputs and than the {other} "
                f"of {second}'s, and sPyNNaker has one delay extension a source, whose stages have one length; instead: a "
                "source of its own for one of them, shorter delays, or populations of about the same size"
            )
    return None
