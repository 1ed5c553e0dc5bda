"""Rule of Mac: a group of the cells, and one with a neuron a mac for what all cells of a mac have in common.

A mac's choice takes its time between the thresholds of the populations that it listens to and its own: after that of every
population declared before it. Its steps are in ``mac_steps.py``, its equations in ``code_selection.py``.
"""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np

from spikemem.backends.brian.build import Array, Build, Signal, lowers_cell
from spikemem.backends.brian.code_selection import tried
from spikemem.backends.brian.drawing import DRAWN, look_up
from spikemem.backends.brian.mac_checkpoint import saved
from spikemem.backends.brian.mac_inputs import GAINS, HEARD, PARTS, frame_steps, gains_of
from spikemem.backends.brian.mac_steps import Choice
from spikemem.ir.cell import GRADED
from spikemem.ir.lowered import LoweredPopulation
from spikemem.ir.mac import Mac

_SLOTS = 20
"""Places in the order of the thresholds' slot for each population."""
_SHARED = ("chooses", "by_input", "refires", "learns", "best", "kind", "rise", "factor")
"""What cells know of their mac."""


@lowers_cell(Mac)
def lower(population: LoweredPopulation, build: Build) -> Any:
    """Make both groups, what sums over cells, and the monitors of what spikes do not tell."""
    cell, network = population.cell, build.network
    assert isinstance(cell, Mac)
    drivable = any(p.post == population.name and p.receptor not in GRADED for p in network.projections)
    group, macs = _cells(population, cell, build), _macs(population, cell, build)
    own = np.arange(population.size) // cell.size
    for name in _SHARED:
        setattr(group, f"m_{name}", brian2.linked_var(macs, name, index=own))
    macs.up = brian2.linked_var(group, "count_u", index=np.arange(0, population.size, cell.size))
    place = _SLOTS * (1 + network.populations.index(population))
    _listen(macs, cell, build, place)
    choice = Choice(population, cell, build, group, macs, place, drivable)
    choice.sum_up()
    choice.act()
    look_up(population.name, group, build)
    group.thresholder["spike"].order = place + Choice.SLOTS
    if cell.hypotheses:
        group.set_event_schedule(HEARD, when="thresholds", order=place + Choice.SLOTS)
        heard = brian2.EventMonitor(group, HEARD, name=f"{group.name}_{HEARD}")
        build.signals[f"{population.name}: {HEARD}"] = Signal(heard)
    group.set_event_schedule(GAINS, when="after_synapses")
    gains = brian2.EventMonitor(group, GAINS, variables=["gained"], name=f"{group.name}_{GAINS}")
    build.signals[gains_of(population.name)] = Signal(gains, "gained")
    build.objects.append(macs)
    build.saved[population.name] = saved(population, build, group.name, macs.name, drivable)
    return group


def _cells(population: LoweredPopulation, cell: Mac, build: Build) -> Any:
    extra = build.additions[population.name]
    arriving = [f"{extra.slot(r, 1)}{part}" for r in GRADED for part in PARTS]
    kept: dict[str, float | Array] = {}
    kept |= dict.fromkeys(["V", "G", "won", "in_e", *arriving], 0.0) | {"times": 1.0} | extra.variables
    passing = [
        DRAWN, "drive", "count_u", "others", "psi", "start", "wins", "pupil", "gained", "near", "driven", "driven_before",
        "greater", "ties", "tied_before", "total", "left", "greatest",
        *(name for kinds in tried(cell) for name in (kinds.value, kinds.ahead)),
    ]  # fmt: skip
    equations = [f"{name} : 1" for name in (*kept, *passing)]
    equations += [f"m_{name} : 1 (linked)" for name in _SHARED] + ["head : 1 (constant)", "tail : 1 (constant)"]
    equations.append("module : integer (constant)")
    heard = {HEARD: "wins > 0 and times > 0"} if cell.hypotheses else {}
    group = brian2.NeuronGroup(
        population.size,
        "\n".join(equations),
        threshold="wins > 0",
        reset="",
        events={GAINS: "gained > 0", **heard},
        namespace={"near_share": cell.near, "G_minus": cell.G_minus, **extra.constants},
        clock=build.clock,
        name=build.group_name(population.name),
    )
    place = np.arange(population.size) % cell.cells
    group.module = np.arange(population.size) // cell.cells
    group.head, group.tail = place == 0, place == cell.cells - 1
    for name, value in (kept | dict(population.initial)).items():
        build.keep(group, name, value)
    return group


def _macs(population: LoweredPopulation, cell: Mac, build: Build) -> Any:
    kept = {"held": 0.0, "due": -1.0, "factor": 1.0}
    passing = ["gate", "free", "others", "drives", "near", "learning", *_SHARED[:-1]]
    passing += [kinds.familiarity for kinds in tried(cell)]
    macs = brian2.NeuronGroup(
        population.size // cell.size,
        "\n".join([*(f"{name} : 1" for name in (*kept, *passing)), "up : 1 (linked)"]),
        namespace={
            "modules": float(cell.modules), "cells": float(cell.cells), "back_off": cell.back_off, "G_minus": cell.G_minus,
            "gamma": cell.gamma, "chi": cell.chi, "hypotheses": float(cell.hypotheses), "pi_minus": float(cell.pi_minus),
            "pi_plus": 1e300 if cell.pi_plus is None else float(cell.pi_plus), "again": float(cell.persistence - 1),
            "frame": float(frame_steps(population.name, cell, build.network.dt)),
        },
        clock=build.clock,
        name=f"{build.group_name(population.name)}_macs",
    )  # fmt: skip
    for name, value in kept.items():
        build.keep(macs, name, value)
    return macs


def _listen(macs: Any, cell: Mac, build: Build, place: int) -> None:
    """Tell all macs of spikes of ``gate`` and ``free`` in the same step."""
    for name, population in {"gate": cell.gate, "free": cell.free}.items():
        if population is None:
            continue
        synapses = brian2.Synapses(
            build.groups[population], macs, on_pre=f"{name}_post = 1.0", delay=0 * build.clock.dt, clock=build.clock,
            name=f"{macs.name}_{name}",
        )  # fmt: skip
        synapses.connect()
        synapses.pre.when, synapses.pre.order = "thresholds", place
        build.objects.append(synapses)
