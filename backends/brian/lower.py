"""A lowered network to a Brian2 network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import brian2

# Importing a rule's module registers the rule.
import spikemem.backends.brian.alpha_dendrite
import spikemem.backends.brian.hebbian_permanence
import spikemem.backends.brian.if_cond_exp
import spikemem.backends.brian.if_curr_delta
import spikemem.backends.brian.if_curr_exp
import spikemem.backends.brian.mac
import spikemem.backends.brian.mini_column
import spikemem.backends.brian.one_shot
import spikemem.backends.brian.pair_stdp
import spikemem.backends.brian.permanence_stdp
import spikemem.backends.brian.race
import spikemem.backends.brian.resonate_and_fire
import spikemem.backends.brian.segment
import spikemem.backends.brian.spike_source
import spikemem.backends.brian.static
import spikemem.backends.brian.tag_and_capture  # noqa: F401
from spikemem.backend import RunOptions, StepEvents
from spikemem.backends.brian.build import (
    CELL_RULES,
    SOMA_RULES,
    SYNAPSE_RULES,
    Additions,
    Array,
    Build,
    Held,
    SavedPopulation,
    Signal,
)
from spikemem.ir.lowered import LoweredNetwork
from spikemem.ir.values import FloatArray


@dataclass(frozen=True, eq=False)
class Model:
    """A network as Brian2 objects. ``initial`` are the variables that can be read, by key, with their initial values."""

    network: LoweredNetwork
    brian: Any
    clock: Any
    groups: Mapping[str, Any]
    monitors: Mapping[str, Any]
    held: Mapping[str, tuple[Held, ...]]
    additions: Mapping[str, Additions]
    saved: Mapping[str, SavedPopulation]
    initial: Mapping[str, Array]
    signals: Mapping[str, Signal]

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the Brian2 objects."""
        return frozenset(part.name for part in self.brian.objects)

    def variable(self, key: str) -> Any:
        """Return the Brian2 variable of a key."""
        owner, _, name = key.partition(".")
        return self.brian[owner].variables[name]


def lower(
    network: LoweredNetwork, options: RunOptions, feed: dict[str, StepEvents],
    draws: Mapping[str, FloatArray] | None = None,
) -> Model:  # fmt: skip
    """Return ``network`` on the active device; every population is monitored, since costs are counted from spikes."""
    # An own clock, but by the name that brian2cuda's code takes for granted.
    clock = brian2.Clock(dt=network.dt * brian2.ms, name="defaultclock")
    build = Build(network, clock, options.weight_precision == "float32", feed, draws)
    build.additions |= {p.name: Additions() for p in network.populations}
    for projection in network.projections:
        SYNAPSE_RULES[type(projection.synapse)].extend(projection, build)
    for population in network.populations:
        if population.branch is not None:
            SOMA_RULES[type(population.cell)](population, build)
    for population in network.populations:
        build.groups[population.name] = CELL_RULES[type(population.cell)](population, build)
    for name, extra in build.additions.items():
        for variable, (owner, source) in extra.linked.items():
            setattr(build.groups[name], variable, brian2.linked_var(build.groups[owner], source))
    for projection in network.projections:
        build.held[projection.name] = SYNAPSE_RULES[type(projection.synapse)].lower(projection, build)
    monitors = {name: brian2.SpikeMonitor(group, name=f"{group.name}_record") for name, group in build.groups.items()}
    objects = [*build.groups.values(), *build.objects, *monitors.values()]
    objects += [signal.monitor for signal in build.signals.values()]
    return Model(
        network, brian2.Network(*objects), clock, build.groups, monitors, build.held, build.additions, build.saved,
        build.initial, build.signals,
    )  # fmt: skip
