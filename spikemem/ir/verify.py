"""The rules that a network must obey, before and after every pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, get_args

import numpy as np

from spikemem.errors import NetworkError, choices
from spikemem.ir.cell import GRADED
from spikemem.ir.connectors import Unconnected
from spikemem.ir.dendrite import Dendrite, Zone
from spikemem.ir.network import Steps
from spikemem.ir.pair_stdp import PairSTDP
from spikemem.ir.synapse import Synapse
from spikemem.ir.values import Drawn, Explicit, Normal, Threshold, Uniform

if TYPE_CHECKING:
    from spikemem.ir.network import Network, Population, Projection


def verify(network: Network) -> None:
    """Raise :class:`NetworkError` at the first rule that ``network`` breaks."""
    if not 0.0 < network.dt < float("inf"):
        raise NetworkError(f"{network.name}.dt: must be a finite number of ms > 0, got {network.dt}")
    _unique(network, "population", [p.name for p in network.populations])
    _unique(network, "projection", [p.name for p in network.projections])
    for population in network.populations:
        _population(population)
        _branch(network, population)
        _listens(network, population)
    for projection in network.projections:
        _projection(network, projection)


def _unique(network: Network, what: str, names: list[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise NetworkError(f"{network.name}: {what} name {name!r} is used {count} times; give each its own name")
        if not name or "/" in name:
            raise NetworkError(f"{network.name}: {what} name {name!r} must not be empty or contain '/'")


def _population(population: Population) -> None:
    if population.size < 1:
        raise NetworkError(f"population {population.name}: size must be >= 1, got {population.size}")
    population.cell.verify_size(f"population {population.name}", population.size)
    known = population.cell.state_variables
    for name, _ in population.initial_values:
        if name not in known:
            raise NetworkError(
                f"population {population.name}: {type(population.cell).__name__} has no state variable {name!r}; "
                f"{choices(name, known)}"
            )


def _branch(network: Network, population: Population) -> None:
    where, branch = f"population {population.name}", population.branch
    if population.size % population.cell.module_size:
        raise NetworkError(
            f"{where}: size must be whole modules of {population.cell.module_size} cells, got {population.size}"
        )
    if branch is None:
        if isinstance(population.cell, Dendrite):
            kind = type(population.cell).__name__
            raise NetworkError(f"{where}: {kind} is a dendrite; declare it with dendrites(...), on neurons")
        return
    if not isinstance(population.cell, Dendrite):
        raise NetworkError(f"{where}: dendrites must be of a dendrite type, got {type(population.cell).__name__}")
    if branch.zone not in get_args(Zone):
        raise NetworkError(f"{where}: zone {branch.zone!r} is unknown; {choices(str(branch.zone), get_args(Zone))}")
    before = [p.name for p in network.populations[: network.populations.index(population)]]
    if branch.soma not in before:
        raise NetworkError(
            f"{where}: soma {branch.soma!r} is no population declared before; {choices(branch.soma, before)}"
        )
    soma = network.population(branch.soma)
    if not soma.cell.takes_dendrites:
        raise NetworkError(f"{where}: soma {soma.name} is a {type(soma.cell).__name__}, which takes no dendrites")
    if population.cell.one_per_neuron and branch.per_neuron != 1:
        kind, number = type(population.cell).__name__, branch.per_neuron or "room for learning to grow them"
        raise NetworkError(f"{where}: {kind} is one a neuron: per_neuron must be 1, got {number}")
    if branch.per_neuron and population.size != branch.per_neuron * soma.size:
        raise NetworkError(
            f"{where}: size must be {branch.per_neuron} for each of the {soma.size} neurons of {soma.name}, "
            f"got {population.size}"
        )
    for other in network.populations[: len(before)]:
        if other.branch is not None and (other.branch.soma, other.branch.zone) == (branch.soma, branch.zone):
            raise NetworkError(f"{where}: {soma.name} has {branch.zone} dendrites already, {other.name}")


def _listens(network: Network, population: Population) -> None:
    """Check that what a cell listens to is declared before it: it must have fired when the cell looks."""
    before = [p.name for p in network.populations[: network.populations.index(population)]]
    for name in population.cell.listens():
        if name not in before:
            kind = type(population.cell).__name__
            raise NetworkError(
                f"population {population.name}: {kind} listens to {name!r}, which is no population declared before; "
                f"{choices(name, before)}"
            )


def _projection(network: Network, projection: Projection) -> None:
    where = f"projection {projection.name}"
    names = [p.name for p in network.populations]
    for end in (projection.pre, projection.post):
        if end not in names:
            raise NetworkError(f"{where}: population {end!r} is unknown; {choices(end, names)}")
    target = network.population(projection.post).cell
    if not target.weight_unit:
        raise NetworkError(f"{where}: {projection.post} is a {type(target).__name__} and takes no synapses")
    if projection.receptor not in target.receptors:
        raise NetworkError(
            f"{where}: {projection.post} is a {type(target).__name__} and takes no {projection.receptor} synapses; "
            f"valid: {', '.join(target.receptors)}"
        )
    if (projection.receptor in GRADED) != projection.synapse.graded:
        kind = type(projection.synapse).__name__
        rule = (
            f"must not be {' or '.join(GRADED)}" if projection.receptor in GRADED else f"must be {' or '.join(GRADED)}"
        )
        raise NetworkError(f"{where}: the receptor of {kind} synapses {rule}, got {projection.receptor}")
    if target.counts_synapses and projection.weight != 1.0:
        raise NetworkError(
            f"{where}: each synapse onto {projection.post} counts one: weight must be 1, got {projection.weight!r}"
        )
    if target.counts_synapses and isinstance(projection.synapse, PairSTDP):
        raise NetworkError(
            f"{where}: each synapse onto {projection.post} counts one, PairSTDP has no weight to change; "
            "valid: Static, or HebbianPermanence on dendrites that learning grows"
        )
    _weight(where, projection, target.weight_unit)
    if isinstance(projection.delay, Steps):
        if projection.delay.drawn is None and projection.delay.count < 1:
            raise NetworkError(f"{where}: delay must be at least 1 step, got {projection.delay.count}")
    else:
        _bounds(where, "delay", projection.delay, 0.0, "ms", strict=True)
    _growth(network, projection)
    projection.synapse.verify_target(where, network.population(projection.post))
    _plastic(where, projection, projection.synapse)


def _weight(where: str, projection: Projection, unit: str) -> None:
    held, weight = projection.synapse.holds, projection.weight
    if held == "weight":
        least = projection.synapse.least_weight
        advice = "; make it inhibitory by receptor, not by sign" if least == 0.0 else ""
        _bounds(where, "weight", weight, least, f"{unit}{advice}")
        return
    kind = type(projection.synapse).__name__
    if isinstance(weight, Threshold):
        raise NetworkError(f"{where}: weight is {kind}'s initial {held}, which has no threshold units; got {weight!r}")
    if projection.receptor != "excitatory":
        raise NetworkError(f"{where}: {kind} is for excitatory synapses, got {projection.receptor}")
    if isinstance(weight, float | int):
        projection.synapse.verify_weights(where, np.asarray(float(weight)))
    else:
        _bounds(where, f"weight (the initial {held})", weight, 0.0, "")


def _bounds(
    where: str, what: str, value: float | Drawn | Threshold, least: float, unit: str, strict: bool = False
) -> None:
    for low in _lows(value):
        if not low > least if strict else not low >= least:
            bound = f"{'>' if strict else '>='} {least:g} {unit}".rstrip()
            raise NetworkError(f"{where}: {what} must be {bound}, got {low:g}")


def _lows(value: float | Drawn | Threshold) -> Iterable[float]:
    """Return the smallest values that may occur; a distribution that may go below 0 is bounded by its fields."""
    match value:
        case Threshold():
            return () if isinstance(value.value, float | int) else _lows(value.value)
        case Uniform():
            return (value.low,)
        case Normal():
            return (value.low,) if value.sd > 0 else (value.mean,)
        case Explicit():
            return (float(value.numbers.array.min()),) if value.numbers.array.size else ()
        case _:
            return (float(value),)


def _growth(network: Network, projection: Projection) -> None:
    """Check that rules which grow synapses have dendrites to grow, and only they."""
    where, synapse, target = f"projection {projection.name}", projection.synapse, network.population(projection.post)
    kind = type(synapse).__name__
    for name in synapse.populations():
        names = [p.name for p in network.populations]
        if name not in names:
            raise NetworkError(
                f"{where}: {kind} listens to population {name!r}, which is unknown; {choices(name, names)}"
            )
    synapse.verify_named(where, target, {name: network.population(name) for name in synapse.populations()})
    grown = target.branch is not None and target.branch.per_neuron == 0
    if not synapse.grows and not grown:
        return
    if not synapse.grows:
        raise NetworkError(
            f"{where}: {target.name} are dendrites that learning grows; the synapse must be HebbianPermanence, got {kind}"
        )
    if not grown:
        raise NetworkError(
            f"{where}: {kind} grows the dendrites that it synapses onto; {target.name} must be declared by "
            "dendrites(..., room=...)"
        )
    if not isinstance(projection.connector, Unconnected):
        raise NetworkError(
            f"{where}: {kind} makes its synapses itself; the connector must be Unconnected(), "
            f"got {type(projection.connector).__name__}"
        )
    if not isinstance(projection.delay, float | int) and not (
        isinstance(projection.delay, Steps) and projection.delay.drawn is None
    ):
        raise NetworkError(
            f"{where}: delay of the synapses that {kind} grows must be one number of ms, got {projection.delay!r}"
        )
    synapse.verify_room(where, target.size)
    others = [p.name for p in network.projections if p.post == target.name and p.name != projection.name]
    if others:
        raise NetworkError(f"{where}: {target.name} are grown by {others[0]} already; give each rule its own dendrites")


def _plastic(where: str, projection: Projection, synapse: Synapse) -> None:
    weight = projection.weight
    if synapse.in_threshold_units() and not isinstance(weight, Threshold) and weight != 0.0:
        kind = type(synapse).__name__
        raise NetworkError(f"{where}: {kind} is in threshold units, so must be the weight; got {weight!r}")
    if isinstance(weight, float | int) and not synapse.in_threshold_units():
        synapse.verify_weights(where, np.asarray(weight))
