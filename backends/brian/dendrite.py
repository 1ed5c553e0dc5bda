"""What all dendrites share: the group of a population of branches, its plateaus, and the current that they pass on.

A branch knows by a linked variable what its soma fires by (see ``Firing``), between the groups and the resets of a step. The
soma is told by synapses without delay that a plateau has begun. For branches that learning grows, the rule that grows them does
both, since whose they are changes: by their variables ``soma_of`` (-1: no one's) and ``soma_fires_by``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import brian2
import numpy as np

from spikemem.backends.brian.build import NEVER, Access, Array, Build, Flow, extends_soma
from spikemem.backends.brian.pair_rule import NOW, is_known
from spikemem.backends.brian.pair_state import LONG_AGO, from_saved, to_saved
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


def fired_name(zone: int) -> str:
    """Return the soma's variable that has the step of its last spike, where dendrites of this zone are grown by learning."""
    return f"fired{zone}"


@extends_soma(Segment)
def extend_soma(population: LoweredPopulation, build: Build) -> None:
    """Add to the soma what the plateaus of a zone need there: whether one begins, and the steps that it still lasts."""
    cell, branch = population.cell, population.branch
    assert isinstance(cell, Dendrite)
    assert branch is not None
    extra, zone = build.additions[branch.soma], zone_of(population, build.network)
    flow = flow_of(population, build.network)
    extra.flows.append(flow)
    if branch.per_neuron == 0:
        extra.variables[fired_name(zone)] = NEVER
        extra.reset.append(f"{fired_name(zone)} = {NOW}")
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
    cell, branch, extra = population.cell, population.branch, build.additions[population.name]
    assert isinstance(cell, Dendrite)
    assert branch is not None
    flow, firing, grown = flow_of(population, build.network), build.firing[branch.soma], branch.per_neuron == 0
    real = {"in_e": 0.0, **dict.fromkeys(variables, 0.0), **extra.variables}
    whole = {"lasting": 0}
    equations, conditions = [], [f"({reaches})", "lasting <= 0"]
    if grown:
        real |= {"soma_fires_by": 0.0, "spiked": NEVER}
        whole["soma_of"] = -1
        conditions.append("soma_of >= 0")
    elif cell.reset_by_soma:
        equations.append("soma_fires_by : 1 (linked)")
    if cell.reset_by_soma:
        conditions.append("soma_fires_by < least")
    equations += [*(f"{name} : 1" for name in real), *(f"{name} : integer" for name in whole)]
    group = brian2.NeuronGroup(
        population.size,
        "\n".join(equations),
        threshold=" and ".join(conditions),
        reset="\n".join(["lasting = plateau", *([f"spiked = {NOW}"] if grown else []), *extra.reset]),
        namespace={"plateau": flow.steps, "least": firing.least, **constants, **extra.constants},
        clock=build.clock,
        name=build.group_name(population.name),
    )
    owner = np.arange(population.size) // max(1, branch.per_neuron)
    if cell.reset_by_soma and not grown:
        group.soma_fires_by = brian2.linked_var(build.groups[branch.soma], firing.variable, index=owner)
    group.resetter["spike"].when = "before_synapses"
    group.run_regularly("\n".join([*update, *extra.moves(cell.receptors)]), when="groups", name=f"{group.name}_step")
    if flow.steps:
        goes_on = "int(soma_fires_by < least)" if cell.reset_by_soma else "1"
        # After the thresholds, which ask for it, and before the reset, which begins a new one.
        group.run_regularly(
            f"lasting = (lasting - int(lasting > 0)) * {goes_on}", when="after_thresholds", name=f"{group.name}_plateau"
        )
    for name, value in {**real, **whole}.items():
        build.keep(group, name, value)
    if flow.current and not grown:
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
        flows = self.flow.remaining(access, self.soma_group, somata)
        live = np.zeros(1 + somata, dtype=np.int64)
        found = np.flatnonzero(flows)
        live[0], live[1 : 1 + found.size] = found.size, found
        state = {"soma_until": np.where(flows > 0, access.now - 1 + flows, -1), "live": live}
        if branch.per_neuron == 0:
            return state | self._save_grown(access, somata)
        lasting = access.read(f"{self.group}.lasting").astype(np.int64)
        return state | {
            "until": np.where(lasting > 0, access.now - 1 + lasting, -1),
            "soma_last": np.full(somata, LONG_AGO),
        }

    def _save_grown(self, access: Access, somata: int) -> dict[str, Array]:
        """Return whose branches are and when they last spiked, which learning goes by, and what ended their plateaus."""
        spiked = access.read(f"{self.group}.spiked")
        last = np.full(somata, LONG_AGO)
        if self._heeds:
            last = to_saved(access.read(f"{self.soma_group}.{self._fired}"))
        return {
            "until": np.where(is_known(spiked), spiked + self.flow.steps, -1).astype(np.int64),
            "soma_last": last,
            "owner": access.read(f"{self.group}.soma_of").astype(np.int32),
        }

    def load(self, access: Access, state: Mapping[str, Array]) -> None:
        """Take over the plateaus that have not been ended by a spike of the soma."""
        branch = self.population.branch
        assert branch is not None
        until = state["until"]
        owner = state["owner"] if branch.per_neuron == 0 else np.arange(until.size) // branch.per_neuron
        lasting = np.where(until - self.flow.steps > state["soma_last"][owner], until - access.now + 1, 0)
        access.write(f"{self.group}.lasting", np.maximum(0, lasting).astype(np.int32))
        if branch.per_neuron == 0:
            access.write(f"{self.group}.soma_of", owner)
            access.write(f"{self.group}.spiked", np.where(until >= 0, until - self.flow.steps, NEVER))
            access.write(f"{self.soma_group}.{self._fired}", from_saved(state["soma_last"]))
        if self.flow.current:
            flows = np.maximum(0, state["soma_until"] - access.now + 1)
            access.write(f"{self.soma_group}.{self.flow.lasts}", flows.astype(np.float64))

    @property
    def _heeds(self) -> bool:
        cell = self.population.cell
        assert isinstance(cell, Dendrite)
        return cell.reset_by_soma

    @property
    def _fired(self) -> str:
        return fired_name(zone_of(self.population, self.network))
