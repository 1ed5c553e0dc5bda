"""What a program may be asked for: the checks that all backends share, and their sentences."""

from __future__ import annotations

from collections.abc import Iterable

from spikemem.errors import InvalidInput, NetworkError, choices
from spikemem.ir.lowered import LoweredNetwork, LoweredProjection


def recorded(network: LoweredNetwork, record: Iterable[str] | None) -> frozenset[str]:
    """Return the populations to record; raise :class:`InvalidInput` for one that there is not."""
    names = [p.name for p in network.populations]
    asked = frozenset(names if record is None else record)
    for name in asked - set(names):
        raise InvalidInput(f"record: population {name!r} is unknown; {choices(name, names)}")
    return asked


def weights_of(network: LoweredNetwork, projection: str, form: str) -> LoweredProjection:
    """Return the projection; raise :class:`InvalidInput` for an unknown form, :class:`NetworkError` for a projection."""
    if form not in ("stored", "effective"):
        raise InvalidInput(f"weights: form {form!r} is unknown; {choices(form, ['stored', 'effective'])}")
    known = {p.name: p for p in network.projections}
    if projection not in known:
        raise NetworkError(f"{network.name}: projection {projection!r} is unknown; {choices(projection, known)}")
    return known[projection]


def state_variable(network: LoweredNetwork, population: str, name: str) -> None:
    """Raise :class:`InvalidInput` for a state variable that the population does not have.

    Dendrites that learning grows have one more, ``owner``: the neuron that each belongs to, -1 for none.
    """
    found = network.population(population)
    grown = found.branch is not None and found.branch.per_neuron == 0
    known = (*found.cell.state_variables, *(("owner",) if grown else ()))
    if name not in known:
        raise InvalidInput(f"population {population}: state variable {name!r} is unknown; {choices(name, known)}")
