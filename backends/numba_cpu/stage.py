"""A stage: one kernel at work on one population or on the synapses of one delay of one projection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spikemem.backends.numba_cpu.layout import Layout
from spikemem.ir.lowered import Bucket, Connections, LoweredNetwork, LoweredPopulation, LoweredProjection

Field = int | str
"""A header field: a number, or the name of an array, which stands for its offset."""


@dataclass(frozen=True)
class Stage:
    """``header`` are the kernel's numbers in the order that it reads them; ``growing`` are arrays that may need more room."""

    name: str
    kernel: Any
    header: tuple[Field, ...]
    growing: tuple[str, ...] = ()

    def numbers(self, layout: Layout) -> list[int]:
        """Return the header with names replaced by offsets; a growing array's name after '#' stands for its width."""
        return [
            f if isinstance(f, int)
            else layout.slots[f[1:]].initial.shape[-1] if f.startswith("#")
            else layout.offset(f)
            for f in self.header
        ]  # fmt: skip


@dataclass
class Build:
    """What lowering rules add to: the layout, and who is affected by whose spikes."""

    network: LoweredNetwork
    layout: Layout
    single: bool
    recorded: frozenset[str]
    stage_of: dict[str, int] = field(default_factory=dict)
    first_neuron: dict[str, int] = field(default_factory=dict)

    def soma(self, population: str) -> str:
        """Return the population that the dendrites ``population`` grow on."""
        branch = self.network.population(population).branch
        assert branch is not None
        return branch.soma

    def depth(self, population: str) -> int:
        """Return the number of slots of a population's ring of arriving input: its longest incoming delay + 1."""
        incoming = [b.delay for p in self.network.projections if p.post == population for b in p.buckets]
        return max(incoming, default=0) + 1

    def listeners(self, population: str) -> list[int]:
        """Return the stages that must run in the step in which ``population`` fires."""
        found = [self.stage_of[p.name] for p in self.network.dendrites(population)]
        stage = len(self.network.populations)
        for projection in self.network.projections:
            for _ in projection.buckets:
                rule = type(projection.synapse)
                heard = {projection.post if rule in LISTENS_TO_POST else None}
                if rule in LISTENS_TO_SOMA:
                    heard.add(self.soma(projection.post))
                if rule in LISTENS_TO_NAMED:
                    heard.update(projection.synapse.populations())
                if projection.pre == population or population in heard:
                    found.append(stage)
                stage += 1
        return found

    def weights(self, name: str, values: Any, constant: bool) -> str:
        """Reserve weights in the run's precision and return the name."""
        kind: Any = ("const_" if constant else "") + ("weight32" if self.single else "weight64")
        return self.layout.add(name, kind, np.asarray(values))


CellRule = Callable[[LoweredPopulation, Build], Stage]
SynapseRule = Callable[[LoweredProjection, Bucket, str, Build], Stage]
CELL_RULES: dict[type, CellRule] = {}
SYNAPSE_RULES: dict[type, SynapseRule] = {}
LISTENS_TO_POST: set[type] = set()
LISTENS_TO_SOMA: set[type] = set()
LISTENS_TO_NAMED: set[type] = set()
View = Callable[[str], Any]
"""Returns a program's array by its name."""
Reader = Callable[[LoweredProjection, Bucket, str, View, float, int], Connections]
READERS: dict[type, Reader] = {}
"""How to read a bucket whose synapses are not those that it began with, by type, at a dt (ms) and the step that comes next."""


def lowers_cell(cell: type) -> Callable[[CellRule], CellRule]:
    """Register the rule that makes a stage of a population of ``cell``."""

    def register(rule: CellRule) -> CellRule:
        CELL_RULES[cell] = rule
        return rule

    return register


def lowers_synapse(
    synapse: type, listens_to_post: bool = False, listens_to_soma: bool = False, listens_to_named: bool = False
) -> Callable[[SynapseRule], SynapseRule]:
    """Register the rule that makes a stage of a bucket of ``synapse``.

    A plastic one also runs when its target fires, or when the soma of the dendrites that are its target does, or when the
    populations that the rule names do.
    """

    def register(rule: SynapseRule) -> SynapseRule:
        SYNAPSE_RULES[synapse] = rule
        if listens_to_post:
            LISTENS_TO_POST.add(synapse)
        if listens_to_soma:
            LISTENS_TO_SOMA.add(synapse)
        if listens_to_named:
            LISTENS_TO_NAMED.add(synapse)
        return rule

    return register


def reads_synapse(synapse: type) -> Callable[[Reader], Reader]:
    """Register how the synapses of a bucket of ``synapse`` are read, for one that grows and prunes them."""

    def register(rule: Reader) -> Reader:
        READERS[synapse] = rule
        return rule

    return register
