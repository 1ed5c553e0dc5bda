"""What all dendrites share: the group of a population of branches, its plateaus, and the current that they pass on.

A branch knows its soma's membrane by a linked variable: whether it is at threshold, after the thresholds of the step and before
the resets, says whether the soma fires. The soma is told by synapses without delay that a plateau has begun.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import brian2
import numpy as np

from spikemem.backends.brian.build import Access, Array, Build, Flow, extends_soma
from spikemem.backends.brian.pair_state import LONG_AGO
from spikemem.ir.dendrite import Dendrite, Segment
from spikemem.ir.lowered import LoweredNetwork, LoweredPopulation


def zone_of(population: LoweredPopulation, network: LoweredNetwork) -> int:
    """Return the number of a population of dendrites among those of its soma."""
    assert population.branch is not None
    return [p.name for p in network.dendrites(population.branch.soma)].index(population.name)


def flow_of(population: LoweredPopulation, network: LoweredNetwork) -> Flow:
    """Return the current that a population of segments passes on."""
    cell = population.cell
    assert isinstance(cell, Dendrite)
    steps, zone = round(cell.plateau / network.dt), zone_of(population, network)
    return Flow(cell.current if steps else 0.0, steps, f"begun{zone}", f"flows{zone}")


@extends_soma(Segment)
def extend_soma(population: LoweredPopulation, build: Build) -> None:
    """Add to the soma what the plateaus of a zone need there: whether one begins, and the steps that it still lasts."""
    cell, branch = population.cell, population.branch
    assert isinstance(cell, Dendrite)
    assert branch is not None
    extra, zone = build.additions[branch.soma], zone_of(population, build.network)
    flow = flow_of(population, build.network)
    extra.flows.append(flow)
    if not flow.current:
        return
    extra.variables |= {f"begun{zone}": 0.0, f"flows{zone}": 0.0}
    extra.constants |= {f"dendritic{zone}": cell.current, f"plateau{zone}": float(flow.steps)}
    extra.begin.append(f"flows{zone} = plateau{zone} * int(begun{zone} > 0) + flows{zone} * int(begun{zone} <= 0)")
    extra.begin.append(f"begun{zone} = 0.0")
    extra.offset.append(f"dendritic{zone} * int(flows{zone} > 0)")
    extra.end.append(f"flows{zone} = flows{zone} - int(flows{zone} > 0)")
    if cell.reset_by_soma:
        extra.reset.append(f"flows{zone} = 0.0")


def dendrite_group(
    population: LoweredPopulation, build: Build, update: list[str], reaches: str, variables: list[str],
    constants: Mapping[str, float],
) -> Any:  # fmt: skip
    """Make the group, and the synapses to its soma; ``update`` is its code of a step, ``reaches`` its condition to spike."""
    cell, branch = population.cell, population.branch
    assert isinstance(cell, Dendrite)
    assert branch is not None
    soma: Any = build.network.population(branch.soma).cell
    flow = flow_of(population, build.network)
    conditions = [f"({reaches})", "owned > 0", "lasting <= 0"]
    equations = [f"{name} : 1" for name in ("in_e", *variables)] + ["lasting : integer"]
    heeds = cell.reset_by_soma and branch.per_neuron > 0
    if heeds:
        equations.append("soma_v : 1 (linked)")
        conditions.append("soma_v < soma_threshold")
    group = brian2.NeuronGroup(
        population.size,
        "\n".join(equations),
        threshold=" and ".join(conditions),
        reset="lasting = plateau",
        namespace={
            "owned": int(branch.per_neuron > 0), "plateau": flow.steps, "soma_threshold": soma.v_thresh, **constants
        },
        clock=build.clock,
        name=build.group_name(population.name),
    )  # fmt: skip
    owner = np.arange(population.size) // max(1, branch.per_neuron)
    if heeds:
        group.soma_v = brian2.linked_var(build.groups[branch.soma], "v", index=owner)
    group.resetter["spike"].when = "before_synapses"
    group.run_regularly("\n".join([*update, "in_e = 0.0"]), when="groups", name=f"{group.name}_step")
    if flow.steps:
        goes_on = "int(soma_v < soma_threshold)" if heeds else "1"
        # After the thresholds, which ask for it, and before the reset, which begins a new one.
        group.run_regularly(
            f"lasting = (lasting - int(lasting > 0)) * {goes_on}", when="after_thresholds", name=f"{group.name}_plateau"
        )
    for name in ("in_e", *variables):
        build.keep(group, name, 0.0)
    build.keep(group, "lasting", 0)
    if flow.current and branch.per_neuron:
        build.objects.append(_pass_on(group, build, branch.soma, flow, owner))
    return group


def _pass_on(group: Any, build: Build, soma: str, flow: Flow, owner: Array) -> Any:
    """Return the synapses that tell the somata that a plateau begins."""
    synapses = brian2.Synapses(
        group, build.groups[soma], on_pre=f"{flow.begun}_post += 1.0", delay=0 * build.clock.dt, clock=build.clock,
        name=f"{group.name}_soma",
    )  # fmt: skip
    synapses.connect(i=np.arange(owner.size), j=owner)
    return synapses


@dataclass(frozen=True, eq=False)
class Plateaus:
    """The plateaus of a population in checkpoints, by the names of the Numba engine."""

    population: LoweredPopulation
    network: LoweredNetwork
    group: str
    soma_group: str
    flow: Flow

    def save(self, access: Access) -> dict[str, Array]:
        """Return last steps of the plateaus of branches and of somata, and the somata that a current flows into."""
        branch = self.population.branch
        assert branch is not None
        somata = self.network.population(branch.soma).size
        lasting = access.read(f"{self.group}.lasting").astype(np.int64)
        flows = self.flow.remaining(access, self.soma_group, somata)
        live = np.zeros(1 + somata, dtype=np.int64)
        found = np.flatnonzero(flows)
        live[0], live[1 : 1 + found.size] = found.size, found
        state = {
            "until": np.where(lasting > 0, access.now - 1 + lasting, -1),
            "soma_until": np.where(flows > 0, access.now - 1 + flows, -1),
            "soma_last": np.full(somata, LONG_AGO),
            "live": live,
        }
        owner = {} if branch.per_neuron else {"owner": np.full(self.population.size, -1, dtype=np.int32)}
        return state | owner

    def load(self, access: Access, state: Mapping[str, Array]) -> None:
        """Take over the plateaus that have not been ended by a spike of the soma."""
        branch = self.population.branch
        assert branch is not None
        until = state["until"]
        owner = np.arange(until.size) // max(1, branch.per_neuron)
        last = state["soma_last"][owner] if branch.per_neuron else np.full(until.size, LONG_AGO)
        lasting = np.where(until - self.flow.steps > last, until - access.now + 1, 0)
        access.write(f"{self.group}.lasting", np.maximum(0, lasting).astype(np.int32))
        if self.flow.current:
            flows = np.maximum(0, state["soma_until"] - access.now + 1)
            access.write(f"{self.soma_group}.{self.flow.lasts}", flows.astype(np.float64))
