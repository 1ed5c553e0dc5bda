"""What macs do in a step: sums over the pairs of a module and over the cells of a mac, and the code between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import brian2
import numpy as np

from spikemem.backends.brian.build import Build
from spikemem.backends.brian.code_selection import best_of, measured, psi, rise, tried
from spikemem.backends.brian.mac_inputs import COUNT, PARTS
from spikemem.backends.brian.pair_rule import NOW
from spikemem.ir.cell import GRADED
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.mac import Mac

_BEFORE = "int(i < j)"
_LISTEN = f"""idle = int(held <= 0)
refires = (1.0 - idle) * int(due == {NOW})
enough = int(up >= pi_minus)
active = enough * int(up <= pi_plus) + (1.0 - enough) * int(up <= 0) * free * int(others > 0)
by_input = idle * active
chooses = idle * clip(active + int(drives > 0), 0.0, 1.0)
learns = chooses * learning
gate = 0.0
free = 0.0"""
_HOLD = f"""held = chooses * again + (1.0 - chooses) * (held - refires)
again_at = clip(chooses + refires, 0.0, 1.0)
due = again_at * ({NOW} + frame) + (1.0 - again_at) * due"""
_CHOICE = """before = head * start + (1.0 - head) * left
by_chance = int(before >= 0.0) * clip(tail + int(before - psi < 0.0), 0.0, 1.0)
likeliest = int(greater <= 0) * int(tied_before == floor(drawn * ties))
chosen = m_by_input * (m_learns * by_chance + (1.0 - m_learns) * likeliest)"""
_DRIVEN = """forced = int(driven > 0)
chosen = forced * int(drive > 0) * int(driven_before <= 0) + (1.0 - forced) * chosen"""
_FIRE = """wins = m_chooses * chosen + m_refires * won
won = m_chooses * chosen + (1.0 - m_chooses) * won
pupil = m_learns * wins
gained = 0.0"""
_NEAR = "near = int(greatest > G_minus) * int(V >= near_share * greatest) + int(greatest <= G_minus) * head"
_COUNT = """plain = clip(learning + int(drives > 0), 0.0, 1.0)
number = plain + (1.0 - plain) * floor((2.0 * near + modules) / (2.0 * modules))
factor = chooses * number * int(number <= hypotheses) + (1.0 - chooses) * factor"""


@dataclass(frozen=True, eq=False)
class Choice:
    """The steps of a population's choice, from ``place`` on in the order of the thresholds' slot."""

    SLOTS: ClassVar[int] = 10

    population: LoweredPopulation
    cell: Mac
    build: Build
    group: Any
    macs: Any
    place: int
    drivable: bool

    def sum_up(self) -> None:
        """Make the sums, within modules and within macs."""
        size, cells = self.population.size, self.cell.cells
        first, second = np.divmod(np.arange(cells * cells), cells)
        modules = cells * np.arange(size // cells)[:, None]
        early, compared, late = self._within_modules()
        pairs = self._sums("pairs", self.group, {**early, **compared, **late})
        pairs.connect(i=(modules + first).ravel(), j=(modules + second).ravel())
        every = np.arange(size)
        of_inputs, of_codes = self._within_macs()
        sums = self._sums("sums", self.macs, {**of_inputs, **of_codes})
        sums.connect(i=every, j=every // self.cell.size)
        for synapses, names, when, order in (
            (pairs, early, "after_groups", 0),
            (sums, of_inputs, "after_groups", 1),
            (pairs, compared, "thresholds", self.place + 3),
            (pairs, late, "thresholds", self.place + 5),
            (sums, of_codes, "thresholds", self.place + 7),
        ):
            for updater in synapses.summed_updaters.values():
                if updater.target_var.name in names:
                    updater.when, updater.order = when, order

    def _within_modules(self) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        early = {
            k.ahead: f"int({k.value}_pre > {k.value}_post) + {_BEFORE} * int({k.value}_pre == {k.value}_post)"
            for k in tried(self.cell)
        }
        if self.drivable:
            early["driven"] = "int(drive_pre > 0)"
            early["driven_before"] = f"int(drive_pre > drive_post) + {_BEFORE} * int(drive_pre == drive_post)"
        compared = {
            "total": "psi_pre",
            "greater": "int(V_pre > V_post)",
            "ties": "int(V_pre == V_post)",
            "tied_before": f"{_BEFORE} * int(V_pre == V_post)",
        }
        # The first cell's chance is taken from what was drawn, the others' from what is left: one after the other.
        late = {"left": f"{_BEFORE} * (head_pre * start_pre - psi_pre)"}
        if self.cell.hypotheses:
            late["greatest"] = "V_pre * int(greater_pre <= 0) * int(tied_before_pre <= 0)"
        return early, compared, late

    def _within_macs(self) -> tuple[dict[str, str], dict[str, str]]:
        of_inputs = {k.familiarity: f"{k.value}_pre * int({k.ahead}_pre <= 0)" for k in tried(self.cell)}
        of_inputs["others"] = "others_pre"
        if self.drivable:
            of_inputs["drives"] = "int(drive_pre > 0)"
        return of_inputs, {"near": "near_pre"} if self.cell.hypotheses else {}

    def _sums(self, name: str, target: Any, sums: Mapping[str, str]) -> Any:
        synapses = brian2.Synapses(
            self.group,
            target,
            "\n".join(f"{variable}_post = {code} : 1 (summed)" for variable, code in sums.items()),
            clock=self.build.clock,
            name=f"{self.group.name}_{name}",
        )
        self.build.objects.append(synapses)
        return synapses

    def act(self) -> None:
        """Make the code: inputs are taken over and measured, macs decide whether to choose, cells are chosen and fire."""
        cell = self.cell
        extra = self.build.additions[self.population.name]
        inputs = {r: extra.slot(r, 1) for r in GRADED}
        in_u, in_h, in_d = (f"{name}{COUNT}" for name in inputs.values())
        take = [*measured(cell, inputs), "drive = in_e", f"count_u = {in_u}", f"others = {in_h} + {in_d}"]
        take += [line for part in PARTS for line in extra.moves(GRADED, part)] + extra.moves(["excitatory"])
        self.group.run_regularly("\n".join(take), when="groups", name=f"{self.group.name}_step")
        learning = "learning = " + ("1.0" if cell.gate is None else "gate")
        self._run(self.macs, 1, [learning, _LISTEN, *best_of(cell), f"rise = {rise(cell)}", _HOLD])
        values = " + ".join(f"int(m_kind == {k.number}) * {k.value}" for k in tried(cell))
        self._run(
            self.group,
            2,
            [f"V = m_by_input * ({values}) + (1.0 - m_by_input) * V", "G = m_by_input * m_best + (1.0 - m_by_input) * G",
             f"psi = {psi(cell)}"],
        )  # fmt: skip
        self._run(self.group, 4, ["start = drawn * total"])
        end = [_NEAR] if cell.hypotheses else []
        self._run(self.group, 6, [_CHOICE, *([_DRIVEN] if self.drivable else []), _FIRE, *end])
        if cell.hypotheses:
            self._run(self.macs, 8, [_COUNT])
            self._run(self.group, 9, ["times = m_factor"])
        if extra.end:
            self.group.run_regularly("\n".join(extra.end), when="before_synapses", name=f"{self.group.name}_learners")

    def _run(self, group: Any, place: int, code: list[str]) -> None:
        group.run_regularly(
            "\n".join(code), when="thresholds", order=self.place + place, name=f"{group.name}_choice{place}"
        )
