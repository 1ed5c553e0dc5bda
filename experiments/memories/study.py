"""The study compare-memories."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, Self

from pydantic import model_validator

from spikemem.errors import InvalidInput, choices
from spikemem.experiment.study import Columns, Findings, Study, StudyRun, columns
from spikemem.experiments.memories import binding, capacity, cues, energy, fidelity, interference, resilience, tail
from spikemem.experiments.memories.entrants import Entrant
from spikemem.experiments.memories.registry import ENTRANTS
from spikemem.experiments.memories.suite import Part, Suite
from spikemem.language import parameter
from spikemem.processes import Processes, cores

PROTOCOLS: Mapping[str, Callable[[Suite], Part]] = {
    "fidelity": fidelity.measure,
    "capacity": capacity.measure,
    "cues": cues.measure,
    "cost": energy.measure,
    "resilience": resilience.measure,
    "interference": interference.measure,
    "binding": binding.measure,
    "tail": tail.measure,
}
"""What is measured, in the order of the tables; the key is what the protocol's page ends with."""
LOADS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0, 8.0, 16.0, 24.0)
SHORT_LOADS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0, 4.0, 8.0)


class MemoriesStudy(Study):
    """Hebbian, dense, transformer and spiking memories at equal bits of mutable state.

    The items are pairs of random signs, the same for all memories of a seed. Each memory is as large as d x d numbers of 32
    bits allow, and is asked for the same items by the same damaged keys; its answer is compared, sign by sign and with all
    stored values, with the right one. What is tuned is tuned on other seeds.
    docs/compare_memories.md has the rules and the findings.
    """

    d: int = parameter(128, ge=32, doc="signs of a value; the state is of d x d numbers of 32 bits; a multiple of 32")
    sizes: tuple[int, ...] = parameter((64, 128), doc="values of d between which slopes are taken; d is among them")
    seeds: int = parameter(10, ge=2, doc="repetitions, each with items and draws of its own")
    asked: int = parameter(32, ge=4, doc="items that are asked for in a trial, at most")
    entrants: tuple[str, ...] = parameter((), doc="memories that take part; none named: all")
    protocols: tuple[str, ...] = parameter((), doc="what is measured; none named: all")
    joules_per_sop: float | None = parameter(None, ge=0, doc="joules of a synaptic operation, of your hardware")
    joules_per_spike: float | None = parameter(None, ge=0, doc="joules of a spike, of your hardware")
    joules_per_mac: float | None = parameter(None, ge=0, doc="joules of a multiply-accumulate, of your hardware")
    joules_per_update: float | None = parameter(None, ge=0, doc="joules of an update of a weight, of your hardware")
    joules_per_byte: float | None = parameter(None, ge=0, doc="joules of a byte of state moved, of your hardware")
    workers: int = parameter(0, ge=0, doc="processes that the work is spread over; 0: as many as there are processors")
    short: bool = parameter(
        False,
        doc="a quick look, in one process: d = 64, two seeds, 16 items asked, fewer loads, no slopes, one backend",
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name, given, known in (("entrants", self.entrants, ENTRANTS), ("protocols", self.protocols, PROTOCOLS)):
            for one in given:
                if one not in known:
                    raise InvalidInput(f"MemoriesStudy.{name}: {one!r} is unknown; {choices(one, known)}")
        for d in {self.d, *self.sizes}:
            if d < 32 or d % 32:
                raise InvalidInput(f"MemoriesStudy.{'d' if d == self.d else 'sizes'}: must be multiples of 32, got {d}")
        if not self.short and self.d not in self.sizes:
            raise InvalidInput(f"MemoriesStudy.sizes: must name d = {self.d}, got {list(self.sizes)}")
        return self

    def suite(self, how: StudyRun) -> Suite:
        """Return the comparison that the parameters mean."""
        entrants = {name: ENTRANTS[name] for name in self.entrants or ENTRANTS}
        joules = {count: given for count, given in self._joules().items() if given is not None}
        if self.short:
            return Suite(how, entrants, 64, (64,), seeds=2, asked=16, loads=SHORT_LOADS, joules=joules, other=None)
        return Suite(how, entrants, self.d, self.sizes, self.seeds, self.asked, LOADS, joules)

    def _joules(self) -> dict[str, float | None]:
        """Return the coefficients by the names of the counts."""
        return {
            "sops": self.joules_per_sop, "spikes": self.joules_per_spike, "macs": self.joules_per_mac,
            "weight_updates": self.joules_per_update, "bytes_moved": self.joules_per_byte,
        }  # fmt: skip

    def run(self, how: StudyRun) -> Findings:
        """Measure by each protocol."""
        suite = self.suite(how)
        with nullcontext() if self.short else Processes(self.workers or cores()) as workers:
            suite = replace(suite, workers=workers)
            parts = {name: PROTOCOLS[name](suite) for name in self.protocols or PROTOCOLS}
        everyone = list(suite.entrants.values())
        tables = {"entrants": _described(everyone)}
        for part in parts.values():
            tables.update(part.tables)
        if refused := [row for e in everyone for row in _refused(e)]:
            tables["cannot be asked"] = columns(refused)
        (_, first), *others = parts.items()
        return Findings(
            tables,
            tuple(criterion for part in parts.values() for criterion in part.criteria),
            first.draw,
            {name: part.draw for name, part in others},
            {name: table for part in parts.values() for name, table in part.details.items()},
        )


def _described(everyone: Sequence[Entrant]) -> Columns:
    """Return what kinds of memories they are, what their state is made of, and between which values they were tuned."""
    return columns([
        {
            "entrant": e.name, "family": e.family, "tier": e.tier, "recall": e.recall, "state": e.counted,
            "tried": "; ".join(f"{name} {', '.join(f'{v:g}' for v in values)}" for name, values in e.grid.items()),
        }
        for e in everyone
    ])  # fmt: skip


def _refused(entrant: Entrant) -> list[dict[str, Any]]:
    """Return what an entrant cannot be asked, and why."""
    return [{"entrant": entrant.name, "what": what, "why": why} for what, why in entrant.cannot.items()]
