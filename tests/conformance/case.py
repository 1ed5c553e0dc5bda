"""What a case of conformance is, and the sources that all share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from spikemem.backend import StepEvents
from spikemem.ir import Network, Numerics, Population, Projection, SpikeSource, Synapse, TagAndCapture

STEPS = 70
SOURCES = (Population("a", 4, SpikeSource()), Population("b", 3, SpikeSource()))
BOTH: tuple[Numerics, ...] = ("spinnaker", "exact")


@dataclass(frozen=True)
class Case:
    """A feature and the part of the network that has it, beside the sources ``a`` and ``b``."""

    feature: str
    populations: tuple[Population, ...]
    projections: tuple[Projection, ...]
    numerics: tuple[Numerics, ...] = ("spinnaker",)

    def __str__(self) -> str:
        return self.feature

    def renamed(self, name: str) -> str:
        """Return what a population or projection of the case is called among those of others."""
        return name if name in {p.name for p in SOURCES} else f"{self.feature}: {name}"


def network(cases: Iterable[Case]) -> Network:
    """Return the network of all ``cases`` beside each other."""
    populations, projections = list(SOURCES), []
    for case in cases:
        populations += [_renamed(case, p) for p in case.populations]
        projections += [
            replace(
                p,
                name=case.renamed(p.name),
                pre=case.renamed(p.pre),
                post=case.renamed(p.post),
                synapse=_listening(case, p.synapse),
            )
            for p in case.projections
        ]
    return Network("conformance", 1.0, tuple(populations), tuple(projections)).verify()


def _listening(case: Case, synapse: Synapse) -> Synapse:
    """Return a rule that listens to the populations of the case."""
    if not isinstance(synapse, TagAndCapture):
        return synapse
    capture, teacher = (None if n is None else case.renamed(n) for n in (synapse.capture, synapse.teacher))
    return replace(synapse, gate=case.renamed(synapse.gate), capture=capture, teacher=teacher)


def _renamed(case: Case, population: Population) -> Population:
    branch = population.branch
    if branch is not None:
        branch = replace(branch, soma=case.renamed(branch.soma))
    return replace(population, name=case.renamed(population.name), branch=branch)


def stimulus() -> dict[str, StepEvents]:
    """Return what the sources fire: by chance, and ``a`` once in every step for a while, and in pairs at the end."""
    rng = np.random.default_rng(7)
    events = {}
    for source, rate in zip(SOURCES, (0.25, 0.35), strict=True):
        fires = rng.random((STEPS, source.size)) < rate
        if source.name == "a":
            fires[20:26, 0] = True
            fires[60:, 1] = True
        steps, neurons = np.nonzero(fires)
        events[source.name] = (steps.astype(np.int64), neurons.astype(np.int32))
    return events
